/* Blocks are sized so that a panel of B stays in the first-level cache while
 * the rows of a block of A, which stay in the second, pass over it. */
#include "matmul_host.h"

#include <string.h>

#include "../base/alloc.h"
#include "../base/size.h"
#include "../base/status.h"
#include "../base/thread.h"

enum {
    K_BLOCK_BYTES = 4096, /* of a column of B */
    ROW_BLOCK = 256,
    TASK_FLOPS = 4000000, /* 20 to 100 us of work */
    FEW_ROWS = 16,        /* with so few, packing B costs more than it brings */
    PACK_GRAIN = 16384,
};

/* ---- packing ------------------------------------------------------------ */

typedef struct pack_job {
    size_t unit, k, n, width; /* bytes of an element; of a panel, columns */
    size_t step_k, step_j;    /* of the source, in elements */
    const char *from;
    char *to;
    double alpha;
    pen_dtype dtype;
} pack_job;

#define PACK(T)                                                                                    \
    static void pack_##T(const pack_job *job, size_t panel)                                        \
    {                                                                                              \
        size_t first = panel * job->width, width = job->width, k_count = job->k;                   \
        size_t cols = job->n - first < width ? job->n - first : width;                             \
        const T *from = (const T *)job->from + first * job->step_j;                                \
        T *to = (T *)job->to + panel * k_count * width, alpha = (T)job->alpha;                     \
        /* A few rows at a time, so that what is written strided stays close. */                   \
        for (size_t k0 = 0; k0 < k_count; k0 += 16) {                                              \
            size_t k1 = k_count - k0 < 16 ? k_count : k0 + 16;                                     \
            for (size_t j = 0; j < width; j++)                                                     \
                for (size_t k = k0; k < k1; k++)                                                   \
                    to[k * width + j] =                                                            \
                        j < cols ? alpha * from[k * job->step_k + j * job->step_j] : 0;            \
        }                                                                                          \
    }
PACK(float)
PACK(double)
#undef PACK

/* Rows of the source are contiguous along the panel and taken as they are. */
static void pack_copy(const pack_job *job, size_t panel)
{
    size_t first = panel * job->width, row = job->width * job->unit;
    size_t bytes = (job->n - first < job->width ? job->n - first : job->width) * job->unit;
    const char *from = job->from + first * job->unit;
    char *to = job->to + panel * job->k * row;
    for (size_t k = 0; k < job->k; k++, to += row) {
        memcpy(to, from + k * job->step_k * job->unit, bytes);
        memset(to + bytes, 0, row - bytes);
    }
}

static void pack_range(void *context, size_t begin, size_t end)
{
    const pack_job *job = context;
    for (size_t panel = begin; panel < end; panel++)
        if (job->step_j == 1 && job->alpha == 1)
            pack_copy(job, panel);
        else if (job->dtype == PEN_F32)
            pack_float(job, panel);
        else
            pack_double(job, panel);
}

static size_t panels_of(size_t n, size_t width)
{
    return (n + width - 1) / width;
}

static void pack_all(pack_job *job)
{
    size_t work = job->k * job->width;
    pen_parallel_for(panels_of(job->n, job->width), work > 0 ? PACK_GRAIN / work + 1 : 1,
                     pack_range, job);
}

static size_t panel_width(const gemm_set *set)
{
    return (size_t)set->lanes * GEMM_VECTORS;
}

size_t matmul_packed_elements(const gemm_set *set, size_t k, size_t n)
{
    return panels_of(n, panel_width(set)) * panel_width(set) * k;
}

void matmul_host_pack(const gemm_set *set, pen_dtype dtype, size_t k, size_t n, bool transpose_b,
                      const void *b, size_t b_stride, void *panels)
{
    pack_job job = { .unit = pen_dtype_bytes(dtype),
                     .k = k,
                     .n = n,
                     .width = panel_width(set),
                     .step_k = transpose_b ? 1 : b_stride,
                     .step_j = transpose_b ? b_stride : 1,
                     .from = b,
                     .to = panels,
                     .alpha = 1,
                     .dtype = dtype };
    pack_all(&job);
}

/* ---- the product -------------------------------------------------------- */

typedef struct product {
    const gemm_set *set;
    size_t unit, m, n, k;
    const char *a;
    size_t a_row, a_k; /* strides, where A is not packed */
    size_t a_panel;    /* rows of a panel of A; 0 = not packed */
    const char *b;
    size_t b_k, b_panel; /* of whole panels */
    const char *b_last;  /* the last panel, if it is a partial one; its b_k is the width */
    char *c;
    size_t c_row;
    double beta;
    size_t k_block, row_block, panel_block; /* of a task */
    size_t n_panels, width;
} product;

