/* Bars from trades: by time, trades, volume, money, and by imbalance. */
#include "bars.h"

#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "text.h"

static const char *const kind_names[] = {
    [PEN_TICK_BAR_TIME] = "time",
    [PEN_TICK_BAR_TICK] = "tick",
    [PEN_TICK_BAR_VOLUME] = "volume",
    [PEN_TICK_BAR_DOLLAR] = "dollar",
    [PEN_TICK_BAR_TICK_IMBALANCE] = "tick_imbalance",
    [PEN_TICK_BAR_VOLUME_IMBALANCE] = "volume_imbalance",
    [PEN_TICK_BAR_DOLLAR_IMBALANCE] = "dollar_imbalance",
};

static const double DEFAULT_SPAN = 20, TRADES_RANGE = 10;

pen_status pen_tick_duration_parse(const char *text, double *seconds)
{
    if (tick_read_seconds(text, strlen(text), seconds))
        return PEN_OK;
    *seconds = 0;
    return pen_fail(PEN_E_ARG, "'%.40s' is no duration, expected one such as 250ms, 5s or 1h",
                    text);
}

pen_status pen_tick_bar_rule_parse(const char *text, pen_tick_bar_rule *rule)
{
    const char *colon = strchr(text, ':');
    size_t n = colon != NULL ? (size_t)(colon - text) : 0;
    pen_tick_bar_rule r = { .kind = PEN_TICK_BAR_NONE };
    *rule = r;
    for (size_t k = PEN_TICK_BAR_TIME; k < PEN_COUNT(kind_names); k++)
        if (n == strlen(kind_names[k]) && memcmp(text, kind_names[k], n) == 0)
            r.kind = (pen_tick_bar_kind)k;
    bool is_good = r.kind != PEN_TICK_BAR_NONE;
    if (is_good) {
        const char *size = colon + 1, *comma = strchr(size, ',');
        size_t length = comma != NULL ? (size_t)(comma - size) : strlen(size);
        is_good = r.kind == PEN_TICK_BAR_TIME ? tick_read_seconds(size, length, &r.size)
                                              : tick_read_number(size, length, &r.size);
        if (comma != NULL)
            is_good = is_good && r.kind >= PEN_TICK_BAR_TICK_IMBALANCE &&
                      tick_read_number(comma + 1, strlen(comma + 1), &r.span) && r.span >= 1;
    }
    tick_bars b;
    if (!is_good || tick_bars_init(&b, &r) != PEN_OK)
        return pen_fail(PEN_E_ARG,
                        "bars '%.80s': expected time:60s, tick:N, volume:X, dollar:X, "
                        "tick_imbalance:N, volume_imbalance:N or dollar_imbalance:N[,SPAN]",
                        text);
    *rule = r;
    return PEN_OK;
}

pen_status tick_bars_init(tick_bars *b, const pen_tick_bar_rule *rule)
{
    bool is_time = rule->kind == PEN_TICK_BAR_TIME;
    *b = (tick_bars){ .rule = *rule };
    if ((unsigned)rule->kind >= PEN_COUNT(kind_names))
        return pen_fail(PEN_E_ARG, "bars: no kind %d", (int)rule->kind);
    if (rule->kind == PEN_TICK_BAR_NONE)
        return PEN_OK;
    double low = is_time ? 1e-9 : 0, high = is_time ? 1e9 : 1e300;
    if (!(rule->size >= low && rule->size > 0 && rule->size <= high))
        return pen_fail(PEN_E_ARG, "bars: size %g, expected %s", rule->size,
                        is_time ? "1e-9 to 1e9 seconds" : "more than 0, at most 1e300");
    if (rule->span != 0 && !(rule->span >= 1 && rule->span <= 1e9))
        return pen_fail(PEN_E_ARG, "bars: span %g, expected 1 to 1e9", rule->span);
    b->rule.span = rule->span != 0 ? rule->span : DEFAULT_SPAN;
    b->period_ns = is_time ? (int64_t)(rule->size * 1e9 + 0.5) : 0;
    b->end_ns = INT64_MIN;
    b->expected_trades = rule->size;
    return PEN_OK;
}

pen_status tick_bars_reserve(tick_bars *b)
{
    size_t capacity;
    if (b->rule.kind == PEN_TICK_BAR_NONE || b->count < b->capacity)
        return PEN_OK;
    PEN_TRY(pen_size_mul(b->capacity > 0 ? b->capacity : 32, 2, &capacity));
    PEN_TRY(pen_realloc((void **)&b->list, capacity, sizeof *b->list));
    b->capacity = capacity;
    return PEN_OK;
}

