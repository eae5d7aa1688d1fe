/* Reductions and scans against long double, and transposition, in every form and place. */
#include "machine/math/reduce.h"
#include "machine/math/scan.h"
#include "machine/math/transpose.h"
#include "mathops.h"

static const size_t sizes[] = { 1, 2, 255, 256, 257, 2047, 2048, 2049, 16384, 16385, 100003 };

/* The reduction by its definition; *scale is what an error is measured in. */
static double reduce_plainly(pen_reduce_op op, pen_nan_rule nan, pen_dtype dtype, const void *x,
                             size_t n, double *scale)
{
    long double sum = 0, magnitude = 0;
    double low = INFINITY, high = -INFINITY;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        double v = value_at(dtype, x, i);
        if (isnan(v))
            continue;
        count++;
        sum += v;
        magnitude += fabsl(v);
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    *scale = op <= PEN_REDUCE_MEAN && isfinite((double)magnitude) ? (double)magnitude : 0;
    if (op == PEN_REDUCE_COUNT)
        return (double)count;
    if ((nan == PEN_NAN_SPREADS && count < n) || (count == 0 && op != PEN_REDUCE_SUM))
        return NAN;
    if (op == PEN_REDUCE_MEAN)
        *scale /= (double)count;
    switch (op) {
    case PEN_REDUCE_SUM:
        return (double)sum;
    case PEN_REDUCE_MEAN:
        return (double)(sum / (long double)count);
    case PEN_REDUCE_MIN:
        return low;
    default:
        return high;
    }
}

static double epsilon_of(pen_dtype dtype)
{
    return dtype == PEN_F32 ? 0x1p-24 : 0x1p-53;
}

static void check_reductions(const place *p, pen_dtype dtype, size_t n, flavour kind)
{
    void *host = make_values(dtype, n, kind, n);
    void *x = to_place(p, host, n * pen_dtype_bytes(dtype)), *out = to_place(p, host, 8);
    pen_rows rows = pen_flat(dtype, x, n);
    for (int op = 0; op < PEN_REDUCE_OP_COUNT; op++)
        for (int nan = 0; nan < 2; nan++) {
            double got[1], scale;
            char label[80];
            snprintf(label, sizeof label, "op %d, nan %d, %s, n %zu, kind %d", op, nan,
                     pen_dtype_name(dtype), n, kind);
            CHECK_OK(pen_reduce_rows(p->queue, op, nan, &rows, out));
            from_place(p, got, out, pen_dtype_bytes(dtype));
            double want = reduce_plainly(op, nan, dtype, host, n, &scale);
            CHECK_NEAR(label, value_at(dtype, got, 0), want, 73 * epsilon_of(dtype) * scale);
        }
    pen_device_free(p->device, x);
    pen_device_free(p->device, out);
    free(host);
}

static void reductions_match_their_definition(void)
{
    place p = place_open("cpu:0");
    for (int dtype = 0; dtype < 2; dtype++)
        for (size_t i = 0; i < COUNT(sizes); i++)
            for (int kind = 0; kind < 3; kind++)
                check_reductions(&p, dtype, sizes[i], kind);
    place_close(&p);
}

static void empty_and_missing_rows_reduce_as_stated(void)
{
    place p = place_open("cpu:0");
    double host[] = { NAN, NAN, NAN, NAN }, got[2];
    static const double empty[] = { 0, NAN, NAN, NAN, 0 };
    void *x = to_place(&p, host, sizeof host), *out = to_place(&p, host, 16);
    for (int op = 0; op < PEN_REDUCE_OP_COUNT; op++) {
        pen_rows none = { PEN_F64, x, 2, 0, 2 }, missing = { PEN_F64, x, 2, 2, 2 };
        CHECK_OK(pen_reduce_rows(p.queue, op, PEN_NAN_SPREADS, &none, out));
        from_place(&p, got, out, 16);
        CHECK_NEAR("no columns", got[1], empty[op], 0);
        CHECK_OK(pen_reduce_rows(p.queue, op, PEN_NAN_SKIPPED, &missing, out));
        from_place(&p, got, out, 16);
        CHECK_NEAR("all missing", got[1], empty[op], 0);
    }
    pen_rows nothing = { PEN_F64, NULL, 0, 5, 5 };
    CHECK_OK(pen_reduce_rows(p.queue, PEN_REDUCE_SUM, PEN_NAN_SPREADS, &nothing, out));
    pen_device_free(p.device, x);
    pen_device_free(p.device, out);
    place_close(&p);
}

