/* Charts: SVG and terminal, what they draw, what they refuse, odd input. */
#include "check.h"
#include "machine/base/alloc.h"
#include "penstock/penstock.h"

enum { N = 8 };
static const int64_t DAY_NS = 86400000000000;
static double x[N], y[N], low[N], high[N];
static int64_t time_ns[N];

static void fill(void)
{
    for (int i = 0; i < N; i++) {
        x[i] = i;
        y[i] = 10 + i % 3;
        low[i] = y[i] - 1;
        high[i] = y[i] + 1;
        time_ns[i] = (19700 + i) * DAY_NS;
    }
}

static char *svg_of(const pen_plot *plot)
{
    char *text = NULL;
    CHECK_OK(pen_plot_svg(plot, &text, NULL));
    return text;
}

static size_t times_in(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        n++;
    return n;
}

/* Every tag that opens closes, in order: a small check that needs no XML library. */
static bool is_balanced(const char *text)
{
    int depth = 0;
    for (; (text = strchr(text, '<')) != NULL; text++) {
        const char *end = strchr(text, '>');
        if (end == NULL)
            return false;
        if (text[1] == '/')
            depth--;
        else if (end[-1] != '/')
            depth++;
        if (depth < 0)
            return false;
    }
    return depth == 0;
}

static pen_plot_series line = { .kind = PEN_PLOT_LINE, .label = "close", .y = y };
static pen_plot_panel panel = { .title = "Price", .series = &line, .count = 1 };

static pen_plot plot_of_line(void)
{
    fill();
    line.y = y;
    return (pen_plot){ .title = "T", .x = x, .n = N, .panels = &panel, .panel_count = 1 };
}

static void a_plot_draws_every_kind_and_is_well_formed(void)
{
    fill();
    pen_plot_series all[] = {
        { .kind = PEN_PLOT_CANDLES, .y = y, .open = low, .high = high, .low = low },
        { .kind = PEN_PLOT_BAND, .label = "band", .low = low, .high = high },
        { .kind = PEN_PLOT_LINE, .label = "line", .y = y },
        { .kind = PEN_PLOT_LEVEL, .label = "level", .level = 11 },
    };
    pen_plot_series volume = { .kind = PEN_PLOT_BARS, .y = y };
    pen_plot_panel panels[] = { { .title = "a", .series = all, .count = 4 },
                                { .title = "b", .series = &volume, .count = 1, .weight = 0.4 } };
    pen_plot plot = { .title = "all",
                      .subtitle = "sub",
                      .time_ns = time_ns,
                      .n = N,
                      .panels = panels,
                      .panel_count = 2,
                      .is_evenly_spaced = true };
    char *text = svg_of(&plot), *again = svg_of(&plot);
    CHECK(is_balanced(text));
    CHECK(strstr(text, "<title>all</title>") != NULL);
    CHECK(strstr(text, "class=\"up\"") != NULL);
    CHECK(strstr(text, "prefers-color-scheme:dark") != NULL);
    CHECK(strstr(text, "2023-12-09 to 2023-12-16 UTC") != NULL);
    CHECK_TEXT(text, again);
    pen_plot_free(text);
    pen_plot_free(again);
    CHECK_OK(pen_plot_terminal(&plot, 80, 20, true, &text, NULL));
    CHECK(strstr(text, "\033[38;5;") != NULL);
    pen_plot_free(text);
    CHECK_OK(pen_plot_terminal(&plot, 80, 20, false, &text, NULL));
    CHECK(strchr(text, '\033') == NULL);
    pen_plot_free(text);
}

static void labels_cannot_break_out_of_the_document(void)
{
    pen_plot plot = plot_of_line();
    plot.title = "</text><script>alert(\"1\")</script> & \x01\x1b[31m \xff \xc0\xaf S&P";
    char *text = svg_of(&plot);
    CHECK(is_balanced(text));
    CHECK(strstr(text, "<script") == NULL);
    CHECK(strstr(text, "&lt;script&gt;") != NULL);
    CHECK(strchr(text, '\x01') == NULL && strchr(text, '\x1b') == NULL);
    CHECK(strchr(text, '\xff') == NULL && strstr(text, "\xc0\xaf") == NULL);
    pen_plot_free(text);
    CHECK_OK(pen_plot_terminal(&plot, 80, 10, false, &text, NULL));
    CHECK(strchr(text, '\x1b') == NULL);
    pen_plot_free(text);
}

