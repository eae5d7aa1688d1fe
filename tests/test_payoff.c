/* Payoffs as expressions: what they mean, against the same written in C over stored paths; what is
 * wrong with them is said. */
#include "check.h"
#include "device_matrix.h"
#include "machine/base/alloc.h"
#include "penstock/simulation.h"

enum { PATHS = 300, DATES = 7, POINTS = DATES + 1, ASSETS = 2 };

static const double HORIZON = 0.5, RATE = 0.04, K = 100, B = 97;

/* One path of the two assets, with the start. */
typedef struct path {
    const double *s[ASSETS];
} path;

static pen_queue *first_queue(void)
{
    matrix_size();
    return matrix_select(0);
}

static pen_simulation two_assets(void)
{
    static const double initial[] = { 100, 90 }, vol[] = { 0.3, 0.4 };
    static const double correlation[] = { 1, 0.4, 0.4, 1 };
    pen_simulation s = pen_simulation_default(PEN_GEOMETRIC_BROWNIAN);
    s.n_assets = ASSETS;
    s.initial_px = initial;
    s.vol_frac = vol;
    s.correlation = correlation;
    s.drift_frac = NULL;
    s.rate_frac = RATE;
    s.horizon_yr = HORIZON;
    s.n_dates = DATES;
    s.seed = 11;
    return s;
}

/* ---- expressions beside what they should be ---- */

static double at_end(const path *p)
{
    return p->s[0][DATES];
}
static double call(const path *p)
{
    return fmax(p->s[0][DATES] - K, 0);
}
static double asian_out(const path *p)
{
    double sum = 0, low = INFINITY;
    for (int k = 1; k <= DATES; k++) {
        sum += p->s[0][k];
        low = fmin(low, p->s[0][k]);
    }
    return fmax(sum / DATES - K, 0) * (low > B);
}
static double lookback(const path *p)
{
    double high = 0;
    for (int k = 1; k <= DATES; k++)
        high = fmax(high, p->s[0][k]);
    return high - p->s[0][DATES];
}
static double basket(const path *p)
{
    return fmax(0.5 * p->s[0][DATES] / 100 + 0.5 * p->s[1][DATES] / 90 - 1, 0);
}
static double variance_swap(const path *p)
{
    double sum = 0;
    for (int k = 1; k <= DATES; k++)
        sum += pow(log(p->s[0][k] / p->s[0][k - 1]), 2);
    return sum / HORIZON - 0.04;
}
static double autocall(const path *p)
{
    for (int k = 1; k <= DATES; k++) {
        double t = HORIZON * k / DATES;
        if (p->s[0][k] >= 100 && p->s[1][k] >= 90)
            return (1 + 0.1 * t) * exp(RATE * (HORIZON - t));
    }
    return fmin(1, p->s[1][DATES] / 90);
}
static double drawdown_days(const path *p)
{
    double high = 0, count = 0;
    for (int k = 1; k <= DATES; k++) {
        high = fmax(high, p->s[0][k]);
        count += p->s[0][k] < 0.95 * high;
    }
    return count;
}
static double third_date(const path *p)
{
    return p->s[1][3] - p->s[1][2];
}
static double cliquet(const path *p)
{
    double sum = 0;
    for (int k = 1; k <= DATES; k++)
        sum += fmax(fmin(p->s[0][k] / p->s[0][k - 1] - 1, 0.05), -0.03);
    return fmax(sum, 0);
}
static double logic(const path *p)
{
    bool any = false, all = true;
    for (int k = 1; k <= DATES; k++) {
        any = any || p->s[0][k] > 110;
        all = all && p->s[1][k] > 70;
    }
    return (any || !all) ? 2.5 : -(double)(p->s[0][DATES] != p->s[1][DATES]);
}
static double functions(const path *p)
{
    double x = p->s[0][DATES] / 100;
    return exp(-x) + sqrt(x) - log(x) + fabs(x - 1) + floor(10 * x) + erfc(-x / sqrt(2)) / 2;
}
static double powers(const path *p)
{
    double x = p->s[0][DATES] / 100;
    return -x * x + pow(x, 3) - pow(x, -2) + pow(x, 0.7) + pow(2, x) - sqrt(x);
}
static double constants(const path *p)
{
    (void)p;
    return HORIZON + 10 * DATES + 100 * RATE + 0.1 * 90 + 1e-3;
}
static double mean_so_far(const path *p)
{
    double sum = 0, result = 0;
    for (int k = 1; k <= DATES; k++) {
        sum += p->s[0][k];
        result += p->s[0][k] > sum / k ? k : 0;
    }
    return result;
}
static double time_under(const path *p)
{
    double result = 0;
    for (int k = 1; k <= DATES; k++)
        result += p->s[0][k] < 100 ? HORIZON * k / DATES : 0;
    return result;
}

