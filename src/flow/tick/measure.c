/* Quoted, effective and realised spread, price impact, Roll, Kyle, Amihud, flow regression. */
#include "measure.h"

#include <math.h>

#include "../../machine/base/status.h"
#include "decay.h"

pen_status tick_measures_init(tick_measures *m, const pen_tick_params *p)
{
    const struct {
        const char *name;
        int64_t value, low;
    } rows[] = { { "horizon_ns", p->horizon_ns, 0 },
                 { "regression_ns", p->regression_ns, 1 },
                 { "gap_ns", p->gap_ns, 1 } };
    for (size_t i = 0; i < PEN_COUNT(rows); i++)
        if (rows[i].value < rows[i].low)
            return pen_fail(PEN_E_ARG, "pen_tick_stream_create: %s %lld, expected >= %lld",
                            rows[i].name, (long long)rows[i].value, (long long)rows[i].low);
    *m = (tick_measures){ .is_on = p->has_measures,
                          .horizon_ns = p->horizon_ns,
                          .window_ns = p->regression_ns,
                          .gap_ns = p->gap_ns,
                          .waiting = { .bytes = sizeof(tick_waiting_trade) },
                          .mid = NAN,
                          .price = NAN,
                          .change = NAN,
                          .start_px = NAN,
                          .reference_px = NAN,
                          .last_traded_px = NAN,
                          .traded_px = NAN };
    return PEN_OK;
}

/* ---- windows ---- */

/* The window's sums become a point of each regression; prices carry over to the next. */
static void end_window(tick_measures *m)
{
    double change = m->reference_px - m->start_px; /* NaN: no price at the start */
    if (!isnan(change)) {
        if (m->window_trades > 0)
            tick_pairs_add(&m->kyle, m->signed_size, change);
        if (m->window_quotes > 0)
            tick_pairs_add(&m->ofi_pairs, m->ofi, change);
    }
    if (m->window_trades > 0) {
        double traded = fabs(m->traded_px / m->last_traded_px - 1) / m->money;
        if (!isnan(traded) && m->money > 0) {
            m->amihud += traded;
            m->amihud_windows += 1;
        }
        m->last_traded_px = m->traded_px;
    }
    m->start_px = m->reference_px;
    m->signed_size = m->money = m->ofi = m->window_trades = m->window_quotes = 0;
    m->has_window = false;
}

/* Prices before a gap say nothing about the flow behind it. */
static void forget(tick_measures *m)
{
    m->start_px = m->reference_px = m->last_traded_px = m->price = m->change = NAN;
}

static void begin_window(tick_measures *m, int64_t time_ns)
{
    int64_t into = time_ns % m->window_ns;
    into += into < 0 ? m->window_ns : 0;
    m->window_end_ns =
        time_ns > INT64_MAX - m->window_ns ? INT64_MAX : time_ns + (m->window_ns - into);
    m->has_window = true;
}

/* ---- what waits for its horizon ---- */

static void settle(tick_measures *m, int64_t time_ns)
{
    for (; m->waiting.count > 0; tick_ring_pop(&m->waiting)) {
        const tick_waiting_trade *w = tick_ring_at(&m->waiting, 0);
        if (tick_elapsed_ns(w->time_ns, time_ns) <= (double)m->horizon_ns)
            break;
        m->later += 1;
        m->later_effective += 2 * w->side * (w->price - w->mid);
        m->realised += 2 * w->side * (w->price - m->mid);
        m->impact += 2 * w->side * (m->mid - w->mid);
    }
}

/* ---- rows ---- */

void tick_measures_time(tick_measures *m, int64_t time_ns)
{
    double waited = m->has_time ? tick_elapsed_ns(m->time_ns, time_ns) : 0;
    if (m->has_window && time_ns >= m->window_end_ns)
        end_window(m);
    if (waited > (double)m->gap_ns) {
        if (m->has_window)
            end_window(m);
        forget(m);
    } else if (!isnan(m->mid)) {
        m->stood_s += waited * 1e-9;
        m->stood += waited * 1e-9 * m->spread;
        m->stood_bps += waited * 1e-9 * m->spread_bps;
    }
    settle(m, time_ns);
    if (!m->has_window)
        begin_window(m, time_ns);
    m->time_ns = time_ns;
    m->has_time = true;
}

