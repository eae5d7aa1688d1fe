/* Double and triple tops; bottoms are tops of the price turned upside down. */
#include <math.h>

#include "finder.h"

/* Watches for a close below the lowest trough; above the highest peak the pattern has failed. */
static void watch(pen_patterns *p, int family, size_t peaks, double height, double base, double top,
                  double spread)
{
    int side = swing_at(p, 0)->side, place = 2 * family + (side > 0);
    pen_pattern_kind top_kind = peaks == 2 ? PEN_PATTERN_DOUBLE_TOP : PEN_PATTERN_TRIPLE_TOP;
    candidate c = candidate_begin(side > 0 ? top_kind : top_kind + 1, height);
    size_t last = 2 * peaks - 2, middle = swing_at(p, peaks - 1)->bar;
    for (size_t k = last + 1; k-- > 0;)
        candidate_point(&c, swing_at(p, k),
                        swing_at(p, k)->side > 0 ? PEN_POINT_PEAK : PEN_POINT_TROUGH);
    c.upper.at = side > 0 ? top : -base;
    c.lower.at = side > 0 ? base : -top;
    c.confirms[side < 0] = true;
    candidate_watch(p, place, &c, closeness(spread, p->options.level_frac * height),
                    evenness(middle - swing_at(p, last)->bar, swing_at(p, 0)->bar - middle));
}

/* Peaks k = 0, 2, (4), the troughs between them, and before them a low below the troughs. */
static bool find(pen_patterns *p, int family, size_t peaks)
{
    double px[6], top = -INFINITY, bottom_peak = INFINITY, base = INFINITY, high_trough = -INFINITY;
    double sum = 0;
    int side = swing_at(p, 0)->side;
    if (p->swing_count < 2 * peaks)
        return false;
    for (size_t k = 0; k < 2 * peaks; k++)
        px[k] = side * swing_at(p, k)->px;
    for (size_t k = 0; k < 2 * peaks; k += 2) {
        top = px[k] > top ? px[k] : top;
        bottom_peak = px[k] < bottom_peak ? px[k] : bottom_peak;
        sum += px[k];
    }
    for (size_t k = 1; k < 2 * peaks - 1; k += 2) {
        base = px[k] < base ? px[k] : base;
        high_trough = px[k] > high_trough ? px[k] : high_trough;
    }
    double mean = sum / (double)peaks, height = mean - base;
    int place = 2 * family + (side > 0);
    if (!candidate_fits(p, place, 2 * peaks - 2, height) || px[2 * peaks - 1] > base ||
        !(top - bottom_peak <= p->options.level_frac * height) ||
        mean - high_trough < 0.5 * height || rhythm(p, 2 * peaks - 2) < p->options.leg_frac)
        return false;
    watch(p, family, peaks, height, base, top, top - bottom_peak);
    return true;
}

void find_tops(pen_patterns *p)
{
    int is_top = swing_at(p, 0)->side > 0;
    pen_pattern_kind twice = is_top ? PEN_PATTERN_DOUBLE_TOP : PEN_PATTERN_DOUBLE_BOTTOM;
    pen_pattern_kind thrice = is_top ? PEN_PATTERN_TRIPLE_TOP : PEN_PATTERN_TRIPLE_BOTTOM;
    if (is_wanted(p, thrice) && find(p, TRIPLE, 3)) {
        p->live &= ~(1u << (2 * DOUBLE + is_top)); /* two of the three */
        return;
    }
    if (is_wanted(p, twice))
        find(p, DOUBLE, 2);
}
