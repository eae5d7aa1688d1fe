/* From the quotes of a chain to slices: forwards by put-call parity, implied volatilities, and how
 * much each counts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "surface.h"

enum { PARITY_ROUNDS = 5, PAIRS_FOR_DISCOUNT = 3 };

/* Usable quotes in order of expiry, strike and side, and what becomes of them. */
typedef struct quote_book {
    size_t n;
    pen_option_quote *quotes;                      /* [n] puts before calls */
    double *forward, *discount;                    /* [n] those of the quote's slice; NaN: none */
    double *vol;                                   /* [n] NaN: none */
    double *side, *price, *strike, *expiry, *rate; /* [n] for implied volatilities */
} quote_book;

static int by_size(double a, double b)
{
    return (a > b) - (a < b);
}
static int compare_quotes(const void *a, const void *b)
{
    const pen_option_quote *p = a, *q = b;
    int order = by_size(p->expiry_yr, q->expiry_yr);
    order = order != 0 ? order : by_size(p->strike_px, q->strike_px);
    order = order != 0 ? order : by_size(p->side, q->side);
    order = order != 0 ? order : by_size(p->price_px, q->price_px);
    order = order != 0 ? order : by_size(p->vol_frac, q->vol_frac);
    order = order != 0 ? order : by_size(p->forward_px, q->forward_px);
    return order != 0 ? order : by_size(p->spread_px, q->spread_px);
}

/* Within what markets know: a quote from outside would only spoil the others' scales. */
static const double LONGEST_YR = 1000, SHORTEST_YR = 1e-6, LARGEST = 1e15;

static bool is_size(double x)
{
    return x >= 0 && x <= LARGEST;
}

static bool is_usable(const pen_option_quote *q)
{
    return (q->side == 1 || q->side == -1) && fabs(q->strike_px) <= LARGEST &&
           q->expiry_yr >= SHORTEST_YR && q->expiry_yr <= LONGEST_YR &&
           (is_size(q->price_px) || (q->vol_frac > 0 && q->vol_frac <= LARGEST));
}

/* ---- forward and discount of a slice ---- */

/* A strike with call and put: y = C - P = D (F - K). */
typedef struct pair {
    double strike, y, weight;
} pair;

static int compare_values(const void *a, const void *b)
{
    return by_size(*(const double *)a, *(const double *)b);
}

/* Sorts x. */
static double median(double *x, size_t n)
{
    qsort(x, n, sizeof *x, compare_values);
    return n == 0 ? NAN : n % 2 == 1 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

static size_t collect_pairs(const pen_option_quote *q, size_t n, pair *pairs)
{
    size_t n_pairs = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        const pen_option_quote *put = &q[i], *call = &q[i + 1];
        if (put->side != -1 || call->side != 1 || put->strike_px != call->strike_px ||
            !is_size(put->price_px) || !is_size(call->price_px))
            continue;
        double spread = hypot(put->spread_px, call->spread_px);
        double least = 1e-9 * (1 + fabs(put->strike_px)); /* a locked market is not the truth */
        pairs[n_pairs++] = (pair){ put->strike_px, call->price_px - put->price_px,
                                   spread >= least && is_size(spread) ? 1 / (spread * spread) : 1 };
    }
    return n_pairs;
}

/* A line through the pairs by least squares, the weight of those far from it taken down round by
 * round (Tukey's, at six robust deviations); spare: [n]. */
static void fit_parity(const pair *pairs, size_t n, double *spare, double *forward,
                       double *discount)
{
    double scale = INFINITY, slope = 0, level = 0, center = 0;
    for (int round = 0; round < PARITY_ROUNDS; round++) {
        double sum = 0, sk = 0, sy = 0, skk = 0, sky = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (size_t i = 0; i < n; i++) {
                double far = pairs[i].y - level - slope * (pairs[i].strike - center);
                double u = round == 0 ? 0 : fmin(fabs(far) / (6 * scale), 1);
                double w = pairs[i].weight * (1 - u * u) * (1 - u * u);
                double k = pairs[i].strike - sk, y = pairs[i].y - sy;
                if (pass == 0) {
                    sum += w;
                    skk += w * pairs[i].strike;
                    sky += w * pairs[i].y;
                } else {
                    skk += w * k * k;
                    sky += w * k * y;
                }
            }
            if (pass == 0) {
                sk = skk / sum;
                sy = sky / sum;
                skk = sky = 0;
            }
        }
        slope = sky / skk;
        level = sy;
        center = sk;
        for (size_t i = 0; i < n; i++)
            spare[i] = fabs(pairs[i].y - level - slope * (pairs[i].strike - center));
        scale = fmax(1.4826 * median(spare, n), 1e-12 * fabs(center));
    }
    *discount = -slope;
    *forward = center + level / *discount;
}

