/* The command `indicators`: columns and names, inputs, streams, odd input, the catalogue. */
#define _GNU_SOURCE

#include <dirent.h>
#include <jansson.h>

#include "run_program.h"

#include "penstock/indicator.h"

static char data_folder[PATH_MAX], docs_page[PATH_MAX]; /* found before the folder changes */

/* Runs the line and compares all that it prints. */
static void prints(const char *line, const char *want)
{
    int code = run(line);
    if (code != 0 || strcmp(out, want) != 0)
        printf("    %s: code %d, \"%.300s\" \"%.200s\", expected \"%s\"\n", line, code, out, err,
               want);
    CHECK(code == 0 && strcmp(out, want) == 0);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void make_files(void)
{
    write_file("close.csv", "date,close\n2020-01-01,1\n2020-01-02,2\n2020-01-03,4.5\n");
    write_file("named.csv", "Date;O;H;L;Last;Vol;Adj Close\n"
                            "2020-01-01;1;3;1;2;10;1.5\n2020-01-02;2;5;2;4;30;2.5\n");
    write_file("plain.csv", "mid\n1\n2\n");
}

static void columns_are_the_times_and_the_outputs_as_typed(void)
{
    NEED_PROGRAM();
    make_files();
    prints("$P indicators close.csv --do sma:2",
           "date,sma_2\n2020-01-01,\n2020-01-02,1.5\n2020-01-03,3.25\n");
    prints("$P indicators close.csv --do sma:2 --do 'SMA:3@close returns:1'",
           "date,sma_2,SMA_3_close,returns_1\n2020-01-01,,,\n2020-01-02,1.5,,1\n"
           "2020-01-03,3.25,2.5,1.25\n");
    prints("$P indicators close.csv --do sma:2 --with-input",
           "date,close,sma_2\n2020-01-01,1,\n2020-01-02,2,1.5\n2020-01-03,4.5,3.25\n");
    prints("$P indicators close.csv --do returns:2 --precision f32 | tail -n 1",
           "2020-01-03,3.5\n");
    prints("$P indicators plain.csv --do sma:2@mid", "sma_2_mid\n\"\"\n1.5\n");
    says("$P synth --bars 60 | $P indicators - --do macd --do bbands:20 | head -n 1", 0,
         "date,macd.macd,macd.signal,macd.hist,bbands_20.upper,bbands_20.middle,bbands_20.lower",
         "");
}

/* One bar before and two after 13:30 of each of two days; prices and volumes whose
 * averages are short numbers. */
static void sessions_are_days_or_a_column(void)
{
    NEED_PROGRAM();
    write_file("s.csv", "time,high,low,close,volume\n2020-01-01T13:00,8,8,8,1\n"
                        "2020-01-01T13:30,4,4,4,1\n2020-01-01T20:00,6,6,6,1\n"
                        "2020-01-02T13:00,11,11,11,1\n2020-01-02T13:30,2,2,2,1\n"
                        "2020-01-02T20:00,5,5,5,2\n");
    write_file("c.csv", "high,low,close,volume,Session\n8,8,8,1,1\n4,4,4,1,1\n6,6,6,1,7\n");
    prints("$P indicators s.csv --do vwap | cut -d, -f2", "vwap\n8\n6\n6\n11\n6.5\n5.75\n");
    prints("$P indicators s.csv --do vwap --session 13:30 | cut -d, -f2",
           "vwap\n8\n4\n5\n7\n2\n4\n");
    prints("$P indicators c.csv --do vwap", "vwap\n8\n6\n6\n");
    prints("$P indicators s.csv --do vwap@high,low,close,volume,volume | cut -d, -f2 | tail -n 1",
           "5\n");
    says("$P indicators s.csv --do vwap --session 24:00", 2, "",
         "--session '24:00', expected HH:MM from 00:00 to 23:59");
    says("cut -d, -f2- s.csv | $P indicators - --do vwap", 1, "",
         "neither times nor a column 'session', which the plan reads");
}

static void several_files_and_panels_are_universes(void)
{
    NEED_PROGRAM();
    write_file("AA.csv", "date,close,volume\n2020-01-01,1,5\n2020-01-02,2,5\n");
    write_file("AB.csv", "date,volume,close\n2020-01-05,7,10\n2020-01-06,7,30\n");
    prints("$P indicators 'A?.csv' --do sma:2",
           "date,symbol,sma_2\n2020-01-01,AA,\n2020-01-02,AA,1.5\n2020-01-05,AB,\n"
           "2020-01-06,AB,20\n");
    prints("$P indicators AA.csv AB.csv --do sma:2@volume --with-input | tail -n 1",
           "2020-01-06,AB,30,7,7\n");
    write_file("AC.csv", "date,close\n2020-01-01,1\n");
    says("$P indicators AA.csv AC.csv --do sma:2", 1, "",
         "AC.csv has no numeric column 'volume', which AA.csv has");
    says("$P indicators AA.csv more.csv --do sma:2", 1, "", "more.csv: cannot be opened");
    says("$P indicators AA.csv 'Z*.csv' --do sma:2", 1, "", "no file matches 'Z*.csv'");
    write_file("AD.csv", "");
    says("$P indicators 'A?.csv' --do sma:2", 1, "", "AD.csv: empty");
    CHECK(remove("AD.csv") == 0);
    write_file("A[1].csv", "date,close\n2020-01-01,3\n");
    prints("$P indicators 'A[1].csv' --do returns", "date,returns\n2020-01-01,\n");
    write_file("wide.csv", "date,XX,YY\n2020-01-01,1,\n2020-01-02,2,8\n2020-01-03,4,4\n");
    says("$P indicators wide.csv --do returns", 0,
         "date,symbol,returns\n2020-01-01,XX,\n2020-01-02,XX,1\n2020-01-03,XX,1\n"
         "2020-01-01,YY,\n2020-01-02,YY,\n2020-01-03,YY,-0.5\n",
         "wide.csv is a panel: 2 columns");
}

static void all_is_what_the_columns_allow(void)
{
    NEED_PROGRAM();
    write_file("hlc.csv", "date,high,low,close\n2020-01-01,3,1,2\n2020-01-02,4,2,3\n");
    says("$P indicators hlc.csv --do all --family volatility | head -n 1", 0, ",trange,", "");
    says("$P indicators hlc.csv --do all --family volume | head -n 1", 0, "date", "left out");
    says("$P indicators hlc.csv --do all --family none", 2, "",
         "--family 'none', expected one of average");
    says("$P indicators --list --family volume", 0, "obv", "");
}

static void times_are_repeated_as_they_were(void)
{
    NEED_PROGRAM();
    write_file("t.csv", "time_ms,price\n1577836800000,1\n1577836860000,3\n");
    prints("$P indicators t.csv --do sma:2", "time_ms,sma_2\n1577836800000,\n1577836860000,2\n");
    write_file("t.csv", "\"when, date\",close\n2020-01-01 09:30,1\n2020-01-01 09:31,2\n");
    prints("$P indicators t.csv --do returns",
           "\"when, date\",returns\n2020-01-01 09:30,\n2020-01-01 09:31,1\n");
}

static void inputs_are_found_by_role_and_by_name(void)
{
    NEED_PROGRAM();
    make_files();
    prints("$P indicators named.csv --do sma:2 | tail -n 1", "2020-01-02,3\n");
    prints("$P indicators named.csv --do 'sma:2@volume sma:2@HIGH sma:2@adj_close sma:2@o'",
           "Date,sma_2_volume,sma_2_HIGH,sma_2_adj_close,sma_2_o\n2020-01-01,,,,\n"
           "2020-01-02,20,4,2,1.5\n");
    prints("$P indicators named.csv --do trange | tail -n 1", "2020-01-02,3\n");
    write_file("two.csv", "date,Mid,MID,mid2\n2020-01-01,1,10,3\n2020-01-02,2,20,5\n");
    prints("$P indicators two.csv --do sma:2@MID | tail -n 1", "2020-01-02,15\n");
    says("$P indicators two.csv --do sma:2@mid", 1, "", "2 columns are called 'mid'");
    write_file("mids.csv", "Mid,MID,mid2\n1,10,3\n");
    says("$P indicators mids.csv --do sma:2", 1, "",
         "no column 'close', there are Mid, MID, mid2; name one after '@'");
    says("$P indicators close.csv --do sma:2@clsoe", 1, "",
         "no column 'clsoe', there are close; did you mean 'close'?");
}

static void bad_requests_are_usage_errors_that_say_why(void)
{
    static const struct {
        const char *arguments, *says;
    } rows[] = {
        { "", "expected FILE" },
        { "close.csv", "--do is needed" },
        { "--do sma:2", "expected FILE" },
        { "close.csv --do ''", "no calls" },
        { "close.csv --do rsii", "did you mean 'rsi'?" },
        { "close.csv --do rsi:1", "period is 1, expected a whole number from 2" },
        { "close.csv --do rsi:2.5", "whole number" },
        { "close.csv --do rsi:x", "expected a number" },
        { "close.csv --do sma:2,3", "too many parameters" },
        { "close.csv --do sma:2@close,high", "too many inputs" },
        { "close.csv --do 'sma:2 sma:2'", "'sma_2' is asked for twice" },
        { "close.csv --do sma:2 --precision f16", "--precision 'f16'" },
        { "close.csv --do sma:2 --missing no", "--missing 'no', expected spread or skip" },
        { "close.csv --do rsi --profile talib",
          "--profile 'talib', expected talib-0.6, talib-0.8, tradingview or tulip" },
        { "close.csv --do rsi --unstable rsi", "--unstable 'rsi', expected NAME=BARS" },
        { "close.csv --do rsi --unstable rsi=2x", "expected NAME=BARS with 0 to 100000 bars" },
        { "close.csv --do rsi --unstable rsi=-2", "expected NAME=BARS with 0 to 100000 bars" },
        { "close.csv --do rsi --unstable sma=2",
          "'sma' has no unstable period, expected one of all, adx, atr" },
        { "--list rsii", "did you mean 'rsi'?" },
    };
    NEED_PROGRAM();
    make_files();
    for (size_t i = 0; i < COUNT(rows); i++) {
        char line[256];
        snprintf(line, sizeof line, "$P indicators %s", rows[i].arguments);
        says(line, 2, "", rows[i].says);
        CHECK(out[0] == '\0');
    }
    says("$P indicators missing.csv --do sma:2", 1, "", "missing.csv");
    says("$P indicators close.csv --do sma:2 --device nonsense:1", 1, "", "nonsense:1");
}

static void empty_short_and_broken_files_are_taken_for_what_they_are(void)
{
    NEED_PROGRAM();
    says("$P indicators - --do sma:2 </dev/null", 1, "",
         "standard input: empty, expected a header and rows of prices");
    says("printf '\\n\\n' | $P indicators - --do sma:2", 1, "", "empty, expected a header");
    says("echo date,open,high,low,close >head.csv; $P indicators head.csv --do 'atr rsi' -o no.csv",
         1, "", "head.csv: a header without rows, expected rows of prices below it");
    CHECK(out[0] == '\0' && access("no.csv", F_OK) != 0);
    says("echo symbol | $P indicators - --do sma:2", 1, "", "a header without rows");
    prints("printf 'date,close\\n2020-01-01,5' | $P indicators - --do 'sma:2 rsi macd'",
           "date,sma_2,rsi,macd.macd,macd.signal,macd.hist\n2020-01-01,,,,,\n");
    says("printf 'date,close\\n2020-01-01,5\\n2020-01-02\\n' | $P indicators - --do sma:2", 1, "",
         "3:");
    says("printf 'date,close\\n2020-01-01,5\\n2020-01-02,x\\n' | $P indicators - --do sma:2", 1, "",
         "standard input:3:12");
    prints("printf 'date,close\\n2020-01-01,\\n2020-01-02,1\\n2020-01-03,3\\n' | "
           "$P indicators - --do sma:2",
           "date,sma_2\n2020-01-01,\n2020-01-02,\n2020-01-03,2\n");
    CHECK(strstr(err, "1 missing cells (in line 2)") != NULL);
    prints("printf 'date,close\\n2020-01-01,1\\n2020-01-02,3\\n2020-01-03,5\\n' | "
           "$P indicators - --do 'ema:2 sma:2' --unstable ema=1",
           "date,ema_2,sma_2\n2020-01-01,,\n2020-01-02,,2\n2020-01-03,4,4\n");
    prints("printf 'date,close\\n2020-01-01,1\\n2020-01-02,4\\n' | "
           "$P indicators - --do 'ema:2' --profile tulip",
           "date,ema_2\n2020-01-01,1\n2020-01-02,3\n");
    says("$P indicators --list bbands", 0,
         "5 unless given, 20 in talib-0.8, 20 in tradingview; a whole number", "");
    says("printf 'date,close\\n2020-01-01,\\n' | $P indicators - --do sma:2 --quiet", 0, "", "");
    CHECK(err[0] == '\0');
}

static void each_symbol_is_a_series_and_rows_keep_their_order(void)
{
    NEED_PROGRAM();
    prints("printf 'ticker,date,close\\nA,2020-01-01,1\\nB,2020-01-01,10\\nA,2020-01-02,2\\n"
           "B,2020-01-02,30\\nA,2020-01-03,4\\n' | $P indicators - --do 'sma:2 returns'",
           "date,ticker,sma_2,returns\n2020-01-01,A,,\n2020-01-01,B,,\n2020-01-02,A,1.5,1\n"
           "2020-01-02,B,20,2\n2020-01-03,A,3,1\n");
    /* One symbol cut out gives what it gives among the others. */
    says("$P synth --symbols 40 --bars 200 >m.csv; "
         "$P indicators m.csv --do 'rsi ema:9 atr' | grep ,S0007, | sed 's/,S0007//' >a; "
         "grep -e symbol -e S0007 m.csv | cut -d, -f2- | "
         "$P indicators - --do 'rsi ema:9 atr' | tail -n +2 | cmp - a && wc -l <a",
         0, "200", "");
}

static void json_has_the_device_the_times_and_null_where_nothing_is(void)
{
    NEED_PROGRAM();
    make_files();
    prints("$P indicators close.csv --do sma:2 --json --device cpu:0",
           "{\"device\":\"cpu:0\",\"rows\":3,\"time\":[\"2020-01-01\",\"2020-01-02\","
           "\"2020-01-03\"],\"columns\":{\"sma_2\":[null,1.5,3.25]}}\n");
    CHECK(run("$P indicators close.csv --do sma:2 --json --with-input -o x.json") == 0);
    CHECK(out[0] == '\0');
    json_t *root = json_load_file("x.json", 0, NULL);
    CHECK(json_array_size(json_object_get(json_object_get(root, "input"), "close")) == 3);
    json_decref(root);
}

static void the_catalogue_is_listed_whole(void)
{
    NEED_PROGRAM();
    says("$P indicators --list", 0, "period=14 (2..100000)", "");
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *about = pen_indicator_at(i);
        char line[128];
        CHECK(strstr(out, about->title) != NULL);
        snprintf(line, sizeof line, "$P indicators --list %s", about->name);
        says(line, 0, about->formula, "");
        CHECK(strstr(out, about->source) != NULL);
        run("$P indicators --list");
    }
    CHECK(run("$P indicators --list --json") == 0);
    json_t *root = json_loads(out, 0, NULL);
    CHECK(json_array_size(root) == pen_indicator_count());
    json_decref(root);
}

