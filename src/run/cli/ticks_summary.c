/* The summary of `penstock ticks`, as text or JSON. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/json.h"
#include "ticks.h"

/* One line or member: what it is called in JSON, what people read, the value and its unit. */
typedef struct line {
    const char *key, *text;
    double value;
    const char *unit;
} line;

static void print_text(FILE *out, const char *title, const line *lines, size_t n)
{
    fprintf(out, "%s\n", title);
    for (size_t i = 0; i < n; i++) {
        if (isnan(lines[i].value)) {
            fprintf(out, "  %-28s -\n", lines[i].text);
            continue;
        }
        bool has_unit = lines[i].unit[0] != '\0';
        fprintf(out, "  %-28s %.10g%s%s\n", lines[i].text, lines[i].value, has_unit ? " " : "",
                lines[i].unit);
    }
}

static void put_members(pen_json *json, const line *lines, size_t n)
{
    pen_json_begin_object(json);
    for (size_t i = 0; i < n; i++) {
        pen_json_key(json, lines[i].key);
        pen_json_number(json, lines[i].value);
    }
    pen_json_end_object(json);
}

static void put_section(const ticks_job *j, FILE *out, pen_json *json, const char *title,
                        const line *lines, size_t n)
{
    if (!j->c->is_json) {
        print_text(out, title, lines, n);
        return;
    }
    pen_json_key(json, title);
    put_members(json, lines, n);
}

static void put_counts(const ticks_job *j, FILE *out, pen_json *json)
{
    pen_tick_totals t = pen_tick_stream_totals(j->stream);
    const line lines[] = {
        { "rows", "rows", (double)pen_tick_stream_rows(j->stream), "" },
        { "trades", "trades", (double)t.trades, "" },
        { "quotes", "quotes", (double)t.quotes, "" },
        { "buys", "buys", (double)t.buys, "" },
        { "sells", "sells", (double)t.sells, "" },
        { "volume", "volume", t.volume, "" },
        { "money", "money", t.money, "" },
        { "buy_volume", "bought volume", t.buy_volume, "" },
        { "sell_volume", "sold volume", t.sell_volume, "" },
        { "span_s", "time from first to last", ((double)t.last_ns - (double)t.first_ns) * 1e-9,
          "s" },
    };
    put_section(j, out, json, "counts", lines, PEN_COUNT(lines));
}

static void put_quirks(const ticks_job *j, FILE *out, pen_json *json)
{
    static const char *const keys[] = { "missing",       "non_finite", "non_positive",
                                        "negative_size", "zero_size",  "out_of_order",
                                        "duplicate",     "crossed",    "locked",
                                        "unsigned" };
    line lines[PEN_TICK_QUIRK_COUNT];
    for (int k = 0; k < PEN_TICK_QUIRK_COUNT; k++)
        lines[k] =
            (line){ keys[k], pen_tick_quirk_text((pen_tick_quirk_kind)k),
                    (double)pen_tick_stream_quirk(j->stream, (pen_tick_quirk_kind)k).count, "" };
    put_section(j, out, json, "quirks", lines, PEN_COUNT(lines));
}

static void put_spreads(const ticks_job *j, FILE *out, pen_json *json)
{
    pen_tick_measures m = pen_tick_stream_measures(j->stream);
    const line lines[] = {
        { "quoted_px", "quoted, mean of quotes", m.quoted_px, "" },
        { "quoted_bps", "", m.quoted_bps, "bps" },
        { "quoted_time_px", "quoted, weighted by time", m.quoted_time_px, "" },
        { "quoted_time_bps", "", m.quoted_time_bps, "bps" },
        { "effective_px", "effective", m.effective_px, "" },
        { "effective_bps", "", m.effective_bps, "bps" },
        { "realised_px", "realised", m.realised_px, "" },
        { "impact_px", "price impact", m.impact_px, "" },
        { "horizon_s", "mid later by", (double)j->params.horizon_ns * 1e-9, "s" },
        { "roll_px", "Roll", m.roll_px, "" },
        { "roll_covariance", "covariance of changes", m.roll_covariance, "" },
    };
    put_section(j, out, json, "spreads", lines, PEN_COUNT(lines));
}

