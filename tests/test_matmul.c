/* Matrix products against long double, and their bits everywhere. */
#include "machine/math/matmul.h"
#include "mathops.h"

typedef struct product_job {
    pen_matmul_params params; /* addresses are of the host's arrays */
    bool is_packed;
    size_t a_count, b_count, c_count;
} product_job;

static size_t rows_of(bool is_transposed, size_t rows, size_t cols)
{
    return is_transposed ? cols : rows;
}

/* m x n x k with everything else chosen by `choice`, strides longer than rows. */
static product_job make_job(pen_dtype dtype, size_t m, size_t n, size_t k, unsigned choice,
                            flavour kind)
{
    static const double alphas[] = { 1, -0.37, 1, 1 }, betas[] = { 0, 0.75, 1, 0 };
    product_job job = { 0 };
    pen_matmul_params *p = &job.params;
    *p = (pen_matmul_params){ .dtype = dtype,
                              .m = m,
                              .n = n,
                              .k = k,
                              .alpha = alphas[choice / 8 % 4],
                              .beta = betas[choice / 8 % 4],
                              .transpose_a = choice & 1,
                              .transpose_b = choice & 2,
                              .mode = PEN_MATMUL_EXACT };
    job.is_packed = choice & 4;
    p->a_stride = rows_of(p->transpose_a, k, m) + 3;
    p->b_stride = rows_of(p->transpose_b, n, k) + 1;
    p->c_stride = n + 2;
    job.a_count = rows_of(p->transpose_a, m, k) * p->a_stride;
    job.b_count = rows_of(p->transpose_b, k, n) * p->b_stride;
    job.c_count = m * p->c_stride;
    p->a = make_values(dtype, job.a_count, kind, m + 1);
    p->b = make_values(dtype, job.b_count, PLAIN, n + 2);
    p->c = make_values(dtype, job.c_count, PLAIN, k + 3);
    return job;
}

static void free_job(product_job *job)
{
    free((void *)job->params.a);
    free((void *)job->params.b);
    free(job->params.c);
}

/* Takes the matrices to the queue's device, multiplies, brings C back. */
static pen_status run_product(pen_queue *queue, void *context, void *out)
{
    const product_job *job = context;
    place p = place_of(queue);
    pen_matmul_params params = job->params;
    size_t unit = pen_dtype_bytes(params.dtype);
    void *a = to_place(&p, params.a, job->a_count * unit);
    void *b = to_place(&p, params.b, job->b_count * unit);
    void *c = to_place(&p, params.c, job->c_count * unit);
    pen_packed_matrix *packed = NULL;
    params.a = a;
    params.b = b;
    params.c = c;
    pen_status s = PEN_OK;
    if (job->is_packed) {
        s = pen_matmul_pack(queue, params.dtype, params.k, params.n, params.transpose_b, b,
                            params.b_stride, &packed);
        params.packed_b = packed;
        params.transpose_b = false;
        params.b = NULL;
    }
    if (s == PEN_OK)
        s = pen_matmul(queue, &params);
    from_place(&p, out, c, job->c_count * unit);
    pen_packed_matrix_destroy(packed);
    pen_device_free(p.device, a);
    pen_device_free(p.device, b);
    pen_device_free(p.device, c);
    unify_nans(params.dtype, out, job->c_count);
    return s;
}

/* Element (i, j) by the definition in long double, and the sum of magnitudes. */
static long double element(const product_job *job, size_t i, size_t j, long double *magnitude)
{
    const pen_matmul_params *p = &job->params;
    long double sum = p->beta != 0 ? p->beta * value_at(p->dtype, p->c, i * p->c_stride + j) : 0;
    *magnitude = fabsl(sum);
    for (size_t k = 0; k < p->k; k++) {
        size_t a = p->transpose_a ? k * p->a_stride + i : i * p->a_stride + k;
        size_t b = p->transpose_b ? j * p->b_stride + k : k * p->b_stride + j;
        long double term =
            (long double)p->alpha * value_at(p->dtype, p->a, a) * value_at(p->dtype, p->b, b);
        sum += term;
        *magnitude += fabsl(term);
    }
    return sum;
}

