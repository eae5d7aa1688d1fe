/* Chart patterns: pivots, the patterns over them, levels and trend lines.
 *
 * One object is fed bars in time order, all at once or a few at a time: it keeps a
 * bounded state, does bounded work a bar, and what it reports depends on the bars
 * alone, never on how they were cut.  Nothing uses a later bar: everything carries
 * the bar at which it was first known ("confirmed"), and feeding only the bars up to
 * that one gives the same.
 *
 * A pivot is a swing high or low.  Patterns are looked for over the last confirmed
 * pivots, highs and lows in turn (of two highs in a row the higher counts); a
 * pattern found so is watched until a close beyond one of its boundaries confirms or
 * voids it, or as many bars have passed as it is long.
 *
 * Bars are numbered from 0.  Prices are in quote currency, any sign.  A bar whose
 * high, low or close is NaN or beyond 1e150, or whose high is below its low, is missing:
 * it has a number and no other effect.  A volume that is NaN, infinite or negative
 * is missing too.  ATR is Wilder's average true range; before its first full window,
 * the mean of the ranges so far.
 *
 * Sources, for the definitions: Edwards and Magee, Technical Analysis of Stock
 * Trends; Bulkowski, Encyclopedia of Chart Patterns; Lo, Mamaysky and Wang,
 * "Foundations of Technical Analysis", Journal of Finance 55 (2000), definitions 1
 * to 5.  Their tolerances are shares of the price; ours are shares of the pattern's
 * height or multiples of the ATR, so that they mean the same for every instrument.
 *
 * Threads: one an object; different objects at once.
 */
#ifndef PENSTOCK_PATTERN_H
#define PENSTOCK_PATTERN_H

#include "penstock/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- pivots ---- */

typedef enum pen_pivot_rule {
    PEN_PIVOT_ATR,     /* a bar goes back from the extreme further than those since, and by more
                          than `size` times the ATR of that bar */
    PEN_PIVOT_PERCENT, /* ... more than `size` percent of the extreme: the zig-zag */
    PEN_PIVOT_FRACTAL, /* beyond `size` bars before, and not exceeded by `size` after (Williams) */
} pen_pivot_rule;

enum { PEN_PIVOT_LOW = -1, PEN_PIVOT_HIGH = 1 };

typedef struct pen_pivot {
    size_t bar, confirmed; /* of the extreme; the first bar at which it was known */
    double px;
    int side; /* PEN_PIVOT_HIGH or PEN_PIVOT_LOW */
} pen_pivot;

/* ---- patterns ---- */

/* name, text, direction of the breakout (0: either).  What each is:
 * docs/patterns.md. */
#define PEN_PATTERN_LIST(X)                                                                        \
    X(HEAD_AND_SHOULDERS, "head-and-shoulders", -1)                                                \
    X(INVERSE_HEAD_AND_SHOULDERS, "inverse-head-and-shoulders", 1)                                 \
    X(DOUBLE_TOP, "double-top", -1)                                                                \
    X(DOUBLE_BOTTOM, "double-bottom", 1)                                                           \
    X(TRIPLE_TOP, "triple-top", -1)                                                                \
    X(TRIPLE_BOTTOM, "triple-bottom", 1)                                                           \
    X(ASCENDING_TRIANGLE, "ascending-triangle", 0)                                                 \
    X(DESCENDING_TRIANGLE, "descending-triangle", 0)                                               \
    X(SYMMETRICAL_TRIANGLE, "symmetrical-triangle", 0)                                             \
    X(RISING_WEDGE, "rising-wedge", 0)                                                             \
    X(FALLING_WEDGE, "falling-wedge", 0)                                                           \
    X(RECTANGLE, "rectangle", 0)                                                                   \
    X(CHANNEL_UP, "channel-up", 0)                                                                 \
    X(CHANNEL_DOWN, "channel-down", 0)                                                             \
    X(BROADENING, "broadening", 0)                                                                 \
    X(BULL_FLAG, "bull-flag", 1)                                                                   \
    X(BEAR_FLAG, "bear-flag", -1)                                                                  \
    X(BULL_PENNANT, "bull-pennant", 1)                                                             \
    X(BEAR_PENNANT, "bear-pennant", -1)                                                            \
    X(CUP_AND_HANDLE, "cup-and-handle", 1)                                                         \
    X(INVERSE_CUP_AND_HANDLE, "inverse-cup-and-handle", -1)

