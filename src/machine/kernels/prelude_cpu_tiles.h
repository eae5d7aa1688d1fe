/* The dialect's tiles on the CPU; part of prelude_cpu.h. */
#ifndef PEN_PRELUDE_CPU_TILES_H
#define PEN_PRELUDE_CPU_TILES_H

/* Tiles: TILE_ROWS time steps of the group's lanes, row after row, so that a
 * row is LANE_VECTORS_ vreals.  Memory holds each lane's series contiguous in
 * time, so loading and storing transposes, VREAL_LEN_ x VREAL_LEN_ at a time in
 * registers: gcc 12 does not find this by itself. */
#define TILE_ROWS (256 / (int)sizeof(real))
#define TILE_EACH(i, rows) _Pragma("omp simd") for (int i = 0; i < (rows)*LANE_COUNT; i++)

/* One step exchanges the off-diagonal b x b blocks of rows i and i + b. */
#define SWAP_LOW_(j, b) (((j) & (b)) ? VREAL_LEN_ + (j) - (b) : (j))
#define SWAP_HIGH_(j, b) (((j) & (b)) ? VREAL_LEN_ + (j) : (j) + (b))
#define INDEX2_(f, b) f(0, b), f(1, b)
#define INDEX4_(f, b) INDEX2_(f, b), f(2, b), f(3, b)
#define INDEX8_(f, b) INDEX4_(f, b), f(4, b), f(5, b), f(6, b), f(7, b)
#define INDEX16_(f, b)                                                                             \
    INDEX8_(f, b), f(8, b), f(9, b), f(10, b), f(11, b), f(12, b), f(13, b), f(14, b), f(15, b)
#if PEN_VECTOR_BYTES == 64
#define INDICES_(f, b) SELECT_INDICES_(INDEX16_, INDEX8_)(f, b)
#elif PEN_VECTOR_BYTES == 32
#define INDICES_(f, b) SELECT_INDICES_(INDEX8_, INDEX4_)(f, b)
#else
#define INDICES_(f, b) SELECT_INDICES_(INDEX4_, INDEX2_)(f, b)
#endif
#if PEN_REAL_F64
#define SELECT_INDICES_(of32, of64) of64
#else
#define SELECT_INDICES_(of32, of64) of32
#endif
#define SWAP_STEP_(r, b)                                                                           \
    if ((b) < VREAL_LEN_)                                                                          \
        for (int i = 0; i < VREAL_LEN_; i++)                                                       \
            if ((i & (b)) == 0) {                                                                  \
                vreal low_ =                                                                       \
                    __builtin_shufflevector((r)[i], (r)[i + (b)], INDICES_(SWAP_LOW_, b));         \
                (r)[i + (b)] =                                                                     \
                    __builtin_shufflevector((r)[i], (r)[i + (b)], INDICES_(SWAP_HIGH_, b));        \
                (r)[i] = low_;                                                                     \
            }
DEVICE void transpose_(vreal *r)
{
#if PEN_VECTOR_BYTES == 64 && !PEN_REAL_F64
    SWAP_STEP_(r, 8)
#endif
#if PEN_VECTOR_BYTES / (4 + 4 * PEN_REAL_F64) >= 8
    SWAP_STEP_(r, 4)
#endif
#if PEN_VECTOR_BYTES / (4 + 4 * PEN_REAL_F64) >= 4
    SWAP_STEP_(r, 2)
#endif
    SWAP_STEP_(r, 1)
}

typedef real unaligned_vreal_
    __attribute__((vector_size(PEN_VECTOR_BYTES), may_alias, aligned(sizeof(real))));

/* tile[t][l] = base[offset[l] + t]; rows beyond count[l] repeat the last one,
 * and a lane with none reads 0.  Each lane is a stream of its own, more streams
 * than the processor foresees: the next tile is asked for here. */