/* |error| <= (k + 2) eps times the sum of magnitudes; what lies between rows is untouched. */
static void check_product(const char *label, const product_job *job, const void *got)
{
    const pen_matmul_params *p = &job->params;
    long double eps = p->dtype == PEN_F32 ? 0x1p-24L : 0x1p-53L, magnitude;
    size_t bad = 0;
    for (size_t i = 0; i < p->m; i++) {
        for (size_t j = 0; j < p->n; j++) {
            long double want = element(job, i, j, &magnitude);
            long double is = value_at(p->dtype, got, i * p->c_stride + j);
            if (isnan((double)want) || isinf((double)want))
                bad += !(isnan((double)want) ? isnan((double)is) : is == want);
            else
                bad += !(fabsl(is - want) <= (long double)(p->k + 2) * eps * magnitude);
        }
        for (size_t j = p->n; j < p->c_stride; j++)
            bad += value_at(p->dtype, got, i * p->c_stride + j) !=
                   value_at(p->dtype, p->c, i * p->c_stride + j);
    }
    if (bad > 0) {
        printf("    %s: %s %zu x %zu x %zu, transposed %d %d, packed %d: %zu wrong\n", label,
               pen_dtype_name(p->dtype), p->m, p->n, p->k, p->transpose_a, p->transpose_b,
               job->is_packed, bad);
        check_failed_++;
    }
}

static const size_t shapes[][3] = {
    { 1, 1, 1 },   { 1, 200, 37 },   { 3, 47, 1 },    { 7, 49, 33 },   { 8, 48, 16 },
    { 9, 97, 64 }, { 65, 130, 17 },  { 33, 65, 600 }, { 260, 31, 70 }, { 17, 300, 5 },
    { 64, 64, 0 }, { 1, 500, 1100 }, { 5, 24, 1030 }, { 16, 145, 20 },
};

static void products_match_their_definition_in_every_form(void)
{
    pen_device *device;
    pen_queue *queue;
    CHECK_OK(pen_device_open("cpu:0", &device));
    CHECK_OK(pen_queue_create(device, &queue));
    for (int dtype = 0; dtype < 2; dtype++)
        for (size_t s = 0; s < COUNT(shapes); s++)
            for (unsigned choice = 0; choice < 32; choice++) {
                product_job job =
                    make_job(dtype, shapes[s][0], shapes[s][1], shapes[s][2], choice, PLAIN);
                void *got = malloc(job.c_count * 8 + 1);
                CHECK_OK(run_product(queue, &job, got));
                check_product("exact", &job, got);
                free(got);
                free_job(&job);
            }
    pen_queue_destroy(queue);
    pen_device_close(device);
}

static void products_are_the_same_bits_everywhere(void)
{
    for (int dtype = 0; dtype < 2; dtype++)
        for (size_t s = 0; s < COUNT(shapes); s++)
            for (unsigned choice = 0; choice < 32; choice += 9) {
                product_job job =
                    make_job(dtype, shapes[s][0], shapes[s][1], shapes[s][2], choice, AWKWARD);
                matrix_check_same("matmul", run_product, &job,
                                  job.c_count * pen_dtype_bytes(dtype));
                free_job(&job);
            }
}

static void fast_products_are_within_tolerance_everywhere(void)
{
    for (size_t i = 0; i < matrix_size(); i++)
        for (unsigned choice = 0; choice < 32; choice++) {
            pen_queue *queue = matrix_select(i);
            size_t s = choice % COUNT(shapes);
            product_job job = make_job(choice % 3 == 0 ? PEN_F64 : PEN_F32, shapes[s][0],
                                       shapes[s][1], shapes[s][2], choice, PLAIN);
            job.params.mode = PEN_MATMUL_FAST;
            void *got = malloc(job.c_count * 8);
            CHECK_OK(run_product(queue, &job, got));
            check_product(matrix_label(i), &job, got);
            free(got);
            free_job(&job);
        }
    matrix_restore();
}

/* C is not read where beta is 0, A and B are not where alpha is. */
static void what_is_multiplied_by_zero_is_not_read(void)
{
    place p = place_open("cpu:0");
    double a[] = { 1, 2 }, b[] = { 3, 4 }, c[] = { NAN };
    pen_matmul_params params = { .dtype = PEN_F64,
                                 .m = 1,
                                 .n = 1,
                                 .k = 2,
                                 .alpha = 1,
                                 .a = a,
                                 .a_stride = 2,
                                 .b = b,
                                 .b_stride = 1,
                                 .c = c,
                                 .c_stride = 1 };
    CHECK_OK(pen_matmul(p.queue, &params));
    CHECK(c[0] == 11);
    params.alpha = 0;
    params.beta = 2;
    a[0] = NAN;
    CHECK_OK(pen_matmul(p.queue, &params));
    CHECK(c[0] == 22);
    params.m = 0;
    CHECK_OK(pen_matmul(p.queue, &params));
    place_close(&p);
}

