/* Radix sorts of keys, with their indices where they are asked for, and selection
 * that sorts only the part of a row that the answer lies in.  Rows are shared out to
 * threads, each with scratch of its own. */
#include "sort_host.h"

#include "../base/alloc.h"
#include "../base/size.h"
#include "../base/status.h"
#include "../base/thread.h"
#include "sort_key.h"

enum {
    FEW = 32,         /* sorted by insertion */
    WIDE_FROM = 4096, /* from here on digits of 11 bits pay for their tables */
    MAX_DIGITS = 2048,
    MAX_PASSES = 8,
    BUCKETS = 8192,     /* of a selection */
    SELECT_FROM = 1024, /* shorter rows are sorted whole */
    MAX_SELECTED = 16,  /* and for more quantiles than this */
};

typedef uint32_t key32;
typedef uint64_t key64;
/* A 32-bit key above its index: one number to move. */
typedef uint64_t pair32;
typedef struct pair64 {
    uint64_t key;
    uint32_t index;
} pair64;

#define WHOLE(e) (e)
#define UPPER(e) ((uint32_t)((e) >> 32))
#define FIELD(e) ((e).key)

/* sort_<E>: n elements at a, stable by KEY; b is as long.  The result is in the one returned. */
#define DEFINE_SORT(E, K, KEY)                                                                     \
    static void insert_##E(E *a, size_t n)                                                         \
    {                                                                                              \
        for (size_t i = 1; i < n; i++) {                                                           \
            E moving = a[i];                                                                       \
            size_t at = i;                                                                         \
            for (; at > 0 && KEY(a[at - 1]) > KEY(moving); at--)                                   \
                a[at] = a[at - 1];                                                                 \
            a[at] = moving;                                                                        \
        }                                                                                          \
    }                                                                                              \
    static E *sort_##E(E *a, E *b, size_t n)                                                       \
    {                                                                                              \
        uint32_t counts[MAX_PASSES][MAX_DIGITS];                                                   \
        int bits = n < WIDE_FROM ? 8 : 11, width = (int)(sizeof(K) * 8);                           \
        int n_passes = (width + bits - 1) / bits;                                                  \
        K mask = ((K)1 << bits) - 1;                                                               \
        if (n <= FEW) {                                                                            \
            insert_##E(a, n);                                                                      \
            return a;                                                                              \
        }                                                                                          \
        for (int p = 0; p < n_passes; p++)                                                         \
            memset(counts[p], 0, ((size_t)1 << bits) * sizeof(uint32_t));                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            K key = KEY(a[i]);                                                                     \
            for (int p = 0; p < n_passes; p++, key >>= bits)                                       \
                counts[p][key & mask]++;                                                           \
        }                                                                                          \
        for (int p = 0; p < n_passes; p++) {                                                       \
            int shift = p * bits;                                                                  \
            if (counts[p][KEY(a[0]) >> shift & mask] == n)                                         \
                continue; /* all alike */                                                          \
            uint32_t sum = 0;                                                                      \
            for (size_t d = 0; d <= mask; d++) {                                                   \
                uint32_t own = counts[p][d];                                                       \
                counts[p][d] = sum;                                                                \
                sum += own;                                                                        \
            }                                                                                      \
            for (size_t i = 0; i < n; i++)                                                         \
                b[counts[p][KEY(a[i]) >> shift & mask]++] = a[i];                                  \
            E *other = a;                                                                          \
            a = b;                                                                                 \
            b = other;                                                                             \
        }                                                                                          \
        return a;                                                                                  \
    }
DEFINE_SORT(key32, uint32_t, WHOLE)
DEFINE_SORT(key64, uint64_t, WHOLE)
DEFINE_SORT(pair32, uint32_t, UPPER)
DEFINE_SORT(pair64, uint64_t, FIELD)

/* What lies in buckets of equal width between the least and the greatest key, with
 * only those buckets that hold one of the wanted ranks. */
