/* The formulas of smiles: see smile.h. */
#include "smile.h"

#include <math.h>
#include <stddef.h>

const char *pen_smile_name(int smile)
{
    static const char *const names[PEN_SMILES] = { "svi", "ssvi", "sabr" };
    return smile >= 0 && smile < PEN_SMILES ? names[smile] : NULL;
}

const char *const *pen_smile_parameters(pen_smile smile)
{
    static const char *const svi[] = { "a", "b", "rho", "m", "sigma", NULL };
    static const char *const ssvi[] = { "theta", "rho", "eta", "gamma", NULL };
    static const char *const sabr[] = { "alpha", "beta", "rho", "nu", NULL };
    return smile == PEN_SMILE_SVI ? svi : smile == PEN_SMILE_SSVI ? ssvi : sabr;
}

smile_variance svi_variance(const double p[5], double x)
{
    double away = x - p[SVI_M], root = sqrt(away * away + p[SVI_SIGMA] * p[SVI_SIGMA]);
    double bent = p[SVI_SIGMA] / root;
    return (smile_variance){ p[SVI_A] + p[SVI_B] * (p[SVI_RHO] * away + root),
                             p[SVI_B] * (p[SVI_RHO] + away / root), p[SVI_B] * bent * bent / root };
}

/* phi(theta) = eta / (theta^gamma (1 + theta)^(1 - gamma)). */
smile_variance ssvi_variance(const double p[4], double x)
{
    double theta = p[SSVI_THETA], rho = p[SSVI_RHO], gamma = p[SSVI_GAMMA];
    double phi = p[SSVI_ETA] / (pow(theta, gamma) * pow(1 + theta, 1 - gamma));
    double away = phi * x + rho, root = sqrt(away * away + 1 - rho * rho);
    return (smile_variance){ theta / 2 * (1 + rho * phi * x + root),
                             theta / 2 * phi * (rho + away / root),
                             theta / 2 * phi * phi * (1 - rho * rho) / (root * root * root) };
}

/* z / ln((sqrt(1 - 2 rho z + z^2) + z - rho) / (1 - rho)), 1 at z = 0. */
static double sabr_ratio(double z, double rho)
{
    if (fabs(z) < 1e-5)
        return 1 - z * (rho / 2 - z * (2 - 3 * rho * rho) / 12);
    double root = sqrt(1 - 2 * rho * z + z * z), gain = z * (z - 2 * rho) / (root + 1);
    /* of the two forms of the logarithm's argument the one that does not cancel */
    double log_term = z > rho ? log1p((gain + z) / (1 - rho)) : -log1p((gain - z) / (1 + rho));
    return z / log_term;
}

double sabr_vol(const pen_surface_options *options, const double p[4], double forward,
                double expiry_yr, double x)
{
    double alpha = p[SABR_ALPHA], beta = p[SABR_BETA], rho = p[SABR_RHO], nu = p[SABR_NU];
    bool is_normal = options->sabr_is_normal;
    /* with beta 0 a normal smile knows no 0, and the forward may be of any sign */
    double strike = is_normal ? forward + x : forward * exp(x), power = 1 - beta, gap;
    if (beta == 0)
        gap = is_normal ? x : forward * expm1(x);
    else if (!(forward > 0 && strike > 0))
        return NAN;
    else {
        double log_x = is_normal ? log1p(x / forward) : x; /* ln(K / F) */
        gap = power == 0 ? log_x : pow(forward, power) * expm1(power * log_x) / power;
    }
    double middle = beta == 0 ? 1 : pow(forward * strike, beta / 2); /* (F K)^(beta / 2) */
    double ratio = sabr_ratio(-nu / alpha * gap, rho); /* z = nu (F^(1-b) - K^(1-b)) / ... */
    double over = is_normal ? 0 : pow(forward * strike, -power);
    double skew, level;
    if (is_normal) {
        double by_level = alpha * middle / (beta == 0 ? 1 : sqrt(forward * strike));
        skew = beta == 0 ? 0 : beta * (beta - 2) / 24 * by_level * by_level;
        level = alpha * (x == 0 ? (beta == 0 ? 1 : pow(forward, beta)) : x / gap);
        skew += beta == 0 ? 0 : rho * nu * by_level * beta / 4;
    } else {
        skew = power * power / 24 * alpha * alpha * over + rho * nu * alpha * beta / 4 * sqrt(over);
        level = alpha * (x == 0 ? pow(forward, -power) : x / gap);
    }
    return level * ratio * (1 + expiry_yr * (skew + (2 - 3 * rho * rho) / 24 * nu * nu));
}

bool smile_is_normal(const pen_surface_options *options)
{
    return options->smile == PEN_SMILE_SABR && options->sabr_is_normal;
}

static double shift_of(const pen_surface_options *options)
{
    return options->smile == PEN_SMILE_SABR ? options->sabr_shift_px : 0;
}

double smile_x(const pen_surface_options *options, double strike, double forward)
{
    if (smile_is_normal(options))
        return strike - forward;
    return log((strike + shift_of(options)) / (forward + shift_of(options)));
}

double smile_strike(const pen_surface_options *options, double x, double forward)
{
    if (smile_is_normal(options))
        return forward + x;
    return (forward + shift_of(options)) * exp(x) - shift_of(options);
}

double smile_total(const pen_surface_options *options, const pen_surface_slice *slice, double x)
{
    if (options->smile == PEN_SMILE_SVI)
        return svi_variance(slice->parameters, x).w;
    if (options->smile == PEN_SMILE_SSVI)
        return ssvi_variance(slice->parameters, x).w;
    double vol = sabr_vol(options, slice->parameters, slice->forward_px + shift_of(options),
                          slice->expiry_yr, x);
    return vol > 0 ? vol * vol * slice->expiry_yr : NAN;
}

/* SABR's derivatives are differences of fourth order over a hundredth of a deviation. */
smile_variance smile_at(const pen_surface_options *options, const pen_surface_slice *slice,
                        double x)
{
    if (options->smile == PEN_SMILE_SVI)
        return svi_variance(slice->parameters, x);
    if (options->smile == PEN_SMILE_SSVI)
        return ssvi_variance(slice->parameters, x);
    double w[5], h = 0.01 * sqrt(smile_total(options, slice, 0));
    for (int i = 0; i < 5; i++)
        w[i] = smile_total(options, slice, x + (i - 2) * h);
    return (smile_variance){ w[2], (w[0] - 8 * w[1] + 8 * w[3] - w[4]) / (12 * h),
                             (-w[0] + 16 * w[1] - 30 * w[2] + 16 * w[3] - w[4]) / (12 * h * h) };
}

double smile_durrleman(const pen_surface_options *options, smile_variance v, double x)
{
    if (smile_is_normal(options)) {
        double deviation = sqrt(v.w), slope = v.first / (2 * deviation);
        double bend = v.second / (2 * deviation) - slope * slope / deviation;
        double moved = 1 - x / deviation * slope;
        return moved * moved + deviation * bend;
    }
    double moved = 1 - x * v.first / (2 * v.w);
    return moved * moved - v.first * v.first / 4 * (1 / v.w + 0.25) + v.second / 2;
}
