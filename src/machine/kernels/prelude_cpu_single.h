/* The dialect's lanes and tiles on the CPU where a group has one lane; after
 * prelude_cpu.h, whose words for many lanes it replaces.  A tile is a stretch of one
 * series, as memory holds it, and what is loaded is read there. */
#ifndef PEN_PRELUDE_CPU_SINGLE_H
#define PEN_PRELUDE_CPU_SINGLE_H

#undef LANE_COUNT
#undef LANES
#undef LANE_VAR
#undef MINE
#undef LANE_AT
#undef LANE_CONST_AT
#undef v_splat
#undef v_not
#define LANE_COUNT 1
#define LANES(l) for (int l = 0; l < 1; l++)
#define LANE_VAR(name) real name[1]
#define MINE(name, l) (name)[0]
#define LANE_AT(rows, row, l) ((rows)[row])
#define LANE_CONST_AT(rows, row, l) ((rows)[row])
#define vreal real
#define vmask int
#define v_splat(x) ((real)(x))
#define v_fma(a, b, c) m_fma(a, b, c)
#define v_sqrt(a) m_sqrt(a)
#define v_sel(c, a, b) ((c) ? (a) : (b))
#define v_not(c) (!(c))
#define v_abs(a) m_abs(a)
#define v_max(a, b) m_max(a, b)
#define v_min(a, b) m_min(a, b)

#undef TILE_ROWS
#undef TILE_EACH
#define TILE_ROWS (1024 / (int)sizeof(real))
#define TILE_EACH(i, rows) _Pragma("omp simd") for (int i = 0; i < (rows); i++)
#undef tile_views
#undef TILE_VIEWS
#undef TILE_SEE
#undef TILE_SEEN
#undef tile_view
#define tile_views const real **
#define TILE_VIEWS(name, count) const real *name[count]
#define TILE_SEE(views, k, tile) ((views)[k] = (tile))
#define TILE_SEEN(views, tiles, k) ((views)[k])
#define tile_view(tile, base, offset, count, rows)                                                 \
    ((void)(count), (const real *)(base) + (offset)[0])
#define tile_store(base, tile, offset, from, count, rows, is_streamed)                             \
    strip_store(base, tile, (offset)[0], (from)[0] > 0 ? (from)[0] : 0, rows, is_streamed)

#endif
