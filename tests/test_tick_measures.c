/* Spreads, impact, Roll, Kyle, Amihud, flow regression, realised variance and jumps, against their
 * definitions over all rows. */
#include "ticks.h"

enum { N = 4000 };
static const double PI = 3.14159265358979324;

/* The mid in force at a time: of the last row at or before it. */
static double mid_at(const pen_tick_columns *c, int64_t time)
{
    double mid = NAN;
    for (size_t i = 0; i < c->n && c->time_ns[i] <= time; i++)
        mid = 0.5 * c->bid[i] + 0.5 * c->ask[i];
    return mid;
}

static pen_tick_params measured(void)
{
    pen_tick_params p = pen_tick_params_default();
    p.has_measures = true;
    return p;
}

static void spreads_are_what_their_definitions_say(void)
{
    pen_tick_columns c = make_ticks(N, 41);
    pen_tick_params p = measured();
    double quoted = 0, quoted_bps = 0, stood = 0, effective = 0, effective_bps = 0;
    double realised = 0, impact = 0, later = 0;
    for (size_t i = 0; i < N; i += 3) /* prices within the spread as well */
        tick_price[i] = 0.25 * tick_bid[i] + 0.75 * tick_ask[i];
    pen_tick_stream *s = run_ticks(&p, &c, N);
    pen_tick_measures m = pen_tick_stream_measures(s);
    for (size_t i = 0; i < N; i++) {
        double spread = c.ask[i] - c.bid[i], mid = 0.5 * c.bid[i] + 0.5 * c.ask[i];
        double half = c.side[i] * (c.price[i] - mid);
        quoted += spread / N;
        quoted_bps += 1e4 * spread / mid / N;
        effective += 2 * half / N;
        effective_bps += 2e4 * half / mid / N;
        if (i + 1 < N)
            stood += spread * (double)(c.time_ns[i + 1] - c.time_ns[i]) /
                     (double)(c.time_ns[N - 1] - c.time_ns[0]);
        if (c.time_ns[i] + 5000000000 >= c.time_ns[N - 1])
            continue;
        double after = mid_at(&c, c.time_ns[i] + 5000000000);
        later += 1;
        realised += 2 * c.side[i] * (c.price[i] - after);
        impact += 2 * c.side[i] * (after - mid);
    }
    CHECK_NEAR("quoted", m.quoted_px, quoted, 1e-12);
    CHECK_NEAR("quoted bps", m.quoted_bps, quoted_bps, 1e-9);
    CHECK_NEAR("quoted by time", m.quoted_time_px, stood, 1e-12);
    CHECK_NEAR("effective", m.effective_px, effective, 1e-12);
    CHECK_NEAR("effective bps", m.effective_bps, effective_bps, 1e-9);
    CHECK(m.effective_trades == N && (double)m.realised_trades == later && later > 3000);
    CHECK_NEAR("realised", m.realised_px, realised / later, 1e-12);
    CHECK_NEAR("impact", m.impact_px, impact / later, 1e-12);
    pen_tick_stream_destroy(s);
}

/* Least squares over n points, in two passes. */
static pen_tick_regression fit(const double *x, const double *y, size_t n)
{
    double mx = 0, my = 0, xx = 0, xy = 0, yy = 0, rest = 0;
    for (size_t i = 0; i < n; i++) {
        mx += x[i] / (double)n;
        my += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        xy += (x[i] - mx) * (y[i] - my);
        yy += (y[i] - my) * (y[i] - my);
    }
    pen_tick_regression r = { .n = n, .slope = xy / xx, .r_squared = xy * xy / xx / yy };
    r.intercept = my - r.slope * mx;
    for (size_t i = 0; i < n; i++)
        rest += pow(y[i] - r.intercept - r.slope * x[i], 2);
    r.slope_t = r.slope / sqrt(rest / (double)(n - 2) / xx);
    return r;
}

static void check_fit(const char *label, pen_tick_regression got, pen_tick_regression want)
{
    CHECK_NEAR(label, (double)got.n, (double)want.n, 0);
    CHECK_NEAR(label, got.slope, want.slope, 1e-10 * fabs(want.slope));
    CHECK_NEAR(label, got.intercept, want.intercept, 1e-10);
    CHECK_NEAR(label, got.slope_t, want.slope_t, 1e-8 * fabs(want.slope_t));
    CHECK_NEAR(label, got.r_squared, want.r_squared, 1e-9);
}