static void nan_breaks_the_line_and_a_lone_point_is_a_cross(void)
{
    pen_plot plot = plot_of_line();
    char *whole = svg_of(&plot);
    y[3] = NAN;
    y[5] = INFINITY;
    char *broken = svg_of(&plot);
    const char *path = strstr(broken, "<path class=\"l\" stroke-width=\"1.5\" d=\"");
    CHECK(path != NULL && strstr(whole, "m-2.5") == NULL && strstr(path, "m-2.5") != NULL);
    pen_plot_free(whole);
    pen_plot_free(broken);
}

static void sizes_and_values_at_the_edges_are_drawn(void)
{
    static const struct {
        const char *label;
        size_t n;
        double a, b;
        bool is_log;
    } rows[] = {
        { "no points", 0, 0, 0, false },
        { "one point", 1, 5, 0, false },
        { "constant", 2, 7, 7, false },
        { "constant zero", 2, 0, 0, false },
        { "whole range", 2, -1.7e308, 1.7e308, false },
        { "the largest, twice", 2, 1.79e308, 1.79e308, false },
        { "smallest", 2, 5e-324, 1e-323, false },
        { "neighbours", 2, 1, 1 + 2.3e-16, false },
        { "all missing", 2, NAN, NAN, false },
        { "log", 2, 1e-300, 1e300, true },
        { "log of nothing positive", 2, -1, 0, true },
        { "log, little range", 2, 99, 101, true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_plot plot = plot_of_line();
        char *text = NULL;
        y[0] = rows[i].a;
        y[1] = rows[i].b;
        plot.n = rows[i].n;
        panel.is_log = rows[i].is_log;
        text = svg_of(&plot);
        if (text == NULL || !is_balanced(text) || strstr(text, "nan") != NULL ||
            strstr(text, "inf") != NULL)
            CHECK_TEXT(rows[i].label, "a well-formed picture");
        pen_plot_free(text);
        CHECK_OK(pen_plot_terminal(&plot, 30, 4, false, &text, NULL));
        pen_plot_free(text);
    }
    panel.is_log = false;
}

static void times_at_the_ends_of_an_int64_are_drawn(void)
{
    pen_plot plot = plot_of_line();
    int64_t ends[] = { INT64_MIN, INT64_MAX };
    plot.x = NULL;
    plot.time_ns = ends;
    for (int even = 0; even < 2; even++)
        for (plot.n = 1; plot.n <= 2; plot.n++) {
            plot.is_evenly_spaced = even;
            char *text = svg_of(&plot);
            CHECK(text != NULL && is_balanced(text) && strstr(text, "1677-09-21") != NULL);
            pen_plot_free(text);
        }
}

static void dates_get_round_ticks(void)
{
    pen_plot plot = plot_of_line();
    static int64_t times[3000];
    static double values[3000];
    static const struct {
        int64_t start_s, step_s;
        size_t n;
        const char *want;
    } rows[] = {
        { 1420156800, 86400, 3000, ">2018<" }, { 1420156800, 86400, 300, ">Sep<" },
        { 1700000000, 86400, 20, ">19 Nov<" }, { 1700000000, 60, 600, ">02:00<" },
        { 1700000000, 1, 30, ">22:13:40<" },
    };
    plot.x = NULL;
    plot.time_ns = times;
    line.y = values;
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t k = 0; k < rows[i].n; k++)
            times[k] = (rows[i].start_s + (int64_t)k * rows[i].step_s) * 1000000000;
        plot.n = rows[i].n;
        char *text = svg_of(&plot);
        if (strstr(text, rows[i].want) == NULL)
            CHECK_TEXT("no tick", rows[i].want);
        pen_plot_free(text);
    }
}

static void a_million_points_make_a_small_file(void)
{
    enum { MANY = 1000000 };
    double *many = malloc(MANY * sizeof *many), *at = malloc(MANY * sizeof *at);
    for (size_t i = 0; i < MANY; i++) {
        at[i] = (double)i;
        many[i] = i == 777777 ? 100 : (double)(i % 17);
    }
    pen_plot plot = plot_of_line();
    plot.x = at;
    plot.n = MANY;
    line.y = many;
    char *text = svg_of(&plot);
    CHECK(strlen(text) < 100000);
    /* the one outlier survives: the axis reaches 100 and one column is tall */
    CHECK(strstr(text, ">100<") != NULL);
    pen_plot_free(text);
    free(many);
    free(at);
}

