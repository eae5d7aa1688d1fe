/* Sorting, the best few and quantiles against qsort, and their bits everywhere. */
#include "machine/math/sort.h"
#include "mathops.h"

static const size_t sizes[] = { 1,   2,    3,    31,   32,   33,   255,  256,
                                257, 1023, 1024, 1025, 2048, 2049, 5000, 20011 };

typedef struct element {
    double value;
    int32_t index;
} element;

static int is_descending;

static int by_value(const void *a, const void *b)
{
    const element *x = a, *y = b;
    if (isnan(x->value) || isnan(y->value))
        return isnan(x->value) && isnan(y->value) ? x->index - y->index : isnan(x->value) ? 1 : -1;
    int sign = is_descending ? -1 : 1;
    if (x->value != y->value)
        return x->value < y->value ? -sign : sign;
    if (!!signbit(x->value) != !!signbit(y->value))
        return signbit(x->value) ? -sign : sign;
    return x->index - y->index;
}

static element *sort_plainly(pen_sort_order order, pen_dtype dtype, const void *x, size_t n)
{
    element *elements = malloc((n + 1) * sizeof *elements);
    for (size_t i = 0; i < n; i++)
        elements[i] = (element){ value_at(dtype, x, i), (int32_t)i };
    is_descending = order == PEN_SORT_DESCENDING;
    qsort(elements, n, sizeof *elements, by_value);
    return elements;
}

static int is_value(double got, double want)
{
    return isnan(want) ? isnan(got) : got == want && !signbit(got) == !signbit(want);
}

/* The first k of each of two rows, as pen_sort_top() or, where k is all, pen_sort_rows(). */
static void check_sorted(const place *p, pen_sort_order order, pen_dtype dtype, size_t n, size_t k,
                         flavour kind, bool has_index)
{
    size_t unit = pen_dtype_bytes(dtype), stride = n + 3, wrong = 0;
    void *host = make_values(dtype, 2 * stride, kind, n), *values = malloc(2 * stride * unit);
    int32_t *index = malloc((2 * k + 1) * sizeof *index);
    void *x = to_place(p, host, 2 * stride * unit), *out = to_place(p, host, 2 * stride * unit);
    void *at = to_place(p, index, 2 * k * sizeof *index);
    pen_rows from = { dtype, x, 2, n, stride }, to = { dtype, out, 2, n, stride };
    if (k == n)
        CHECK_OK(pen_sort_rows(p->queue, order, &from, &to, has_index ? at : NULL));
    else
        CHECK_OK(pen_sort_top(p->queue, order, &from, k, out, has_index ? at : NULL));
    from_place(p, values, out, 2 * stride * unit);
    from_place(p, index, at, 2 * k * sizeof *index);
    for (size_t r = 0; r < 2; r++) {
        element *want = sort_plainly(order, dtype, (char *)host + r * stride * unit, n);
        for (size_t i = 0; i < k; i++) {
            double got = value_at(dtype, values, r * (k == n ? stride : k) + i);
            wrong += !is_value(got, want[i].value);
            wrong += has_index && index[r * k + i] != want[i].index;
        }
        free(want);
    }
    if (wrong > 0) {
        printf("    order %d %s n %zu k %zu kind %d: %zu wrong\n", order, pen_dtype_name(dtype), n,
               k, kind, wrong);
        check_failed_++;
    }
    pen_device_free(p->device, x);
    pen_device_free(p->device, out);
    pen_device_free(p->device, at);
    free(host);
    free(values);
    free(index);
}

static void check_orders(const place *p, size_t n)
{
    for (int dtype = 0; dtype < 2; dtype++)
        for (int kind = 0; kind < 3; kind++)
            for (int order = 0; order < 2; order++)
                for (int has_index = 0; has_index < 2; has_index++) {
                    check_sorted(p, order, dtype, n, n, kind, has_index);
                    check_sorted(p, order, dtype, n, n / 7, kind, has_index);
                    check_sorted(p, order, dtype, n, n / 2, kind, has_index);
                }
}

static void rows_sort_as_qsort_has_them(void)
{
    place p = place_open("cpu:0");
    for (size_t i = 0; i < COUNT(sizes); i++)
        check_orders(&p, sizes[i]);
    place_close(&p);
}