static void regressions_are_those_of_windows(void)
{
    static double volume[N], flow[N], change[N];
    const int64_t window = 10000000000;
    pen_tick_columns c = make_ticks(N, 42);
    pen_tick_params p = measured();
    double amihud = 0, traded = 0, money = 0, last_close = NAN;
    size_t n = 0;
    p.regression_ns = window;
    pen_tick_stream *s = run_ticks(&p, &c, N);
    pen_tick_measures m = pen_tick_stream_measures(s);
    double start = 0.5 * c.bid[0] + 0.5 * c.ask[0];
    for (size_t i = 0; i < N; i++) {
        bool begins = i == 0 || c.time_ns[i] / window != c.time_ns[i - 1] / window;
        volume[n] = (begins ? 0 : volume[n]) + c.side[i] * c.size[i];
        flow[n] = begins ? 0 : flow[n];
        money = (begins ? 0 : money) + c.price[i] * c.size[i];
        if (i > 0)
            flow[n] += (c.bid[i] >= c.bid[i - 1] ? c.bid_size[i] : 0) -
                       (c.bid[i] <= c.bid[i - 1] ? c.bid_size[i - 1] : 0) -
                       (c.ask[i] <= c.ask[i - 1] ? c.ask_size[i] : 0) +
                       (c.ask[i] >= c.ask[i - 1] ? c.ask_size[i - 1] : 0);
        if (i + 1 == N || c.time_ns[i] / window == c.time_ns[i + 1] / window)
            continue; /* the last window is not finished */
        double mid = 0.5 * c.bid[i] + 0.5 * c.ask[i];
        change[n++] = mid - start;
        start = mid;
        if (!isnan(last_close)) {
            amihud += fabs(c.price[i] / last_close - 1) / money;
            traded += 1;
        }
        last_close = c.price[i];
    }
    CHECK(n > 50);
    check_fit("kyle", m.kyle, fit(volume, change, n));
    check_fit("flow", m.flow, fit(flow, change, n));
    CHECK(m.kyle.slope > 0); /* trades push this market's price */
    CHECK_NEAR("amihud", m.amihud, amihud / traded, 1e-12 * m.amihud);
    CHECK((double)m.amihud_windows == traded);
    pen_tick_stream_destroy(s);
}

static void roll_finds_the_spread_of_bounces(void)
{
    pen_tick_columns c = make_ticks(N, 43);
    pen_tick_params p = measured();
    pen_rng rng;
    double value = 100, mean = 0, cov = 0;
    pen_rng_init(&rng, 4, 0, 0, 0);
    for (size_t i = 0; i < N; i++) { /* Roll's own model: a random walk and a spread of 0.1 */
        value += 0.02 * (pen_rng_uniform(&rng) - 0.5);
        tick_price[i] = value + (pen_rng_uniform(&rng) < 0.5 ? -0.05 : 0.05);
        tick_time[i] = (int64_t)i * 1000000;
    }
    pen_tick_stream *s = run_ticks(&p, &c, N);
    pen_tick_measures m = pen_tick_stream_measures(s);
    double mean_before = 0;
    for (size_t i = 2; i < N; i++) {
        mean += (c.price[i] - c.price[i - 1]) / (N - 2);
        mean_before += (c.price[i - 1] - c.price[i - 2]) / (N - 2);
    }
    for (size_t i = 2; i < N; i++)
        cov += (c.price[i] - c.price[i - 1] - mean) *
               (c.price[i - 1] - c.price[i - 2] - mean_before) / (N - 3);
    CHECK_NEAR("covariance", m.roll_covariance, cov, 1e-12);
    CHECK_NEAR("roll", m.roll_px, 2 * sqrt(-cov), 1e-9);
    CHECK_NEAR("the spread", m.roll_px, 0.1, 0.006);
    pen_tick_stream_destroy(s);
}

static void a_gap_breaks_what_is_compared(void)
{
    pen_tick_params p = measured();
    pen_tick_stream *s;
    pen_tick t = { .price = 100,
                   .size = 1,
                   .bid = 99,
                   .ask = 101,
                   .bid_size = 1,
                   .ask_size = 1,
                   .id = NAN,
                   .side = 1 };
    p.n_intervals = 1;
    p.interval_ns[0] = 1000000000;
    CHECK_OK(pen_tick_stream_create(&p, &s));
    for (int day = 0; day < 3; day++)
        for (int i = 0; i < 10; i++) {
            double px = 100 * (day + 1) + i % 2;
            t.time_ns = INT64_C(86400000000000) * day + INT64_C(61000000000) * i;
            t.price = px;
            t.bid = px - 1;
            t.ask = px + 1;
            CHECK_OK(pen_tick_stream_update(s, &t));
        }
    pen_tick_measures m = pen_tick_stream_measures(s);
    pen_tick_variance v = pen_tick_stream_variance(s, 0);
    CHECK_NEAR("quoted by time", m.quoted_time_px, 2, 1e-12);
    CHECK_NEAR("covariance", m.roll_covariance, -1, 0.1); /* steps of 1, none of 100 */
    CHECK(m.kyle.n == 3 * 10 - 1 && isnan(m.kyle.slope)); /* every window bought 1 */
    CHECK(v.variance < 0.003);
    /* intervals of a second over nine minutes, less the first; not the nights */
    CHECK(v.returns > 3 * 480 && v.returns < 3 * 550);
    pen_tick_stream_destroy(s);
}