static void put_flow(const ticks_job *j, FILE *out, pen_json *json)
{
    pen_tick_measures m = pen_tick_stream_measures(j->stream);
    pen_tick_totals t = pen_tick_stream_totals(j->stream);
    const line lines[] = {
        { "imbalance", "imbalance of volume", (t.buy_volume - t.sell_volume) / t.volume, "" },
        { "window_s", "windows of", (double)j->params.regression_ns * 1e-9, "s" },
        { "kyle_lambda", "Kyle's lambda", m.kyle.slope, "price a unit" },
        { "kyle_t", "  t", m.kyle.slope_t, "" },
        { "kyle_r_squared", "  R squared", m.kyle.r_squared, "" },
        { "kyle_windows", "  windows", (double)m.kyle.n, "" },
        { "flow_slope", "order-flow imbalance", m.flow.slope, "price a unit" },
        { "flow_t", "  t", m.flow.slope_t, "" },
        { "flow_r_squared", "  R squared", m.flow.r_squared, "" },
        { "flow_windows", "  windows", (double)m.flow.n, "" },
        { "amihud", "Amihud", m.amihud, "return a unit of money" },
        { "vpin", "VPIN, last", m.vpin, "" },
        { "vpin_mean", "VPIN, mean", m.vpin_mean, "" },
        { "vpin_bucket", j->has_own_bucket ? "  bucket, volume / 200" : "  bucket",
          j->params.vpin_bucket > 0 ? j->params.vpin_bucket : NAN, "" },
        { "vpin_buckets", "  buckets", (double)m.vpin_buckets, "" },
    };
    put_section(j, out, json, "flow", lines, PEN_COUNT(lines));
}

static void put_fit(const ticks_job *j, FILE *out, pen_json *json)
{
    const pen_hawkes *h = &j->fit;
    const line lines[] = {
        { "arrivals", "arrivals", (double)h->n, "" },
        { "mu", "mu, without excitation", h->mu, "a second" },
        { "mu_error", "  standard error", h->mu_error, "" },
        { "alpha", "alpha, jump of the rate", h->alpha, "a second" },
        { "alpha_error", "  standard error", h->alpha_error, "" },
        { "beta", "beta, its decay", h->beta, "a second" },
        { "beta_error", "  standard error", h->beta_error, "" },
        { "branching", "branching ratio", h->branching, "" },
        { "branching_error", "  standard error", h->branching_error, "" },
        { "log_likelihood", "log-likelihood", h->log_likelihood, "" },
        { "poisson_log_likelihood", "  of a constant rate", h->poisson_log_likelihood, "" },
        { "residual_distance", "distance of residuals", h->residual_distance, "" },
        { "is_converged", "converged", h->is_converged, "" },
    };
    if (j->has_fit)
        put_section(j, out, json, "hawkes", lines, PEN_COUNT(lines));
}

static void put_variances(const ticks_job *j, FILE *out, pen_json *json)
{
    if (json == NULL)
        fprintf(out, "variance by sampling interval\n  %10s %9s %12s %12s %8s %8s\n", "interval s",
                "returns", "realised", "bipower", "jump z", "p");
    else
        pen_json_key(json, "variance");
    if (json != NULL)
        pen_json_begin_array(json);
    for (size_t i = 0; i < j->params.n_intervals; i++) {
        pen_tick_variance v = pen_tick_stream_variance(j->stream, i);
        pen_tick_jump jump = { NAN, NAN, NAN };
        (void)pen_tick_jump_test(&v, &jump); /* sums that overflowed have no test: NaN */
        if (json == NULL) {
            fprintf(out, "  %10g %9llu %12.4g %12.4g %8.2f %8.2g\n", (double)v.interval_ns * 1e-9,
                    (unsigned long long)v.returns, v.variance, v.bipower, jump.statistic,
                    jump.p_value);
            continue;
        }
        const line lines[] = { { "interval_s", "", (double)v.interval_ns * 1e-9, "" },
                               { "returns", "", (double)v.returns, "" },
                               { "variance", "", v.variance, "" },
                               { "bipower", "", v.bipower, "" },
                               { "jump_statistic", "", jump.statistic, "" },
                               { "jump_p", "", jump.p_value, "" },
                               { "jump_share", "", jump.jump_share, "" } };
        put_members(json, lines, PEN_COUNT(lines));
    }
    if (json != NULL)
        pen_json_end_array(json);
}

static void put_summary(const ticks_job *j, FILE *out, pen_json *json)
{
    put_counts(j, out, json);
    put_quirks(j, out, json);
    put_spreads(j, out, json);
    put_flow(j, out, json);
    put_fit(j, out, json);
    put_variances(j, out, json);
}

pen_status ticks_print_summary(const ticks_job *j)
{
    FILE *out;
    pen_sink *sink;
    pen_json json;
    PEN_TRY(cli_open_output(j->c, &out));
    if (!j->c->is_json) {
        put_summary(j, out, NULL);
        return PEN_OK;
    }
    const char *name = j->c->output != NULL ? j->c->output : "standard output";
    PEN_TRY(pen_sink_open_fd(name, fileno(out), &sink));
    pen_json_init(&json, sink, 2);
    pen_json_begin_object(&json);
    put_summary(j, out, &json);
    pen_json_end_object(&json);
    pen_sink_char(sink, '\n');
    return pen_sink_close(sink);
}