static void every_device_sorts_as_qsort_does(void)
{
    for (size_t i = 0; i < matrix_size(); i++) {
        place p = place_of(matrix_select(i));
        for (size_t s = 0; s < COUNT(sizes); s += 5)
            for (int dtype = 0; dtype < 2; dtype++)
                check_sorted(&p, s % 2, dtype, sizes[s], sizes[s], AWKWARD, true);
        check_sorted(&p, PEN_SORT_DESCENDING, PEN_F32, 5000, 10, AWKWARD, true);
        check_sorted(&p, PEN_SORT_ASCENDING, PEN_F64, 5000, 10, REPEATED, true);
    }
    matrix_restore();
}

static void a_row_can_be_sorted_in_place(void)
{
    place p = place_open("cpu:0");
    double host[] = { 3, NAN, -0.0, 0.0, -1 };
    pen_rows row = pen_flat(PEN_F64, host, COUNT(host));
    CHECK_OK(pen_sort_rows(p.queue, PEN_SORT_ASCENDING, &row, &row, NULL));
    static const double want[] = { -1, -0.0, 0.0, 3, NAN };
    for (size_t i = 0; i < COUNT(want); i++)
        CHECK(is_value(host[i], want[i]));
    place_close(&p);
}

static const double probabilities[] = { 0, 0.01, 0.05, 0.25, 1.0 / 3, 0.5, 0.75, 0.95, 0.99, 1 };

/* By the definition; the place between two values is worked out in long double. */
static double quantile_plainly(const element *sorted, size_t n, double p, pen_nan_rule nan)
{
    size_t m = n;
    while (m > 0 && isnan(sorted[m - 1].value))
        m--;
    if (m == 0 || (m < n && nan == PEN_NAN_SPREADS))
        return NAN;
    long double at = (long double)p * (long double)(m - 1);
    size_t low = (size_t)at, high = low + 1 < m ? low + 1 : low;
    double a = sorted[low].value, b = sorted[high].value;
    return a == b || at == low ? a : (double)(a + (at - low) * ((long double)b - a));
}

static void check_quantiles(const place *p, pen_dtype dtype, size_t n, flavour kind)
{
    size_t unit = pen_dtype_bytes(dtype), n_q = COUNT(probabilities);
    void *host = make_values(dtype, 2 * n, kind, n + 7), *x = to_place(p, host, 2 * n * unit);
    double got[2 * COUNT(probabilities)] = { 0 };
    void *out = to_place(p, got, sizeof got);
    pen_rows rows = { dtype, x, 2, n, n };
    for (int nan = 0; nan < 2; nan++) {
        CHECK_OK(pen_sort_quantiles(p->queue, nan, &rows, probabilities, n_q, out));
        from_place(p, got, out, 2 * n_q * unit);
        for (size_t r = 0; r < 2; r++) {
            element *sorted =
                sort_plainly(PEN_SORT_ASCENDING, dtype, (char *)host + r * n * unit, n);
            for (size_t q = 0; q < n_q; q++) {
                double want = quantile_plainly(sorted, n, probabilities[q], nan);
                double tolerance = dtype == PEN_F32 ? 4e-7 : 1e-15;
                CHECK_NEAR("quantile", value_at(dtype, got, r * n_q + q), want, tolerance);
            }
            free(sorted);
        }
    }
    pen_device_free(p->device, x);
    pen_device_free(p->device, out);
    free(host);
}

static void quantiles_match_their_definition(void)
{
    place p = place_open("cpu:0");
    for (int dtype = 0; dtype < 2; dtype++)
        for (size_t i = 0; i < COUNT(sizes); i++)
            for (int kind = 0; kind < 3; kind++)
                check_quantiles(&p, dtype, sizes[i], kind);
    place_close(&p);
}

/* One value a thousand times the rest puts all others in one bucket of a selection. */
static void an_outlier_does_not_disturb_a_selection(void)
{
    place p = place_open("cpu:0");
    size_t n = 30001;
    double *host = malloc(n * sizeof *host), got[3];
    for (size_t i = 0; i < n; i++)
        host[i] = 100 + (double)(i * 7919 % n) / (double)n;
    host[17] = 1e300;
    pen_rows row = pen_flat(PEN_F64, host, n);
    CHECK_OK(pen_sort_quantiles(p.queue, PEN_NAN_SPREADS, &row, (double[]){ 0.5, 0, 1 }, 3, got));
    CHECK_NEAR("median", got[0], 100.5, 1e-3);
    CHECK(got[1] == 100 && got[2] == 1e300);
    free(host);
    place_close(&p);
}