DEVICE void tile_load(real *restrict tile, const real *restrict base, const isize *offset,
                      const int *count, int rows)
{
    int is_full = rows % VREAL_LEN_ == 0;
    for (int l = 0; l < LANE_COUNT; l++)
        is_full &= count[l] >= rows;
    if (is_full) {
        for (int t = 0; t < rows; t += VREAL_LEN_)
            for (int v = 0; v < LANE_VECTORS_; v++) {
                vreal r[VREAL_LEN_];
                for (int i = 0; i < VREAL_LEN_; i++) {
                    const real *at = &base[offset[v * VREAL_LEN_ + i] + t];
                    r[i] = *(const unaligned_vreal_ *)at;
                    __builtin_prefetch(at + TILE_ROWS);
                }
                transpose_(r);
                for (int i = 0; i < VREAL_LEN_; i++)
                    LANE_AT(tile, t + i, v) = r[i];
            }
        return;
    }
    for (int l = 0; l < LANE_COUNT; l++)
        for (int t = 0; t < rows; t++) {
            int at = t < count[l] ? t : count[l] - 1;
            tile[t * LANE_COUNT + l] = at < 0 ? 0 : base[offset[l] + at];
        }
}

/* Full cache lines that nobody reads soon go around the cache. */
DEVICE void store_vreal_(real *to, vreal value, int is_streamed)
{
#if PEN_VECTOR_BYTES == 64
    if (is_streamed && ((uintptr_t)to & 63) == 0) {
        STREAM_VECTOR_(to, &value);
        return;
    }
#endif
    (void)is_streamed;
    *(unaligned_vreal_ *)to = value;
}

/* base[offset[l] + t] = tile[t][l] for rows from[l] <= t < count[l]. */
DEVICE void tile_store(real *restrict base, const real *restrict tile, const isize *offset,
                       const int *from, const int *count, int rows, int is_streamed)
{
    int is_full = rows % VREAL_LEN_ == 0;
    for (int l = 0; l < LANE_COUNT; l++)
        is_full &= (from[l] <= 0) & (count[l] >= rows);
    if (is_full) {
        for (int v = 0; v < LANE_VECTORS_; v++)
            for (int t = 0; t < rows; t += VREAL_LEN_) {
                vreal r[VREAL_LEN_];
                for (int i = 0; i < VREAL_LEN_; i++)
                    r[i] = LANE_CONST_AT(tile, t + i, v);
                transpose_(r);
                for (int i = 0; i < VREAL_LEN_; i++)
                    store_vreal_(&base[offset[v * VREAL_LEN_ + i] + t], r[i], is_streamed);
            }
        return;
    }
    for (int l = 0; l < LANE_COUNT; l++)
        for (int t = from[l] > 0 ? from[l] : 0; t < rows && t < count[l]; t++)
            base[offset[l] + t] = tile[t * LANE_COUNT + l];
}
/* base[i * stride + t] = tile[t][i] for i < count, t < rows; a row of the tile is GROUP_SIZE. */
DEVICE void group_store(real *restrict base, isize stride, const real *restrict tile, int count,
                        int rows)
{
    int whole = count - count % VREAL_LEN_, whole_rows = rows - rows % VREAL_LEN_;
    for (int i = 0; i < whole; i += VREAL_LEN_)
        for (int t = 0; t < whole_rows; t += VREAL_LEN_) {
            vreal r[VREAL_LEN_];
            for (int k = 0; k < VREAL_LEN_; k++)
                r[k] = *(const vreal *)&tile[(t + k) * GROUP_SIZE + i];
            transpose_(r);
            for (int k = 0; k < VREAL_LEN_; k++)
                *(unaligned_vreal_ *)&base[(i + k) * stride + t] = r[k];
        }
    for (int i = 0; i < count; i++)
        for (int t = i < whole ? whole_rows : 0; t < rows; t++)
            base[i * stride + t] = tile[t * GROUP_SIZE + i];
}

/* Strips: STRIP_STEPS steps of one series, as memory holds them, with room in
 * front for a vector that starts before them. */
