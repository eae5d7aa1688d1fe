/* One precision of test_prelude.c, which includes this file twice. */

static real NAME(number)(size_t i)
{
    return (real)((double)(i * 2654435761u % 1000003u) / 977.0 - 500.0);
}

static real *NAME(numbers)(size_t n)
{
    real *x = (real *)(void *)blank(n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = NAME(number)(i);
    return x;
}

static void NAME(flat)(size_t device, size_t n)
{
    static const int table[4] = { 3, 1, 4, 1 };
    real a = (real)1.375, *x = NAME(numbers)(n), *sum = NAME(numbers)(n);
    real *want = (real *)(void *)blank(n * sizeof *want);
    int64_t offset = -5000000000, *wide = (int64_t *)(void *)blank(n * sizeof *wide);
    uint32_t u = 0xdeadbeef;
    uint64_t w = 0x123456789abcdef0;
    int k = -7;
    for (size_t i = 0; i < n; i++)
        want[i] = (sum[i] + (x[i] * a * (real)table[i & 3] + (real)0.25)) + (real)0.125;
    kernel_slot slots[] = {
        SLOT_IN(x, n * sizeof *x),
        SLOT_BOTH(sum, n * sizeof *sum),
        SLOT_OUT(wide, n * sizeof *wide),
        SLOT_VALUE(a),
        SLOT_VALUE(k),
        SLOT_VALUE(offset),
        SLOT_VALUE(u),
        SLOT_VALUE(w),
    };
    CHECK_OK(run_kernel(matrix_select(device), "prelude_flat", DTYPE, pen_items(n), slots,
                        COUNT(slots)));
    check_reals("flat", matrix_label(device), sum, want, n, DTYPE);
    for (size_t i = 0; i < n; i++) {
        uint64_t sure = w + (uint64_t)offset * (uint64_t)(int64_t)k +
                        (uint64_t)(uint32_t)(u * (uint32_t)(i + 1)) + (DTYPE == PEN_F64);
        CHECK((uint64_t)wide[i] == sure);
    }
    free(x);
    free(sum);
    free(want);
    free(wide);
}

static void NAME(rows)(size_t device)
{
    enum { N = 301 };
    int count = 5;
    int64_t stride = ROW_STRIDE;
    real *x = NAME(numbers)(N * ROW_STRIDE), last[N], want[N];
    for (size_t i = 0; i < N; i++)
        want[i] = x[i * ROW_STRIDE + 4];
    kernel_slot slots[] = { SLOT_IN(x, N * ROW_STRIDE * sizeof *x), SLOT_VALUE(count),
                            SLOT_VALUE(stride), SLOT_OUT(last, sizeof last) };
    CHECK_OK(run_kernel(matrix_select(device), "prelude_rows", DTYPE, pen_items(N), slots,
                        COUNT(slots)));
    check_reals("rows", matrix_label(device), last, want, N, DTYPE);
    free(x);
}

static void NAME(null)(size_t device)
{
    enum { N = 300 };
    real out[N] = { 0 };
    void *none = NULL;
    kernel_slot slots[] = { SLOT_VALUE(none), SLOT_OUT(out, sizeof out), SLOT_VALUE(none) };
    CHECK_OK(run_kernel(matrix_select(device), "prelude_null", DTYPE, pen_items(N), slots,
                        COUNT(slots)));
    for (size_t i = 0; i < N; i++)
        CHECK(out[i] == (real)1.5);
}

/* What each row of prelude_math must hold; volatile, so that the compiler
 * neither folds nor contracts. */
static void NAME(expect_math)(real *out, size_t n, size_t i, real a_, real b_, real c_)
{
    volatile real a = a_, b = b_, c = c_, product = a * b;
    out[i] = a + b;
    out[n + i] = a - b;
    out[2 * n + i] = product;
    out[3 * n + i] = a / b;
    out[4 * n + i] = REAL_FMA(a, b, c);
    out[5 * n + i] = REAL_SQRT(a);
    out[6 * n + i] = REAL_ABS(a);
    out[7 * n + i] = a > b ? a : b;
    out[8 * n + i] = a < b ? a : b;
    out[9 * n + i] = a < b ? b : c;
    out[10 * n + i] = isnan(a) ? (real)INFINITY : (real)NAN;
    out[11 * n + i] = product + c;
    out[12 * n + i] = REAL_FLOOR(a);
    out[13 * n + i] = REAL_TRUNC(a);
}

static void NAME(math)(size_t device)
{
    enum { N = N_SPECIAL * N_SPECIAL * N_SPECIAL, WORDS = 14 };
    size_t bytes = N * sizeof(real);
    real *x = NAME(numbers)(N), *y = NAME(numbers)(N), *z = NAME(numbers)(N);
    real *got = (real *)(void *)blank(WORDS * bytes), *want = (real *)(void *)blank(WORDS * bytes);
    for (size_t i = 0; i < N; i++) {
        x[i] = (real)specials[i % N_SPECIAL];
        y[i] = (real)specials[i / N_SPECIAL % N_SPECIAL];
        z[i] = (real)specials[i / N_SPECIAL / N_SPECIAL];
        NAME(expect_math)(want, N, i, x[i], y[i], z[i]);
    }
    kernel_slot slots[] = { SLOT_IN(x, bytes), SLOT_IN(y, bytes), SLOT_IN(z, bytes),
                            SLOT_OUT(got, WORDS * bytes) };
    CHECK_OK(run_kernel(matrix_select(device), "prelude_math", DTYPE, pen_items(N), slots,
                        COUNT(slots)));
    for (size_t w = 0; w < WORDS; w++) {
        char name[32];
        snprintf(name, sizeof name, "math word %zu", w);
        check_reals(name, matrix_label(device), got + w * N, want + w * N, N, DTYPE);
    }
    free(x);
    free(y);
    free(z);
    free(got);
    free(want);
}

static void NAME(bits)(size_t device)
{
    enum { N = 1000 };
    real *x = NAME(numbers)(N), out[N], want[N];
    uint32_t low[N];
    int whole[N];
    for (size_t i = 0; i < N; i++) {
        if (i < N_SPECIAL)
            x[i] = (real)specials[i];
        want[i] = -x[i];
    }
    kernel_slot slots[] = { SLOT_IN(x, N * sizeof *x), SLOT_OUT(out, sizeof out),
                            SLOT_OUT(low, sizeof low), SLOT_OUT(whole, sizeof whole) };
    CHECK_OK(run_kernel(matrix_select(device), "prelude_bits", DTYPE, pen_items(N), slots,
                        COUNT(slots)));
    check_reals("bits", matrix_label(device), out, want, N, DTYPE);
    for (size_t i = 0; i < N; i++) {
        float narrow = (float)x[i];
        uint32_t narrow_bits, sure;
        uint64_t wide_bits = 0;
        memcpy(&narrow_bits, &narrow, sizeof narrow);
        memcpy(&wide_bits, &x[i], sizeof x[i]);
        sure = DTYPE == PEN_F64 ? (uint32_t)(wide_bits >> 3) ^ narrow_bits : narrow_bits >> 3;
        CHECK(low[i] == sure || isnan(x[i]));
        CHECK(whole[i] == (int)(REAL_ABS(x[i]) < (real)1e9 ? x[i] : (real)7));
    }
    free(x);
}

static void NAME(group)(size_t device, int n, int n_cols)
{
    size_t cells = (size_t)n * (size_t)n_cols;
    real *x = NAME(numbers)(cells), sum[16], want[16], scaled[16 * GROUP], want_scaled[16 * GROUP];
    for (int row = 0; row < n; row++) {
        real own[GROUP], part[GROUP];
        for (int t = 0; t < GROUP; t++) {
            own[t] = 0;
            for (int c = t; c < n_cols; c += GROUP)
                own[t] += x[(size_t)row * (size_t)n_cols + (size_t)c];
            part[t] = own[t];
        }
        for (int width = GROUP / 2; width > 0; width /= 2)
            for (int t = 0; t < width; t++)
                part[t] += part[t + width];
        want[row] = part[0];
        for (int t = 0; t < GROUP; t++)
            want_scaled[row * GROUP + t] = own[t] / part[0];
    }
    kernel_slot slots[] = { SLOT_IN(x, cells * sizeof *x), SLOT_VALUE(n_cols),
                            SLOT_OUT(sum, (size_t)n * sizeof *sum),
                            SLOT_OUT(scaled, (size_t)n * GROUP * sizeof *scaled) };
    CHECK_OK(run_kernel(matrix_select(device), "prelude_group", DTYPE, pen_groups((size_t)n), slots,
                        COUNT(slots)));
    check_reals("group sum", matrix_label(device), sum, want, (size_t)n, DTYPE);
    check_reals("group own", matrix_label(device), scaled, want_scaled, (size_t)n * GROUP, DTYPE);
    free(x);
}

static void NAME(column)(size_t device, int n)
{
    real *x = NAME(numbers)((size_t)n), *out = NAME(numbers)((size_t)n + 1),
         *want = NAME(numbers)((size_t)n + 1), one = (real)0.75;
    for (int turn = 0; turn < 4; turn++) {
        int is_one = turn % 2, stream = turn / 2;
        for (int i = 0; i < n; i++)
            want[i] = (is_one ? one : x[i]) + one;
        want[n] = out[n] = -1; /* the item after the limit is left alone */
        const void *none = NULL;
        kernel_slot slots[] = { SLOT_IN(x, (size_t)n * sizeof *x), SLOT_VALUE(one), SLOT_VALUE(n),
                                SLOT_VALUE(stream), SLOT_BOTH(out, ((size_t)n + 1) * sizeof *out) };
        if (is_one)
            slots[0] = (kernel_slot)SLOT_VALUE(none);
        CHECK_OK(run_kernel(matrix_select(device), "prelude_column", DTYPE,
                            pen_groups(((size_t)n + GROUP - 1) / GROUP), slots, COUNT(slots)));
        check_reals("column", matrix_label(device), out, want, (size_t)n + 1, DTYPE);
    }
    free(x);
    free(out);
    free(want);
}

static void NAME(mirror)(size_t device, int n)
{
    size_t cells = (size_t)n * GROUP;
    real *x = NAME(numbers)(cells), *out = NAME(numbers)(cells), *want = NAME(numbers)(cells);
    for (size_t i = 0; i < cells; i++) {
        size_t t = i % GROUP;
        want[i] = x[i - t + (GROUP - 1 - t)] + (real)t;
    }
    kernel_slot slots[] = { SLOT_IN(x, cells * sizeof *x), SLOT_OUT(out, cells * sizeof *out) };
    CHECK_OK(run_kernel(matrix_select(device), "prelude_mirror", DTYPE, pen_groups((size_t)n),
                        slots, COUNT(slots)));
    check_reals("mirror", matrix_label(device), out, want, cells, DTYPE);
    free(x);
    free(out);
    free(want);
}

/* One lane of prelude_lanes; x and out are `width` apart. */
static void NAME(expect_lane)(const real *x, size_t width, real *level, real *peak, real *out)
{
    for (size_t row = 0; row < LANE_ROWS; row++) {
        real value = x[row * width], gap = value - *level;
        int is_up = value > *level;
        real step = is_up ? gap * (real)0.5 : gap / (real)3.0;
        *level = REAL_FMA(step, (real)0.1, *level);
        real low = *peak < (real)50 ? *peak : (real)50;
        *peak = low > REAL_ABS(*level) ? low : REAL_ABS(*level);
        step = !is_up && *level < value ? REAL_SQRT(REAL_ABS(step)) : *peak;
        out[row * width] = step + *level;
    }
}

static void NAME(lanes)(size_t device, size_t n)
{
    pen_queue *queue = matrix_select(device);
    size_t width = (size_t)pen_device_lane_count(pen_queue_device(queue));
    size_t groups = (n + width - 1) / width, cells = groups * width * LANE_ROWS;
    real *x = NAME(numbers)(cells), *out = NAME(numbers)(cells), *want = NAME(numbers)(cells);
    real *state = NAME(numbers)(groups * 2 * width),
         *want_state = NAME(numbers)(groups * 2 * width);
    for (size_t i = 0; i < cells; i += 11)
        x[i] = (real)specials[i % N_SPECIAL];
    for (size_t lane = 0; lane < groups * width; lane++) {
        size_t group = lane / width, l = lane % width, at = group * width * LANE_ROWS + l;
        real *kept = want_state + group * 2 * width + l;
        NAME(expect_lane)(x + at, width, kept, kept + width, want + at);
    }
    int n_rows = LANE_ROWS;
    int64_t tile = (int64_t)(width * LANE_ROWS);
    kernel_slot slots[] = {
        SLOT_IN(x, cells * sizeof *x),
        SLOT_VALUE(n_rows),
        SLOT_VALUE(tile),
        SLOT_BOTH(state, groups * 2 * width * sizeof *state),
        SLOT_OUT(out, cells * sizeof *out),
    };
    CHECK_OK(run_kernel(queue, "prelude_lanes", DTYPE, pen_lanes(n), slots, COUNT(slots)));
    check_reals("lanes", matrix_label(device), out, want, cells, DTYPE);
    check_reals("lane state", matrix_label(device), state, want_state, groups * 2 * width, DTYPE);
    free(x);
    free(out);
    free(want);
    free(state);
    free(want_state);
}

/* Series of `steps` values; what is not stored keeps run_kernel's pattern. */
static void NAME(tiles)(size_t device, size_t n, int steps)
{
    pen_queue *queue = matrix_select(device);
    size_t cells = n * (size_t)steps;
    real *x = NAME(numbers)(cells), *out = NAME(numbers)(cells), *want = NAME(numbers)(cells);
    memset(want, 0xA5, cells * sizeof *want);
    int digit = steps % 8, is_streamed = steps % 2;
    for (size_t lane = 0; lane < n; lane++) {
        real sum = 0;
        for (int t = 0; t < steps - (int)(lane % 5); t++) {
            sum += x[lane * (size_t)steps + (size_t)t];
            if (t >= (int)(lane % 3))
                want[lane * (size_t)steps + (size_t)t] = sum + (real)digit;
        }
    }
    int64_t stride = steps;
    kernel_slot slots[] = {
        SLOT_IN(x, cells * sizeof *x),
        SLOT_VALUE(stride),
        SLOT_VALUE(steps),
        SLOT_VALUE(digit),
        SLOT_VALUE(is_streamed),
        SLOT_OUT(out, cells * sizeof *out),
    };
    CHECK_OK(run_kernel(queue, "prelude_tiles", DTYPE, pen_lanes(n), slots, COUNT(slots)));
    check_reals("tiles", matrix_label(device), out, want, cells, DTYPE);
    free(x);
    free(out);
    free(want);
}

/* Rows become columns, and what is between them stays as it was. */
static void NAME(group_store)(size_t device, int n_items, int n_rows)
{
    size_t cells = (size_t)n_items * (size_t)n_rows, stride = (size_t)n_rows + 2;
    size_t all = (size_t)n_items * stride;
    real *x = NAME(numbers)(cells), *out = NAME(numbers)(all), *want = NAME(numbers)(all);
    memset(want, 0xA5, all * sizeof *want);
    for (size_t i = 0; i < (size_t)n_items; i++)
        for (size_t row = 0; row < (size_t)n_rows; row++)
            want[i * stride + row] = x[row * (size_t)n_items + i];
    int64_t step = (int64_t)stride;
    kernel_slot slots[] = {
        SLOT_IN(x, cells * sizeof *x),    SLOT_VALUE(n_items), SLOT_VALUE(n_rows), SLOT_VALUE(step),
        SLOT_OUT(out, all * sizeof *out),
    };
    pen_grid grid = pen_groups(((size_t)n_items + 255) / 256);
    CHECK_OK(
        run_kernel(matrix_select(device), "prelude_group_store", DTYPE, grid, slots, COUNT(slots)));
    check_reals("group_store", matrix_label(device), out, want, all, DTYPE);
    free(x);
    free(out);
    free(want);
}

/* n series of `steps` values; what is not stored keeps run_kernel's pattern. */
static void NAME(strips)(size_t device, size_t n, int steps)
{
    pen_queue *queue = matrix_select(device);
    size_t cells = n * (size_t)steps;
    real *x = NAME(numbers)(cells), *out = NAME(numbers)(cells), *want = NAME(numbers)(cells);
    memset(want, 0xA5, cells * sizeof *want);
    int from = steps % 4, is_streamed = steps % 2;
    for (size_t i = 0; i < cells; i++) {
        int t = (int)(i % (size_t)steps);
        real back[8];
        for (int k = 0; k < 8; k++)
            back[k] = t >= k ? x[i - (size_t)k] : 0;
        real near = back[1] - back[2], far = back[3] * back[7];
        if (t >= from)
            want[i] = near + far + back[0];
    }
    kernel_slot slots[] = {
        SLOT_IN(x, cells * sizeof *x),
        SLOT_VALUE(steps),
        SLOT_VALUE(from),
        SLOT_VALUE(is_streamed),
        SLOT_OUT(out, cells * sizeof *out),
    };
    CHECK_OK(run_kernel(queue, "prelude_strips", DTYPE, pen_groups(n), slots, COUNT(slots)));
    check_reals("strips", matrix_label(device), out, want, cells, DTYPE);
    free(x);
    free(out);
    free(want);
}

static void NAME(flags)(size_t device, size_t n, int steps)
{
    pen_queue *queue = matrix_select(device);
    size_t cells = n * (size_t)steps;
    real *x = NAME(numbers)(cells), *out = NAME(numbers)(cells), *want = NAME(numbers)(cells);
    real *eights = NAME(numbers)(cells), *want_eights = NAME(numbers)(cells);
    int is_streamed = steps % 2;
    for (size_t i = 0; i < cells; i++) {
        x[i] = i % 5 == 4 ? (real)NAN : (real)(i * i % 7);
        want_eights[i] = 8;
    }
    for (size_t i = 0; i < cells; i++) {
        size_t t = i % (size_t)steps;
        real last = t > 0 ? x[i - 1] : 0, then = t > 3 ? x[i - 4] : 0;
        int rose = t >= 3 && x[i - 3] > then;
        want[i] = (real)(4 * (rose && !(x[i] < last)) + 2 * (x[i] >= last) + (x[i] <= last));
    }
    kernel_slot slots[] = {
        SLOT_IN(x, cells * sizeof *x),
        SLOT_VALUE(steps),
        SLOT_VALUE(is_streamed),
        SLOT_OUT(out, cells * sizeof *out),
        SLOT_OUT(eights, cells * sizeof *x),
    };
    CHECK_OK(run_kernel(queue, "prelude_flags", DTYPE, pen_groups(n), slots, COUNT(slots)));
    check_reals("flags", matrix_label(device), out, want, cells, DTYPE);
    check_reals("strip_fill", matrix_label(device), eights, want_eights, cells, DTYPE);
    free(x);
    free(out);
    free(want);
    free(eights);
    free(want_eights);
}

static void NAME(fill)(size_t device, size_t n, int steps)
{
    pen_queue *queue = matrix_select(device);
    size_t cells = n * (size_t)steps;
    real *out = NAME(numbers)(cells), *want = NAME(numbers)(cells);
    memset(want, 0xA5, cells * sizeof *want);
    int is_streamed = steps % 2;
    for (size_t lane = 0; lane < n; lane++)
        for (int t = (int)(lane % 3); t < steps - (int)(lane % 5); t++)
            want[lane * (size_t)steps + (size_t)t] = 7;
    int64_t stride = steps;
    kernel_slot slots[] = {
        SLOT_VALUE(stride),
        SLOT_VALUE(steps),
        SLOT_VALUE(is_streamed),
        SLOT_OUT(out, cells * sizeof *out),
    };
    CHECK_OK(run_kernel(queue, "prelude_fill", DTYPE, pen_lanes(n), slots, COUNT(slots)));
    check_reals("fill", matrix_label(device), out, want, cells, DTYPE);
    free(out);
    free(want);
}

/* Twice: the second time older bits come from memory.  `some` may be 1 without a bit on a
 * device whose lanes do not know of each other, never 0 with one. */
static void NAME(signs)(size_t device, int every)
{
    enum { ROWS = 5, MOST_BITS = 32 };
    pen_queue *queue = matrix_select(device);
    size_t width = (size_t)pen_device_lane_count(pen_queue_device(queue)), cells = ROWS * width;
    bool is_gpu = width > 16;
    size_t bits = is_gpu ? 16 : 4 * sizeof(real);
    real *x = NAME(numbers)(cells), *kept = NAME(numbers)(width),
         *out = NAME(numbers)(bits * width);
    int *some = calloc(width, sizeof *some), n_rows = ROWS;
    memset(kept, 0, width * sizeof *kept);
    for (int call = 0; call < 2; call++) {
        for (size_t i = 0; i < cells; i++)
            x[i] = every > 0 && i % (size_t)every == (size_t)(call % every) ? (real)2 : (real)-2;
        kernel_slot slots[] = {
            SLOT_IN(x, cells * sizeof *x),         SLOT_VALUE(n_rows),
            SLOT_BOTH(kept, width * sizeof *kept), SLOT_OUT(out, bits * width * sizeof *out),
            SLOT_OUT(some, width * sizeof *some),
        };
        CHECK_OK(run_kernel(queue, "prelude_signs", DTYPE, pen_lanes(width), slots, COUNT(slots)));
        CHECK(some[0] == (every > 0 || is_gpu));
    }
    for (size_t k = 0; k < bits && k < MOST_BITS; k++)
        for (size_t l = 0; l < width; l++) {
            size_t row = ROWS - 1 - k % ROWS, i = row * width + l, call = k < ROWS;
            size_t step = every > 0 ? (size_t)every : 1;
            bool is_up = every > 0 && k < 2 * ROWS && i % step == call % step;
            CHECK_NEAR(matrix_label(device), (double)out[k * width + l], is_up, 0);
        }
    free(x);
    free(kept);
    free(out);
    free(some);
}
