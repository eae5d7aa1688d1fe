/* The steps that indicators are made of, as instructions for the kernel. */
#include <math.h>

#include "profile.h"

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

/* A step of `op` on n_in inputs, with constants c0 and c1, defined from the last of
 * its inputs' first steps plus `later` on, that forgets after `own` steps. */
static ind_step make_step(int op, const ind_value *in, int n_in, int later, int own, double c0,
                          double c1)
{
    ind_step step = { .op = op, .n_in = n_in, .n_out = 1, .consts = { c0, c1 }, .n_consts = 2 };
    for (int i = 0; i < n_in; i++) {
        step.in[i] = in[i];
        step.first = max_int(step.first, in[i].first);
    }
    step.first += later;
    step.memory = ind_memory(in, n_in, own);
    return step;
}

/* ---- One step at a time ---- */

pen_status ind_point1(ind_program *p, int op, ind_value x, double c0, double c1, ind_value *out)
{
    ind_step step = make_step(op, &x, 1, 0, 0, c0, c1);
    return ind_emit(p, &step, out);
}

pen_status ind_point2(ind_program *p, int op, ind_value x, ind_value y, double c0, double c1,
                      ind_value *out)
{
    ind_step step = make_step(op, (ind_value[]){ x, y }, 2, 0, 0, c0, c1);
    return ind_emit(p, &step, out);
}

pen_status ind_point3(ind_program *p, int op, ind_value x, ind_value y, ind_value z, ind_value *out)
{
    ind_step step = make_step(op, (ind_value[]){ x, y, z }, 3, 0, 0, 0, 0);
    return ind_emit(p, &step, out);
}

pen_status ind_add(ind_program *p, ind_value x, ind_value y, ind_value *out)
{
    return ind_point2(p, IND_ADD, x, y, 0, 0, out);
}

pen_status ind_subtract(ind_program *p, ind_value x, ind_value y, ind_value *out)
{
    return ind_point2(p, IND_SUBTRACT, x, y, 0, 0, out);
}

pen_status ind_multiply(ind_program *p, ind_value x, ind_value y, ind_value *out)
{
    return ind_point2(p, IND_MULTIPLY, x, y, 0, 0, out);
}

pen_status ind_ratio(ind_program *p, ind_value x, ind_value y, double scale, double if_zero,
                     ind_value *out)
{
    return ind_point2(p, IND_RATIO, x, y, scale, if_zero, out);
}

pen_status ind_affine(ind_program *p, ind_value x, double scale, double offset, ind_value *out)
{
    return ind_point1(p, IND_AFFINE, x, scale, offset, out);
}

/* ---- With a memory ---- */

pen_status ind_lag(ind_program *p, ind_value x, int lag, ind_value *out)
{
    *out = x;
    if (lag == 0)
        return PEN_OK;
    ind_step step = make_step(IND_LAG, &x, 1, lag, lag, 0, 0);
    step.window = lag;
    step.n_state = step.max_ring = ind_ring_rows(lag);
    return ind_emit(p, &step, out);
}

pen_status ind_change(ind_program *p, ind_value x, int lag, ind_value *out)
{
    ind_step step = make_step(IND_CHANGE, &x, 1, lag, lag, 0, 0);
    step.window = lag;
    step.n_state = step.max_ring = ind_ring_rows(lag);
    return ind_emit(p, &step, out);
}

/* Steps in which (1 - alpha)^steps falls below 2^-64, with room for the last
 * bit to settle. */
int ind_decay_steps(double alpha)
{
    if (alpha >= 1)
        return 1;
    double steps = 64 * 0.69314718 / -log1p(-alpha) + 20 / alpha;
    return steps < 1e8 ? (int)steps + 1 : -1;
}

pen_status ind_ema_scaled(ind_program *p, ind_value x, int window, int first, double alpha,
                          double scale, ind_value *out)
{
    ind_step step = make_step(IND_EMA, &x, 1, 0, ind_decay_steps(alpha), alpha, scale);
    step.window = window;
    step.first = first;
    step.n_state = step.max_ring = 1;
    return ind_emit(p, &step, out);
}