#define STRIP_PAD 16
#define STRIP_STEPS (4096 / (int)sizeof(real))
#define STRIP_LENGTH (STRIP_PAD + STRIP_STEPS)
/* Steps at a time with a look back of `reach`: few enough that the strips of a window's
 * levels stay in the nearest cache, and next to none where streams only pass through.  The
 * first strip of a series, which strip_load copies, is short. */
#define STRIP_ROOM(reach)                                                                          \
    ((reach) == 0                 ? STRIP_STEPS / 8                                                \
     : (reach) == STRIP_PAD       ? STRIP_STEPS                                                    \
     : (reach) <= STRIP_STEPS / 8 ? (reach) + STRIP_STEPS / 2                                      \
                                  : STRIP_STEPS)
#define STRIP_FIRST_ROOM(reach) ((reach) + STRIP_STEPS / 8)
#define STEP_AT(strip, i) (*(unaligned_vreal_ *)&(strip)[i])
#define STEP_CONST_AT(strip, i) (*(const unaligned_vreal_ *)&(strip)[i])
/* Step i - back, back a literal from 1 to 3: two whole vectors are read and joined,
 * which is faster than one that straddles cache lines. */
#define BACK_INDEX_(j, back) (VREAL_LEN_ - (back) + (j))
#if PEN_VECTOR_BYTES == 16
#define STEP_BACK(strip, i, back) STEP_CONST_AT(strip, (i) - (back))
#else
#define STEP_BACK(strip, i, back)                                                                  \
    __builtin_shufflevector(STEP_CONST_AT(strip, (i)-VREAL_LEN_), STEP_CONST_AT(strip, i),         \
                            INDICES_(BACK_INDEX_, back))
#endif
/* EACH_STEP goes vector by vector: what the vector before held need not be read again.
 * steps_back() is step i - back of what is now in `now` and was in `before`, back up to 4. */
#define STEPS_IN_ORDER (PEN_VECTOR_BYTES / (4 + 4 * PEN_REAL_F64) >= 4)
#if STEPS_IN_ORDER
DEVICE vreal steps_back(vreal before, vreal now, const int back)
{
    switch (back) {
    case 1:
        return __builtin_shufflevector(before, now, INDICES_(BACK_INDEX_, 1));
    case 2:
        return __builtin_shufflevector(before, now, INDICES_(BACK_INDEX_, 2));
    case 3:
        return __builtin_shufflevector(before, now, INDICES_(BACK_INDEX_, 3));
    case 4:
        return __builtin_shufflevector(before, now, INDICES_(BACK_INDEX_, 4));
    }
    return now;
}
#endif
/* The vectors that hold steps [from, count), and what else these hold. */
#define EACH_STEP(i, from, count) for (int i = (from) & -VREAL_LEN_; i < (count); i += VREAL_LEN_)
#define EACH_STEP_ALONE(i, from, count) _Pragma("omp simd") for (int i = (from); i < (count); i++)
#define ANY_STEP(i, from, count) EACH_STEP(i, from, count)
#define ANY_STEP_ALONE(i, from, count) EACH_STEP_ALONE(i, from, count)

/* The strip base[offset + i] for low <= i < high, 0 for other i < count; `reach` as in
 * STRIP_ROOM.  Where all that a vector may touch is there it is read in place: copies of
 * several inputs, one after the other, keep the processor from foreseeing their streams side
 * by side. */
DEVICE const real *strip_load(real *restrict strip, const real *restrict base, isize offset,
                              int low, int high, int count, int reach)
{
    if (low <= (reach > 0 ? -STRIP_PAD : 0) && high >= ((count + VREAL_LEN_ - 1) & -VREAL_LEN_))
        return base + offset;
    int from = low > 0 ? low : 0, end = high < count ? high : count;
    for (int i = 0; i < from; i++)
        strip[i] = 0;
    for (int i = from; i < end; i++)
        strip[i] = base[offset + i];
    for (int i = end; i < count; i++)
        strip[i] = 0;
    return strip;
}