static void the_catalogue_in_the_docs_is_the_program_s(void)
{
    static char text[1 << 18];
    NEED_PROGRAM();
    slurp(docs_page, text, sizeof text);
    CHECK(run("$P indicators --list") == 0);
    if (strstr(text, out) == NULL)
        printf("    docs/indicators.md has another table; 'make docs' renews it\n");
    CHECK(strstr(text, out) != NULL);
    CHECK(run("$P indicators --list --page >page.md; cmp page.md $CATALOGUE") == 0);
}

static void a_plot_shows_prices_and_a_panel_for_each_oscillator(void)
{
    NEED_PROGRAM();
    says("$P synth --bars 200 | $P indicators - --do 'sma:20 bbands:20 rsi macd' --plot p.svg "
         ">x.csv; grep -c '<svg' p.svg",
         0, "1", "");
    says("grep -o rsi p.svg | head -n 1", 0, "rsi", "");
    make_files();
    says("$P indicators plain.csv --do sma:2@mid --plot q.svg; grep -c '<svg' q.svg", 0, "1", "");
    says("$P synth --symbols 2 | $P indicators - --do sma:2 --plot r.svg", 1, "",
         "several symbols");
    says("$P indicators close.csv --do sma:2 --plot no/such/p.svg", 1, "", "no/such/p.svg");
}