#define DEFINE_SELECT(K)                                                                           \
    /* found[j] = the key of rank ranks[j] of n; ranks ascend, part and spare hold n each. */      \
    static void select_##K(const K *keys, size_t n, const size_t *ranks, size_t n_ranks, K *part,  \
                           K *spare, K *found)                                                     \
    {                                                                                              \
        uint32_t counts[BUCKETS] = { 0 };                                                          \
        K low = keys[0], high = keys[0];                                                           \
        for (size_t i = 1; i < n; i++) {                                                           \
            low = keys[i] < low ? keys[i] : low;                                                   \
            high = keys[i] > high ? keys[i] : high;                                                \
        }                                                                                          \
        int shift = 0;                                                                             \
        while ((high - low) >> shift >= BUCKETS)                                                   \
            shift++;                                                                               \
        for (size_t i = 0; i < n; i++)                                                             \
            counts[(keys[i] - low) >> shift]++;                                                    \
        size_t bucket = 0, before = 0;                                                             \
        for (size_t j = 0; j < n_ranks;) {                                                         \
            while (before + counts[bucket] <= ranks[j])                                            \
                before += counts[bucket++];                                                        \
            size_t count = 0;                                                                      \
            for (size_t i = 0; i < n; i++) {                                                       \
                part[count] = keys[i];                                                             \
                count += (keys[i] - low) >> shift == bucket;                                       \
            }                                                                                      \
            const K *sorted = sort_##K(part, spare, count);                                        \
            for (; j < n_ranks && ranks[j] < before + count; j++)                                  \
                found[j] = sorted[ranks[j] - before];                                              \
        }                                                                                          \
    }
DEFINE_SELECT(key32)
DEFINE_SELECT(key64)

/* ---- rows, shared out ---------------------------------------------------- */

typedef struct row_job row_job;
struct row_job {
    void (*row)(const row_job *job, size_t row, char *scratch);
    const pen_rows *x;
    pen_sort_order order;
    size_t k;
    char *values;
    size_t value_stride;
    int32_t *index;
    pen_nan_rule nan;
    const double *probabilities;
    size_t n_probabilities;
    char *scratch;
    size_t scratch_bytes; /* a worker's */
    size_t n_workers;
};

static void run_workers(void *context, size_t begin, size_t end)
{
    const row_job *job = context;
    for (size_t worker = begin; worker < end; worker++)
        for (size_t row = worker; row < job->x->n_rows; row += job->n_workers)
            job->row(job, row, job->scratch + worker * job->scratch_bytes);
}

/* Gives every worker n_cols x bytes of scratch and runs all rows. */
static pen_status run_rows(row_job *job, size_t bytes)
{
    size_t threads = pen_thread_count(), all;
    bool is_little = job->x->n_rows * job->x->n_cols < 4096;
    job->n_workers = is_little ? 1 : job->x->n_rows < threads ? job->x->n_rows : threads;
    PEN_TRY(pen_size_mul(job->x->n_cols, bytes, &job->scratch_bytes));
    PEN_TRY(pen_size_add(job->scratch_bytes, 64, &job->scratch_bytes));
    job->scratch_bytes -= job->scratch_bytes % 64;
    PEN_TRY(pen_size_mul(job->scratch_bytes, job->n_workers, &all));
    void *scratch;
    PEN_TRY(pen_alloc_array(all, 1, &scratch));
    job->scratch = scratch;
    pen_parallel_for(job->n_workers, 1, run_workers, job);
    pen_free(scratch);
    return PEN_OK;
}

/* ---- sort and top -------------------------------------------------------- */

/* Of m sorted values, the one below the quantile; *part of 2^60 towards the next. */
static size_t rank_of(double probability, size_t m, int64_t *part)
{
    int64_t high, low, rank;
    sort_fraction(probability, &high, &low);
    sort_rank(high, low, (int64_t)m, &rank, part);
    return (size_t)rank;
}

/* Every rank that the quantiles need, each once, ascending. */
static size_t wanted_ranks(const row_job *job, size_t m, size_t *ranks)
{
    size_t n = 0;
    for (size_t q = 0; q < 2 * job->n_probabilities; q++) {
        int64_t part;
        size_t rank = rank_of(job->probabilities[q / 2], m, &part) + q % 2, at = n;
        while (at > 0 && ranks[at - 1] > rank)
            at--;
        if (rank >= m || (at > 0 && ranks[at - 1] == rank))
            continue;
        memmove(ranks + at + 1, ranks + at, (n - at) * sizeof *ranks);
        ranks[at] = rank;
        n++;
    }
    return n;
}