/* The forward from pairs whose discount factor is known: the median, which one stale quote leaves
 * alone. */
static double median_forward(const pair *pairs, size_t n, double discount, double *spare)
{
    for (size_t i = 0; i < n; i++)
        spare[i] = pairs[i].strike + pairs[i].y / discount;
    return median(spare, n);
}

/* Finds forward and discount of quotes[from, to), one expiry; forward NaN if nothing tells it. */
static size_t find_forward(const pen_surface_options *o, const pen_option_quote *q, size_t n,
                           pair *pairs, double *spare, double *forward, double *discount)
{
    double t = q->expiry_yr, given, rate;
    size_t n_pairs = collect_pairs(q, n, pairs), n_given = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(q[i].rate_frac))
            spare[n_given++] = q[i].rate_frac;
    rate = n_given > 0 ? median(spare, n_given) : o->rate_frac;
    n_given = 0;
    for (size_t i = 0; i < n; i++)
        if (fabs(q[i].forward_px) <= LARGEST)
            spare[n_given++] = q[i].forward_px;
    given = median(spare, n_given);
    *discount = isnan(rate) ? 1 : exp(-rate * t);
    *forward = given;
    if (isnan(rate) && n_pairs >= PAIRS_FOR_DISCOUNT) {
        double by_parity, slope;
        fit_parity(pairs, n_pairs, spare, &by_parity, &slope);
        if (slope > 0 && isfinite(by_parity)) {
            *discount = slope;
            *forward = isnan(given) ? by_parity : given;
        }
    }
    if (isnan(*forward) && n_pairs > 0)
        *forward = median_forward(pairs, n_pairs, *discount, spare);
    if (isnan(*forward) && isfinite(o->spot_px))
        *forward = o->spot_px * exp(-o->dividend_frac * t) / *discount;
    return n_pairs;
}

/* ---- volatilities ---- */

static pen_status imply(pen_queue *queue, const pen_surface_options *o, const quote_book *book)
{
    enum { N = 6 };
    const double *columns[N] = { book->side,   book->price,  book->forward,
                                 book->strike, book->expiry, book->rate };
    pen_panel *in[N] = { NULL }, *out = NULL;
    pen_status s = PEN_OK;
    for (int j = 0; j < N && s == PEN_OK; j++) {
        s = pen_panel_create(pen_queue_device(queue), PEN_F64, 1, book->n, &in[j]);
        if (s == PEN_OK)
            s = pen_panel_write(queue, in[j], columns[j], book->n);
    }
    if (s == PEN_OK)
        s = pen_panel_create(pen_queue_device(queue), PEN_F64, 1, book->n, &out);
    pen_implied options = { .side = { in[0], 0 },
                            .price_px = { in[1], 0 },
                            .spot_px = { in[2], 0 },
                            .strike_px = { in[3], 0 },
                            .expiry_yr = { in[4], 0 },
                            .rate_frac = { in[5], 0 } };
    bool is_shifted = o->smile == PEN_SMILE_SABR && o->sabr_shift_px != 0;
    pen_european_terms terms = { .model = smile_is_normal(o) ? PEN_MODEL_BACHELIER
                                          : is_shifted       ? PEN_MODEL_DISPLACED
                                                             : PEN_MODEL_BLACK76,
                                 .shift_px = { NULL, o->sabr_shift_px } };
    if (s == PEN_OK)
        s = pen_implied_vol_by(queue, &terms, &options, &(pen_implied_out){ out, NULL });
    if (s == PEN_OK)
        s = pen_panel_read(queue, book->vol, book->n, out);
    pen_status waited = pen_queue_wait(queue);
    for (int j = 0; j < N; j++)
        pen_panel_destroy(in[j]);
    pen_panel_destroy(out);
    return s != PEN_OK ? s : waited;
}

