/* Barrier, lookback and Asian options: prices a row, checked by what must add up. */
#include <math.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/status.h"
#include "../src/machine/device/launch.h"
#include "bench.h"

enum { ROWS = 20000 };
typedef enum exotic_case { DOWN_OUT, FIXED_LOOKBACK, ARITHMETIC, TWELVE_LOOKS } exotic_case;

struct exotic {
    exotic_case kind;
    pen_panel *strike, *price, *other; /* other: what the price is checked against */
};

static void exotic_clear(bench *b)
{
    struct exotic *s = b->state;
    if (s == NULL)
        return;
    pen_panel_destroy(s->strike);
    pen_panel_destroy(s->price);
    pen_panel_destroy(s->other);
    pen_free(s);
}

static pen_status exotic_prepare(bench *b)
{
    struct exotic *s;
    double *strike;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    b->items = ROWS;
    s->kind = *(const exotic_case *)b->test->with;
    PEN_TRY(pen_panel_create(b->device, PEN_F64, 1, ROWS, &s->strike));
    PEN_TRY(pen_panel_create(b->device, PEN_F64, 1, ROWS, &s->price));
    PEN_TRY(pen_panel_create(b->device, PEN_F64, 1, ROWS, &s->other));
    PEN_TRY(pen_alloc_array(ROWS, sizeof *strike, (void **)&strike));
    for (int i = 0; i < ROWS; i++)
        strike[i] = 60 + 80.0 * i / ROWS;
    pen_status status = pen_panel_write(b->queue, s->strike, strike, ROWS);
    if (status == PEN_OK)
        status = pen_queue_wait(b->queue);
    pen_free(strike);
    return status;
}

static pen_european option_of(const struct exotic *s)
{
    return (pen_european){ { NULL, 1 },    { NULL, 100 },  { s->strike, 0 }, { NULL, 0.5 },
                           { NULL, 0.25 }, { NULL, 0.08 }, { NULL, 0.04 } };
}

static pen_status price(bench *b, exotic_case kind, pen_panel *to, bool is_other)
{
    pen_european option = option_of(b->state);
    pen_exotic_out out = { .price_px = to };
    if (kind == DOWN_OUT)
        return pen_price_barrier(
            b->queue,
            &(pen_barrier){ .option = option,
                            .barrier_px = { NULL, 95 },
                            .kind = is_other ? PEN_BARRIER_DOWN_IN : PEN_BARRIER_DOWN_OUT },
            &out);
    if (kind == FIXED_LOOKBACK)
        return pen_price_lookback(b->queue, &(pen_lookback){ .option = option }, &out);
    return pen_price_asian(
        b->queue,
        &(pen_asian){ .option = option,
                      .kind = is_other ? PEN_ASIAN_GEOMETRIC : PEN_ASIAN_ARITHMETIC,
                      .n_looks = kind == TWELVE_LOOKS ? 12 : 0 },
        &out);
}

static pen_status exotic_run(bench *b)
{
    struct exotic *s = b->state;
    return price(b, s->kind, s->price, false);
}

/* In and out are the vanilla option, which a lookback is worth more than; an arithmetic average's
 * option is worth more than a geometric one's. */
static pen_status check_rows(const struct exotic *s, const double *got, const double *other)
{
    for (int i = 0; i < ROWS; i += 97) {
        double strike = 60 + 80.0 * i / ROWS, d = 0.25 * sqrt(0.5);
        double d1 = (log(100 / strike) + 0.02) / d + d / 2;
        double vanilla = 100 * exp(-0.02) * erfc(-d1 * sqrt(0.5)) / 2 -
                         strike * exp(-0.04) * erfc(-(d1 - d) * sqrt(0.5)) / 2;
        bool is_right = s->kind == DOWN_OUT         ? fabs(got[i] + other[i] - vanilla) < 1e-10
                        : s->kind == FIXED_LOOKBACK ? got[i] > vanilla
                                                    : got[i] >= other[i] && got[i] < vanilla + 10;
        if (!is_right)
            return pen_fail(PEN_E_INTERNAL, "row %d: %.17g beside %.17g and %.17g", i, got[i],
                            other[i], vanilla);
    }
    return PEN_OK;
}

static pen_status exotic_check(bench *b)
{
    struct exotic *s = b->state;
    double *got;
    PEN_TRY(price(b, s->kind, s->other, true));
    PEN_TRY(pen_alloc_array(2 * ROWS, sizeof *got, (void **)&got));
    pen_status status = pen_panel_read(b->queue, got, ROWS, s->price);
    if (status == PEN_OK)
        status = pen_panel_read(b->queue, got + ROWS, ROWS, s->other);
    if (status == PEN_OK)
        status = pen_queue_wait(b->queue);
    if (status == PEN_OK)
        status = check_rows(s, got, got + ROWS);
    pen_free(got);
    return status;
}

static const exotic_case down_out = DOWN_OUT, lookback = FIXED_LOOKBACK, arithmetic = ARITHMETIC,
                         twelve = TWELVE_LOOKS;

#define EXOTIC(title, kind)                                                                        \
    {                                                                                              \
        .name = title, .item = "option", .dtype = PEN_F64, .prepare = exotic_prepare,              \
        .run = exotic_run, .check = exotic_check, .clear = exotic_clear, .with = &(kind)           \
    }

static const bench_case cases[] = {
    EXOTIC("barrier_f64", down_out),
    EXOTIC("lookback_f64", lookback),
    EXOTIC("asian_f64", arithmetic),
    EXOTIC("asian_12_looks_f64", twelve),
};

const bench_area bench_exotic = { "exotic", cases, PEN_COUNT(cases) };
