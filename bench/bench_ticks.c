/* Ticks: order flow and signals in batch and one at a time, everything at once, and from CSV;
 * on the host whatever the device. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/file.h"
#include "../src/machine/base/status.h"
#include "bench.h"

enum { ROWS = 200000 };

/* How a case takes its rows. */
static const int batch = 0, single = 1, everything = 2, columns_out = 3;

struct market {
    int64_t *time_ns;
    double *block; /* six columns, then two of output */
    signed char *side;
    pen_tick_columns columns;
    pen_sink *sink; /* the quotes as CSV */
    const char *text;
    size_t bytes;
    double sum; /* of the last run: the order-flow imbalance, or rows */
};

static const char *const signals[] = { "|imbalance|>0.8,rearm=0.5,cooldown=1s", "|book|>0.9",
                                       "intensity>20" };

static void market_clear(bench *b)
{
    struct market *m = b->state;
    if (m == NULL)
        return;
    pen_free(m->time_ns);
    pen_free(m->block);
    pen_free(m->side);
    pen_sink_close(m->sink);
    pen_free(m);
}

static pen_status market_prepare(bench *b)
{
    struct market *m;
    pen_synth_params p = pen_synth_params_default();
    PEN_TRY(PEN_NEW(&m));
    b->state = m;
    b->items = ROWS;
    PEN_TRY(pen_alloc_array(ROWS, sizeof *m->time_ns, (void **)&m->time_ns));
    PEN_TRY(pen_alloc_array(8 * ROWS, sizeof *m->block, (void **)&m->block));
    PEN_TRY(pen_alloc_array(ROWS, 1, (void **)&m->side));
    double *c = m->block;
    pen_synth_columns out = {
        m->time_ns, c, c + ROWS, m->side, c + 2 * ROWS, c + 3 * ROWS, c + 4 * ROWS, c + 5 * ROWS
    };
    PEN_TRY(pen_synth_trades(&p, 0, ROWS, &out));
    m->columns = (pen_tick_columns){ .n = ROWS,
                                     .time_ns = m->time_ns,
                                     .price = c,
                                     .size = c + ROWS,
                                     .bid = c + 2 * ROWS,
                                     .ask = c + 3 * ROWS,
                                     .bid_size = c + 4 * ROWS,
                                     .ask_size = c + 5 * ROWS,
                                     .side = m->side };
    return PEN_OK;
}

static pen_tick_params params_of(int how)
{
    pen_tick_params p = pen_tick_params_default();
    p.signals = signals;
    p.n_signals = PEN_COUNT(signals);
    if (how != everything)
        return p;
    p.has_measures = true;
    p.vpin_bucket = 50000;
    p.bars = (pen_tick_bar_rule){ .kind = PEN_TICK_BAR_VOLUME, .size = 50000 };
    for (p.n_intervals = 0; p.n_intervals < 8; p.n_intervals++)
        p.interval_ns[p.n_intervals] = INT64_C(1000000000) << p.n_intervals;
    return p;
}

static pen_status take_rows(struct market *m, int how, pen_tick_stream *s)
{
    double *out[PEN_TICK_FEATURE_COUNT] = { 0 };
    if (how == columns_out) {
        out[PEN_TICK_FEATURE_OFI] = m->block + 6 * ROWS;
        out[PEN_TICK_FEATURE_IMBALANCE] = m->block + 7 * ROWS;
    }
    if (how != single)
        return pen_tick_stream_run(s, &m->columns, 0, ROWS, out);
    for (size_t i = 0; i < ROWS; i++) {
        pen_tick tick = pen_tick_at(&m->columns, i);
        PEN_TRY(pen_tick_stream_update(s, &tick));
    }
    return PEN_OK;
}

static pen_status rows_run(bench *b)
{
    struct market *m = b->state;
    int how = *(const int *)b->test->with;
    pen_tick_params p = params_of(how);
    pen_tick_stream *s;
    PEN_TRY(pen_tick_stream_create(&p, &s));
    pen_status status = take_rows(m, how, s);
    m->sum = pen_tick_stream_feature(s, PEN_TICK_FEATURE_OFI);
    pen_tick_stream_destroy(s);
    return status;
}