/* Rows, and the same rows as segments at offsets, must agree to the bit. */
static void ragged_segments_have_the_bits_of_equal_rows(void)
{
    place p = place_open("cpu:0");
    static const size_t lengths[] = { 0, 1, 7, 300, 16384, 16385, 0, 70001, 3 };
    for (int dtype = 0; dtype < 2; dtype++) {
        int64_t offsets[COUNT(lengths) + 1] = { 0 };
        for (size_t i = 0; i < COUNT(lengths); i++)
            offsets[i + 1] = offsets[i] + (int64_t)lengths[i];
        size_t n = (size_t)offsets[COUNT(lengths)], unit = pen_dtype_bytes(dtype);
        void *host = make_values(dtype, n, AWKWARD, 3), *x = to_place(&p, host, n * unit);
        void *at = to_place(&p, offsets, sizeof offsets), *out = to_place(&p, host, 200);
        for (int op = 0; op < PEN_REDUCE_OP_COUNT; op++)
            for (int nan = 0; nan < 2; nan++) {
                double got[COUNT(lengths)], want[1];
                CHECK_OK(pen_reduce_segments(p.queue, op, nan, dtype, x, at, COUNT(lengths), out));
                from_place(&p, got, out, COUNT(lengths) * unit);
                for (size_t i = 0; i < COUNT(lengths); i++) {
                    pen_rows row =
                        pen_flat(dtype, (char *)x + (size_t)offsets[i] * unit, lengths[i]);
                    CHECK_OK(pen_reduce_rows(p.queue, op, nan, &row, out));
                    from_place(&p, want, out, unit);
                    CHECK(is_same(dtype, (char *)got + i * unit, want, 1));
                }
            }
        pen_device_free(p.device, x);
        pen_device_free(p.device, at);
        pen_device_free(p.device, out);
        free(host);
    }
    place_close(&p);
}

/* First index of the extreme; NaN the most extreme or skipped; -1 = none. */
static int64_t arg_plainly(int is_max, pen_nan_rule nan, pen_dtype dtype, const void *x, size_t n)
{
    int64_t best = -1;
    for (size_t i = 0; i < n; i++) {
        double v = value_at(dtype, x, i), b = best < 0 ? 0 : value_at(dtype, x, (size_t)best);
        if (isnan(v)) {
            if (nan == PEN_NAN_SPREADS)
                return (int64_t)i;
        } else if (best < 0 || (is_max ? v > b : v < b))
            best = (int64_t)i;
    }
    return best;
}

static void extremes_are_found_at_their_first_index(void)
{
    place p = place_open("cpu:0");
    for (int dtype = 0; dtype < 2; dtype++)
        for (size_t i = 0; i < COUNT(sizes); i++)
            for (int kind = 0; kind < 3; kind++)
                for (int nan = 0; nan < 2; nan++) {
                    size_t n = sizes[i], unit = pen_dtype_bytes(dtype);
                    void *host = make_values(dtype, 2 * n + 3, kind, n + 1);
                    void *x = to_place(&p, host, (2 * n + 3) * unit), *out = to_place(&p, host, 16);
                    pen_rows rows = { dtype, x, 2, n, n + 3 };
                    int64_t got[2][2];
                    CHECK_OK(pen_reduce_argmin(p.queue, nan, &rows, out));
                    from_place(&p, got[0], out, 16);
                    CHECK_OK(pen_reduce_argmax(p.queue, nan, &rows, out));
                    from_place(&p, got[1], out, 16);
                    for (int m = 0; m < 2; m++)
                        for (size_t r = 0; r < 2; r++)
                            CHECK(got[m][r] ==
                                  arg_plainly(m, nan, dtype, (char *)host + r * (n + 3) * unit, n));
                    pen_device_free(p.device, x);
                    pen_device_free(p.device, out);
                    free(host);
                }
    double missing[] = { NAN, NAN };
    int64_t got[1];
    void *x = to_place(&p, missing, sizeof missing), *out = to_place(&p, missing, 8);
    pen_rows rows = pen_flat(PEN_F64, x, 2), none = pen_flat(PEN_F64, x, 0);
    CHECK_OK(pen_reduce_argmax(p.queue, PEN_NAN_SKIPPED, &rows, out));
    from_place(&p, got, out, 8);
    CHECK(got[0] == -1);
    CHECK_OK(pen_reduce_argmax(p.queue, PEN_NAN_SPREADS, &none, out));
    from_place(&p, got, out, 8);
    CHECK(got[0] == -1);
    pen_device_free(p.device, x);
    pen_device_free(p.device, out);
    place_close(&p);
}