/* ---- points ---- */

/* d price / d vol by F or 1, without discount. */
static double vega_of(const pen_surface_options *o, double x, double vol, double forward, double t)
{
    double deviation = vol * sqrt(t), density = sqrt(t / (2 * acos(-1)));
    double d = smile_is_normal(o) ? x / deviation : -x / deviation + deviation / 2;
    double unit = smile_is_normal(o) ? 1 : forward + o->sabr_shift_px;
    return unit * density * exp(-d * d / 2);
}

/* Of a strike's options the one out of the money, else the other; returns the place of a quote
 * among n of one strike, n if none has a volatility. */
static size_t choose(const quote_book *book, size_t from, size_t n)
{
    double side = book->quotes[from].strike_px < book->forward[from] ? -1 : 1;
    size_t other = n;
    for (size_t i = 0; i < n; i++) {
        if (!(book->vol[from + i] > 0))
            continue;
        if (book->quotes[from + i].side == side)
            return i;
        other = i;
    }
    return other;
}

/* The median volatility of a point and two neighbours to either side: what a wrong quote's own
 * would make of its vega is not asked. */
static double usual_vol(const pen_surface_point *points, size_t n, size_t i)
{
    double near[5];
    size_t from = i < 2 ? 0 : i - 2, to = i + 3 < n ? i + 3 : n, count = 0;
    for (size_t k = from; k < to; k++)
        near[count++] = points[k].vol_frac;
    return median(near, count);
}

/* Weights by vega / spread, or the median spread where there is none, of mean square 1. */
static void weigh(const pen_surface_options *o, const pen_surface_slice *slice,
                  pen_surface_point *points, double *spreads, double *spare)
{
    size_t n = slice->n_points, n_known = 0;
    double sum = 0, most = 0;
    for (size_t i = 0; i < n; i++)
        if (spreads[i] > 0 && is_size(spreads[i]))
            spare[n_known++] = spreads[i];
    double usual = n_known > 0 ? median(spare, n_known) : 1;
    for (size_t i = 0; i < n; i++) {
        /* a tight quote does not rule the slice: at most ten times the usual one */
        double spread =
            spreads[i] > 0 && is_size(spreads[i]) ? fmax(spreads[i], usual / 10) : usual;
        points[i].weight =
            vega_of(o, points[i].x, usual_vol(points, n, i), slice->forward_px, slice->expiry_yr) /
            spread;
        most = fmax(most, points[i].weight);
    }
    for (size_t i = 0; i < n; i++) {
        points[i].weight /= most;
        sum += points[i].weight * points[i].weight;
    }
    for (size_t i = 0; i < n; i++)
        points[i].weight /= sqrt(sum / (double)n);
}

/* Points of the slice quotes[from, to). */
static void take_points(pen_surface *s, const quote_book *book, size_t from, size_t to,
                        pen_surface_slice *slice, double *spreads, double *spare)
{
    slice->first_point = s->n_points;
    for (size_t i = from, next; i < to; i = next) {
        for (next = i; next < to && book->quotes[next].strike_px == book->quotes[i].strike_px;)
            next++;
        size_t chosen = i + choose(book, i, next - i);
        double strike = book->quotes[i].strike_px;
        double x = smile_x(&s->options, strike, slice->forward_px);
        if (chosen == next || !isfinite(x) || (!smile_is_normal(&s->options) && fabs(x) > 50))
            continue;
        spreads[slice->n_points++] = book->quotes[chosen].spread_px;
        s->points[s->n_points++] = (pen_surface_point){ .strike_px = strike,
                                                        .x = x,
                                                        .vol_frac = book->vol[chosen],
                                                        .side = book->quotes[chosen].side };
    }
    weigh(&s->options, slice, s->points + slice->first_point, spreads, spare);
}

