/* Volatility surfaces: fitting slice after slice, and reading between them. */
#include "surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit.h"

enum { ROBUST_ROUNDS = 3 };
static const double CHECKED_REACH = 0.5; /* how far beyond its points a smile is checked */

pen_surface_options pen_surface_options_default(void)
{
    return (pen_surface_options){ .rate_frac = NAN, .spot_px = NAN, .sabr_beta = 1 };
}

static pen_status check_options(const char *function, const pen_surface_options *o)
{
    if (pen_smile_name((int)o->smile) == NULL)
        return pen_fail(PEN_E_ARG, "%s: smile is %d, expected 0 to %d", function, (int)o->smile,
                        PEN_SMILES - 1);
    if (!(o->sabr_beta >= 0 && o->sabr_beta <= 1))
        return pen_fail(PEN_E_ARG, "%s: sabr_beta is %g, expected 0 to 1", function, o->sabr_beta);
    if (!isfinite(o->sabr_shift_px))
        return pen_fail(PEN_E_ARG, "%s: sabr_shift_px is %g, expected a number", function,
                        o->sabr_shift_px);
    if (isinf(o->rate_frac) || isinf(o->spot_px) || !isfinite(o->dividend_frac))
        return pen_fail(PEN_E_ARG, "%s: rate %g, spot %g, dividend %g, expected finite ones",
                        function, o->rate_frac, o->spot_px, o->dividend_frac);
    return PEN_OK;
}

/* ---- robust fits ---- */

static int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* 1.4826 times the median of |weight x miss|, the deviation of a normal law; misses: [n]. */
static double robust_deviation(const smile_fit *fit, double *misses)
{
    for (size_t i = 0; i < fit->n_points; i++)
        misses[i] =
            fit->points[i].weight * fabs(fit->points[i].fitted_vol_frac - fit->points[i].vol_frac);
    qsort(misses, fit->n_points, sizeof *misses, compare_values);
    return 1.4826 * misses[fit->n_points / 2];
}

static void fill_fitted(const smile_fit *fit)
{
    pen_surface_point *point = fit->points;
    for (size_t i = 0; i < fit->n_slices; i++)
        for (size_t j = 0; j < fit->slices[i].n_points; j++, point++)
            point->fitted_vol_frac = sqrt(smile_total(fit->options, &fit->slices[i], point->x) /
                                          fit->slices[i].expiry_yr);
}

/* Huber's weights for some rounds, so that one wrong quote does not bend the smile, then whatever
 * is ten deviations away does not count at all and the others do in full.  misses: [n_points] */
static void fit_robustly(smile_fit *fit, double *misses)
{
    for (size_t i = 0; i < fit->n_points; i++)
        fit->weights[i] = fit->points[i].weight;
    fit_start(fit);
    fit_polish(fit);
    for (int round = 0; round < ROBUST_ROUNDS; round++) {
        fill_fitted(fit);
        bool is_last = round + 1 == ROBUST_ROUNDS;
        double deviation = fmax(robust_deviation(fit, misses), 1e-6);
        size_t n_left = 0;
        for (size_t i = 0; i < fit->n_points; i++) {
            const pen_surface_point *point = &fit->points[i];
            double far = point->weight * fabs(point->fitted_vol_frac - point->vol_frac) / deviation;
            double share = is_last ? (far <= 10 ? 1 : 0) : fmin(1, sqrt(2 / fmax(far, 1e-9)));
            fit->weights[i] = point->weight * share;
            n_left += share > 0;
        }
        if (is_last && n_left < fit_least_points(fit->options) * fit->n_slices)
            for (size_t i = 0; i < fit->n_points; i++) /* too few would tell nothing */
                fit->weights[i] = fit->points[i].weight;
        fit_polish(fit);
    }
}

/* The range of x of a slice's points, `reach` times as wide again to both sides; of a slice without
 * points ten deviations. */