static void check_scan(const place *p, pen_dtype dtype, size_t n, int is_in_place)
{
    size_t unit = pen_dtype_bytes(dtype), stride = n + 5;
    void *host = make_values(dtype, 2 * stride, PLAIN, n), *got = malloc(2 * stride * unit);
    for (int kind = 0; kind < 2; kind++) {
        void *x = to_place(p, host, 2 * stride * unit), *out = to_place(p, host, 2 * stride * unit);
        pen_rows from = { dtype, x, 2, n, stride }, to = { dtype, out, 2, n, stride };
        CHECK_OK(pen_scan_rows(p->queue, kind, &from, is_in_place ? &from : &to));
        from_place(p, got, is_in_place ? x : out, 2 * stride * unit);
        for (size_t r = 0; r < 2; r++) {
            long double sum = 0, magnitude = 0;
            size_t bad = 0;
            for (size_t i = 0; i < n; i++) {
                double v = value_at(dtype, host, r * stride + i);
                long double want = kind == PEN_SCAN_EXCLUSIVE ? sum : sum + v;
                sum += v;
                magnitude += fabsl((long double)v);
                bad += fabsl((long double)value_at(dtype, got, r * stride + i) - want) >
                       40 * epsilon_of(dtype) * magnitude;
            }
            CHECK(bad == 0);
        }
        CHECK(memcmp((char *)got + n * unit, (char *)host + n * unit, 5 * unit) == 0);
        pen_device_free(p->device, x);
        pen_device_free(p->device, out);
    }
    free(host);
    free(got);
}

static void scans_match_their_definition(void)
{
    place p = place_open("cpu:0");
    for (int dtype = 0; dtype < 2; dtype++)
        for (size_t i = 0; i < COUNT(sizes); i++)
            for (int is_in_place = 0; is_in_place < 2; is_in_place++)
                check_scan(&p, dtype, sizes[i], is_in_place);
    place_close(&p);
}

static void a_missing_value_spoils_only_what_follows_it(void)
{
    place p = place_open("cpu:0");
    double host[600];
    for (int i = 0; i < 600; i++)
        host[i] = i == 300 ? NAN : 1;
    void *x = to_place(&p, host, sizeof host);
    pen_rows rows = pen_flat(PEN_F64, x, 600), narrow = pen_flat(PEN_F32, x, 600);
    CHECK_STATUS(pen_scan_rows(p.queue, PEN_SCAN_INCLUSIVE, &rows, &narrow), PEN_E_SHAPE);
    CHECK_OK(pen_scan_rows(p.queue, PEN_SCAN_INCLUSIVE, &rows, &rows));
    from_place(&p, host, x, sizeof host);
    for (int i = 0; i < 600; i++)
        CHECK_NEAR("running count", host[i], i < 300 ? i + 1 : NAN, 0);
    pen_device_free(p.device, x);
    place_close(&p);
}

typedef struct array_job {
    pen_dtype dtype;
    size_t n;
    void *host;
} array_job;

/* Every reduction of the array, one after the other. */
static pen_status reduce_job(pen_queue *queue, void *context, void *out)
{
    const array_job *job = context;
    place here = place_of(queue), *p = &here;
    size_t unit = pen_dtype_bytes(job->dtype);
    void *x = to_place(p, job->host, job->n * unit), *result = to_place(p, job->host, 8);
    pen_rows rows = pen_flat(job->dtype, x, job->n);
    for (int op = 0; op < PEN_REDUCE_OP_COUNT; op++) {
        CHECK_OK(pen_reduce_rows(p->queue, op, PEN_NAN_SKIPPED, &rows, result));
        from_place(p, (char *)out + (size_t)op * unit, result, unit);
    }
    pen_device_free(p->device, x);
    pen_device_free(p->device, result);
    unify_nans(job->dtype, out, PEN_REDUCE_OP_COUNT);
    return PEN_OK;
}

static pen_status scan_job(pen_queue *queue, void *context, void *out)
{
    const array_job *job = context;
    place here = place_of(queue), *p = &here;
    size_t bytes = job->n * pen_dtype_bytes(job->dtype);
    void *x = to_place(p, job->host, bytes);
    pen_rows rows = pen_flat(job->dtype, x, job->n);
    CHECK_OK(pen_scan_rows(p->queue, PEN_SCAN_INCLUSIVE, &rows, &rows));
    from_place(p, out, x, bytes);
    pen_device_free(p->device, x);
    unify_nans(job->dtype, out, job->n);
    return PEN_OK;
}

static void results_are_the_same_bits_everywhere(void)
{
    for (int dtype = 0; dtype < 2; dtype++)
        for (size_t i = 0; i < COUNT(sizes); i++)
            for (int kind = 0; kind < 3; kind += 2) {
                array_job job = { dtype, sizes[i], make_values(dtype, sizes[i], kind, 9) };
                size_t unit = pen_dtype_bytes(dtype);
                matrix_check_same("reduce", reduce_job, &job, PEN_REDUCE_OP_COUNT * unit);
                matrix_check_same("scan", scan_job, &job, sizes[i] * unit);
                free(job.host);
            }
}