typedef enum pen_pattern_kind {
#define PEN_PATTERN_ENUM_(name, text, direction) PEN_PATTERN_##name,
    PEN_PATTERN_LIST(PEN_PATTERN_ENUM_)
#undef PEN_PATTERN_ENUM_
        PEN_PATTERN_COUNT
} pen_pattern_kind;

/* What a key point is in its pattern. */
typedef enum pen_point_role {
    PEN_POINT_SHOULDER,
    PEN_POINT_HEAD,
    PEN_POINT_NECK, /* on the neckline */
    PEN_POINT_PEAK,
    PEN_POINT_TROUGH,
    PEN_POINT_RIM,
    PEN_POINT_CUP,    /* the cup's deepest point */
    PEN_POINT_HANDLE, /* the handle's */
    PEN_POINT_POLE,   /* where a flag's pole starts */
    PEN_POINT_COUNT
} pen_point_role;

typedef struct pen_pattern_point {
    size_t bar;
    double px;
    pen_point_role role;
} pen_pattern_point;

/* A straight line over bar numbers: px at `bar`, slope_px a bar. */
typedef struct pen_pattern_line {
    size_t bar;
    double px, slope_px;
} pen_pattern_line;

enum { PEN_PATTERN_MAX_POINTS = 8 };

/* A confirmed pattern.
 *
 * quality, in [0, 1], is the mean of
 *   fit       1 where points that should be level or on a line are, 0 at the tolerance
 *   symmetry  shorter over longer of the pattern's halves (of cups, also how round; of flags and
 *             boundaries, how evenly the turns are spaced)
 *   size      height / (height + 4 ATR)
 *   volume    r / (1 + r), r: the confirming bar's volume over its average (exponential, 50 bars);
 *             left out where there is no volume
 * It describes the shape, and is no probability of reaching the target. */
typedef struct pen_pattern {
    pen_pattern_kind kind;
    int direction;      /* of the breakout: 1 bullish, -1 bearish */
    size_t start, end;  /* bars of the first and the last key point */
    size_t confirmed;   /* bar whose close broke the boundary, all key points being known */
    double breakout_px; /* the boundary at that bar */
    double target_px;   /* breakout_px and the height: the measured move */
    double stop_px;     /* the opposite boundary at that bar: beyond it the pattern has failed */
    double height_px;   /* > 0; of flags and pennants, of the pole */
    double quality;
    pen_pattern_line upper,
        lower; /* the boundaries; of tops and bottoms one is flat, at the stop */
    size_t point_count;
    pen_pattern_point points[PEN_PATTERN_MAX_POINTS]; /* in time order */
} pen_pattern;

/* "double-top"; NULL for an unknown kind.  Threads: any. */
PEN_API const char *pen_pattern_name(pen_pattern_kind kind);
/* The kind of a name, with '-', '_' and blanks alike, in any case.  PEN_E_NOTFOUND
 * names the nearest.  Threads: any. */
PEN_API pen_status pen_pattern_find(const char *name, pen_pattern_kind *kind);
/* "shoulder"; NULL for an unknown role.  Threads: any. */
PEN_API const char *pen_point_role_name(pen_point_role role);
static inline double pen_pattern_line_at(const pen_pattern_line *line, double bar)
{
    return line->px + line->slope_px * (bar - (double)line->bar);
}

/* ---- levels and trend lines ---- */

/* strength, in [0, 1]: (1 - 1 / touches) x (0.7 recency + 0.3 volume)
 *   recency  h / (h + age), h: recent_bars, age: bars since the last touch; 1 for lines
 *   volume   r / (1 + r), r: mean over the touches of the pivot bar's volume by its average
 *            (exponential, 50 bars); 1/2 where there is no volume */
typedef struct pen_level {
    double px; /* the mean of its touches */
    size_t touches, first, last;
    bool is_support; /* below or at the last close; above it the level is resistance */
    double strength; /* at the last bar fed */
} pen_level;

/* Up through rising lows, down through falling highs, of three touches or more. */
typedef struct pen_trend_line {
    bool is_up;
    pen_pattern_line line; /* through the first touch */
    size_t touches, first, last;
    size_t confirmed; /* the third touch was known */
    bool is_broken;
    size_t broken; /* the first bar to close beyond it, if is_broken */
    double strength;
} pen_trend_line;

/* ---- the finder ---- */