static const struct {
    const char *text;
    double (*want)(const path *p);
} meanings[] = {
    { "S", at_end },
    { "max(S - K, 0)", call },
    { "max(mean(S) - K, 0) * (min(S) > B)", asian_out },
    { "max(S1)-S1", lookback },
    { "max(0.5*S1/S1_0 + 0.5*S2/S2_0 - 1, 0)", basket },
    { "sum(log(S / prev(S))^2) / T - 0.04", variance_swap },
    { "when(S1 >= S0 and S2 >= S2_0, pay(1 + 0.1 * t), min(1, S2 / S2_0))", autocall },
    { "count(S < 0.95 * max(S))", drawdown_days },
    { "at(S2, 3) - at(S2, 2)", third_date },
    { "max(sum(max(min(S / prev(S) - 1, 0.05), -0.03)), 0)", cliquet },
    { "if(any(S > 110) || !all(S2 > 70), 2.5, -(S1 != S2))", logic },
    { "exp(-S/100) + sqrt(S/100) - log(S/100) + abs(S/100 - 1) + floor(S/10) + cdf(S/100)",
      functions },
    { "-(S/100)^2 + (S/100)^3 - (S/100)^-2 + (S/100)^.7 + 2^(S/100) - (S/100)^0.5", powers },
    { "T + 10 * n + 100*r + 0.1 * S2_0 + 1e-3", constants },
    { "sum(if(S > mean(S), i, 0))", mean_so_far },
    { "sum(t * (S < S0))", time_under },
};
enum { MEANINGS = COUNT(meanings) };

static pen_status values_of(pen_queue *queue, pen_dtype dtype, pen_compile compile, void *out)
{
    static const pen_payoff_parameter parameters[] = { { "K", 100 }, { "B", 97 } };
    pen_simulation s = two_assets();
    s.compile = compile;
    pen_payoff *payoffs[MEANINGS] = { NULL };
    pen_panel *panel = NULL;
    pen_status status = PEN_OK;
    for (size_t k = 0; k < MEANINGS && status == PEN_OK; k++)
        status = pen_payoff_create(meanings[k].text, parameters, COUNT(parameters), &payoffs[k]);
    if (status == PEN_OK)
        status = pen_panel_create(pen_queue_device(queue), dtype, MEANINGS, PATHS, &panel);
    if (status == PEN_OK)
        status =
            pen_simulate_payoffs(queue, &s, (const pen_payoff *const *)payoffs, MEANINGS, panel);
    if (status == PEN_OK)
        status = pen_panel_read(queue, out, PATHS, panel);
    if (status == PEN_OK)
        status = pen_queue_wait(queue);
    for (size_t k = 0; k < MEANINGS; k++)
        pen_payoff_destroy(payoffs[k]);
    pen_panel_destroy(panel);
    return status;
}

static void expressions_mean_what_they_say(void)
{
    static double got[MEANINGS][PATHS], paths[PATHS][ASSETS][POINTS];
    pen_simulation s = two_assets();
    pen_panel *panel;
    CHECK_OK(values_of(first_queue(), PEN_F64, PEN_COMPILE_AUTO, got));
    CHECK_OK(
        pen_panel_create(pen_queue_device(first_queue()), PEN_F64, PATHS * ASSETS, POINTS, &panel));
    CHECK_OK(pen_simulate_paths(first_queue(), &s, panel));
    CHECK_OK(pen_panel_read(first_queue(), paths, POINTS, panel));
    CHECK_OK(pen_queue_wait(first_queue()));
    for (size_t k = 0; k < MEANINGS; k++) {
        double worst = 0, spread = 0;
        for (size_t p = 0; p < PATHS; p++) {
            path one = { { paths[p][0], paths[p][1] } };
            double want = meanings[k].want(&one);
            worst = fmax(worst, fabs(got[k][p] - want) / (1 + fabs(want)));
            spread = fmax(spread,
                          fabs(want - meanings[k].want(&(path){ { paths[0][0], paths[0][1] } })));
        }
        CHECK_NEAR(meanings[k].text, worst, 0, 1e-12);
        CHECK(spread > 0 || meanings[k].want == constants); /* the paths differ in it */
    }
    pen_panel_destroy(panel);
    matrix_restore();
}