static void range_of(const pen_surface *s, const pen_surface_slice *slice, double reach,
                     double *low, double *high)
{
    if (slice->n_points < 2) {
        double w = smile_total(&s->options, slice, 0);
        *low = -10 * sqrt(w);
        *high = 10 * sqrt(w);
        return;
    }
    const pen_surface_point *points = s->points + slice->first_point;
    double further = reach * (points[slice->n_points - 1].x - points[0].x);
    *low = points[0].x - further;
    *high = points[slice->n_points - 1].x + further;
}

/* Variance of the slice before at x, or NaN further from its points than `reach`: what a smile
 * makes of strikes far beyond them is no bound to the next. */
static double variance_before(const pen_surface *s, size_t index, double reach, double x)
{
    double low, high;
    if (index == 0)
        return NAN;
    range_of(s, &s->slices[index - 1], reach, &low, &high);
    return x >= low && x <= high ? smile_total(&s->options, &s->slices[index - 1], x) : NAN;
}

static bool has_arbitrage(const smile_fit *fit)
{
    for (size_t i = 0; i < FIT_GRID; i++) {
        smile_variance v = smile_at(fit->options, fit->slices, fit->grid[i]);
        if (smile_durrleman(fit->options, v, fit->grid[i]) < 0 || v.w < fit->before[i])
            return true;
    }
    return false;
}

/* Raises the smile until it is nowhere below the slice before. */
static void lift(const smile_fit *fit)
{
    double gap = 0, ratio = 1;
    for (size_t i = 0; i < FIT_GRID; i++) {
        double w = smile_total(fit->options, fit->slices, fit->grid[i]);
        if (!(fit->before[i] > w))
            continue;
        gap = fmax(gap, fit->before[i] - w);
        ratio = fmax(ratio, fit->before[i] / w);
    }
    if (fit->options->smile == PEN_SMILE_SVI)
        fit->slices->parameters[SVI_A] += gap * (1 + 1e-9);
    else
        fit->slices->parameters[SABR_ALPHA] *= sqrt(ratio);
}

/* A slice of SVI or SABR, held free of arbitrage if it is not by itself. */
static void fit_slice(const pen_surface *s, size_t index, smile_fit *fit, double *misses)
{
    double low, high;
    pen_surface_slice *slice = &s->slices[index];
    fit->slices = slice;
    fit->n_slices = 1;
    fit->points = s->points + slice->first_point;
    fit->n_points = slice->n_points;
    fit->penalty = 0;
    range_of(s, slice, CHECKED_REACH, &low, &high);
    for (size_t i = 0; i < FIT_GRID; i++) {
        fit->grid[i] = low + (high - low) * (double)i / (FIT_GRID - 1);
        fit->before[i] = variance_before(s, index, 0.05, fit->grid[i]);
    }
    fit_robustly(fit, misses);
    if (s->options.may_arbitrage || !has_arbitrage(fit))
        return;
    lift(fit);
    for (fit->penalty = 3; fit->penalty < 1e6; fit->penalty *= 10) {
        fit_polish(fit);
        if (!has_arbitrage(fit))
            break;
    }
    lift(fit); /* by what the penalty had left */
}

/* Errors of a slice whose smile and weights are final. */
static void measure(const pen_surface *s, pen_surface_slice *slice, const double *weights)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < slice->n_points; i++) {
        pen_surface_point *point = &s->points[slice->first_point + i];
        double w = smile_total(&s->options, slice, point->x);
        point->fitted_vol_frac = w > 0 ? sqrt(w / slice->expiry_yr) : 0;
        point->weight = weights[i] > 0 ? point->weight : 0;
        double miss = fabs(point->fitted_vol_frac - point->vol_frac);
        if (point->weight == 0) {
            slice->n_outliers++;
            continue;
        }
        sum += miss * miss;
        slice->worst_vol = fmax(slice->worst_vol, miss);
        n++;
    }
    slice->rmse_vol = sqrt(sum / (double)n);
    slice->atm_vol = sqrt(smile_total(&s->options, slice, 0) / slice->expiry_yr);
}