/* ---- variance ---- */

/* Returns of the mid from one multiple of the interval to the next. */
static size_t returns_by_hand(const pen_tick_columns *c, int64_t interval, double *out)
{
    int64_t first = c->time_ns[0] / interval + 1, last = c->time_ns[c->n - 1] / interval;
    double before = NAN;
    size_t n = 0, i = 0;
    for (int64_t k = first; k <= last; k++) {
        double mid = NAN;
        for (; i < c->n && c->time_ns[i] < k * interval; i++)
            ;
        mid = 0.5 * c->bid[i - 1] + 0.5 * c->ask[i - 1];
        if (!isnan(before))
            out[n++] = log(mid) - log(before);
        before = mid;
    }
    return n;
}

static void variances_are_sums_over_a_grid(void)
{
    static const int64_t intervals[] = { 50000000, 1000000000, 7000000000, 60000000000 };
    static double r[200000];
    pen_tick_columns c = make_ticks(N, 44);
    pen_tick_params p = pen_tick_params_default();
    p.n_intervals = COUNT(intervals);
    memcpy(p.interval_ns, intervals, sizeof intervals);
    pen_tick_stream *s = run_ticks(&p, &c, N);
    for (size_t k = 0; k < COUNT(intervals); k++) {
        pen_tick_variance v = pen_tick_stream_variance(s, k);
        pen_tick_jump jump;
        double rv = 0, bv = 0, qv = 0;
        CHECK((c.time_ns[N - 1] - c.time_ns[0]) / intervals[k] < (int64_t)COUNT(r));
        size_t n = returns_by_hand(&c, intervals[k], r);
        for (size_t i = 0; i < n; i++) {
            rv += r[i] * r[i];
            bv += i > 0 ? PI / 2 * fabs(r[i] * r[i - 1]) : 0;
            qv += i > 2 ? pow(PI / 2, 2) * fabs(r[i] * r[i - 1] * r[i - 2] * r[i - 3]) : 0;
        }
        CHECK(v.interval_ns == intervals[k] && v.returns == n && n > 10);
        CHECK_NEAR("variance", v.variance, rv, 1e-10 * rv);
        CHECK_NEAR("bipower", v.bipower, bv, 1e-10 * rv);
        CHECK_NEAR("quadpower", v.quadpower, qv, 1e-10 * rv * rv);
        CHECK_OK(pen_tick_jump_test(&v, &jump));
        double theta = PI * PI / 4 + PI - 5;
        double want = sqrt((double)n) * (1 - bv / rv) /
                      sqrt(theta * fmax(1, bv > 0 ? (double)n * qv / (bv * bv) : 0));
        CHECK_NEAR("statistic", jump.statistic, want, 1e-8);
        CHECK_NEAR("p", jump.p_value, 0.5 * erfc(want / sqrt(2)), 1e-8);
    }
    CHECK(pen_tick_stream_variance(s, COUNT(intervals)).returns == 0);
    pen_tick_stream_destroy(s);
}

/* Share of days of normal returns, one of them with a jump, that the test rejects at 5 %. */
static double rejected(double jump_sd, uint64_t seed)
{
    enum { DAYS = 400, RETURNS = 390 };
    int hits = 0;
    pen_rng rng;
    pen_rng_init(&rng, seed, 0, 0, 0);
    for (int day = 0; day < DAYS; day++) {
        pen_tick_variance v = { .returns = RETURNS };
        double a[4] = { 0 };
        for (int i = 0; i < RETURNS; i++) {
            double u = pen_rng_uniform(&rng), w = pen_rng_uniform(&rng);
            double z = sqrt(-2 * log(u)) * cos(2 * PI * w) + (i == 200 ? jump_sd : 0);
            for (int k = 3; k > 0; k--)
                a[k] = a[k - 1];
            a[0] = fabs(z);
            v.variance += z * z;
            v.bipower += PI / 2 * a[0] * a[1];
            v.quadpower += PI * PI / 4 * a[0] * a[1] * a[2] * a[3];
        }
        pen_tick_jump jump;
        CHECK_OK(pen_tick_jump_test(&v, &jump));
        hits += jump.p_value < 0.05;
    }
    return (double)hits / DAYS;
}

static void the_jump_test_finds_jumps_and_little_else(void)
{
    double none = rejected(0, 5), large = rejected(12, 6);
    CHECK(none > 0.02 && none < 0.11); /* nominal 0.05; slightly more in small samples */
    CHECK(large > 0.9);
}