typedef struct everywhere {
    pen_dtype dtype;
    pen_compile compile;
} everywhere;

static pen_status same_values(pen_queue *queue, void *context, void *out)
{
    const everywhere *e = context;
    return values_of(queue, e->dtype, e->compile, out);
}

static void values_have_the_same_bits_everywhere(void)
{
    for (pen_dtype d = PEN_F32; d <= PEN_F64; d++)
        for (int c = PEN_COMPILE_ALWAYS; c <= PEN_COMPILE_NEVER; c++) {
            everywhere e = { d, (pen_compile)c };
            matrix_check_same("payoffs", same_values, &e, MEANINGS * PATHS * pen_dtype_bytes(d));
        }
}

/* ---- what is wrong ---- */

static void errors_say_where(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "", "column 1: expected a number, a name or '(', got the end" },
        { "max(S - K, 0", "column 13: expected ')' or ',', got the end" },
        { "S - ", "column 5: expected a number, a name or '('" },
        { "S S", "column 3: expected an operator or the end, got 'S'" },
        { "(S + 1", "expected ')' or an operator" },
        { "S + strike", "column 5: 'strike' is neither a word of payoffs nor a parameter" },
        { "maxx(S, 1)", "did you mean 'max'?" },
        { "max()", "column 5: expected a number" },
        { "if(S > 1, 2)", "if() has 2 arguments, expected 3" },
        { "abs(S, 1)", "abs() has 2 arguments, expected 1" },
        { "90 < S < 110", "one comparison at a time" },
        { "S33", "at most 32 assets" },
        { "1.5e400 * S", "expected a number" },
        { "2S", "expected an operator after the number" },
        { "S # 2", "column 3" },
        { "prev(mean(S))", "prev() takes prices and times" },
        { "S1_1", "neither a word" },
        { "and", "'and'" },
    };
    pen_payoff *payoff;
    for (size_t k = 0; k < COUNT(bad); k++) {
        CHECK_STATUS(pen_payoff_create(bad[k].text, NULL, 0, &payoff), PEN_E_PARSE);
        CHECK_ERROR_SAYS(k == 1 ? "'K' is neither" : bad[k].says);
        CHECK(payoff == NULL);
    }
}

static void parameters_are_checked(void)
{
    static const struct {
        pen_payoff_parameter given[2];
        size_t n;
        const char *says;
    } bad[] = {
        { { { "1K", 1 } }, 1, "'1K': expected a letter" },
        { { { "", 1 } }, 1, "expected a letter" },
        { { { "S", 1 } }, 1, "'S' is a word of payoffs already" },
        { { { "S2", 1 } }, 1, "is a word of payoffs already" },
        { { { "mean", 1 } }, 1, "is a word of payoffs already" },
        { { { "K", NAN } }, 1, "expected a number" },
        { { { "K", 1 }, { "K", 2 } }, 2, "given twice" },
    };
    pen_payoff *payoff;
    for (size_t k = 0; k < COUNT(bad); k++) {
        CHECK_STATUS(pen_payoff_create("S", bad[k].given, bad[k].n, &payoff), PEN_E_ARG);
        CHECK_ERROR_SAYS(bad[k].says);
    }
}

static void depth_and_size_have_limits(void)
{
    static char text[70000];
    pen_payoff *payoff;
    memset(text, '(', 5000);
    CHECK_STATUS(pen_payoff_create(text, NULL, 0, &payoff), PEN_E_PARSE);
    CHECK_ERROR_SAYS("nested too deeply");
    memset(text, '-', 5000);
    CHECK_STATUS(pen_payoff_create(text, NULL, 0, &payoff), PEN_E_PARSE);
    memset(text, '!', 5000);
    CHECK_STATUS(pen_payoff_create(text, NULL, 0, &payoff), PEN_E_PARSE);
    memset(text, ' ', sizeof text - 1);
    CHECK_STATUS(pen_payoff_create(text, NULL, 0, &payoff), PEN_E_SIZE);
    char *at = text;
    for (int k = 0; k < 3000; k++)
        at += sprintf(at, "%sS*%d", k > 0 ? "+" : "", k + 2);
    CHECK_STATUS(pen_payoff_create(text, NULL, 0, &payoff), PEN_E_SIZE);
    CHECK_ERROR_SAYS("more than 2000 parts");
}