/* The first price, and the first mid after prices of trades alone, begin anew. */
static void set_reference(tick_measures *m, double px, bool is_new_kind)
{
    m->reference_px = px;
    if (is_new_kind || isnan(m->start_px))
        m->start_px = px;
}

void tick_measures_quote(tick_measures *m, double mid, double spread, double flow)
{
    m->ofi += isnan(m->reference_px) ? 0 : flow; /* not from before a gap */
    set_reference(m, mid, isnan(m->mid));
    m->mid = mid;
    m->spread = spread;
    m->spread_bps = 10000 * (spread / mid);
    m->quotes += 1;
    m->quoted += m->spread;
    m->quoted_bps += m->spread_bps;
    m->window_quotes += 1;
}

static void add_effective(tick_measures *m, int64_t time_ns, double price, int side)
{
    double effective = 2 * side * (price - m->mid);
    m->trades += 1;
    m->effective += effective;
    m->effective_bps += 10000 * (effective / m->mid);
    if (m->horizon_ns > 0)
        *(tick_waiting_trade *)tick_ring_push(&m->waiting) =
            (tick_waiting_trade){ time_ns, price, m->mid, side };
}

void tick_measures_trade(tick_measures *m, int64_t time_ns, double price, double size, int side)
{
    double change = price - m->price;
    if (side != 0 && !isnan(m->mid))
        add_effective(m, time_ns, price, side);
    if (!isnan(m->change))
        tick_pairs_add(&m->roll, m->change, change);
    m->change = change;
    m->price = price;
    if (isnan(m->mid))
        set_reference(m, price, false);
    m->traded_px = price;
    m->signed_size += side * size;
    m->money += price * size;
    m->window_trades += 1;
}

/* ---- results ---- */

static pen_tick_regression regress(const tick_pairs *p)
{
    pen_tick_regression r = {
        .n = (uint64_t)p->n, .slope = NAN, .intercept = NAN, .slope_t = NAN, .r_squared = NAN
    };
    if (p->n < 2 || !(p->xx > 0))
        return r;
    r.slope = p->xy / p->xx;
    r.intercept = p->mean_y - r.slope * p->mean_x;
    r.r_squared = p->yy > 0 ? p->xy * p->xy / (p->xx * p->yy) : NAN;
    if (p->n > 2)
        r.slope_t = r.slope / sqrt(fmax(p->yy - r.slope * p->xy, 0) / (p->n - 2) / p->xx);
    return r;
}

pen_tick_measures tick_measures_read(const tick_measures *m)
{
    double covariance = m->roll.n > 1 ? m->roll.xy / (m->roll.n - 1) : NAN;
    return (pen_tick_measures){
        .quoted_px = m->quoted / m->quotes,
        .quoted_bps = m->quoted_bps / m->quotes,
        .quoted_time_px = m->stood / m->stood_s,
        .quoted_time_bps = m->stood_bps / m->stood_s,
        .effective_trades = (uint64_t)m->trades,
        .effective_px = m->effective / m->trades,
        .effective_bps = m->effective_bps / m->trades,
        .realised_trades = (uint64_t)m->later,
        .realised_px = m->realised / m->later,
        .impact_px = m->impact / m->later,
        .roll_px = covariance <= 0 ? 2 * sqrt(-covariance) : NAN,
        .roll_covariance = covariance,
        .kyle = regress(&m->kyle),
        .flow = regress(&m->ofi_pairs),
        .amihud = m->amihud / m->amihud_windows,
        .amihud_windows = (uint64_t)m->amihud_windows,
    };
}