static void the_jump_test_refuses_what_are_no_sums(void)
{
    pen_tick_jump jump;
    pen_tick_variance v = { .returns = 3, .variance = 1, .bipower = 1, .quadpower = 1 };
    CHECK_OK(pen_tick_jump_test(&v, &jump));
    CHECK(isnan(jump.statistic) && isnan(jump.p_value) && isnan(jump.jump_share));
    v.returns = 100;
    v.variance = 0;
    CHECK_OK(pen_tick_jump_test(&v, &jump));
    CHECK(isnan(jump.statistic));
    v = (pen_tick_variance){ .returns = 100, .variance = 1 }; /* one return, all of it a jump */
    CHECK_OK(pen_tick_jump_test(&v, &jump));
    CHECK(jump.statistic > 10 && jump.jump_share == 1);
    v.bipower = NAN;
    CHECK_STATUS(pen_tick_jump_test(&v, &jump), PEN_E_ARG);
}

/* ---- edges ---- */

static void one_price_and_no_ticks_give_no_numbers(void)
{
    pen_tick_columns c = make_ticks(500, 45);
    pen_tick_params p = measured();
    p.n_intervals = 1;
    p.interval_ns[0] = p.regression_ns = 1000000000;
    pen_tick_stream *s = run_ticks(&p, &(pen_tick_columns){ .n = 0 }, 1);
    pen_tick_measures m = pen_tick_stream_measures(s);
    CHECK(isnan(m.quoted_px) && isnan(m.effective_px) && isnan(m.roll_px) && isnan(m.amihud));
    CHECK(isnan(m.kyle.slope) && isnan(m.vpin) && m.kyle.n == 0);
    pen_tick_stream_destroy(s);
    for (size_t i = 0; i < c.n; i++) {
        tick_price[i] = tick_bid[i] = 10;
        tick_ask[i] = 10.5;
    }
    s = run_ticks(&p, &c, 500);
    m = pen_tick_stream_measures(s);
    CHECK(m.roll_px == 0 && m.kyle.slope == 0 && isnan(m.kyle.r_squared) && m.amihud == 0);
    pen_tick_variance v = pen_tick_stream_variance(s, 0);
    CHECK(v.variance == 0 && v.returns > 50);
    pen_tick_stream_destroy(s);
}

static void scale_changes_only_the_scale(void)
{
    static const double scales[] = { 1e-300, 1e-8, 1e12, 1e290 };
    pen_tick_params p = measured();
    for (size_t k = 0; k < COUNT(scales); k++) {
        pen_tick_columns c = make_ticks(1000, 46);
        pen_tick_stream *s = run_ticks(&p, &c, c.n);
        pen_tick_measures a = pen_tick_stream_measures(s);
        pen_tick_stream_destroy(s);
        for (size_t i = 0; i < c.n; i++) {
            tick_price[i] *= scales[k];
            tick_bid[i] *= scales[k];
            tick_ask[i] *= scales[k];
        }
        s = run_ticks(&p, &c, c.n);
        pen_tick_measures b = pen_tick_stream_measures(s);
        CHECK_NEAR("quoted bps", b.quoted_bps, a.quoted_bps, 1e-9 * a.quoted_bps);
        CHECK_NEAR("effective", b.effective_px / scales[k], a.effective_px, 1e-9 * a.effective_px);
        CHECK_NEAR("kyle", b.kyle.slope / scales[k], a.kyle.slope, 1e-9 * fabs(a.kyle.slope));
        pen_tick_stream_destroy(s);
    }
}

static void ranges_of_parameters_are_named(void)
{
    pen_tick_stream *s;
    pen_tick_params p = measured();
    p.regression_ns = 0;
    CHECK_STATUS(pen_tick_stream_create(&p, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("regression_ns 0, expected >= 1");
    p = measured();
    p.n_intervals = 17;
    CHECK_STATUS(pen_tick_stream_create(&p, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("n_intervals 17, expected at most 16");
    p.n_intervals = 1;
    CHECK_STATUS(pen_tick_stream_create(&p, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("interval_ns[0] is 0");
    p = measured();
    p.window_s = 0;
    CHECK_STATUS(pen_tick_stream_create(&p, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("window_s 0, expected 1e-9 to 1e9");
}

static const check_test tests[] = {
    TEST(spreads_are_what_their_definitions_say), TEST(regressions_are_those_of_windows),
    TEST(roll_finds_the_spread_of_bounces),       TEST(a_gap_breaks_what_is_compared),
    TEST(variances_are_sums_over_a_grid),         TEST(the_jump_test_finds_jumps_and_little_else),
    TEST(the_jump_test_refuses_what_are_no_sums), TEST(one_price_and_no_ticks_give_no_numbers),
    TEST(scale_changes_only_the_scale),           TEST(ranges_of_parameters_are_named),
};
TEST_MAIN(tests)