static pen_status fit_slices(pen_surface *s)
{
    double *numbers;
    bool is_joint = s->options.smile == PEN_SMILE_SSVI;
    size_t work = fit_work(&s->options, s->n_points, s->n_slices);
    PEN_TRY(pen_alloc_array(work + 2 * s->n_points, sizeof *numbers, (void **)&numbers));
    double *weights = numbers + work, *misses = weights + s->n_points;
    smile_fit fit = { .options = &s->options,
                      .slices = s->slices,
                      .n_slices = s->n_slices,
                      .points = s->points,
                      .n_points = s->n_points,
                      .weights = weights,
                      .work = numbers };
    if (is_joint)
        fit_robustly(&fit, misses);
    size_t n_slices = s->n_slices, from = 0;
    s->n_slices = s->n_points = 0;
    for (size_t i = 0; i < n_slices; i++) { /* those without a smile close up */
        pen_surface_slice *slice = &s->slices[s->n_slices];
        *slice = s->slices[i];
        memmove(s->points + s->n_points, s->points + from, slice->n_points * sizeof *s->points);
        slice->first_point = s->n_points;
        if (!is_joint)
            fit_slice(s, s->n_slices, &fit, misses);
        measure(s, slice, is_joint ? weights + from : weights);
        from += slice->n_points;
        if (slice->atm_vol > 0 && isfinite(slice->rmse_vol)) {
            s->n_points += slice->n_points;
            s->n_slices++;
        } else {
            s->n_quotes_left_out += slice->n_points;
            s->n_slices_left_out++;
        }
    }
    pen_free(numbers);
    return s->n_slices > 0 ? PEN_OK
                           : pen_fail(PEN_E_ARG, "pen_surface_fit: no %s smile fits any expiry",
                                      pen_smile_name((int)s->options.smile));
}

/* ---- the whole ---- */

static pen_status create(const pen_surface_options *options, size_t n_slices, size_t n_points,
                         pen_surface **out)
{
    pen_surface *s;
    *out = NULL;
    PEN_TRY(PEN_NEW(&s));
    s->options = *options;
    pen_status status = pen_alloc(n_slices, sizeof *s->slices, (void **)&s->slices);
    if (status == PEN_OK)
        status = pen_alloc(n_points, sizeof *s->points, (void **)&s->points);
    if (status != PEN_OK) {
        pen_surface_destroy(s);
        return status;
    }
    *out = s;
    return PEN_OK;
}

pen_status pen_surface_fit(pen_queue *queue, const pen_option_quote *quotes, size_t n,
                           const pen_surface_options *options, pen_surface **out)
{
    static const char me[] = "pen_surface_fit";
    *out = NULL;
    PEN_TRY(check_options(me, options));
    if (n == 0)
        return pen_fail(PEN_E_ARG, "%s: no quotes", me);
    pen_surface *s;
    PEN_TRY(create(options, n, n, &s));
    pen_status status = surface_take_quotes(queue, quotes, n, s);
    if (status == PEN_OK && s->n_slices == 0)
        status =
            pen_fail(PEN_E_ARG,
                     "%s: none of %zu expiries after today has a forward and %zu volatilities, "
                     "which %s needs; %zu of %zu quotes are of no use",
                     me, s->n_slices_left_out, fit_least_points(options),
                     pen_smile_name((int)options->smile), s->n_quotes_left_out, n);
    if (status == PEN_OK)
        status = fit_slices(s);
    if (status != PEN_OK) {
        pen_surface_destroy(s);
        return status;
    }
    *out = s;
    return PEN_OK;
}