static size_t place_of(const size_t *ranks, size_t n, size_t rank)
{
    size_t at = 0;
    while (at < n && ranks[at] != rank)
        at++;
    return at;
}

#define DEFINE_ROWS(T, K, P, W, MAKE, PAIR_KEY, PAIR_INDEX)                                        \
    static void write_values_##K(const row_job *job, size_t row, const K *keys, K flip)            \
    {                                                                                              \
        T *out = (T *)job->values + row * job->value_stride;                                       \
        for (size_t i = 0; i < job->k; i++)                                                        \
            out[i] = sort_value_##W(keys[i], flip);                                                \
    }                                                                                              \
    static void write_pairs_##K(const row_job *job, size_t row, const P *pairs, K flip)            \
    {                                                                                              \
        T *out = (T *)job->values + row * job->value_stride;                                       \
        int32_t *index = job->index + row * job->k;                                                \
        for (size_t i = 0; i < job->k; i++)                                                        \
            index[i] = (int32_t)PAIR_INDEX(pairs[i]);                                              \
        for (size_t i = 0; i < job->k && job->values != NULL; i++)                                 \
            out[i] = sort_value_##W(PAIR_KEY(pairs[i]), flip);                                     \
    }                                                                                              \
    static void sort_row_##K(const row_job *job, size_t row, char *scratch)                        \
    {                                                                                              \
        const T *x = (const T *)job->x->data + row * job->x->stride;                               \
        K flip = job->order == PEN_SORT_DESCENDING ? ~(K)0 : 0;                                    \
        size_t n = job->x->n_cols;                                                                 \
        if (job->index == NULL) {                                                                  \
            K *keys = (K *)scratch;                                                                \
            for (size_t i = 0; i < n; i++)                                                         \
                keys[i] = sort_key_##W(x[i], flip);                                                \
            write_values_##K(job, row, sort_##K(keys, keys + n, n), flip);                         \
            return;                                                                                \
        }                                                                                          \
        P *pairs = (P *)scratch;                                                                   \
        for (size_t i = 0; i < n; i++)                                                             \
            pairs[i] = MAKE(sort_key_##W(x[i], flip), i);                                          \
        write_pairs_##K(job, row, sort_##P(pairs, pairs + n, n), flip);                            \
    }                                                                                              \
    /* Finds the k-th key, then gathers what is before it and as many equals as fit. */            \
    static void top_row_##K(const row_job *job, size_t row, char *scratch)                         \
    {                                                                                              \
        const T *x = (const T *)job->x->data + row * job->x->stride;                               \
        K flip = job->order == PEN_SORT_DESCENDING ? ~(K)0 : 0, last;                              \
        size_t n = job->x->n_cols, rank = job->k - 1, n_less = 0, count = 0;                       \
        K *keys = (K *)scratch;                                                                    \
        for (size_t i = 0; i < n; i++)                                                             \
            keys[i] = sort_key_##W(x[i], flip);                                                    \
        select_##K(keys, n, &rank, 1, keys + n, keys + 2 * n, &last);                              \
        for (size_t i = 0; i < n; i++)                                                             \
            n_less += keys[i] < last;                                                              \
        size_t n_equal = job->k - n_less;                                                          \
        P *pairs = (P *)(keys + n + n % 2);                                                        \
        for (size_t i = 0; i < n && count < job->k; i++)                                           \
            if (keys[i] < last || (keys[i] == last && n_equal > 0)) {                              \
                n_equal -= keys[i] == last;                                                        \
                pairs[count++] = MAKE(keys[i], i);                                                 \
            }                                                                                      \
        P *sorted = sort_##P(pairs, pairs + job->k, job->k);                                       \
        if (job->index != NULL)                                                                    \
            write_pairs_##K(job, row, sorted, flip);                                               \
        else                                                                                       \
            for (size_t i = 0; i < job->k; i++)                                                    \
                ((T *)job->values)[row * job->value_stride + i] =                                  \
                    sort_value_##W(PAIR_KEY(sorted[i]), flip);                                     \
    }                                                                                              \
    /* Between two order statistics, as kernels/sort.k has it. */                                  \
    static T between_##K(K low, K high, int64_t part)                                              \
    {                                                                                              \
        T a = sort_value_##W(low, 0), b = sort_value_##W(high, 0);                                 \
        T fraction = (T)part * ((T)1 / (T)((int64_t)1 << 60));                                     \
        return a == b || fraction == 0 ? a : a + fraction * (b - a);                               \
    }                                                                                              \
    static void quantile_row_##K(const row_job *job, size_t row, char *scratch)                    \
    {                                                                                              \
        const T *x = (const T *)job->x->data + row * job->x->stride;                               \
        T *out = (T *)job->values + row * job->n_probabilities;                                    \
        size_t n = job->x->n_cols, m = 0;                                                          \
        K *keys = (K *)scratch, *sorted = NULL;                                                    \
        for (size_t i = 0; i < n; i++) {                                                           \
            keys[m] = sort_key_##W(x[i], 0);                                                       \
            m += x[i] == x[i];                                                                     \
        }                                                                                          \
        size_t ranks[2 * MAX_SELECTED], n_ranks = 0;                                               \
        K found[2 * MAX_SELECTED];                                                                 \
        if (m < SELECT_FROM || job->n_probabilities > MAX_SELECTED) {                              \
            sorted = sort_##K(keys, keys + n, m);                                                  \
        } else {                                                                                   \
            n_ranks = wanted_ranks(job, m, ranks);                                                 \
            select_##K(keys, m, ranks, n_ranks, keys + n, keys + 2 * n, found);                    \
        }                                                                                          \
        for (size_t q = 0; q < job->n_probabilities; q++) {                                        \
            int64_t part;                                                                          \
            size_t rank = rank_of(job->probabilities[q], m, &part);                                \
            out[q] = sort_value_##W(~(K)0, 0);                                                     \
            if (m == 0 || (m < n && job->nan == PEN_NAN_SPREADS))                                  \
                continue;                                                                          \
            const K *at = sorted != NULL ? sorted + rank : found + place_of(ranks, n_ranks, rank); \
            out[q] = between_##K(at[0], at[rank + 1 < m], part);                                   \
        }                                                                                          \
    }
#define MAKE_32(key, i) ((uint64_t)(key) << 32 | (uint32_t)(i))
#define MAKE_64(key, i) ((pair64){ (key), (uint32_t)(i) })
#define LOWER(e) ((uint32_t)(e))
#define INDEX(e) ((e).index)
DEFINE_ROWS(float, key32, pair32, 32, MAKE_32, UPPER, LOWER)
DEFINE_ROWS(double, key64, pair64, 64, MAKE_64, FIELD, INDEX)

pen_status sort_host_top(pen_sort_order order, const pen_rows *x, size_t k, void *values,
                         size_t value_stride, int32_t *index)
{
    bool is_f32 = x->dtype == PEN_F32, is_top = k < x->n_cols / 4 && x->n_cols >= SELECT_FROM;
    row_job job = { .x = x,
                    .order = order,
                    .k = k,
                    .values = values,
                    .value_stride = value_stride,
                    .index = index };
    if (is_top)
        job.row = is_f32 ? top_row_key32 : top_row_key64;
    else
        job.row = is_f32 ? sort_row_key32 : sort_row_key64;
    size_t key = is_f32 ? sizeof(key32) : sizeof(key64);
    size_t pair = is_f32 ? sizeof(pair32) : sizeof(pair64);
    return run_rows(&job, is_top || index == NULL ? 3 * key : 2 * pair);
}

pen_status sort_host_quantiles(pen_nan_rule nan, const pen_rows *x, const double *probabilities,
                               size_t n_probabilities, void *out)
{
    bool is_f32 = x->dtype == PEN_F32;
    row_job job = { .row = is_f32 ? quantile_row_key32 : quantile_row_key64,
                    .x = x,
                    .values = out,
                    .nan = nan,
                    .probabilities = probabilities,
                    .n_probabilities = n_probabilities };
    return run_rows(&job, 3 * (is_f32 ? sizeof(key32) : sizeof(key64)));
}