/* ---- the whole ---- */

static size_t end_of_slice(const quote_book *book, size_t from)
{
    size_t to = from;
    while (to < book->n && book->quotes[to].expiry_yr == book->quotes[from].expiry_yr)
        to++;
    return to;
}

static void take_slices(pen_surface *s, const quote_book *book, const size_t *n_pairs,
                        double *spreads, double *spare)
{
    size_t least = fit_least_points(&s->options);
    for (size_t from = 0, to; from < book->n; from = to) {
        to = end_of_slice(book, from);
        pen_surface_slice slice = { .expiry_yr = book->quotes[from].expiry_yr,
                                    .forward_px = book->forward[from],
                                    .discount = book->discount[from],
                                    .n_pairs = n_pairs[from] };
        size_t first_point = s->n_points;
        if (isfinite(slice.forward_px))
            take_points(s, book, from, to, &slice, spreads, spare);
        s->n_quotes_left_out += to - from - slice.n_points;
        if (slice.n_points >= least) {
            s->slices[s->n_slices++] = slice;
            continue;
        }
        s->n_quotes_left_out += slice.n_points;
        s->n_points = first_point;
        s->n_slices_left_out++;
    }
}

static pen_status run_book(pen_queue *queue, pen_surface *s, quote_book *book, double *spare,
                           pair *pairs, size_t *n_pairs)
{
    for (size_t from = 0, to; from < book->n; from = to) {
        to = end_of_slice(book, from);
        double forward, discount;
        n_pairs[from] = find_forward(&s->options, book->quotes + from, to - from, pairs, spare,
                                     &forward, &discount);
        for (size_t i = from; i < to; i++) {
            const pen_option_quote *q = &book->quotes[i];
            book->forward[i] = forward;
            book->discount[i] = discount;
            book->side[i] = q->side;
            book->price[i] = q->price_px;
            book->strike[i] = q->strike_px;
            book->expiry[i] = q->expiry_yr;
            book->rate[i] = -log(discount) / q->expiry_yr;
        }
    }
    if (book->n > 0)
        PEN_TRY(imply(queue, &s->options, book));
    for (size_t i = 0; i < book->n; i++)
        if (book->quotes[i].vol_frac > 0 && book->quotes[i].vol_frac <= LARGEST)
            book->vol[i] = book->quotes[i].vol_frac;
    take_slices(s, book, n_pairs, spare, spare + book->n);
    return PEN_OK;
}

pen_status surface_take_quotes(pen_queue *queue, const pen_option_quote *quotes, size_t n,
                               pen_surface *s)
{
    enum { COLUMNS = 8 };
    quote_book book = { 0 };
    double *numbers = NULL;
    pair *pairs = NULL;
    size_t *n_pairs = NULL;
    pen_status status = pen_alloc_array(n, sizeof *quotes, (void **)&book.quotes);
    if (status == PEN_OK)
        status = pen_alloc(n, (COLUMNS + 2) * sizeof *numbers, (void **)&numbers);
    if (status == PEN_OK)
        status = pen_alloc_array(n, sizeof *pairs, (void **)&pairs);
    if (status == PEN_OK)
        status = pen_alloc(n, sizeof *n_pairs, (void **)&n_pairs);
    if (status == PEN_OK) {
        for (size_t i = 0; i < n; i++)
            if (is_usable(&quotes[i]))
                book.quotes[book.n++] = quotes[i];
        s->n_quotes_left_out = n - book.n;
        qsort(book.quotes, book.n, sizeof *book.quotes, compare_quotes);
        double **columns[COLUMNS] = { &book.forward, &book.discount, &book.vol,    &book.side,
                                      &book.price,   &book.strike,   &book.expiry, &book.rate };
        for (size_t j = 0; j < COLUMNS; j++)
            *columns[j] = numbers + j * n;
        status = run_book(queue, s, &book, numbers + COLUMNS * n, pairs, n_pairs);
    }
    pen_free(n_pairs);
    pen_free(pairs);
    pen_free(numbers);
    pen_free(book.quotes);
    return status;
}