/* The order-flow imbalance of the last row, summed from the definition. */
static pen_status rows_check(bench *b)
{
    struct market *m = b->state;
    const pen_tick_columns *c = &m->columns;
    double sum = 0, scale = 0;
    for (size_t i = 1; i < ROWS; i++) {
        double e = (c->bid[i] >= c->bid[i - 1]) * c->bid_size[i] -
                   (c->bid[i] <= c->bid[i - 1]) * c->bid_size[i - 1] -
                   (c->ask[i] <= c->ask[i - 1]) * c->ask_size[i] +
                   (c->ask[i] >= c->ask[i - 1]) * c->ask_size[i - 1];
        double weight = exp((double)(c->time_ns[i] - c->time_ns[ROWS - 1]) * 1e-10);
        sum += weight * e;
        scale += weight * fabs(e);
    }
    if (!(fabs(m->sum - sum) <= 1e-9 * scale))
        return pen_fail(PEN_E_INTERNAL, "order-flow imbalance %.17g, expected %.17g", m->sum, sum);
    return PEN_OK;
}

/* ---- from CSV ---- */

static pen_status csv_prepare(bench *b)
{
    PEN_TRY(market_prepare(b));
    struct market *m = b->state;
    PEN_TRY(pen_sink_open_memory(&m->sink));
    pen_sink_text(m->sink, "ts_us,bid,ask\n");
    for (size_t i = 0; i < ROWS; i++)
        pen_sink_format(m->sink, "%lld,%.5f,%.5f\n", (long long)(m->time_ns[i] / 1000),
                        m->columns.bid[i] / 80, m->columns.ask[i] / 80);
    m->text = pen_sink_memory(m->sink, &m->bytes);
    return pen_sink_flush(m->sink);
}

static pen_status csv_run(bench *b)
{
    struct market *m = b->state;
    pen_tick_params p = params_of(batch);
    pen_table *table;
    pen_ticks *ticks;
    pen_tick_stream *s;
    PEN_TRY(pen_table_read_memory("bench", m->text, m->bytes, NULL, &table));
    PEN_TRY(pen_ticks_from_table(table, NULL, &ticks));
    pen_status status = pen_tick_stream_create(&p, &s);
    if (status == PEN_OK)
        status = pen_tick_stream_run(s, pen_ticks_columns(ticks), 0, ROWS, NULL);
    m->sum = status == PEN_OK ? (double)pen_tick_stream_totals(s).quotes +
                                    (double)pen_tick_stream_quirk(s, PEN_TICK_DUPLICATE).count
                              : 0;
    pen_tick_stream_destroy(s);
    pen_ticks_destroy(ticks);
    return status;
}

static pen_status csv_check(bench *b)
{
    const struct market *m = b->state;
    if (m->sum != ROWS)
        return pen_fail(PEN_E_INTERNAL, "%g quotes and duplicates, expected %d", m->sum, ROWS);
    return PEN_OK;
}

#define ROWS_CASE(text, how)                                                                       \
    {                                                                                              \
        .name = text, .item = "tick", .dtype = PEN_F64, .bytes_per_item = 57,                      \
        .prepare = market_prepare, .run = rows_run, .check = rows_check, .clear = market_clear,    \
        .with = &how                                                                               \
    }

static const bench_case cases[] = {
    ROWS_CASE("ticks_flow_signals_batch", batch),
    ROWS_CASE("ticks_flow_signals_single", single),
    ROWS_CASE("ticks_flow_signals_columns", columns_out),
    ROWS_CASE("ticks_everything", everything),
    { .name = "ticks_quotes_from_csv",
      .item = "row",
      .dtype = PEN_F64,
      .bytes_per_item = 33,
      .prepare = csv_prepare,
      .run = csv_run,
      .check = csv_check,
      .clear = market_clear },
};

const bench_area bench_ticks = { "ticks", cases, PEN_COUNT(cases) };