static void check_transpose(const place *p, pen_dtype dtype, size_t rows, size_t cols)
{
    size_t unit = pen_dtype_bytes(dtype), x_stride = cols + 3, out_stride = rows + 2, bad = 0;
    size_t x_bytes = rows * x_stride * unit, out_bytes = cols * out_stride * unit;
    void *host = make_values(dtype, rows * x_stride, AWKWARD, rows), *got = malloc(out_bytes);
    void *blank = make_values(dtype, cols * out_stride, PLAIN, cols);
    void *x = to_place(p, host, x_bytes), *out = to_place(p, blank, out_bytes);
    pen_rows from = { dtype, x, rows, cols, x_stride }, to = { dtype, out, cols, rows, out_stride };
    CHECK_OK(pen_transpose(p->queue, &from, &to));
    from_place(p, got, out, out_bytes);
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < out_stride; i++) {
            const char *want = i < rows ? (char *)host + (i * x_stride + j) * unit
                                        : (char *)blank + (j * out_stride + i) * unit;
            bad += !is_same(dtype, (char *)got + (j * out_stride + i) * unit, want, 1);
        }
    if (bad > 0)
        printf("    %zu x %zu %s: %zu wrong\n", rows, cols, pen_dtype_name(dtype), bad);
    CHECK(bad == 0);
    pen_device_free(p->device, x);
    pen_device_free(p->device, out);
    free(host);
    free(blank);
    free(got);
}

static void rows_become_columns_everywhere(void)
{
    static const size_t shapes[][2] = { { 1, 1 },    { 1, 300 },  { 300, 1 },  { 8, 8 },
                                        { 31, 33 },  { 64, 64 },  { 65, 127 }, { 7, 1000 },
                                        { 513, 70 }, { 300, 310 } };
    for (size_t i = 0; i < matrix_size(); i++) {
        place p = place_of(matrix_select(i));
        for (size_t s = 0; s < COUNT(shapes); s++)
            for (int dtype = 0; dtype < 2; dtype++)
                check_transpose(&p, dtype, shapes[s][0], shapes[s][1]);
        float x[6] = { 0 };
        pen_rows wide = { PEN_F32, x, 2, 3, 3 }, none = { PEN_F32, x, 0, 3, 3 };
        pen_rows no_columns = { PEN_F32, x, 3, 0, 3 };
        CHECK_STATUS(pen_transpose(p.queue, &wide, &wide), PEN_E_SHAPE);
        CHECK_OK(pen_transpose(p.queue, &none, &no_columns));
    }
    matrix_restore();
}

static void failed_allocations_are_reported_and_leak_nothing(void)
{
    place p = place_open("cpu:0");
    size_t n = 40000;
    double *host = make_values(PEN_F64, n, PLAIN, 1);
    void *x = to_place(&p, host, n * 8), *out = to_place(&p, host, n * 8);
    pen_rows rows = pen_flat(PEN_F64, x, n), to = pen_flat(PEN_F64, out, n);
    CHECK_EVERY_ALLOCATION(pen_reduce_rows(p.queue, PEN_REDUCE_MEAN, PEN_NAN_SKIPPED, &rows, out));
    CHECK_EVERY_ALLOCATION(pen_reduce_argmax(p.queue, PEN_NAN_SKIPPED, &rows, out));
    CHECK_EVERY_ALLOCATION(pen_scan_rows(p.queue, PEN_SCAN_INCLUSIVE, &rows, &to));
    pen_rows wide = { PEN_F64, x, 100, 400, 400 }, tall = { PEN_F64, out, 400, 100, 100 };
    CHECK_EVERY_ALLOCATION(pen_transpose(p.queue, &wide, &tall));
    pen_device_free(p.device, x);
    pen_device_free(p.device, out);
    free(host);
    place_close(&p);
}

static const check_test tests[] = {
    TEST(reductions_match_their_definition),
    TEST(empty_and_missing_rows_reduce_as_stated),
    TEST(ragged_segments_have_the_bits_of_equal_rows),
    TEST(extremes_are_found_at_their_first_index),
    TEST(scans_match_their_definition),
    TEST(a_missing_value_spoils_only_what_follows_it),
    TEST(results_are_the_same_bits_everywhere),
    TEST(rows_become_columns_everywhere),
    TEST(failed_allocations_are_reported_and_leak_nothing),
};
TEST_MAIN(tests)