pen_status tick_bars_copy(tick_bars *b)
{
    const tick_bars from = *b;
    b->list = NULL;
    b->capacity = 0;
    if (from.capacity == 0)
        return PEN_OK;
    PEN_TRY(pen_alloc(from.capacity, sizeof *b->list, (void **)&b->list));
    b->capacity = from.capacity;
    memcpy(b->list, from.list, from.count * sizeof *b->list);
    return PEN_OK;
}

bool tick_bars_peek(const tick_bars *b, pen_tick_bar *bar)
{
    *bar = b->open;
    bar->vwap = b->open.volume > 0 ? b->open.money / b->open.volume : NAN;
    return b->open.trades > 0;
}

static void finish(tick_bars *b)
{
    double trades = (double)b->open.trades;
    const double sums[] = { b->tick_sum, b->size_sum, b->money_sum };
    tick_bars_peek(b, &b->list[b->count++]);
    if (b->rule.kind >= PEN_TICK_BAR_TICK_IMBALANCE) {
        double mean = sums[b->rule.kind - PEN_TICK_BAR_TICK_IMBALANCE] / trades;
        double weight = b->finished > 0 ? 2 / (b->rule.span + 1) : 1;
        double expected = b->expected_trades + weight * (trades - b->expected_trades);
        b->expected_mean += weight * (mean - b->expected_mean);
        b->expected_trades =
            fmin(fmax(expected, b->rule.size / TRADES_RANGE), b->rule.size * TRADES_RANGE);
    }
    b->finished++;
    b->open = (pen_tick_bar){ 0 };
    b->tick_sum = b->size_sum = b->money_sum = 0;
}

void tick_bars_time(tick_bars *b, int64_t time_ns)
{
    if (b->period_ns > 0 && b->open.trades > 0 && time_ns >= b->end_ns)
        finish(b);
}

/* Has the trade that was just added reached the mark? */
static bool is_full(const tick_bars *b)
{
    double signed_sum;
    switch (b->rule.kind) {
    case PEN_TICK_BAR_TICK:
        return (double)b->open.trades >= b->rule.size;
    case PEN_TICK_BAR_VOLUME:
        return b->open.volume >= b->rule.size;
    case PEN_TICK_BAR_DOLLAR:
        return b->open.money >= b->rule.size;
    case PEN_TICK_BAR_TICK_IMBALANCE:
        signed_sum = b->tick_sum;
        break;
    case PEN_TICK_BAR_VOLUME_IMBALANCE:
        signed_sum = b->size_sum;
        break;
    case PEN_TICK_BAR_DOLLAR_IMBALANCE:
        signed_sum = b->money_sum;
        break;
    default:
        return false;
    }
    if (b->finished == 0)
        return (double)b->open.trades >= b->rule.size;
    return fabs(signed_sum) >= b->expected_trades * fabs(b->expected_mean);
}

/* The start of the period that holds time_ns, and of the one after it. */
static int64_t start_period(tick_bars *b, int64_t time_ns)
{
    int64_t into = time_ns % b->period_ns;
    into += into < 0 ? b->period_ns : 0;
    int64_t start = time_ns < INT64_MIN + into ? INT64_MIN : time_ns - into;
    b->end_ns = start > INT64_MAX - b->period_ns ? INT64_MAX : start + b->period_ns;
    return start;
}

void tick_bars_trade(tick_bars *b, int64_t time_ns, double price, double size, int side)
{
    pen_tick_bar *o = &b->open;
    double money = price * size;
    if (b->rule.kind == PEN_TICK_BAR_NONE)
        return;
    if (o->trades == 0) {
        o->open = o->high = o->low = price;
        o->start_ns = b->period_ns > 0 ? start_period(b, time_ns) : time_ns;
    }
    o->end_ns = time_ns;
    o->high = price > o->high ? price : o->high;
    o->low = price < o->low ? price : o->low;
    o->close = price;
    o->volume += size;
    o->money += money;
    o->buy_volume += side > 0 ? size : 0;
    o->sell_volume += side < 0 ? size : 0;
    o->trades++;
    b->tick_sum += side;
    b->size_sum += side * size;
    b->money_sum += side * money;
    if (is_full(b))
        finish(b);
}
