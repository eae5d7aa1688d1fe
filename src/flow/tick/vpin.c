/* VPIN, by the trades' sides or by bulk classification. */
#include "vpin.h"

#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"

enum { MOST_BUCKETS = 100000 };

pen_status tick_vpin_init(tick_vpin *v, const pen_tick_params *p)
{
    *v = (tick_vpin){ .bucket = p->vpin_bucket,
                      .n = p->vpin_buckets,
                      .value = NAN,
                      .bulk_ns = p->vpin_bulk_ns,
                      .bulk_end_ns = INT64_MIN,
                      .bulk_close = NAN };
    if (p->vpin_bucket == 0)
        return PEN_OK;
    if (!(p->vpin_bucket > 0 && p->vpin_bucket <= 1e300))
        return pen_fail(PEN_E_ARG, "vpin_bucket %g, expected 0 or a volume up to 1e300",
                        p->vpin_bucket);
    if (p->vpin_buckets < 1 || p->vpin_buckets > MOST_BUCKETS)
        return pen_fail(PEN_E_ARG, "vpin_buckets %u, expected 1 to %d", p->vpin_buckets,
                        MOST_BUCKETS);
    if (p->vpin_bulk_ns < 0)
        return pen_fail(PEN_E_ARG, "vpin_bulk_ns %lld, expected >= 0", (long long)p->vpin_bulk_ns);
    return pen_alloc(v->n, sizeof *v->imbalance, (void **)&v->imbalance);
}

pen_status tick_vpin_copy(tick_vpin *v)
{
    const double *from = v->imbalance;
    v->imbalance = NULL;
    if (from == NULL)
        return PEN_OK;
    PEN_TRY(pen_alloc(v->n, sizeof *from, (void **)&v->imbalance));
    memcpy(v->imbalance, from, v->n * sizeof *from);
    return PEN_OK;
}

/* Summed anew at each bucket: a running sum would drift. */
static void finish_buckets(tick_vpin *v, double imbalance, double count)
{
    double written = fmin(count, v->n), sum = 0;
    for (double i = 0; i < written; i++)
        v->imbalance[(v->finished + (uint64_t)i) % v->n] = imbalance;
    v->finished += count < 1e18 ? (uint64_t)count : v->n;
    if (v->finished < v->n)
        return;
    for (unsigned i = 0; i < v->n; i++)
        sum += v->imbalance[(v->finished + i) % v->n];
    v->value = sum / v->n;
    v->sum += v->value;
    v->values++;
}

/* Volume of which a fraction was bought goes into buckets, and is split between them. */
static void add_volume(tick_vpin *v, double size, double bought)
{
    double room = v->bucket - v->filled;
    if (size < room) {
        v->filled += size;
        v->bought += size * bought;
        return;
    }
    finish_buckets(v, fabs(2 * (v->bought + room * bought) - v->bucket) / v->bucket, 1);
    double rest = fmod(size - room, v->bucket);
    double whole = nearbyint((size - room - rest) / v->bucket);
    if (whole > 0)
        finish_buckets(v, fabs(2 * bought - 1), whole);
    v->filled = rest;
    v->bought = rest * bought;
}

/* The share bought of a bar whose close moved by `change`: the normal distribution function
 * of the change over the standard deviation of all changes so far. */
static double bulk_share(tick_vpin *v, double change)
{
    v->changes += 1;
    double delta = change - v->mean;
    v->mean += delta / v->changes;
    v->square += delta * (change - v->mean);
    double deviation = v->changes > 1 ? sqrt(v->square / (v->changes - 1)) : 0;
    return deviation > 0 ? 0.5 * erfc(-change / deviation * 0.70710678118654752) : 0.5;
}

void tick_vpin_time(tick_vpin *v, int64_t time_ns)
{
    if (v->bulk_ns == 0 || v->bulk_size == 0 || time_ns < v->bulk_end_ns)
        return;
    double share = isnan(v->bulk_close) ? 0.5 : bulk_share(v, v->bulk_price - v->bulk_close);
    add_volume(v, v->bulk_size, share);
    v->bulk_close = v->bulk_price;
    v->bulk_size = 0;
}

void tick_vpin_trade(tick_vpin *v, int64_t time_ns, double price, double size, int side)
{
    if (v->bucket == 0)
        return;
    if (v->bulk_ns == 0) {
        add_volume(v, size, 0.5 + 0.5 * side);
        return;
    }
    if (v->bulk_size == 0) {
        int64_t into = time_ns % v->bulk_ns;
        into += into < 0 ? v->bulk_ns : 0;
        v->bulk_end_ns =
            time_ns > INT64_MAX - v->bulk_ns ? INT64_MAX : time_ns + (v->bulk_ns - into);
    }
    v->bulk_size += size;
    v->bulk_price = price;
}
