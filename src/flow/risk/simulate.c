/* Simulated losses: compounded Student or normal returns, a stream of random numbers a path. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/rng.h"
#include "../../machine/base/thread.h"
#include "value.h"

enum { RISK_PATHS = 0x7269736b, PATHS_AT_ONCE = 1024 };

typedef struct simulation {
    const pen_risk_options *options;
    double mean, scale, degrees;
    double *losses; /* [n_paths] */
} simulation;

/* A pair of normal numbers is a radius and an angle (Box & Muller 1958); with another radius the
 * first of them is a Student number (Bailey, Math. Comput. 62 (1994) 779). */
static double draw(pen_rng *rng, double degrees)
{
    double u = pen_rng_uniform(rng), angle = 6.283185307179586 * pen_rng_uniform(rng);
    double square = isinf(degrees) ? -2 * log(u) : degrees * expm1(-2 / degrees * log(u));
    return sqrt(square) * cos(angle);
}

static void run_paths(void *context, size_t begin, size_t end)
{
    const simulation *f = context;
    for (size_t path = begin; path < end; path++) {
        pen_rng rng;
        double value = 1;
        pen_rng_init(&rng, f->options->seed, (uint32_t)path, RISK_PATHS, 0);
        for (size_t t = 0; t < f->options->horizon; t++)
            value *= fmax(1 + f->mean + f->scale * draw(&rng, f->degrees), 0);
        f->losses[path] = 1 - value;
    }
}

pen_status risk_simulate(const pen_risk_options *o, double mean, double stdev, double degrees,
                         risk_pair *out, risk_pair *errors)
{
    size_t n = o->n_paths;
    simulation f = { o, mean, stdev, degrees, NULL };
    int32_t *index = NULL;
    if (!isinf(degrees))
        f.scale *= sqrt((degrees - 2) / degrees);
    PEN_TRY(pen_alloc_array(2 * n, sizeof *f.losses, (void **)&f.losses));
    pen_status s = pen_alloc_array(n, sizeof *index, (void **)&index);
    if (s == PEN_OK) {
        double *sorted = f.losses + n;
        pen_parallel_for(n, PATHS_AT_ONCE, run_paths, &f);
        s = risk_sort(f.losses, n, sorted, index);
        *out = risk_of_sorted(sorted, n, o->level);
        *errors = risk_errors(sorted, n, o->level);
    }
    pen_free(index);
    pen_free(f.losses);
    return s;
}
