/* Reading and writing comma-separated values; files, pipes, gzip. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "machine/base/alloc.h"
#include "machine/base/csv.h"
#include "machine/base/rng.h"

/* Reads all of text and shows it as "[cell][cell]/[cell]/", or the failure. */
static void show_rows(const char *text, size_t n, char separator, char *out)
{
    pen_source *source;
    pen_csv *csv;
    const pen_cell *cells;
    size_t n_cells;
    pen_csv_options options = { .separator = separator };
    *out = 0;
    CHECK_OK(pen_source_open_memory("t.csv", text, n, &source));
    if (pen_csv_open(source, &options, &csv) != PEN_OK) {
        strcpy(out, pen_last_error());
        return;
    }
    pen_status s;
    while ((s = pen_csv_read(csv, &cells, &n_cells)) == PEN_OK && n_cells > 0) {
        for (size_t i = 0; i < n_cells; i++)
            out += sprintf(out, "[%.*s]", (int)cells[i].n, cells[i].text);
        *out++ = '/';
    }
    *out = 0;
    if (s != PEN_OK)
        strcpy(out, pen_last_error());
    pen_csv_close(csv);
}

static void rows_and_cells_are_told_apart(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "", "" },
        { "a", "[a]/" },
        { "a,b\n1,2\n", "[a][b]/[1][2]/" },
        { "a,b\r\n1,2\r\n", "[a][b]/[1][2]/" },
        { "a,b\n1,2", "[a][b]/[1][2]/" },
        { "a,b\r\n1,2\r", "[a][b]/[1][2]/" },
        { "\xef\xbb\xbf"
          "a,b\n",
          "[a][b]/" },
        { "a;b\n1,5;2\n", "[a][b]/[1,5][2]/" },
        { "a\tb\n", "[a][b]/" },
        { "a|b\n", "[a][b]/" },
        { ",\n,,\n", "[][]/[][][]/" },
        { "\n\na,b\n\n1,2\n\r\n", "[a][b]/[1][2]/" },
        { "\"a,b\",c\n", "[a,b][c]/" },
        { "\"say \"\"hi\"\"\",2\n", "[say \"hi\"][2]/" },
        { "\"two\nlines\",2\n3,4\n", "[two\nlines][2]/[3][4]/" },
        { "\"\"\n\"\",\"\"\n", "[]/[][]/" },
        { "a,\"b\"\r\nc,d\n", "[a][b]/[c][d]/" },
        { "5\" pipe,x\n", "[5\" pipe][x]/" },
        { "a,b\n\"open", "[a][b]/t.csv:2:1: the quote opened here is not closed" },
        { "a,b\n1,\"x\"y\n", "[a][b]/t.csv:2:6: text after a closing quote, expected a separator" },
        { "\xff\xfe"
          "a\0",
          "t.csv:1:1: UTF-16 text, expected UTF-8" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char got[512];
        show_rows(rows[i].text, strlen(rows[i].text), 0, got);
        CHECK_TEXT(got, rows[i].want);
    }
    char got[512];
    show_rows("a;b,c\n", 6, ';', got);
    CHECK_TEXT(got, "[a][b,c]/");
}

static void lines_and_columns_count_through_quotes(void)
{
    const char *text = "a,b\n\"x\n\"\"y\",bad\n\nz,w\n";
    pen_source *source;
    pen_csv *csv;
    const pen_cell *cells;
    size_t n;
    CHECK_OK(pen_source_open_memory("t.csv", text, strlen(text), &source));
    CHECK_OK(pen_csv_open(source, NULL, &csv));
    CHECK_OK(pen_csv_read(csv, &cells, &n));
    CHECK_OK(pen_csv_read(csv, &cells, &n));
    CHECK(pen_csv_line(csv) == 2);
    CHECK_STATUS(pen_csv_fail(csv, &cells[1], "oops %d", 7), PEN_E_PARSE);
    CHECK_TEXT(pen_last_error(), "t.csv:3:6: oops 7");
    CHECK_OK(pen_csv_read(csv, &cells, &n));
    CHECK(pen_csv_line(csv) == 5);
    CHECK(pen_csv_blank_lines(csv) == 1 && pen_csv_first_blank_line(csv) == 4);
    CHECK_OK(pen_csv_read(csv, &cells, &n));
    CHECK(n == 0);
    pen_csv_close(csv);
}