static void wrong_plots_are_refused(void)
{
    char *text;
    pen_plot plot = plot_of_line();
    plot.time_ns = time_ns;
    CHECK_STATUS(pen_plot_svg(&plot, &text, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("exactly one");
    CHECK(text == NULL);
    plot = plot_of_line();
    x[4] = 0;
    CHECK_STATUS(pen_plot_svg(&plot, &text, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("position 4");
    x[4] = NAN;
    CHECK_STATUS(pen_plot_svg(&plot, &text, NULL), PEN_E_ARG);
    plot = plot_of_line();
    line.y = NULL;
    CHECK_STATUS(pen_plot_svg(&plot, &text, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("close");
    plot = plot_of_line();
    plot.panel_count = 0;
    CHECK_STATUS(pen_plot_svg(&plot, &text, NULL), PEN_E_ARG);
    plot = plot_of_line();
    CHECK_STATUS(pen_plot_terminal(&plot, 29, 4, false, &text, NULL), PEN_E_ARG);
    CHECK_STATUS(pen_plot_save(&plot, "/nonexistent/a.svg"), PEN_E_IO);
    CHECK_ERROR_SAYS("/nonexistent/a.svg");
}

static void out_of_memory_is_reported_at_every_allocation(void)
{
    pen_plot plot = plot_of_line();
    pen_plot_series candles = {
        .kind = PEN_PLOT_CANDLES, .y = y, .open = low, .high = high, .low = low
    };
    panel.series = &candles;
    long live = pen_alloc_live();
    for (int terminal = 0; terminal < 2; terminal++) {
        pen_status s = PEN_E_NOMEM;
        for (long n = 0; s != PEN_OK; n++) {
            char *text;
            pen_alloc_fail_after(n);
            s = terminal ? pen_plot_terminal(&plot, 80, 20, true, &text, NULL)
                         : pen_plot_svg(&plot, &text, NULL);
            pen_alloc_fail_after(-1);
            CHECK(s == PEN_OK || (s == PEN_E_NOMEM && text == NULL));
            pen_plot_free(text);
            CHECK(pen_alloc_live() == live);
        }
    }
    panel.series = &line;
}

static void a_histogram_counts_every_finite_value(void)
{
    double values[] = { 0, 1, 2, 3, 4, 4, NAN, INFINITY }, centre[4], count[4];
    size_t bins;
    CHECK_OK(pen_histogram(values, COUNT(values), 4, centre, count));
    CHECK(count[0] == 1 && count[1] == 1 && count[2] == 1 && count[3] == 3);
    CHECK_NEAR("first centre", centre[0], 0.5, 1e-15);
    CHECK_OK(pen_histogram(values + 6, 2, 4, centre, count));
    CHECK(count[0] + count[1] + count[2] + count[3] == 0);
    double same[] = { 5, 5, 5 }, wide[] = { -1.7e308, 1.7e308 };
    CHECK_OK(pen_histogram(same, 3, 4, centre, count));
    CHECK(count[0] + count[1] + count[2] + count[3] == 3);
    CHECK_OK(pen_histogram(wide, 2, 4, centre, count));
    CHECK(count[0] == 1 && count[3] == 1);
    CHECK_STATUS(pen_histogram(values, 3, 0, centre, count), PEN_E_ARG);
    CHECK_OK(pen_histogram_bins(values, COUNT(values), &bins));
    CHECK(bins >= 1 && bins <= 512);
    CHECK_OK(pen_histogram_bins(same, 3, &bins));
    CHECK_OK(pen_histogram_bins(NULL, 0, &bins));
    CHECK(bins == 1);
    /* 1000 values of 0 to 1 evenly: IQR 1/2, width 2 * 0.5 / 10 */
    double even[1000];
    for (int i = 0; i < 1000; i++)
        even[i] = i / 999.0;
    CHECK_OK(pen_histogram_bins(even, 1000, &bins));
    CHECK(bins == 10);
}

static void dense_candles_are_merged_not_lost(void)
{
    enum { MANY = 5000 };
    static double open[MANY], top[MANY], bottom[MANY], close[MANY], at[MANY];
    for (int i = 0; i < MANY; i++) {
        at[i] = i;
        open[i] = 10;
        close[i] = 11;
        top[i] = i == 3333 ? 50 : 12;
        bottom[i] = 9;
    }
    pen_plot_series candles = {
        .kind = PEN_PLOT_CANDLES, .y = close, .open = open, .high = top, .low = bottom
    };
    pen_plot_panel one = { .series = &candles, .count = 1 };
    pen_plot plot = { .x = at, .n = MANY, .panels = &one, .panel_count = 1 };
    char *text = svg_of(&plot);
    CHECK(times_in(text, "V") < 400 && times_in(text, "V") > 200);
    CHECK(strlen(text) < 60000);
    pen_plot_free(text);
}

static void paths_and_marks_are_drawn_from_their_points(void)
{
    static const pen_plot_point path[] = {
        { .at = 0, .y = 10 }, { .at = 2, .y = 12 }, { .at = 3, .y = NAN }, { .at = 3, .y = 11 }
    };
    static const pen_plot_point marks[] = { { .at = 0, .y = 14, .text = "<top>", .side = 1 },
                                            { .at = 1, .y = 8, .text = "low", .side = -1 },
                                            { .at = 2, .y = 9, .text = "level" } };
    pen_plot_series series[] = {
        { .kind = PEN_PLOT_PATH, .label = "path", .points = path, .point_count = 4 },
        { .kind = PEN_PLOT_PATH, .points = path, .point_count = 2, .is_dashed = true },
        { .kind = PEN_PLOT_MARKS, .points = marks, .point_count = 3 },
    };
    pen_plot plot = plot_of_line();
    panel = (pen_plot_panel){ .series = series, .count = COUNT(series) };
    char *text = svg_of(&plot);
    CHECK(strstr(text, ">&lt;top&gt;</text>") != NULL && strstr(text, ">low</text>") != NULL);
    CHECK(strstr(text, ">level</text>") != NULL);
    CHECK(strstr(text, "class=\"d\" stroke-width") != NULL);
    CHECK(times_in(text, "h0") >= 2); /* two dots: the one after its point has none */
    pen_plot_free(text);
    CHECK_OK(pen_plot_terminal(&plot, 60, 12, false, &text, NULL));
    CHECK(strstr(text, "path") != NULL);
    pen_plot_free(text);
    series[0].points = NULL;
    CHECK_STATUS(pen_plot_svg(&plot, &text, NULL), PEN_E_ARG);
    static const pen_plot_point beyond = { .at = 1000000 };
    series[0].points = &beyond;
    series[0].point_count = 1;
    CHECK_STATUS(pen_plot_svg(&plot, &text, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("'path' has no point 0");
    panel = (pen_plot_panel){ .series = &line, .count = 1 };
}

static pen_status save_heat_map(void *map)
{
    char *text;
    pen_status s = pen_heat_map_svg(map, &text, NULL);
    pen_plot_free(text);
    return s;
}

static void a_heat_map_colours_what_there_is(void)
{
    static const char *const names[] = { "A", "<B>" };
    static const double values[] = { 1, -0.5, NAN, 7 };
    pen_heat_map map = { .title = "t", .names = names, .values = values, .n = 2 };
    char *text;
    CHECK_OK(pen_heat_map_svg(&map, &text, NULL));
    CHECK(strstr(text, "&lt;B&gt;") != NULL && strstr(text, "<B>") == NULL);
    CHECK(times_in(text, "<rect") == 1 + 3 + 21); /* ground, numbers, legend */
    CHECK(strstr(text, ">-0.50<") != NULL && strstr(text, "nan") == NULL);
    CHECK(strstr(text, "</svg>") != NULL);
    pen_plot_free(text);
    for (long n = 0; n < 100; n++) {
        pen_alloc_fail_after(n);
        pen_status s = save_heat_map(&map);
        pen_alloc_fail_after(-1);
        if (s == PEN_OK)
            break;
        CHECK_STATUS(s, PEN_E_NOMEM);
    }
    map.n = 0;
    CHECK_OK(save_heat_map(&map));
    map.n = 2001;
    CHECK_STATUS(save_heat_map(&map), PEN_E_ARG);
    map.n = 2;
    CHECK_STATUS(pen_heat_map_save(&map, "/nowhere/map.svg"), PEN_E_IO);
    CHECK_ERROR_SAYS("/nowhere/map.svg");
}

static const check_test tests[] = {
    TEST(a_plot_draws_every_kind_and_is_well_formed),
    TEST(labels_cannot_break_out_of_the_document),
    TEST(nan_breaks_the_line_and_a_lone_point_is_a_cross),
    TEST(sizes_and_values_at_the_edges_are_drawn),
    TEST(times_at_the_ends_of_an_int64_are_drawn),
    TEST(dates_get_round_ticks),
    TEST(a_million_points_make_a_small_file),
    TEST(dense_candles_are_merged_not_lost),
    TEST(paths_and_marks_are_drawn_from_their_points),
    TEST(a_heat_map_colours_what_there_is),
    TEST(wrong_plots_are_refused),
    TEST(out_of_memory_is_reported_at_every_allocation),
    TEST(a_histogram_counts_every_finite_value),
};

TEST_MAIN(tests)
