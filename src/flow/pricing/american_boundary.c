/* American options by their exercise boundary: makes the plan of nodes and points that
 * kernels/american_boundary.k follows for every option. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "american.h"

/* As in american_boundary.k and option_rows.kh. */
enum { PLAN_NODE = 2, PLAN_POINT = 5, ROWS_PER_GROUP = 1024 };
#define PI 3.14159265358979323846

/* How fine the plan is: nodes of the boundary (one more than a multiple of 3), points of a
 * node's integrals, turns, points of the price's. */
typedef struct boundary_scheme {
    int32_t nodes, points, turns, last_points;
} boundary_scheme;

static const boundary_scheme schemes[] = {
    [PEN_AMERICAN_FAST] = { 7, 7, 3, 20 },
    [PEN_AMERICAN_ACCURATE] = { 13, 32, 8, 64 },
};

/* Point k of n of Gauss and Legendre's rule on [-1, 1], by Newton's method. */
static void legendre_point(int k, int n, double *y, double *weight)
{
    double x = -cos(PI * (k + 0.75) / (n + 0.5)), slope = 1;
    for (int turn = 0; turn < 100; turn++) {
        double p = 1, before = 0;
        for (int m = 1; m <= n; m++) {
            double next = ((2 * m - 1) * x * p - (m - 1) * before) / m;
            before = p;
            p = next;
        }
        slope = n * (x * p - before) / (x * x - 1);
        double step = p / slope;
        x -= step;
        if (fabs(step) < 1e-15)
            break;
    }
    *y = x;
    *weight = 2 / ((1 - x * x) * slope * slope);
}

/* Root of the share of the life at node j of n, j from 1; node 0 is expiry, where H is 0. */
static double node_root(int j, int n)
{
    return (1 - cos(PI * j / n)) / 2;
}

/* What H at a share of the life is made of: Lagrange's polynomials at Chebyshev's points, by the
 * barycentric formula (Berrut and Trefethen, 2004). */
static void node_weights(double share, int n, double *weights)
{
    double x = sqrt(fmax(share, 0)), sum = 0;
    for (int j = 0; j <= n; j++) {
        double gap = x - node_root(j, n);
        double w = (j % 2 == 0 ? 1 : -1) * (j == 0 || j == n ? 0.5 : 1) / (gap != 0 ? gap : 1e-300);
        sum += w;
        if (j > 0)
            weights[j - 1] = w;
    }
    for (int j = 0; j < n; j++)
        weights[j] /= sum;
}

/* Points since a share of the life; scale: of the second weight. */
static double *put_points(double *at, double share, int n_points, int nodes, double scale)
{
    for (int k = 0; k < n_points; k++, at += PLAN_POINT + nodes) {
        double y, weight, root;
        legendre_point(k, n_points, &y, &weight);
        root = sqrt(share) * (1 + y) / 2;
        at[0] = root * root;
        at[1] = root;
        at[2] = 1 / root;
        at[3] = weight;
        at[4] = weight * (1 + y) * scale;
        node_weights(share - root * root, nodes, at + PLAN_POINT);
    }
    return at;
}

static void make_plan(const boundary_scheme *scheme, double *plan)
{
    int n = scheme->nodes;
    double *at = plan + n * PLAN_NODE;
    for (int j = 1; j <= n; j++) {
        double root = node_root(j, n);
        plan[(j - 1) * PLAN_NODE] = root * root;
        plan[(j - 1) * PLAN_NODE + 1] = root;
        at = put_points(at, root * root, scheme->points, n, 1);
    }
    put_points(at, 1, scheme->last_points, n, 0.5);
}

/* The plan on the queue's device, in the call's type; creates. */
static pen_status upload_plan(const american_call *call, const boundary_scheme *scheme, void **out)
{
    size_t n = (size_t)scheme->nodes, width = PLAN_POINT + n;
    size_t count =
        n * PLAN_NODE + (n * (size_t)scheme->points + (size_t)scheme->last_points) * width;
    size_t bytes = count * pen_dtype_bytes(call->dtype);
    pen_device *device = pen_queue_device(call->queue);
    double *plan;
    *out = NULL;
    PEN_TRY(pen_alloc_array(count, sizeof *plan, (void **)&plan));
    make_plan(scheme, plan);
    for (size_t i = 0; i < count && call->dtype == PEN_F32; i++)
        ((float *)(void *)plan)[i] = (float)plan[i];
    pen_status s = pen_device_alloc(device, bytes, out);
    if (s == PEN_OK)
        s = pen_device_write(call->queue, *out, plan, bytes);
    if (s == PEN_OK)
        s = pen_queue_wait(call->queue); /* the plan is freed */
    if (s != PEN_OK) {
        pen_device_free(device, *out);
        *out = NULL;
    }
    pen_free(plan);
    return s;
}

pen_status american_by_boundary(const american_call *call, double vol_times, double rate_more,
                                const american_result *out)
{
    boundary_scheme scheme = schemes[call->settings.accuracy];
    pricing_scalar times = pricing_scalar_of(call->dtype, vol_times);
    pricing_scalar more = pricing_scalar_of(call->dtype, rate_more);
    american_call at = *call; /* arguments are addresses of values */
    american_result to = *out;
    void *plan, *args[PEN_MAX_KERNEL_ARGS];
    size_t n = 0;
    for (int i = 0; i < AMERICAN_INPUTS; i++) {
        args[n++] = &at.in[i];
        args[n++] = &at.all[i];
    }
    void *const others[] = { &at.n_rows,    &times,         &more,         &plan,
                             &scheme.nodes, &scheme.points, &scheme.turns, &scheme.last_points,
                             &to.price,     &to.delta,      &to.gamma,     &to.theta,
                             &to.status };
    for (size_t i = 0; i < PEN_COUNT(others); i++)
        args[n++] = others[i];
    PEN_TRY(upload_plan(call, &scheme, &plan));
    pen_grid grid = pen_groups(((size_t)call->n_rows + ROWS_PER_GROUP - 1) / ROWS_PER_GROUP);
    grid.weight = ROWS_PER_GROUP * (size_t)(scheme.nodes * scheme.points * scheme.turns) * 10;
    pen_status s = pen_launch(call->queue, "american_boundary", call->dtype, grid, args, n);
    pen_device_free(pen_queue_device(call->queue), plan);
    return s;
}
