/* The list of areas, and the runner: check, warm up, sample, summarise. */
#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../src/machine/base/clock.h"
#include "../src/machine/base/status.h"

extern const bench_area bench_american, bench_covariance, bench_exotic, bench_indicators,
    bench_math, bench_matmul, bench_memory, bench_patterns, bench_portfolio, bench_pricing,
    bench_risk, bench_simulation, bench_statistics, bench_surface, bench_text, bench_ticks;

/* clang-format off */
const bench_area *const bench_areas[] = {
    &bench_american,
    &bench_covariance,
    &bench_exotic,
    &bench_indicators,
    &bench_math,
    &bench_matmul,
    &bench_memory,
    &bench_patterns,
    &bench_portfolio,
    &bench_pricing,
    &bench_risk,
    &bench_simulation,
    &bench_statistics,
    &bench_surface,
    &bench_text,
    &bench_ticks,
    &bench_catalogue,
    NULL,
};
/* clang-format on */

enum { MOST_SAMPLES = 2000, FEWEST_SAMPLES = 5 };
static const double SAMPLE_NS = 100e3; /* shorter runs are timed several at once */

typedef pen_status run_fn(bench *b);

static pen_status time_runs(bench *b, run_fn *run, size_t runs, double *ns)
{
    int64_t start = pen_clock_ns();
    for (size_t i = 0; i < runs; i++)
        PEN_TRY(run(b));
    PEN_TRY(pen_queue_wait(b->queue));
    *ns = (double)(pen_clock_ns() - start) / (double)runs;
    return PEN_OK;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Samples for `seconds`, after a warm-up of a fifth of it; sorted. */
static pen_status sample(bench *b, run_fn *run, double seconds, double *samples, size_t *count)
{
    double ns = 0;
    int64_t start = pen_clock_ns();
    do
        PEN_TRY(time_runs(b, run, 1, &ns));
    while ((double)(pen_clock_ns() - start) < seconds * 0.2e9);
    size_t runs = ns < SAMPLE_NS ? (size_t)(SAMPLE_NS / (ns > 1 ? ns : 1)) + 1 : 1;
    start = pen_clock_ns();
    for (*count = 0; *count < MOST_SAMPLES; ++*count) {
        if (*count >= FEWEST_SAMPLES && (double)(pen_clock_ns() - start) > seconds * 1e9)
            break;
        PEN_TRY(time_runs(b, run, runs, &samples[*count]));
    }
    qsort(samples, *count, sizeof *samples, by_value);
    return PEN_OK;
}

static double ratio_or_nan(double a, double b)
{
    return a > 0 && b > 0 ? a / b : NAN;
}

static void summarise(const bench *b, const double *samples, bench_result *r)
{
    const pen_device_info *info = pen_device_describe(b->device);
    double peak = b->test->dtype == PEN_F32 ? info->f32_flops : info->f64_flops;
    r->items = b->items;
    r->median_ns = samples[r->samples / 2];
    r->p95_ns = samples[(r->samples * 95 + 99) / 100 - 1];
    r->items_per_s = (double)b->items / r->median_ns * 1e9;
    r->bytes_per_s = r->items_per_s * b->test->bytes_per_item;
    r->flops = r->items_per_s * b->test->flops_per_item;
    r->copy_share = ratio_or_nan(r->bytes_per_s, info->copy_bytes_per_s);
    r->peak_share = ratio_or_nan(r->flops, peak);
}

static pen_status measure_peer(bench *b, double seconds, double *samples, bench_result *r)
{
    size_t count;
    r->peer_ratio = NAN;
    if (b->test->peer == NULL)
        return PEN_OK;
    pen_status s = sample(b, b->test->peer, seconds, samples, &count);
    if (s == PEN_E_UNSUPPORTED)
        return PEN_OK;
    if (s == PEN_OK)
        r->peer_ratio = samples[count / 2] / r->median_ns;
    return s;
}

static pen_status check_and_sample(bench *b, double seconds, bench_result *r)
{
    static double samples[MOST_SAMPLES];
    PEN_TRY(b->test->prepare(b));
    PEN_TRY(b->test->run(b));
    PEN_TRY(pen_queue_wait(b->queue));
    pen_status s = b->test->check(b);
    if (s != PEN_OK)
        return pen_fail_context(s, "%s on %s gives a wrong result", b->test->name, r->device);
    PEN_TRY(sample(b, b->test->run, seconds, samples, &r->samples));
    summarise(b, samples, r);
    return measure_peer(b, seconds, samples, r);
}

pen_status bench_measure(const bench_area *area, const bench_case *test, pen_device *device,
                         unsigned threads, double seconds, bench_result *out)
{
    bench b = { .test = test, .device = device };
    *out = (bench_result){ .area = area, .test = test, .threads = threads };
    strcpy(out->device, pen_device_describe(device)->name);
    PEN_TRY(pen_queue_create(device, &b.queue));
    pen_status s = check_and_sample(&b, seconds, out);
    test->clear(&b);
    pen_queue_destroy(b.queue);
    return s;
}