/* All indicators over one file give as many lines as it has. */
static void try_file(const char *name)
{
    char line[2048];
    snprintf(line, sizeof line, "wc -l <$DATA/%s; $P indicators $DATA/%s -q --do all | wc -l", name,
             name);
    CHECK(run(line) == 0 && err[0] == '\0');
    long lines = 0, rows = 0;
    CHECK(sscanf(out, "%ld %ld", &lines, &rows) == 2 && lines == rows && rows > 1);
    if (lines != rows || err[0] != '\0')
        printf("    %s: %ld lines in, %ld out, %.200s\n", name, lines, rows, err);
}

static void real_bars_go_through_every_indicator(void)
{
    NEED_PROGRAM();
    DIR *folder_stream = data_folder[0] != '\0' ? opendir(data_folder) : NULL;
    if (folder_stream == NULL)
        SKIP("no ../shared/data/daily");
    setenv("DATA", data_folder, 1);
    for (struct dirent *entry; (entry = readdir(folder_stream)) != NULL;)
        if (strstr(entry->d_name, ".csv") != NULL)
            try_file(entry->d_name);
    closedir(folder_stream);
}

static const check_test tests[] = {
    TEST(columns_are_the_times_and_the_outputs_as_typed),
    TEST(sessions_are_days_or_a_column),
    TEST(several_files_and_panels_are_universes),
    TEST(all_is_what_the_columns_allow),
    TEST(times_are_repeated_as_they_were),
    TEST(inputs_are_found_by_role_and_by_name),
    TEST(bad_requests_are_usage_errors_that_say_why),
    TEST(empty_short_and_broken_files_are_taken_for_what_they_are),
    TEST(each_symbol_is_a_series_and_rows_keep_their_order),
    TEST(json_has_the_device_the_times_and_null_where_nothing_is),
    TEST(the_catalogue_is_listed_whole),
    TEST(the_catalogue_in_the_docs_is_the_program_s),
    TEST(a_plot_shows_prices_and_a_panel_for_each_oscillator),
    TEST(real_bars_go_through_every_indicator),
    TEST(nothing_is_left_behind),
};

int main(int argc, char **argv)
{
    if (realpath("../shared/data/daily", data_folder) == NULL)
        data_folder[0] = '\0';
    if (realpath("docs/indicators.md", docs_page) == NULL)
        docs_page[0] = '\0';
    char catalogue[PATH_MAX];
    if (realpath("docs/catalogue.md", catalogue) != NULL)
        setenv("CATALOGUE", catalogue, 1);
    return check_main_(tests, COUNT(tests), argc, argv);
}