typedef struct pen_pattern_options {
    pen_pivot_rule rule;
    double size;        /* ATR: 0.1 to 1000; PERCENT: 0.001 to 1000; FRACTAL: 1 to 100, whole */
    unsigned atr_bars;  /* of the ATR, 1 to 10000 */
    uint64_t kinds;     /* bit 1 << kind: look for it */
    double min_quality; /* of what is reported, 0 to 1 */
    bool keep_overlaps; /* report every pattern that a bar confirms; else, of those in one direction
                           on one bar, that of the best quality */
    size_t min_bars, max_bars; /* from the first to the last key point */
    double min_height_atr;     /* height at least, 0 to 1000 */
    double leg_frac;   /* shortest leg by the mean one, at least; not of flags and cups, 0 to 1 */
    double level_frac; /* of the height by which level points (tops, rims) may differ, 0 to 1 */
    double shoulder_frac; /* ... the shoulders, and the two points of the neckline */
    double head_frac;     /* ... by which the head exceeds both shoulders, at least */
    double flat_frac;     /* of the widest width that a flat boundary may rise or fall by, 0 to 1 */
    double fit_frac;      /* ... that a turn may lie off its boundary */
    double converge_frac; /* last width by first: below, boundaries converge; above 1 / it they
                             broaden; 0 to 1 */
    double pole_atr;      /* a flag's pole at least, in ATR */
    double retrace_frac;  /* of the pole that a flag, of the cup that a handle, may give back */
    double round_frac;    /* mean depth of a cup by its greatest: 0.5 is a V, 0.667 a parabola */
    double touch_atr;     /* distance at which a pivot touches a level or trend line */
    double recent_bars;   /* age at which a level's recency is one half, > 0 */
} pen_pattern_options;

/* ATR 3 over 14 bars, every kind, 5 to 400 bars, 2 ATR high; leg 0.25, level 0.15, shoulders
 * 0.35, head 0.15, flat 0.2, fit 0.12, converge 0.7; pole 5 ATR, retrace 0.5, round 0.57;
 * touch 0.5 ATR, recent 250 bars.  Lo, Mamaysky and Wang allow 1.5 % of the price for
 * shoulders, necklines and double tops and 0.75 % for rectangles; the rule that a
 * retracement above one half spoils a flag or a handle is Bulkowski's and O'Neil's. */
PEN_API pen_pattern_options pen_pattern_options_default(void);
/* Reads "atr:3", "percent:5" or "fractal:2" into rule and size; a name alone takes
 * that number.  PEN_E_PARSE, PEN_E_ARG for a size out of its range.  Threads: any. */
PEN_API pen_status pen_pattern_pivots_parse(const char *text, pen_pattern_options *options);

/* Bars by field, [n] each; high and low NULL: the close, volume NULL: none. */
typedef struct pen_pattern_bars {
    size_t n;
    const double *high, *low, *close, *volume;
} pen_pattern_bars;

typedef struct pen_patterns pen_patterns;

/*   options  NULL for the defaults
 *   out      creates
 * PEN_E_ARG names the option and its range; PEN_E_NOMEM. */
PEN_API pen_status pen_patterns_create(const pen_pattern_options *options, pen_patterns **out);
PEN_API void pen_patterns_destroy(pen_patterns *patterns);

/* Takes the next n bars.  PEN_E_ARG without closes, or where one of high and low is
 * given without the other.  PEN_E_NOMEM: some of the bars are taken, as
 * pen_patterns_bar_count() tells; feed the rest again. */
PEN_API pen_status pen_patterns_feed(pen_patterns *patterns, const pen_pattern_bars *bars);
PEN_API size_t pen_patterns_bar_count(const pen_patterns *patterns);

/* Everything found so far, in the order of confirmation; valid until the next feed.
 * A trend line in the list gets further touches and breaks later. */
PEN_API const pen_pattern *pen_patterns_matches(const pen_patterns *patterns, size_t *count);
PEN_API const pen_pivot *pen_patterns_pivots(const pen_patterns *patterns, size_t *count);
PEN_API const pen_trend_line *pen_patterns_trend_lines(const pen_patterns *patterns, size_t *count);
/* Levels of two touches or more, the strongest first.  At most 64 are kept in
 * mind, each touch for recent_bars more; when there is no room, those whose time is up
 * are forgotten, or else the one whose time is up first.
 *   levels  [capacity]  written
 * Returns how many were written. */
PEN_API size_t pen_patterns_levels(const pen_patterns *patterns, size_t capacity,
                                   pen_level *levels);

#ifdef __cplusplus
}
#endif
#endif