/* A model packs once and serves for months: also after PENSTOCK_CPU or a test changed the set. */
static void panels_of_one_instruction_set_serve_another(void)
{
    place p = place_open("cpu:0");
    pen_isa best = pen_isa_current();
    product_job job = make_job(PEN_F32, 9, 100, 40, 4, PLAIN);
    const pen_matmul_params *from = &job.params;
    float *want = malloc(job.c_count * 4), *got = malloc(job.c_count * 4);
    CHECK_OK(run_product(p.queue, &job, want));
    pen_packed_matrix *packed;
    CHECK_OK(pen_matmul_pack(p.queue, PEN_F32, 40, 100, false, from->b, from->b_stride, &packed));
    for (int isa = 0; isa <= (int)best; isa++) {
        if (!pen_isa_set((pen_isa)isa))
            continue;
        pen_matmul_params params = *from;
        params.packed_b = packed;
        params.c = got;
        memcpy(got, from->c, job.c_count * 4);
        CHECK_OK(pen_matmul(p.queue, &params));
        CHECK(memcmp(got, want, job.c_count * 4) == 0);
    }
    pen_isa_set(best);
    pen_packed_matrix_destroy(packed);
    free(want);
    free(got);
    free_job(&job);
    place_close(&p);
}

static void shapes_that_do_not_fit_are_refused(void)
{
    place p = place_open("cpu:0");
    float x[64] = { 0 };
    pen_packed_matrix *packed;
    CHECK_OK(pen_matmul_pack(p.queue, PEN_F32, 4, 4, false, x, 4, &packed));
    pen_matmul_params good = { .dtype = PEN_F32,
                               .m = 4,
                               .n = 4,
                               .k = 4,
                               .alpha = 1,
                               .a = x,
                               .a_stride = 4,
                               .b = x,
                               .b_stride = 4,
                               .c = x + 32,
                               .c_stride = 4 };
    pen_matmul_params bad = good;
    CHECK_OK(pen_matmul(p.queue, &good));
    bad.a_stride = 3;
    CHECK_STATUS(pen_matmul(p.queue, &bad), PEN_E_SHAPE);
    CHECK_ERROR_SAYS("a_stride 3, expected at least 4");
    bad = good;
    bad.c_stride = 1;
    CHECK_STATUS(pen_matmul(p.queue, &bad), PEN_E_SHAPE);
    bad = good;
    bad.packed_b = packed;
    bad.k = 3;
    CHECK_STATUS(pen_matmul(p.queue, &bad), PEN_E_SHAPE);
    bad.k = (size_t)1 << 40;
    CHECK_STATUS(pen_matmul(p.queue, &bad), PEN_E_SIZE);
    pen_packed_matrix_destroy(packed);
    CHECK_STATUS(pen_matmul_pack(p.queue, PEN_F32, 4, 4, true, x, 3, &packed), PEN_E_SHAPE);
    CHECK(packed == NULL);
    pen_packed_matrix_destroy(NULL);
    place_close(&p);
}

static pen_status pack_and_drop(pen_queue *queue, const product_job *job)
{
    pen_packed_matrix *packed;
    pen_status s = pen_matmul_pack(queue, job->params.dtype, job->params.k, job->params.n, true,
                                   job->params.b, job->params.b_stride, &packed);
    pen_packed_matrix_destroy(packed);
    return s;
}

static void failed_allocations_are_reported_and_leak_nothing(void)
{
    place p = place_open("cpu:0");
    product_job job = make_job(PEN_F64, 20, 30, 40, 8 + 2 + 1, PLAIN);
    CHECK_EVERY_ALLOCATION(pen_matmul(p.queue, &job.params));
    CHECK_EVERY_ALLOCATION(pack_and_drop(p.queue, &job));
    free_job(&job);
    place_close(&p);
}

static const check_test tests[] = {
    TEST(products_match_their_definition_in_every_form),
    TEST(products_are_the_same_bits_everywhere),
    TEST(fast_products_are_within_tolerance_everywhere),
    TEST(what_is_multiplied_by_zero_is_not_read),
    TEST(panels_of_one_instruction_set_serve_another),
    TEST(shapes_that_do_not_fit_are_refused),
    TEST(failed_allocations_are_reported_and_leak_nothing),
};
TEST_MAIN(tests)
