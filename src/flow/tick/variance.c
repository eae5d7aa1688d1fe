/* Realised variance by sampling interval, bipower variation, and the test for jumps. */
#include "variance.h"

#include <math.h>

#include "../../machine/base/status.h"

static const double PI = 3.14159265358979324;

pen_status tick_samplers_init(tick_samplers *s, const pen_tick_params *p)
{
    *s = (tick_samplers){
        .n = p->n_intervals, .next_ns = INT64_MIN, .gap_ns = p->gap_ns, .px = NAN
    };
    if (p->n_intervals > PEN_TICK_MOST_INTERVALS)
        return pen_fail(PEN_E_ARG, "pen_tick_stream_create: n_intervals %zu, expected at most %d",
                        p->n_intervals, PEN_TICK_MOST_INTERVALS);
    for (size_t i = 0; i < s->n; i++) {
        if (p->interval_ns[i] < 1)
            return pen_fail(PEN_E_ARG,
                            "pen_tick_stream_create: interval_ns[%zu] is %lld, expected >= 1", i,
                            (long long)p->interval_ns[i]);
        s->list[i].interval_ns = s->list[i].sums.interval_ns = p->interval_ns[i];
    }
    return PEN_OK;
}

void tick_samplers_break(tick_samplers *s)
{
    for (size_t i = 0; i < s->n; i++) {
        s->list[i].is_open = s->list[i].has_base = false;
        s->list[i].run = 0;
    }
    s->next_ns = INT64_MIN;
    s->px = NAN;
}

static void add_return(tick_sampler *k, double r)
{
    double a = fabs(r), *before = k->before;
    k->sums.returns++;
    k->sums.variance += r * r;
    if (k->run >= 1)
        k->sums.bipower += PI / 2 * (a * before[0]);
    if (k->run >= 3)
        k->sums.quadpower += PI * PI / 4 * (a * before[0] * (before[1] * before[2]));
    k->run++;
    before[2] = before[1];
    before[1] = before[0];
    before[0] = a;
}

/* The interval that is over, and those after it in which nothing happened. */
static void close_intervals(tick_sampler *k, int64_t time_ns, double log_px)
{
    uint64_t idle = ((uint64_t)time_ns - (uint64_t)k->end_ns) / (uint64_t)k->interval_ns, zeros = 0;
    if (k->has_base)
        add_return(k, log_px - k->log_px);
    for (; zeros < idle && zeros < 3; zeros++)
        add_return(k, 0);
    k->sums.returns += idle - zeros;
    k->run += idle - zeros;
    k->log_px = log_px;
    k->has_base = true;
    k->is_open = false;
}

static void open_interval(tick_sampler *k, int64_t time_ns)
{
    int64_t into = time_ns % k->interval_ns;
    into += into < 0 ? k->interval_ns : 0;
    k->end_ns =
        time_ns > INT64_MAX - k->interval_ns ? INT64_MAX : time_ns + (k->interval_ns - into);
    k->is_open = true;
}

void tick_samplers_sample(tick_samplers *s, int64_t time_ns)
{
    if (isnan(s->px))
        return;
    double log_px = log(s->px);
    s->next_ns = INT64_MAX;
    for (size_t i = 0; i < s->n; i++) {
        tick_sampler *k = &s->list[i];
        if (k->is_open && time_ns >= k->end_ns)
            close_intervals(k, time_ns, log_px);
        if (!k->is_open)
            open_interval(k, time_ns);
        s->next_ns = k->end_ns < s->next_ns ? k->end_ns : s->next_ns;
    }
}

pen_status pen_tick_jump_test(const pen_tick_variance *v, pen_tick_jump *out)
{
    double theta = PI * PI / 4 + PI - 5, n = (double)v->returns;
    *out = (pen_tick_jump){ NAN, NAN, NAN };
    if (!(v->variance >= 0 && v->bipower >= 0 && v->quadpower >= 0))
        return pen_fail(PEN_E_ARG, "pen_tick_jump_test: sums %g, %g, %g, expected >= 0",
                        v->variance, v->bipower, v->quadpower);
    if (v->returns < 4 || v->variance == 0)
        return PEN_OK;
    double ratio = v->bipower / v->variance;
    double spread = v->bipower > 0 ? v->quadpower / v->bipower / v->bipower : 0;
    out->statistic = (1 - ratio) / sqrt(theta * fmax(1 / n, spread));
    out->p_value = 0.5 * erfc(out->statistic * sqrt(0.5));
    out->jump_share = fmax(0, 1 - ratio);
    return PEN_OK;
}
