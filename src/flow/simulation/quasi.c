/* Scrambles and bridges on the device, and launches of kernels/quasi.k. */
#include "quasi.h"

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "../../machine/device/launch.h"
#include "../../machine/math/scratch.h"
#include "sobol.h"

/* Numbers that wait for the paths to take them: as a rule they stay in a cache. */
enum { NORMAL_BYTES = 16 << 20, MOST_GROUPS = 2048 };

static pen_status upload_scrambles(quasi *q, int n_replicates)
{
    size_t n = (size_t)q->n_sobol, n_directions = n * SOBOL_BITS;
    uint32_t *block;
    PEN_TRY(
        pen_alloc_array((size_t)n_replicates * (n_directions + n), sizeof *block, (void **)&block));
    uint32_t *shifts = block + (size_t)n_replicates * n_directions;
    for (int r = 0; r < n_replicates; r++)
        sobol_scramble(q->seed, q->first_replicate + (uint32_t)r, q->n_sobol,
                       block + (size_t)r * n_directions, shifts + (size_t)r * n);
    pen_status s = engine_upload(
        q->queue, block, (size_t)n_replicates * n_directions * sizeof *block, &q->d_directions);
    if (s == PEN_OK)
        s = engine_upload(q->queue, shifts, (size_t)n_replicates * n * sizeof *shifts,
                          &q->d_shifts);
    pen_free(block);
    return s;
}

static pen_status upload_bridge(quasi *q)
{
    size_t n = 3 * (size_t)q->n_steps;
    int32_t *places;
    double *weights;
    PEN_TRY(pen_alloc_array(n, sizeof *places + sizeof *weights, (void **)&weights));
    places = (int32_t *)(weights + n);
    sobol_bridge(q->n_steps, places, weights);
    pen_status s = engine_upload(q->queue, places, n * sizeof *places, &q->d_places);
    if (s == PEN_OK)
        s = engine_upload_reals(q->queue, q->dtype, weights, n, &q->d_weights);
    pen_free(weights);
    return s;
}

pen_status quasi_open(const engine *e, int n_replicates, quasi *out)
{
    const pen_simulation *s = e->simulation;
    *out = (quasi){ .queue = e->queue,
                    .dtype = e->dtype,
                    .seed = s->seed,
                    .first_replicate = s->replicate * (uint32_t)n_replicates,
                    .n_steps = (int)(s->n_dates * s->n_substeps),
                    .n_factors = e->model.n_factors };
    size_t group, n_numbers = (size_t)out->n_steps * (size_t)out->n_factors;
    PEN_TRY(pen_size_mul(n_numbers, PATHS_PER_GROUP * pen_dtype_bytes(e->dtype), &group));
    out->n_sobol = n_numbers < SOBOL_DIMENSIONS ? (int)n_numbers : SOBOL_DIMENSIONS;
    out->most_groups = group < NORMAL_BYTES ? NORMAL_BYTES / group : 1;
    if (out->most_groups > MOST_GROUPS)
        out->most_groups = MOST_GROUPS;
    PEN_TRY(upload_scrambles(out, n_replicates));
    PEN_TRY(upload_bridge(out));
    return scratch_alloc(out->queue, out->most_groups, group, &out->d_normals);
}

void quasi_close(quasi *q)
{
    void *const addresses[] = { q->d_directions, q->d_shifts, q->d_places, q->d_weights,
                                q->d_normals };
    for (size_t k = 0; k < PEN_COUNT(addresses) && q->queue != NULL; k++)
        pen_device_free(pen_queue_device(q->queue), addresses[k]);
}

pen_status quasi_draw(quasi *q, int replicate, size_t first_group, size_t n_groups)
{
    size_t n = (size_t)q->n_sobol;
    uint32_t *directions = (uint32_t *)q->d_directions + (size_t)replicate * n * SOBOL_BITS;
    uint32_t *shifts = (uint32_t *)q->d_shifts + (size_t)replicate * n;
    uint32_t stream = q->first_replicate + (uint32_t)replicate;
    int first = (int)first_group;
    void *args[] = { &directions,   &shifts,  &q->n_sobol, &q->d_places, &q->d_weights, &q->n_steps,
                     &q->n_factors, &q->seed, &stream,     &first,       &q->d_normals };
    pen_grid grid = pen_groups(n_groups);
    grid.weight = PATHS_PER_GROUP * 3 * (size_t)q->n_factors *
                  (q->n_steps < 1000000 ? (size_t)q->n_steps : 1000000);
    return pen_launch(q->queue, "quasi_normals", q->dtype, grid, args, PEN_COUNT(args));
}