pen_status pen_surface_create(const pen_surface_options *options, const pen_surface_slice *slices,
                              size_t n, pen_surface **out)
{
    static const char me[] = "pen_surface_create";
    *out = NULL;
    PEN_TRY(check_options(me, options));
    if (n == 0)
        return pen_fail(PEN_E_ARG, "%s: no slices", me);
    for (size_t i = 0; i < n; i++) {
        double w = smile_total(options, &slices[i], 0);
        if (!(slices[i].expiry_yr > (i > 0 ? slices[i - 1].expiry_yr : 0)))
            return pen_fail(PEN_E_ARG, "%s: expiry %zu is %g, expected more than the one before",
                            me, i, slices[i].expiry_yr);
        if (!(w > 0) || !isfinite(w))
            return pen_fail(PEN_E_ARG, "%s: slice %zu has a variance of %g at the forward", me, i,
                            w);
    }
    pen_surface *s;
    PEN_TRY(create(options, n, 1, &s));
    memcpy(s->slices, slices, n * sizeof *slices);
    s->n_slices = n;
    for (size_t i = 0; i < n; i++) {
        s->slices[i].first_point = s->slices[i].n_points = s->slices[i].n_outliers = 0;
        s->slices[i].atm_vol = sqrt(smile_total(options, &slices[i], 0) / slices[i].expiry_yr);
    }
    *out = s;
    return PEN_OK;
}

void pen_surface_destroy(pen_surface *s)
{
    if (s == NULL)
        return;
    pen_free(s->slices);
    pen_free(s->points);
    pen_free(s);
}

const pen_surface_slice *pen_surface_slices(const pen_surface *s, size_t *n)
{
    *n = s->n_slices;
    return s->slices;
}
const pen_surface_point *pen_surface_points(const pen_surface *s, size_t *n)
{
    *n = s->n_points;
    return s->points;
}
size_t pen_surface_slices_left_out(const pen_surface *s)
{
    return s->n_slices_left_out;
}
size_t pen_surface_quotes_left_out(const pen_surface *s)
{
    return s->n_quotes_left_out;
}

/* ---- between slices ---- */

/* Variance at x and an expiry, its derivatives, and that by time. */
typedef struct surface_variance {
    smile_variance v;
    double by_time;
} surface_variance;

/* The slice that ends the interval of an expiry: the first not before it; n_slices after the
 * last. */
static size_t slice_after(const pen_surface *s, double expiry_yr)
{
    size_t i = 0;
    while (i < s->n_slices && s->slices[i].expiry_yr < expiry_yr)
        i++;
    return i;
}

/* SSVI between slices: theta is linear in time. */
static surface_variance ssvi_between(const pen_surface *s, size_t after, double share, double years,
                                     double x)
{
    pen_surface_slice slice = s->slices[after], higher;
    const double *a = s->slices[after - 1].parameters, *b = s->slices[after].parameters;
    double gap = b[SSVI_THETA] - a[SSVI_THETA];
    slice.parameters[SSVI_THETA] = a[SSVI_THETA] + share * gap;
    higher = slice;
    double h = 1e-5 * slice.parameters[SSVI_THETA];
    higher.parameters[SSVI_THETA] += h;
    slice.parameters[SSVI_THETA] -= h;
    double below = ssvi_variance(slice.parameters, x).w;
    double slope = (ssvi_variance(higher.parameters, x).w - below) / (2 * h);
    slice.parameters[SSVI_THETA] += h;
    return (surface_variance){ ssvi_variance(slice.parameters, x), slope * gap / years };
}

static surface_variance variance_at(const pen_surface *s, double x, double t)
{
    size_t after = slice_after(s, t);
    if (after == 0 || after == s->n_slices) { /* volatility is that of the nearest slice */
        const pen_surface_slice *slice = &s->slices[after == 0 ? 0 : s->n_slices - 1];
        smile_variance v = smile_at(&s->options, slice, x);
        double share = t / slice->expiry_yr;
        return (surface_variance){ { v.w * share, v.first * share, v.second * share },
                                   v.w / slice->expiry_yr };
    }
    const pen_surface_slice *before = &s->slices[after - 1], *next = &s->slices[after];
    double years = next->expiry_yr - before->expiry_yr, share = (t - before->expiry_yr) / years;
    if (s->options.smile == PEN_SMILE_SSVI)
        return ssvi_between(s, after, share, years, x);
    smile_variance a = smile_at(&s->options, before, x), b = smile_at(&s->options, next, x);
    return (surface_variance){ { a.w + share * (b.w - a.w), a.first + share * (b.first - a.first),
                                 a.second + share * (b.second - a.second) },
                               (b.w - a.w) / years };
}