static void what_a_run_lacks_is_said(void)
{
    static const struct {
        const char *text;
        pen_status status;
        const char *says;
    } bad[] = {
        { "S3", PEN_E_ARG, "reads S3, but there are 2 assets" },
        { "V", PEN_E_ARG, "reads V, which gbm has not" },
        { "at(S, 8)", PEN_E_ARG, "at() asks for date 8, expected one of 1 to 7" },
        { "at(S, 1.5)", PEN_E_ARG, "date 1.5" },
        { "at(S, S)", PEN_E_ARG, "must be a number" },
    };
    double x[4];
    pen_panel *panel;
    pen_simulation s = two_assets();
    CHECK_OK(pen_panel_wrap(PEN_F64, x, 1, 4, 4, &panel));
    for (size_t k = 0; k < COUNT(bad); k++) {
        pen_payoff *payoff;
        CHECK_OK(pen_payoff_create(bad[k].text, NULL, 0, &payoff));
        const pen_payoff *const payoffs[] = { payoff };
        CHECK_STATUS(pen_simulate_payoffs(first_queue(), &s, payoffs, 1, panel), bad[k].status);
        CHECK_ERROR_SAYS(bad[k].says);
        pen_payoff_destroy(payoff);
    }
    char text[4000] = "0";
    for (int k = 1; k <= 70; k++)
        sprintf(text + strlen(text), " + min(S * %d + 0.5)", k);
    pen_payoff *large;
    CHECK_OK(pen_payoff_create(text, NULL, 0, &large));
    const pen_payoff *const payoffs[] = { large };
    CHECK_STATUS(pen_simulate_payoffs(first_queue(), &s, payoffs, 1, panel), PEN_E_SIZE);
    CHECK_ERROR_SAYS("more than 64 values at once");
    pen_payoff_destroy(large);
    pen_panel_destroy(panel);
    matrix_restore();
}

static void payoffs_describe_themselves(void)
{
    pen_payoff *payoff;
    CHECK_OK(pen_payoff_create(" max(S3 - 1, 0)", NULL, 0, &payoff));
    CHECK(strcmp(pen_payoff_text(payoff), " max(S3 - 1, 0)") == 0);
    CHECK(pen_payoff_assets(payoff) == 3 && !pen_payoff_reads_path(payoff));
    pen_payoff_destroy(payoff);
    CHECK_OK(pen_payoff_create("prev(S)", NULL, 0, &payoff));
    CHECK(pen_payoff_assets(payoff) == 1 && pen_payoff_reads_path(payoff));
    pen_payoff_destroy(payoff);
    CHECK_OK(pen_payoff_create("max(1, 2) * (3 - 1)", NULL, 0, &payoff));
    CHECK(pen_payoff_assets(payoff) == 0);
    pen_payoff_destroy(payoff);
    pen_payoff_destroy(NULL);
}

static void failed_allocations_leave_nothing(void)
{
    static const char text[] = "max(mean(S) - 100, 0) * (min(S) > 80) + log(S) + exp(S) + abs(S)";
    long live = pen_alloc_live();
    pen_status s = PEN_E_NOMEM;
    for (long n = 0; s != PEN_OK && n < 50; n++) {
        pen_payoff *payoff;
        pen_alloc_fail_after(n);
        s = pen_payoff_create(text, NULL, 0, &payoff);
        pen_alloc_fail_after(-1);
        CHECK(s == PEN_OK || (s == PEN_E_NOMEM && payoff == NULL));
        pen_payoff_destroy(payoff);
        CHECK(pen_alloc_live() == live);
    }
    CHECK(s == PEN_OK);
}

static const check_test tests[] = {
    TEST(expressions_mean_what_they_say),
    TEST(values_have_the_same_bits_everywhere),
    TEST(errors_say_where),
    TEST(parameters_are_checked),
    TEST(depth_and_size_have_limits),
    TEST(what_a_run_lacks_is_said),
    TEST(payoffs_describe_themselves),
    TEST(failed_allocations_leave_nothing),
};
TEST_MAIN(tests)
