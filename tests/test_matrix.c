/* Tables of numbers from CSV: shapes, names, what is refused and where. */
#include "machine/base/matrix.h"

#include "check.h"
#include "machine/base/alloc.h"

static pen_status read(const char *text, pen_matrix *m)
{
    pen_source *source;
    pen_status s = pen_source_open_memory("m.csv", text, strlen(text), &source);
    return s == PEN_OK ? pen_matrix_read(source, m) : s;
}

static void plain_numbers_have_no_names(void)
{
    pen_matrix m;
    CHECK_OK(read("1,2,3\n4, 5 ,6e-1\n", &m));
    CHECK(m.n_rows == 2 && m.n_cols == 3 && m.rows == NULL && m.columns == NULL);
    CHECK(m.values[4] == 5 && m.values[5] == 0.6 && m.lines[1] == 2);
    pen_matrix_clear(&m);
    CHECK_OK(read("7\n8\n", &m));
    CHECK(m.n_rows == 2 && m.n_cols == 1 && m.values[1] == 8);
    pen_matrix_clear(&m);
    pen_matrix_clear(&m);
}

static void names_are_of_rows_and_columns(void)
{
    static const char *const texts[] = { "name,A,B\nA,1,2\nB,3,4\n", ",A,B\nA,1,2\nB,3,4\n",
                                         "A,B\nA,1,2\nB,3,4\n", "A;B\n1;2\n3;4\n", "A,1,2\nB,3,4" };
    for (size_t i = 0; i < COUNT(texts); i++) {
        pen_matrix m;
        CHECK_OK(read(texts[i], &m));
        CHECK(m.n_rows == 2 && m.n_cols == 2 && m.values[2] == 3);
        CHECK((m.columns == NULL) == (i == 4) && (m.rows == NULL) == (i == 3));
        if (m.columns != NULL)
            CHECK_TEXT(m.columns[1], "B");
        if (m.rows != NULL)
            CHECK_TEXT(m.rows[0], "A");
        pen_matrix_clear(&m);
    }
}

static void errors_have_a_place(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        { "1,2\n3,x\n", "m.csv:2:3: 'x', expected a finite number" },
        { "1,2\n3,nan\n", "m.csv:2:3: 'nan', expected a finite number" },
        { "1,2\n3,-inf\n", "m.csv:2:3: '-inf', expected" },
        { "1,2\n3,\n", "m.csv:2:3: '', expected" },
        { "1,2\n3\n", "m.csv:2:1: 1 cells, expected 2" },
        { "A,B,C,D\n1,2\n3,4\n", "4 names in the header of 2 columns" },
        { "A,B\n", "no row of numbers" },
        { "", "no row of numbers" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_matrix m;
        CHECK_STATUS(read(rows[i].text, &m), PEN_E_PARSE);
        CHECK_ERROR_SAYS(rows[i].says);
        pen_matrix_clear(&m);
    }
}

static void every_failed_allocation_is_reported(void)
{
    long live = pen_alloc_live();
    pen_status s = PEN_E_NOMEM;
    for (long k = 0; k < 100 && s == PEN_E_NOMEM; k++) {
        pen_matrix m = { 0 };
        pen_alloc_fail_after(k);
        s = read("name,A,B\nA,1,2\nB,3,4\n", &m);
        pen_alloc_fail_after(-1);
        pen_matrix_clear(&m);
        CHECK(pen_alloc_live() == live);
    }
    CHECK_OK(s);
}

static const check_test tests[] = {
    TEST(plain_numbers_have_no_names),
    TEST(names_are_of_rows_and_columns),
    TEST(errors_have_a_place),
    TEST(every_failed_allocation_is_reported),
};
TEST_MAIN(tests)