static const char *row_of_a(const product *p, size_t row, size_t k)
{
    if (p->a_panel > 0)
        return p->a + ((row / p->a_panel * p->k + k) * p->a_panel + row % p->a_panel) * p->unit;
    return p->a + (row * p->a_row + k * p->a_k) * p->unit;
}

/* A tile whose last register reaches past C's edge: through a copy. */
static void run_edge(gemm_kernel *kernel, gemm_tile *tile, size_t rows, size_t cols, size_t unit)
{
    double copy[GEMM_MAX_ROWS * GEMM_MAX_COLS];
    char *c = tile->c;
    size_t c_bytes = tile->c_row * unit, copy_bytes = GEMM_MAX_COLS * unit;
    if (tile->is_loaded)
        for (size_t i = 0; i < rows; i++)
            memcpy((char *)copy + i * copy_bytes, c + i * c_bytes, cols * unit);
    tile->c = copy;
    tile->c_row = GEMM_MAX_COLS;
    kernel(tile);
    for (size_t i = 0; i < rows; i++)
        memcpy(c + i * c_bytes, (char *)copy + i * copy_bytes, cols * unit);
}

/* Rows [begin, end) by one panel, k in [k0, k0 + count). */
static void run_panel(const product *p, size_t panel, size_t begin, size_t end, size_t k0,
                      size_t count)
{
    size_t first = panel * p->width, lanes = (size_t)p->set->lanes;
    size_t cols = p->n - first < p->width ? p->n - first : p->width;
    size_t vectors = (cols + lanes - 1) / lanes;
    bool is_last = cols < p->width;
    size_t b_k = is_last ? p->width : p->b_k;
    const char *b = is_last ? p->b_last : p->b + panel * p->b_panel * p->unit;
    int shape = 3;
    for (size_t row = begin; row < end; row += (size_t)1 << shape) {
        while (row + ((size_t)1 << shape) > end || 1 << shape > p->set->rows)
            shape--;
        gemm_tile tile = { .k = count,
                           .a = row_of_a(p, row, k0),
                           .a_row = p->a_panel > 0 ? 1 : p->a_row,
                           .a_k = p->a_panel > 0 ? p->a_panel : p->a_k,
                           .b = b + k0 * b_k * p->unit,
                           .b_k = b_k,
                           .c = p->c + (row * p->c_row + first) * p->unit,
                           .c_row = p->c_row,
                           .is_loaded = k0 > 0 || p->beta != 0,
                           .scale = k0 > 0 ? 1 : p->beta };
        gemm_kernel *kernel = p->set->tile[shape][vectors - 1];
        if (cols == vectors * lanes)
            kernel(&tile);
        else
            run_edge(kernel, &tile, (size_t)1 << shape, cols, p->unit);
    }
}

/* The one row of a product by GEMM_WIDE whole panels. */
static void run_wide(const product *p, size_t panel, size_t k0, size_t count)
{
    gemm_tile tile = { .k = count,
                       .a = row_of_a(p, 0, k0),
                       .a_k = p->a_panel > 0 ? p->a_panel : p->a_k,
                       .b = p->b + (panel * p->b_panel + k0 * p->b_k) * p->unit,
                       .b_k = p->b_k,
                       .b_panel = p->b_panel,
                       .c = p->c + panel * p->width * p->unit,
                       .is_loaded = k0 > 0 || p->beta != 0,
                       .scale = k0 > 0 ? 1 : p->beta };
    p->set->wide(&tile);
}

static void run_task(const product *p, size_t task)
{
    size_t n_row_blocks = (p->m + p->row_block - 1) / p->row_block;
    size_t begin = task % n_row_blocks * p->row_block, end = begin + p->row_block;
    size_t panel0 = task / n_row_blocks * p->panel_block, panel1 = panel0 + p->panel_block;
    size_t n_whole = p->n / p->width;
    end = end < p->m ? end : p->m;
    panel1 = panel1 < p->n_panels ? panel1 : p->n_panels;
    size_t k0 = 0;
    do {
        size_t count = p->k - k0 < p->k_block ? p->k - k0 : p->k_block;
        for (size_t panel = panel0; panel < panel1;) {
            if (p->m == 1 && panel + GEMM_WIDE <= (panel1 < n_whole ? panel1 : n_whole)) {
                run_wide(p, panel, k0, count);
                panel += GEMM_WIDE;
            } else {
                run_panel(p, panel++, begin, end, k0, count);
            }
        }
        k0 += count;
    } while (k0 < p->k);
}

static void run_tasks(void *context, size_t begin, size_t end)
{
    for (size_t task = begin; task < end; task++)
        run_task(context, task);
}

