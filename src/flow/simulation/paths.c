/* Payoffs of each path, and whole paths. */
#include "../../machine/device/launch.h"
#include "engine.h"
#include "panels.h"

static pen_status check_count(const char *me, const pen_simulation *s, size_t n_paths)
{
    if (s->sampling != PEN_SAMPLING_RANDOM)
        return pen_fail(PEN_E_UNSUPPORTED,
                        "%s: single paths are of random numbers, Sobol points are "
                        "for estimates",
                        me);
    if (n_paths > UINT32_MAX - s->first_path)
        return pen_fail(PEN_E_SIZE, "%s: %zu paths from path %u on, at most %u", me, n_paths,
                        s->first_path, UINT32_MAX - s->first_path);
    return PEN_OK;
}

pen_status pen_simulate_payoffs(pen_queue *queue, const pen_simulation *simulation,
                                const pen_payoff *const *payoffs, size_t n_payoffs,
                                pen_panel *values)
{
    static const char me[] = "pen_simulate_payoffs";
    if (n_payoffs < 1 || n_payoffs > PAYOFF_OUTPUTS)
        return pen_fail(PEN_E_SIZE, "%s: %zu payoffs at once, expected 1 to %d", me, n_payoffs,
                        PAYOFF_OUTPUTS);
    size_t n_paths = pen_panel_points(values);
    if (pen_panel_series(values) != n_payoffs)
        return pen_fail(PEN_E_SHAPE, "%s: values has %zu series, expected %zu, one a payoff", me,
                        pen_panel_series(values), n_payoffs);
    PEN_TRY(simulation_check_device(me, queue, "values", values));
    PEN_TRY(check_count(me, simulation, n_paths));
    engine e = { .queue = queue };
    payoff_graph graph = { 0 };
    int roots[PAYOFF_OUTPUTS];
    pen_status s = PEN_OK;
    for (size_t k = 0; k < n_payoffs && s == PEN_OK; k++) {
        s = simulation_check_payoff(me, simulation, payoffs[k]);
        if (s == PEN_OK)
            roots[k] = graph_copy(&graph, &payoffs[k]->graph, payoffs[k]->root);
    }
    if (s == PEN_OK)
        s = graph.status;
    if (s == PEN_OK)
        s = engine_open(me, queue, pen_panel_dtype(values), simulation, &graph, roots,
                        (int)n_payoffs, NULL, 0, &e);
    if (s == PEN_OK)
        s = engine_launch(&e, 0, n_paths,
                          &(engine_arrays){ .values = pen_panel_data(values),
                                            .values_stride = pen_panel_stride(values) });
    engine_close(&e);
    graph_clear(&graph);
    return s;
}

pen_status pen_simulate_paths(pen_queue *queue, const pen_simulation *simulation,
                              pen_panel *paths_px)
{
    static const char me[] = "pen_simulate_paths";
    engine e = { .queue = queue };
    payoff_graph graph = { 0 };
    size_t n_assets = simulation->n_assets, n_points = simulation->n_dates + 1;
    if (n_assets < 1 || pen_panel_series(paths_px) % n_assets != 0 ||
        pen_panel_points(paths_px) != n_points)
        return pen_fail(PEN_E_SHAPE,
                        "%s: paths_px is %zu x %zu, expected a multiple of %zu assets "
                        "by %zu points",
                        me, pen_panel_series(paths_px), pen_panel_points(paths_px), n_assets,
                        n_points);
    size_t n_paths = pen_panel_series(paths_px) / n_assets;
    PEN_TRY(simulation_check_device(me, queue, "paths_px", paths_px));
    PEN_TRY(check_count(me, simulation, n_paths));
    pen_status s =
        engine_open(me, queue, pen_panel_dtype(paths_px), simulation, &graph, NULL, 0, NULL, 0, &e);
    if (s == PEN_OK)
        s = engine_launch_paths(&e, n_paths, pen_panel_data(paths_px), pen_panel_stride(paths_px));
    engine_close(&e);
    return s;
}