typedef struct quantile_input {
    pen_dtype dtype;
    size_t n;
    void *host;
} quantile_input;

static pen_status quantile_job(pen_queue *queue, void *context, void *out)
{
    const quantile_input *input = context;
    size_t unit = pen_dtype_bytes(input->dtype), n_q = COUNT(probabilities);
    place p = place_of(queue);
    void *x = to_place(&p, input->host, input->n * unit), *result = to_place(&p, out, n_q * unit);
    pen_rows row = pen_flat(input->dtype, x, input->n);
    pen_status s = pen_sort_quantiles(queue, PEN_NAN_SKIPPED, &row, probabilities, n_q, result);
    from_place(&p, out, result, n_q * unit);
    pen_device_free(p.device, x);
    pen_device_free(p.device, result);
    unify_nans(input->dtype, out, n_q);
    return s;
}

static void quantiles_are_the_same_bits_everywhere(void)
{
    for (int dtype = 0; dtype < 2; dtype++)
        for (size_t i = 0; i < COUNT(sizes); i += 3) {
            quantile_input input = { dtype, sizes[i], make_values(dtype, sizes[i], AWKWARD, 5) };
            matrix_check_same("quantiles", quantile_job, &input,
                              COUNT(probabilities) * pen_dtype_bytes(dtype));
            free(input.host);
        }
}

static void requests_that_do_not_fit_are_refused(void)
{
    place p = place_open("cpu:0");
    float x[8] = { 0 }, out[8];
    pen_rows row = pen_flat(PEN_F32, x, 8), wide = pen_flat(PEN_F64, x, 4), none = row;
    CHECK_STATUS(pen_sort_rows(p.queue, PEN_SORT_ASCENDING, &row, &wide, NULL), PEN_E_SHAPE);
    CHECK_STATUS(pen_sort_top(p.queue, PEN_SORT_ASCENDING, &row, 9, out, NULL), PEN_E_SHAPE);
    static const double bad[] = { -0.1, 1.1, NAN };
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_STATUS(pen_sort_quantiles(p.queue, PEN_NAN_SPREADS, &row, &bad[i], 1, out),
                     PEN_E_ARG);
    none.n_rows = 0;
    CHECK_OK(pen_sort_rows(p.queue, PEN_SORT_ASCENDING, &none, &none, NULL));
    none = pen_flat(PEN_F32, x, 0);
    CHECK_OK(pen_sort_top(p.queue, PEN_SORT_ASCENDING, &none, 0, out, NULL));
    CHECK_OK(pen_sort_quantiles(p.queue, PEN_NAN_SPREADS, &none, probabilities, 1, out));
    CHECK(isnan(out[0]));
    none.n_cols = (size_t)1 << 31;
    CHECK_STATUS(pen_sort_rows(p.queue, PEN_SORT_ASCENDING, &none, &none, NULL), PEN_E_SIZE);
    place_close(&p);
}

static void failed_allocations_are_reported_and_leak_nothing(void)
{
    for (size_t i = 0; i < matrix_size(); i++) {
        place p = place_of(matrix_select(i));
        void *host = make_values(PEN_F64, 3000, PLAIN, 1), *x = to_place(&p, host, 3000 * 8);
        pen_rows row = pen_flat(PEN_F64, x, 3000);
        /* Once without a failure: a device builds its kernels only now. */
        CHECK_OK(pen_sort_quantiles(p.queue, PEN_NAN_SPREADS, &row, probabilities, 1, x));
        CHECK_EVERY_ALLOCATION(pen_sort_rows(p.queue, PEN_SORT_ASCENDING, &row, &row, NULL));
        CHECK_EVERY_ALLOCATION(
            pen_sort_quantiles(p.queue, PEN_NAN_SPREADS, &row, probabilities, 1, x));
        pen_device_free(p.device, x);
        free(host);
    }
    matrix_restore();
}

static const check_test tests[] = {
    TEST(rows_sort_as_qsort_has_them),
    TEST(every_device_sorts_as_qsort_does),
    TEST(a_row_can_be_sorted_in_place),
    TEST(quantiles_match_their_definition),
    TEST(an_outlier_does_not_disturb_a_selection),
    TEST(quantiles_are_the_same_bits_everywhere),
    TEST(requests_that_do_not_fit_are_refused),
    TEST(failed_allocations_are_reported_and_leak_nothing),
};
TEST_MAIN(tests)
