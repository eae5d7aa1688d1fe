/* Fits of smiles: see fit.h.  Bounds hold by what the parameters are functions of: a positive one
 * is an exponential, a correlation a hyperbolic tangent. */
#include "fit.h"

#include <math.h>
#include <string.h>

#include "minimise.h"

enum { SSVI_SHARED = 3 };               /* rho, eta, gamma */
static const double LEAST_SIGMA = 1e-4; /* of SVI, whose wings would meet in a corner */

static size_t free_parameters(const pen_surface_options *options, size_t n_slices)
{
    return options->smile == PEN_SMILE_SVI    ? 5
           : options->smile == PEN_SMILE_SABR ? 3
                                              : SSVI_SHARED + n_slices;
}

size_t fit_least_points(const pen_surface_options *options)
{
    return options->smile == PEN_SMILE_SSVI ? 1 : free_parameters(options, 1);
}

/* Residuals: the points', and by SVI and SABR those of arbitrage on the grid. */
static size_t residual_count(const pen_surface_options *options, size_t n_points)
{
    return n_points + (options->smile == PEN_SMILE_SSVI ? 0 : 2 * FIT_GRID);
}

size_t fit_work(const pen_surface_options *options, size_t n_points, size_t n_slices)
{
    size_t n = free_parameters(options, n_slices);
    return n + minimise_work(residual_count(options, n_points), n);
}

/* ---- parameters from and to numbers without bounds ---- */

static double correlation_of(double p)
{
    return 0.99999 * tanh(p);
}
static double from_correlation(double rho)
{
    return atanh(fmin(fmax(rho / 0.99999, -0.999999), 0.999999));
}

/* gamma from 0 to 1/2, eta (1 + |rho|) from 0 to 2. */
static void take_ssvi(const double *p, double shared[SSVI_SHARED])
{
    shared[0] = correlation_of(p[0]);
    shared[1] = 2 / (1 + fabs(shared[0])) / (1 + exp(-p[1]));
    shared[2] = 0.5 / (1 + exp(-p[2]));
}

static void take_parameters(const smile_fit *fit, const double *p)
{
    double theta = 0, shared[SSVI_SHARED];
    double *own = fit->slices->parameters;
    switch (fit->options->smile) {
    case PEN_SMILE_SVI:
        own[SVI_RHO] = correlation_of(p[1]);
        own[SVI_B] = 2 / (1 + fabs(own[SVI_RHO])) / (1 + exp(-p[0])); /* Lee's bound */
        own[SVI_M] = p[2];
        own[SVI_SIGMA] = LEAST_SIGMA + exp(p[3]);
        own[SVI_A] =
            exp(p[4]) - own[SVI_B] * own[SVI_SIGMA] * sqrt(1 - own[SVI_RHO] * own[SVI_RHO]);
        break;
    case PEN_SMILE_SABR:
        own[SABR_ALPHA] = exp(p[0]);
        own[SABR_BETA] = fit->options->sabr_beta;
        own[SABR_RHO] = correlation_of(p[1]);
        own[SABR_NU] = exp(p[2]);
        break;
    default:
        take_ssvi(p, shared);
        for (size_t i = 0; i < fit->n_slices; i++) {
            theta += exp(p[SSVI_SHARED + i]);
            own = fit->slices[i].parameters;
            own[SSVI_THETA] = theta;
            own[SSVI_RHO] = shared[0];
            own[SSVI_ETA] = shared[1];
            own[SSVI_GAMMA] = shared[2];
        }
    }
}

static double logit(double share)
{
    double kept = fmin(fmax(share, 1e-9), 1 - 1e-6);
    return log(kept / (1 - kept));
}

static void give_parameters(const smile_fit *fit, double *p)
{
    const double *own = fit->slices->parameters;
    double before = 0;
    switch (fit->options->smile) {
    case PEN_SMILE_SVI:
        p[0] = logit(own[SVI_B] * (1 + fabs(own[SVI_RHO])) / 2);
        p[1] = from_correlation(own[SVI_RHO]);
        p[2] = own[SVI_M];
        p[3] = log(fmax(own[SVI_SIGMA] - LEAST_SIGMA, 1e-2 * LEAST_SIGMA));
        p[4] = own[SVI_A] + own[SVI_B] * own[SVI_SIGMA] * sqrt(1 - own[SVI_RHO] * own[SVI_RHO]);
        p[4] = log(fmax(p[4], 1e-18)); /* rounding may leave less than nothing */
        break;
    case PEN_SMILE_SABR:
        p[0] = log(own[SABR_ALPHA]);
        p[1] = from_correlation(own[SABR_RHO]);
        p[2] = log(own[SABR_NU]);
        break;
    default:
        p[0] = from_correlation(own[SSVI_RHO]);
        p[1] = logit(own[SSVI_ETA] * (1 + fabs(own[SSVI_RHO])) / 2);
        p[2] = logit(own[SSVI_GAMMA] * 2);
        for (size_t i = 0; i < fit->n_slices; i++) {
            double theta = fit->slices[i].parameters[SSVI_THETA];
            p[SSVI_SHARED + i] = log(fmax(theta - before, 1e-6 * theta));
            before = fmax(theta, before);
        }
    }
}