double pen_surface_forward(const pen_surface *s, double t)
{
    if (!(t >= 0))
        return NAN;
    if (s->n_slices == 1)
        return s->slices[0].forward_px;
    size_t after = slice_after(s, t);
    after = after == 0 ? 1 : after == s->n_slices ? s->n_slices - 1 : after;
    const pen_surface_slice *a = &s->slices[after - 1], *b = &s->slices[after];
    double share = (t - a->expiry_yr) / (b->expiry_yr - a->expiry_yr);
    if (smile_is_normal(&s->options) || !(a->forward_px > 0 && b->forward_px > 0))
        return a->forward_px + share * (b->forward_px - a->forward_px);
    return a->forward_px * pow(b->forward_px / a->forward_px, share);
}

double pen_surface_vol(const pen_surface *s, double strike, double t)
{
    if (!(t > 0))
        return NAN;
    double x = smile_x(&s->options, strike, pen_surface_forward(s, t));
    return isfinite(x) ? sqrt(variance_at(s, x, t).v.w / t) : NAN;
}

double pen_surface_durrleman(const pen_surface *s, double strike, double t)
{
    if (!(t > 0))
        return NAN;
    double x = smile_x(&s->options, strike, pen_surface_forward(s, t));
    return isfinite(x) ? smile_durrleman(&s->options, variance_at(s, x, t).v, x) : NAN;
}

double pen_surface_local_vol(const pen_surface *s, double strike, double t)
{
    if (!(t > 0))
        return NAN;
    double x = smile_x(&s->options, strike, pen_surface_forward(s, t));
    if (!isfinite(x))
        return NAN;
    surface_variance at = variance_at(s, x, t);
    double density = smile_durrleman(&s->options, at.v, x);
    return density > 0 && at.by_time >= 0 ? sqrt(at.by_time / density) : NAN;
}

/* ---- findings ---- */

/* Widens the finding that is open, or opens one. */
static void note_arbitrage(pen_surface_finding *open, bool *is_open, pen_arbitrage kind,
                           size_t slice, double strike, double value)
{
    if (!*is_open)
        *open = (pen_surface_finding){ kind, slice, strike, strike, value, strike };
    *is_open = true;
    open->high_strike_px = strike;
    if (value < open->worst) {
        open->worst = value;
        open->worst_strike_px = strike;
    }
}

static double arbitrage_at(const pen_surface *s, pen_arbitrage kind, size_t slice, double x)
{
    smile_variance v = smile_at(&s->options, &s->slices[slice], x);
    if (kind == PEN_ARBITRAGE_BUTTERFLY)
        return smile_durrleman(&s->options, v, x);
    return v.w - variance_before(s, slice, 0, x);
}

void pen_surface_findings(const pen_surface *s, pen_surface_finding *findings, size_t most,
                          size_t *n)
{
    enum { GRID = 201 };
    *n = 0;
    for (size_t i = 0; i < s->n_slices; i++)
        for (int kind = PEN_ARBITRAGE_BUTTERFLY; kind <= (i > 0 ? 1 : 0); kind++) {
            pen_surface_finding open = { 0 };
            bool is_open = false;
            double low, high;
            range_of(s, &s->slices[i], CHECKED_REACH, &low, &high);
            for (int k = 0; k <= GRID; k++) { /* one more, to close what is open */
                double x = low + (high - low) * k / (GRID - 1);
                double value = k < GRID ? arbitrage_at(s, (pen_arbitrage)kind, i, x) : 0;
                if (value < -1e-10) {
                    note_arbitrage(&open, &is_open, (pen_arbitrage)kind, i,
                                   smile_strike(&s->options, x, s->slices[i].forward_px), value);
                } else if (is_open) {
                    if (*n < most)
                        findings[*n] = open;
                    ++*n;
                    is_open = false;
                }
            }
        }
}