/* What is read of each of several strips. */
#define STRIP_VIEWS(name, count) const real *name[count]
typedef const real **strip_views;
#define STRIP_SEE(views, strips, k, strip) ((views)[k] = (strip))
#define STRIP_SEEN(views, strips, k) ((views)[k])

/* Can an instruction that `ends` make its outputs where they are stored, in whole vectors and
 * none before `reach`?  Then they go there, else into a strip. */
#define STRIP_IS_DIRECT(ends, from, reach, count, is_streamed)                                     \
    ((ends) && (from) == (reach) && (count) % VREAL_LEN_ == 0 && !(is_streamed))
#define STRIP_MADE(strip, is_direct, place) ((is_direct) ? (place) : (strip))

/* Steps [from, to) will be loaded soon: the processor does not foresee a strip's start. */
DEVICE void strip_ask(const real *base, isize offset, int from, int to)
{
    for (int i = from; i < to; i += 64 / (int)sizeof(real))
        __builtin_prefetch(&base[offset + i]);
}

/* base[offset + i] = value for from <= i < count. */
DEVICE void strip_fill(real *restrict base, real value, isize offset, int from, int count,
                       int is_streamed)
{
    int i = from;
    for (; i < count && i % VREAL_LEN_ != 0; i++)
        base[offset + i] = value;
    for (; i + VREAL_LEN_ <= count; i += VREAL_LEN_)
        store_vreal_(&base[offset + i], v_splat(value), is_streamed);
    for (; i < count; i++)
        base[offset + i] = value;
}

/* base[offset + i] = strip[i] for from <= i < count. */
DEVICE void strip_store(real *restrict base, const real *restrict strip, isize offset, int from,
                        int count, int is_streamed)
{
    int i = from;
    for (; i < count && i % VREAL_LEN_ != 0; i++)
        base[offset + i] = strip[i];
    for (; i + VREAL_LEN_ <= count; i += VREAL_LEN_)
        store_vreal_(&base[offset + i], STEP_CONST_AT(strip, i), is_streamed);
    for (; i < count; i++)
        base[offset + i] = strip[i];
}

/* Flags: a bit a step of a strip, 64 steps in a word.  A word in front, so that the first
 * flag can look back. */
typedef u64 vflags;
#define FLAG_WORDS_ (STRIP_STEPS / 64)
#define FLAG_ROOM(n) (1 + (n)*FLAG_WORDS_)
#define EACH_FLAGS(i, from, count) for (int i = (from) & -64; i < (count); i += 64)
#define FLAGS_FROM(i, from) ((i) < (from) ? ~(u64)0 << ((from) - (i)) : ~(u64)0)
#define FLAG_WORD_(flags, number, i) ((flags)[1 + (number)*FLAG_WORDS_ + (i) / 64])
DEVICE u64 flags_back(const u64 *flags, int number, int i, int lag)
{
    const u64 *at = &FLAG_WORD_(flags, number, i);
    return at[0] << lag | at[-1] >> 1 >> (63 - lag);
}
DEVICE void flags_put(u64 *flags, int number, int i, u64 bits)
{
    FLAG_WORD_(flags, number, i) = bits;
}
DEVICE void flags_clear(u64 *flags, int n)
{
    for (int i = 0; i < FLAG_ROOM(n); i++)
        flags[i] = 0;
}
DEVICE int flags_any(const u64 *flags, int number, int from, int count)
{
    u64 any = 0;
    for (int i = from & -64; i < count; i += 64)
        any |= FLAG_WORD_(flags, number, i);
    return any != 0;
}
/* A comparison's outcome for a vector of steps, a bit a step: at once where a comparison
 * makes bits, which gcc 12 does not find behind a mask. */