pen_status ind_ema(ind_program *p, ind_value x, int window, int first, double alpha, ind_value *out)
{
    return ind_ema_scaled(p, x, window, first, alpha, 1, out);
}

pen_status ind_ema_in_style(ind_program *p, ind_value x, int period, int first, double alpha,
                            ind_value *out)
{
    if (!ind_style_of(p)->ema_from_first)
        return ind_ema(p, x, period, first, alpha, out);
    PEN_TRY(ind_ema(p, x, 1, x.first, alpha, out));
    out->first = first;
    return PEN_OK;
}

pen_status ind_follow(ind_program *p, ind_value x, ind_value a, ind_value seed, int first,
                      double c0, double c1, int memory, ind_value *out)
{
    ind_step step = make_step(IND_FOLLOW, (ind_value[]){ x, a, seed }, 3, 0, memory, c0, c1);
    step.first = first;
    step.n_state = step.max_ring = 1;
    return ind_emit(p, &step, out);
}

pen_status ind_cumulate(ind_program *p, ind_value x, ind_value *out)
{
    ind_step step = make_step(IND_CUMULATE, &x, 1, 0, -1, 0, 0);
    step.n_state = step.max_ring = 1;
    return ind_emit(p, &step, out);
}

pen_status ind_chaikin(ind_program *p, ind_value x, double fast, double slow, ind_value *out)
{
    ind_step step = make_step(IND_CHAIKIN, &x, 1, 0, -1, fast, slow);
    step.n_state = 3;
    step.max_ring = 1;
    return ind_emit(p, &step, out);
}

pen_status ind_true_range(ind_program *p, const ind_value in[3], bool from_first, ind_value *out)
{
    ind_step step = make_step(IND_TRUE_RANGE, in, 3, from_first ? 0 : 1, 1, 0, 0);
    step.window = from_first;
    step.n_state = step.max_ring = 1;
    return ind_emit(p, &step, out);
}

/* 70 periods: (1 - 1 / period)^70 period is about 2^-100 */
pen_status ind_rsi(ind_program *p, ind_value x, int period, ind_value *out)
{
    ind_step step = make_step(IND_RSI, &x, 1, period, 70 * period, 1.0 / period, 0);
    step.window = period;
    step.n_state = 3;
    step.max_ring = 1;
    return ind_emit(p, &step, out);
}

pen_status ind_typical(ind_program *p, const ind_value in[3], ind_value *out)
{
    return ind_point3(p, IND_THIRD, in[0], in[1], in[2], out);
}

pen_status ind_sum_of_3(ind_program *p, const ind_value in[3], double weight, double scale,
                        ind_value *out)
{
    ind_step step = make_step(IND_SUM_OF_3, in, 3, 0, 0, scale, weight);
    return ind_emit(p, &step, out);
}

pen_status ind_place(ind_program *p, ind_value x, ind_value high, ind_value low, double scale,
                     double if_zero, ind_value *out)
{
    ind_step step = make_step(IND_PLACE, (ind_value[]){ x, high, low }, 3, 0, 0, scale, if_zero);
    return ind_emit(p, &step, out);
}

pen_status ind_mean_range(ind_program *p, const ind_value in[3], int period, ind_value *out)
{
    ind_value range;
    PEN_TRY(ind_true_range(p, in, ind_style_of(p)->atr_from_first, &range));
    return ind_ema(p, range, period, range.first + period - 1, 1.0 / period, out);
}

pen_status ind_atr(ind_program *p, const ind_value in[3], int period, ind_value *out)
{
    PEN_TRY(ind_mean_range(p, in, period, out));
    ind_delay(p, PEN_UNSTABLE_ATR, out, 1);
    return PEN_OK;
}

/* ---- Over windows ---- */

/* State rows of a tree whose first passed level is `base`: `own` rows below it,
 * `width` values a level; see kernels/window.kh. */