/* ---- what is minimised ---- */

/* Durrleman's function below 0, or variance below that of the slice before. */
static void add_penalties(const smile_fit *fit, double *r)
{
    for (size_t i = 0; i < FIT_GRID; i++) {
        double x = fit->grid[i], g = 1, rise = 0;
        if (fit->penalty > 0) {
            smile_variance v = smile_at(fit->options, fit->slices, x);
            g = smile_durrleman(fit->options, v, x);
            rise = isnan(fit->before[i]) ? 0 : v.w / (fit->before[i] * (1 + 1e-4)) - 1;
        }
        *r++ = fit->penalty * fmax(1e-3 - g, 0);
        *r++ = fit->penalty * fmax(-rise, 0);
    }
}

static void residuals(const void *context, const double *p, double *r)
{
    const smile_fit *fit = context;
    const pen_surface_point *point = fit->points;
    size_t k = 0;
    take_parameters(fit, p);
    for (size_t i = 0; i < fit->n_slices; i++)
        for (size_t j = 0; j < fit->slices[i].n_points; j++, k++, point++) {
            double w = smile_total(fit->options, &fit->slices[i], point->x);
            double vol = w > 0 ? sqrt(w / fit->slices[i].expiry_yr) : 0; /* SABR's may be none */
            r[k] = fit->weights[k] > 0 ? fit->weights[k] * (vol - point->vol_frac) : 0;
        }
    if (fit->options->smile != PEN_SMILE_SSVI)
        add_penalties(fit, r + k);
}

void fit_polish(smile_fit *fit)
{
    size_t n = free_parameters(fit->options, fit->n_slices);
    double *p = fit->work;
    minimise_problem problem = { .n_residuals = residual_count(fit->options, fit->n_points),
                                 .n_parameters = n,
                                 .residuals = residuals,
                                 .context = fit,
                                 .work = p + n };
    give_parameters(fit, p);
    minimise(&problem, p);
    take_parameters(fit, p);
}

/* ---- where it starts ---- */

/* The volatility at the point nearest to the forward. */
static double middle_vol(const pen_surface_point *points, size_t n)
{
    size_t nearest = 0;
    for (size_t i = 1; i < n; i++)
        if (fabs(points[i].x) < fabs(points[nearest].x))
            nearest = i;
    return points[nearest].vol_frac;
}

static void start_sabr(smile_fit *fit)
{
    static const double rhos[] = { -0.6, 0, 0.6 }, nus[] = { 0.3, 1, 3 };
    pen_surface_slice *slice = fit->slices;
    double vol = middle_vol(fit->points, fit->n_points), best = INFINITY, kept[4];
    double forward = slice->forward_px + fit->options->sabr_shift_px;
    double power = fit->options->sabr_beta - (fit->options->sabr_is_normal ? 0 : 1);
    double alpha = power == 0 || forward <= 0 ? vol : vol / pow(forward, power);
    for (size_t i = 0; i < PEN_COUNT(rhos) * PEN_COUNT(nus); i++) {
        double rho = rhos[i % PEN_COUNT(rhos)];
        double nu = nus[i / PEN_COUNT(rhos)] / sqrt(fmax(slice->expiry_yr, 0.05)), cost = 0;
        const double p[4] = { alpha, fit->options->sabr_beta, rho, nu };
        for (size_t k = 0; k < fit->n_points; k++) {
            double got = sabr_vol(fit->options, p, forward, slice->expiry_yr, fit->points[k].x);
            double miss =
                fit->weights[k] > 0 ? fit->weights[k] * (got - fit->points[k].vol_frac) : 0;
            cost += miss * miss;
        }
        if (cost < best || i == 0) {
            best = cost;
            memcpy(kept, p, sizeof kept);
        }
    }
    memcpy(slice->parameters, kept, sizeof kept);
}

static void start_ssvi(smile_fit *fit)
{
    const pen_surface_point *points = fit->points;
    for (size_t i = 0; i < fit->n_slices; i++) {
        pen_surface_slice *slice = &fit->slices[i];
        double vol = middle_vol(points, slice->n_points);
        slice->parameters[SSVI_THETA] = vol * vol * slice->expiry_yr;
        slice->parameters[SSVI_RHO] = -0.3;
        slice->parameters[SSVI_ETA] = 1;
        slice->parameters[SSVI_GAMMA] = 0.4;
        points += slice->n_points;
    }
}

void fit_start(smile_fit *fit)
{
    switch (fit->options->smile) {
    case PEN_SMILE_SVI:
        svi_start(fit->points, fit->weights, fit->n_points, fit->slices->expiry_yr,
                  fit->slices->parameters);
        break;
    case PEN_SMILE_SABR:
        start_sabr(fit);
        break;
    default:
        start_ssvi(fit);
    }
}