static void reading_goes_on_behind_a_damaged_row(void)
{
    const char *text = "a,b\n1,\"x\"y\n3,4\n";
    pen_source *source;
    pen_csv *csv;
    const pen_cell *cells;
    size_t n;
    CHECK_OK(pen_source_open_memory("t.csv", text, strlen(text), &source));
    CHECK_OK(pen_csv_open(source, NULL, &csv));
    CHECK_OK(pen_csv_read(csv, &cells, &n));
    CHECK_STATUS(pen_csv_read(csv, &cells, &n), PEN_E_PARSE);
    CHECK_OK(pen_csv_read(csv, &cells, &n));
    CHECK(n == 2 && cells[0].text[0] == '3' && pen_csv_line(csv) == 3);
    pen_csv_close(csv);
}

static void a_row_longer_than_the_limit_is_refused(void)
{
    enum { BYTES = 1 << 20 };
    char *text = malloc(BYTES);
    memset(text, 'x', BYTES);
    pen_source *source;
    pen_csv *csv;
    const pen_cell *cells;
    size_t n;
    pen_csv_options options = { .max_row_bytes = 300000 };
    CHECK_OK(pen_source_open_memory("long", text, BYTES, &source));
    pen_status s = pen_csv_open(source, &options, &csv);
    if (s == PEN_OK)
        s = pen_csv_read(csv, &cells, &n);
    CHECK(s == PEN_E_SIZE);
    CHECK_ERROR_SAYS("long:1:1: row longer than 300000 bytes");
    pen_csv_close(csv);
    free(text);
}

/* What is written reads back, whatever is in the cells, across buffer ends. */
static void written_cells_read_back(void)
{
    enum { ROWS = 30000, CELLS = 4 };
    static const char letters[] = "abc123,;\"\n\r \t.";
    pen_rng rng;
    pen_rng_init(&rng, 1, 0, 0, 0);
    pen_sink *sink;
    CHECK_OK(pen_sink_open_memory(&sink));
    static char want[ROWS][CELLS][12];
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < CELLS; k++) {
            size_t n = pen_rng_u32(&rng) % 12;
            for (size_t j = 0; j < n; j++)
                want[i][k][j] = letters[pen_rng_u32(&rng) % (sizeof letters - 1)];
            pen_csv_put(sink, ',', want[i][k], n);
            pen_sink_char(sink, k + 1 < CELLS ? ',' : '\n');
        }
    size_t n_bytes, n, bad = 0;
    const char *text = pen_sink_memory(sink, &n_bytes);
    pen_source *source;
    pen_csv *csv;
    const pen_cell *cells;
    CHECK_OK(pen_source_open_memory("memory", text, n_bytes, &source));
    CHECK_OK(pen_csv_open(source, &(pen_csv_options){ .separator = ',' }, &csv));
    for (size_t i = 0; i < ROWS; i++) {
        CHECK_OK(pen_csv_read(csv, &cells, &n));
        bad += n != CELLS;
        for (size_t k = 0; k < n && k < CELLS; k++)
            bad += cells[k].n != strlen(want[i][k]) ||
                   memcmp(cells[k].text, want[i][k], cells[k].n) != 0;
        if (bad > 0)
            break;
    }
    CHECK(bad == 0);
    pen_csv_close(csv);
    CHECK_OK(pen_sink_close(sink));
}

static void files_and_their_absence(void)
{
    char path[] = "/tmp/penstock_csv_XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    pen_sink *sink;
    CHECK_OK(pen_sink_open(path, &sink));
    for (int i = 0; i < 20000; i++) {
        pen_sink_integer(sink, i);
        pen_sink_char(sink, ',');
        pen_sink_number(sink, i / 8.0);
        pen_sink_format(sink, "%s", "\n");
    }
    CHECK_OK(pen_sink_close(sink));
    pen_source *source;
    char *text;
    size_t n;
    CHECK_OK(pen_source_open(path, &source));
    CHECK_STATUS(pen_source_read_all(source, 1000, &text, &n), PEN_E_SIZE);
    pen_source_close(source);
    CHECK_OK(pen_source_open(path, &source));
    CHECK_OK(pen_source_read_all(source, 1 << 20, &text, &n));
    CHECK(n > 200000 && strncmp(text, "0,0\n1,0.125\n", 12) == 0);
    pen_free(text);
    pen_source_close(source);
    unlink(path);
    CHECK_STATUS(pen_source_open(path, &source), PEN_E_IO);
    CHECK_ERROR_SAYS(path);
    CHECK_STATUS(pen_sink_open("/nonexistent/x", &sink), PEN_E_IO);
    pen_status s = pen_source_open("/tmp", &source);
    CHECK(s == PEN_E_IO);
    if (access("/dev/full", W_OK) == 0) {
        CHECK_OK(pen_sink_open("/dev/full", &sink));
        pen_sink_text(sink, "x");
        CHECK_STATUS(pen_sink_close(sink), PEN_E_IO);
        CHECK_ERROR_SAYS("No space");
    }
}

