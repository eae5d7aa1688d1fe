/* Text in and out: numbers and CSV, on the host whatever the device. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/file.h"
#include "../src/machine/base/number.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"
#include "bench.h"

enum { NUMBERS = 4096, ROWS = 100000, CELL = 32 };

/* What the numbers are: prices of two decimals, or all 17 digits. */
static const int prices = 2, digits17 = 17;

struct numbers {
    double values[NUMBERS], got[NUMBERS];
    char text[NUMBERS][CELL];
    size_t length[NUMBERS];
};

static void numbers_clear(bench *b)
{
    pen_free(b->state);
}

static pen_status numbers_prepare(bench *b)
{
    struct numbers *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    b->items = NUMBERS;
    bool is_price = *(const int *)b->test->with == prices;
    pen_rng rng;
    pen_rng_init(&rng, 1, 0, 0, 0);
    for (size_t i = 0; i < NUMBERS; i++) {
        double u = pen_rng_uniform(&rng);
        s->values[i] = is_price ? floor(u * 1e7) / 100 : u;
        s->length[i] =
            (size_t)snprintf(s->text[i], CELL, is_price ? "%.2f" : "%.17g", s->values[i]);
    }
    return PEN_OK;
}

static pen_status read_run(bench *b)
{
    struct numbers *s = b->state;
    for (size_t i = 0; i < NUMBERS; i++)
        pen_number_parse(s->text[i], s->length[i], &s->got[i]);
    return PEN_OK;
}

static pen_status read_peer(bench *b)
{
    struct numbers *s = b->state;
    for (size_t i = 0; i < NUMBERS; i++)
        s->got[i] = strtod(s->text[i], NULL);
    return PEN_OK;
}

static pen_status print_run(bench *b)
{
    struct numbers *s = b->state;
    char text[PEN_NUMBER_BYTES];
    for (size_t i = 0; i < NUMBERS; i++)
        s->got[i] = (double)pen_number_print(s->values[i], text) + text[0];
    return PEN_OK;
}

static pen_status print_peer(bench *b)
{
    struct numbers *s = b->state;
    char text[64];
    for (size_t i = 0; i < NUMBERS; i++)
        s->got[i] = snprintf(text, sizeof text, "%.17g", s->values[i]) + text[0];
    return PEN_OK;
}

static pen_status numbers_check(bench *b)
{
    struct numbers *s = b->state;
    for (size_t i = 0; i < NUMBERS; i++) {
        char text[PEN_NUMBER_BYTES];
        double back = 0;
        text[pen_number_print(s->values[i], text)] = 0;
        pen_number_parse(s->text[i], s->length[i], &back);
        if (strtod(text, NULL) != s->values[i] || back != strtod(s->text[i], NULL))
            return pen_fail(PEN_E_INTERNAL, "number %s does not survive", s->text[i]);
    }
    return PEN_OK;
}

/* A file of one kind in memory. */
static const int daily = 0, ticks = 1;

struct csv {
    pen_sink *sink;
    const char *text;
    size_t bytes;
    double sum; /* of the second column */
};

static void csv_clear(bench *b)
{
    struct csv *s = b->state;
    if (s != NULL)
        pen_sink_close(s->sink);
    pen_free(s);
}

static void put_rows(struct csv *s, bool is_daily)
{
    pen_rng rng;
    pen_rng_init(&rng, 2, 0, 0, 0);
    pen_sink_text(s->sink, is_daily ? "date,open,high,low,close,volume\n" : "ts_us,bid,ask\n");
    double price = 100;
    for (int i = 0; i < ROWS; i++) {
        price = floor(price * (0.99 + 0.0201 * pen_rng_uniform(&rng)) * 100) / 100 + 0.01;
        s->sum += price;
        if (is_daily)
            pen_sink_format(s->sink, "%04d-%02d-%02d,%.2f,%.2f,%.2f,%.2f,%u\n", 1700 + i / 336,
                            1 + i / 28 % 12, 1 + i % 28, price, price * 1.01, price * 0.99, price,
                            pen_rng_u32(&rng) % 100000000);
        else
            pen_sink_format(s->sink, "%lld,%.2f,%.2f\n", 1398920401787000LL + i * 1013LL, price,
                            price + 0.02);
    }
}

static pen_status csv_prepare(bench *b)
{
    struct csv *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    b->items = ROWS;
    PEN_TRY(pen_sink_open_memory(&s->sink));
    put_rows(s, *(const int *)b->test->with == daily);
    s->text = pen_sink_memory(s->sink, &s->bytes);
    return pen_sink_flush(s->sink);
}

static pen_status csv_run(bench *b)
{
    struct csv *s = b->state;
    pen_table *table;
    PEN_TRY(pen_table_read_memory("bench", s->text, s->bytes, NULL, &table));
    pen_table_destroy(table);
    return PEN_OK;
}

static pen_status csv_check(bench *b)
{
    struct csv *s = b->state;
    pen_table *table;
    PEN_TRY(pen_table_read_memory("bench", s->text, s->bytes, NULL, &table));
    double sum = 0;
    for (size_t i = 0; i < pen_table_rows(table); i++)
        sum += pen_table_column(table, 0)[i];
    size_t rows = pen_table_rows(table);
    pen_table_destroy(table);
    if (rows != ROWS || fabs(sum - s->sum) > 1e-9 * s->sum)
        return pen_fail(PEN_E_INTERNAL, "csv: %zu rows, sum %.17g, expected %d, %.17g", rows, sum,
                        ROWS, s->sum);
    return PEN_OK;
}

#define NUMBER_CASE(text, how, kind)                                                               \
    {                                                                                              \
        .name = text, .item = "number", .dtype = PEN_F64, .prepare = numbers_prepare,              \
        .run = how##_run, .check = numbers_check, .clear = numbers_clear, .peer_name = "libc",     \
        .peer = how##_peer, .with = &kind                                                          \
    }
#define CSV_CASE(text, kind, bytes)                                                                \
    {                                                                                              \
        .name = text, .item = "row", .dtype = PEN_F64, .bytes_per_item = bytes,                    \
        .prepare = csv_prepare, .run = csv_run, .check = csv_check, .clear = csv_clear,            \
        .with = &kind                                                                              \
    }

static const bench_case cases[] = {
    NUMBER_CASE("number_read_price", read, prices),
    NUMBER_CASE("number_read_17_digits", read, digits17),
    NUMBER_CASE("number_print_price", print, prices),
    NUMBER_CASE("number_print_17_digits", print, digits17),
    CSV_CASE("csv_read_daily", daily, 48),
    CSV_CASE("csv_read_ticks", ticks, 33),
};

const bench_area bench_text = { "text", cases, PEN_COUNT(cases) };