static void run_product(product *p)
{
    p->k_block = K_BLOCK_BYTES / p->unit;
    p->row_block = ROW_BLOCK;
    if (p->m == 1) /* nothing to keep for a next row: go along whole columns */
        p->k_block = p->k > 0 ? p->k : 1;
    size_t rows = p->m < ROW_BLOCK ? p->m : ROW_BLOCK;
    double panel_flops = 2.0 * (double)rows * (double)p->k * (double)p->width;
    double whole = panel_flops * (double)p->n_panels;
    p->panel_block = p->n_panels;
    /* One task a row block would leave threads idle where rows are few. */
    if (whole > TASK_FLOPS && pen_thread_count() > 1) {
        p->panel_block = (size_t)(TASK_FLOPS / panel_flops) + 1;
        if (p->m == 1)
            p->panel_block = (p->panel_block + GEMM_WIDE - 1) / GEMM_WIDE * GEMM_WIDE;
    }
    size_t n_row_blocks = (p->m + p->row_block - 1) / p->row_block;
    size_t n_panel_blocks = (p->n_panels + p->panel_block - 1) / p->panel_block;
    size_t grain = (size_t)(TASK_FLOPS / (panel_flops * (double)p->panel_block + 1)) + 1;
    pen_parallel_for(n_row_blocks * n_panel_blocks, grain, run_tasks, p);
}

/* A's panels where its rows cannot be used as they lie. */
static pen_status prepare_a(const pen_matmul_params *params, product *p, void **scratch)
{
    *scratch = NULL;
    p->a = params->a;
    p->a_row = params->transpose_a ? 1 : params->a_stride;
    p->a_k = params->transpose_a ? params->a_stride : 1;
    if (p->k == 0 || (params->alpha == 1 && (!params->transpose_a || p->m == 1)))
        return PEN_OK;
    size_t width = (size_t)p->set->rows, elements;
    PEN_TRY(pen_size_mul(panels_of(p->m, width) * width, p->k, &elements));
    PEN_TRY(pen_alloc_array(elements, p->unit, scratch));
    pack_job job = { .unit = p->unit,
                     .k = p->k,
                     .n = p->m,
                     .width = width,
                     .step_k = p->a_k,
                     .step_j = p->a_row,
                     .from = params->a,
                     .to = *scratch,
                     .alpha = params->alpha,
                     .dtype = params->dtype };
    pack_all(&job);
    p->a = *scratch;
    p->a_panel = width;
    return PEN_OK;
}

static void use_panels(product *p, const void *panels)
{
    p->b = panels;
    p->b_k = p->width;
    p->b_panel = p->k * p->width;
    p->b_last = p->b + (p->n_panels - 1) * p->b_panel * p->unit;
}

/* B's panels in scratch, or only its last one where rows of A are few. */
static pen_status prepare_b(const pen_matmul_params *params, product *p, void **scratch)
{
    *scratch = NULL;
    bool is_direct = !params->transpose_b && p->m <= FEW_ROWS;
    size_t n_whole = is_direct ? p->n / p->width : 0, n_packed = p->n - n_whole * p->width;
    const char *from = (const char *)params->b + n_whole * p->width * p->unit;
    if (n_packed > 0 && p->k > 0) {
        size_t elements;
        PEN_TRY(pen_size_mul(panels_of(n_packed, p->width) * p->width, p->k, &elements));
        PEN_TRY(pen_alloc_array(elements, p->unit, scratch));
        matmul_host_pack(p->set, params->dtype, p->k, n_packed, params->transpose_b, from,
                         params->b_stride, *scratch);
    }
    use_panels(p, *scratch);
    if (is_direct) {
        p->b = params->b;
        p->b_k = params->b_stride;
        p->b_panel = p->width;
        p->b_last = *scratch;
    }
    return PEN_OK;
}

pen_status matmul_host(const pen_matmul_params *params, const gemm_set *set, const void *panels)
{
    product p = { .set = set,
                  .unit = pen_dtype_bytes(params->dtype),
                  .m = params->m,
                  .n = params->n,
                  .k = params->alpha == 0 ? 0 : params->k,
                  .c = params->c,
                  .c_row = params->c_stride,
                  .beta = params->beta,
                  .width = panel_width(set) };
    p.n_panels = panels_of(p.n, p.width);
    void *a_scratch = NULL, *b_scratch = NULL;
    PEN_TRY(prepare_a(params, &p, &a_scratch));
    pen_status s = PEN_OK;
    if (panels != NULL)
        use_panels(&p, panels);
    else
        s = prepare_b(params, &p, &b_scratch);
    if (s == PEN_OK)
        run_product(&p);
    pen_free(a_scratch);
    pen_free(b_scratch);
    return s;
}