/* "a,b\n1,2\n" by gzip, twice over: members may follow each other. */
static const unsigned char gzip_member[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0xd4, 0x49, 0xe2,
    0x32, 0xd4, 0x31, 0xe2, 0x02, 0x00, 0x7b, 0x07, 0x97, 0x0a, 0x08, 0x00, 0x00, 0x00,
};

static void gzip_is_undone_or_refused(void)
{
    unsigned char twice[2 * sizeof gzip_member];
    memcpy(twice, gzip_member, sizeof gzip_member);
    memcpy(twice + sizeof gzip_member, gzip_member, sizeof gzip_member);
    char got[256];
    show_rows((const char *)twice, sizeof twice, 0, got);
    if (strstr(got, "libz.so.1") != NULL)
        SKIP("libz.so.1 is not installed");
    CHECK_TEXT(got, "[a][b]/[1][2]/[a][b]/[1][2]/");
    show_rows((const char *)twice, sizeof twice - 5, 0, got);
    CHECK(strstr(got, "ends in the middle of a gzip stream") != NULL);
    twice[12] ^= 0xff;
    show_rows((const char *)twice, sizeof twice, 0, got);
    CHECK(strstr(got, "damaged gzip stream") != NULL);
}

static void every_allocation_may_fail(void)
{
    static const char text[] = "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\n\"1\"\"\",2\n";
    long before = pen_alloc_live();
    for (long n = 0;; n++) {
        pen_source *source;
        pen_csv *csv = NULL;
        const pen_cell *cells;
        size_t n_cells = 1;
        pen_alloc_fail_after(n);
        pen_status s = pen_source_open_memory("t", text, sizeof text - 1, &source);
        if (s == PEN_OK)
            s = pen_csv_open(source, NULL, &csv);
        while (s == PEN_OK && n_cells > 0)
            s = pen_csv_read(csv, &cells, &n_cells);
        pen_csv_close(csv);
        pen_alloc_fail_after(-1);
        CHECK(pen_alloc_live() == before);
        if (s != PEN_E_NOMEM) {
            CHECK_OK(s);
            break;
        }
    }
}

static void every_allocation_of_gzip_and_sinks_may_fail(void)
{
    long before = pen_alloc_live();
    for (long n = 0;; n++) {
        pen_source *source = NULL;
        pen_sink *sink = NULL;
        char *text = NULL;
        size_t bytes;
        pen_alloc_fail_after(n);
        pen_status s = pen_source_open_memory("t", gzip_member, sizeof gzip_member, &source);
        if (s == PEN_OK)
            s = pen_source_read_all(source, 100, &text, &bytes);
        if (s == PEN_OK)
            s = pen_sink_open_memory(&sink);
        for (int i = 0; s == PEN_OK && i < 3000; i++)
            pen_sink_format(sink, "%d", i);
        pen_status closed = pen_sink_close(sink);
        pen_source_close(source);
        pen_free(text);
        pen_alloc_fail_after(-1);
        CHECK(pen_alloc_live() == before);
        if (s == PEN_E_UNSUPPORTED)
            SKIP("libz.so.1 is not installed");
        if ((s == PEN_OK ? closed : s) != PEN_E_NOMEM) {
            CHECK_OK(s);
            CHECK_OK(closed);
            break;
        }
    }
}

static const check_test tests[] = {
    TEST(rows_and_cells_are_told_apart),
    TEST(lines_and_columns_count_through_quotes),
    TEST(reading_goes_on_behind_a_damaged_row),
    TEST(a_row_longer_than_the_limit_is_refused),
    TEST(written_cells_read_back),
    TEST(files_and_their_absence),
    TEST(gzip_is_undone_or_refused),
    TEST(every_allocation_may_fail),
    TEST(every_allocation_of_gzip_and_sinks_may_fail),
};
TEST_MAIN(tests)