static void add_tree(ind_step *step, int base, int own, int width)
{
    int window = step->window, taken = window & (base - 1);
    step->n_state = own;
    step->max_ring = 1;
    for (int k = base; k <= window; k *= 2) {
        int ring = window & k && taken > 0 ? ind_ring_rows(taken) : 0;
        int level = 2 * k <= window ? k : 0;
        taken += window & k;
        step->max_ring = max_int(step->max_ring, max_int(ring, level));
        step->n_state += width * (ring + level);
    }
}

/* A window's step; the levels below 8 keep the same state whatever the window. */
static ind_step window_step(int op, const ind_value *in, int n_in, int window, double c0, double c1)
{
    ind_step step = make_step(op, in, n_in, window - 1, max_int(window, 8), c0, c1);
    step.window = window;
    return step;
}

static pen_status emit_mean(ind_program *p, ind_value x, int window, double n, ind_value *out)
{
    ind_step step = window_step(IND_MEAN, &x, 1, window, 1 / n, n);
    add_tree(&step, 8, 7, 1);
    return ind_emit(p, &step, out);
}

pen_status ind_mean(ind_program *p, ind_value x, int window, ind_value *out)
{
    return emit_mean(p, x, window, window, out);
}

pen_status ind_sum(ind_program *p, ind_value x, int window, ind_value *out)
{
    return emit_mean(p, x, window, 1, out);
}

pen_status ind_mean_stdev(ind_program *p, ind_value x, int window, ind_value out[2])
{
    ind_step step = window_step(IND_MEAN_STDEV, &x, 1, window, 1.0 / window, 0);
    step.n_out = 2;
    add_tree(&step, 8, 13, 2);
    return ind_emit(p, &step, out);
}

pen_status ind_trend(ind_program *p, ind_value x, int window, ind_value out[2])
{
    ind_step step = window_step(IND_TREND, &x, 1, window, 0, 0);
    step.n_out = 2;
    add_tree(&step, 1, 0, 2);
    return ind_emit(p, &step, out);
}

pen_status ind_comoment(ind_program *p, ind_value x, ind_value y, int window, ind_value *out)
{
    ind_value all[3];
    ind_step step = window_step(IND_COMOMENT, (ind_value[]){ x, y }, 2, window, 0, 0);
    step.n_out = 3;
    add_tree(&step, 1, 0, 3);
    PEN_TRY(ind_emit(p, &step, all));
    *out = all[2];
    return PEN_OK;
}

pen_status ind_mean_deviation(ind_program *p, ind_value x, int window, ind_value *out)
{
    ind_value mean;
    PEN_TRY(ind_mean(p, x, window, &mean));
    ind_step step =
        make_step(IND_DEVIATION, (ind_value[]){ x, mean }, 2, 0, window, 1.0 / window, 0);
    step.window = window;
    step.n_state = step.max_ring = ind_ring_rows(window);
    return ind_emit(p, &step, out);
}

/* Two overlapping blocks: levels 1, 2, 4, ... below window / 2, then the rest.  Those below
 * 8 are 7 rows for the values alone, rings as the others where their ages are kept. */
pen_status ind_extreme(ind_program *p, int op, ind_value x, int window, ind_value *out)
{
    bool is_since = op == IND_SINCE_HIGHEST || op == IND_SINCE_LOWEST;
    if (window == 1)
        return ind_affine(p, x, is_since ? 0 : 1, 0, out);
    ind_step step = window_step(op, &x, 1, window, 0, 0);
    bool has_base = !is_since && window >= 8;
    int rows = has_base ? 7 : 0, k = has_base ? 8 : 1;
    for (; 2 * k < window; k *= 2)
        rows += k;
    step.max_ring = max_int(k / 2, ind_ring_rows(window - k));
    step.n_state = (is_since ? 2 : 1) * (rows + ind_ring_rows(window - k));
    return ind_emit(p, &step, out);
}

pen_status ind_middle(ind_program *p, ind_value high, ind_value low, int window, ind_value *out)
{
    ind_value top, bottom;
    PEN_TRY(ind_extreme(p, IND_HIGHEST, high, window, &top));
    PEN_TRY(ind_extreme(p, IND_LOWEST, low, window, &bottom));
    return ind_point2(p, IND_SUM_OF_2, top, bottom, 0.5, 0, out);
}