typedef unsigned vflag;
#if PEN_VECTOR_BYTES == 64 && PEN_REAL_F64 && defined(__AVX512F__)
#define FLAG_IF_(a, b, how, code) (unsigned char)__builtin_ia32_cmppd512_mask(a, b, code, -1, 4)
#elif PEN_VECTOR_BYTES == 64 && defined(__AVX512F__)
#define FLAG_IF_(a, b, how, code) (unsigned short)__builtin_ia32_cmpps512_mask(a, b, code, -1, 4)
#else
#define FLAG_IF_(a, b, how, code) mask_bits_((a)how(b))
#endif
#define flag_greater(a, b) FLAG_IF_(a, b, >, 30)
#define flag_greater_equal(a, b) FLAG_IF_(a, b, >=, 29)
#define flag_less(a, b) FLAG_IF_(a, b, <, 17)
#define flag_less_equal(a, b) FLAG_IF_(a, b, <=, 18)
DEVICE vflag mask_bits_(vmask mask)
{
#if PEN_VECTOR_BYTES == 32 && PEN_REAL_F64 && defined(__AVX__)
    return (unsigned)__builtin_ia32_movmskpd256((vreal)mask);
#elif PEN_VECTOR_BYTES == 32 && defined(__AVX__)
    return (unsigned)__builtin_ia32_movmskps256((vreal)mask);
#elif PEN_VECTOR_BYTES == 16 && PEN_REAL_F64 && defined(__SSE2__)
    return (unsigned)__builtin_ia32_movmskpd((vreal)mask);
#elif PEN_VECTOR_BYTES == 16 && defined(__SSE2__)
    return (unsigned)__builtin_ia32_movmskps((vreal)mask);
#else
    unsigned bits = 0;
    for (int k = 0; k < VREAL_LEN_; k++)
        bits |= (unsigned)(mask[k] & 1) << k;
    return bits;
#endif
}
/* The steps of the vector that starts at i, a multiple of its length.  Whole bytes are
 * stored blindly: a word would be read just after it was written. */
DEVICE void flag_set(u64 *flags, int number, int i, vflag bits)
{
    uint8_t *at = (uint8_t *)&FLAG_WORD_(flags, number, 0) + i / 8;
#if PEN_VECTOR_BYTES / (4 + 4 * PEN_REAL_F64) >= 8
    for (int k = 0; k < VREAL_LEN_ / 8; k++)
        at[k] = (uint8_t)(bits >> 8 * k);
#else
    unsigned some = (1u << VREAL_LEN_) - 1;
    *at = (uint8_t)((*at & ~(some << i % 8)) | bits << i % 8);
#endif
}
DEVICE vmask flag_at(const u64 *flags, int number, int i)
{
    vbits one;
    for (int k = 0; k < VREAL_LEN_; k++)
        one[k] = (ureal_)1 << k;
    ureal_ bits = (ureal_)(FLAG_WORD_(flags, number, i) >> i % 64);
    return (vmask)((v_bits_splat(bits) & one) != 0);
}

/* base[offset[l] + t] = value for the same rows. */
DEVICE void tile_fill(real *restrict base, real value, const isize *offset, const int *from,
                      const int *count, int rows, int is_streamed)
{
    int is_full = rows % VREAL_LEN_ == 0;
    for (int l = 0; l < LANE_COUNT; l++)
        is_full &= (from[l] <= 0) & (count[l] >= rows);
    for (int l = 0; l < LANE_COUNT; l++)
        if (is_full)
            for (int t = 0; t < rows; t += VREAL_LEN_)
                store_vreal_(&base[offset[l] + t], v_splat(value), is_streamed);
        else
            for (int t = from[l] > 0 ? from[l] : 0; t < rows && t < count[l]; t++)
                base[offset[l] + t] = value;
}
/* Makes streamed stores visible to other threads. */
DEVICE void tile_flush(void)
{
#if PEN_VECTOR_BYTES == 64 && defined(__AVX512F__)
    __builtin_ia32_sfence();
#endif
}

#endif
