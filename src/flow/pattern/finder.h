/* The finder's state, and what its parts do at each bar. */
#ifndef PEN_FLOW_PATTERN_FINDER_H
#define PEN_FLOW_PATTERN_FINDER_H

#include <math.h>

#include "../../machine/base/status.h"
#include "penstock/pattern.h"

/* Without what fmax and fmin do for NaN, hence without a call. */
static inline double larger(double a, double b)
{
    return a > b ? a : b;
}
static inline double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* ---- pivot.c: the turns of the price ---- */

/* A bar's extreme, and what a pivot there remembers of the bars so far. */
typedef struct swing {
    double px;
    size_t bar;
    double closes;  /* sum of the closes up to this bar, less the first for each */
    double ordinal; /* bars that are not missing, up to this one */
    double volume;  /* this bar's, by its average; NaN = none */
    int side;
} swing;

/* One bar, and the averages up to it. */
typedef struct moment {
    size_t bar;
    double high, low, close, volume; /* volume NaN = none */
    double atr, volume_average, closes, ordinal;
} moment;

/* Volume by its average; NaN where there is none, or nothing to hold it against. */
static inline double volume_ratio(const moment *now)
{
    return now->volume_average > 0 ? now->volume / now->volume_average : NAN;
}

enum { MOST_SIDE_BARS = 100, WINDOW = 128 };

/* One side of the fractal rule: the extremes of the last bars, falling from the front. */
typedef struct window {
    double px[WINDOW];
    size_t at[WINDOW]; /* number among bars that are not missing */
    size_t front, back;
    bool has_candidate;
    size_t candidate_at;
    swing candidate;
} window;

/* What a bar has to pass to matter, prices turned so that the leg under way rises. */
typedef struct pivot_guard {
    int side;              /* of the leg; 0 = not known yet */
    double peak;           /* its extreme; -INFINITY: every bar matters */
    double back;           /* the furthest back since; INFINITY = nothing yet */
    double per_atr, fixed; /* how far back makes a pivot: per_atr x ATR + fixed */
} pivot_guard;

/* Would the bar go on with the leg, or end it?  If neither, that is all there is to do. */
static inline bool pivot_is_quiet(pivot_guard *g, double high, double low, double atr)
{
    double ahead = g->side > 0 ? high : -low, back = g->side > 0 ? low : -high;
    bool is_end = (back < g->back) & (g->peak - back > g->per_atr * atr + g->fixed);
    if ((ahead > g->peak) | is_end)
        return false;
    g->back = smaller(g->back, back);
    return true;
}

typedef struct pivot_finder {
    pen_pivot_rule rule;
    double size;
    size_t seen; /* bars taken */
    swing
        extreme[2]; /* lowest, highest: before the first leg of all bars, then of the leg's side */
    pivot_guard guard;
    window windows[2]; /* lows, highs */
} pivot_finder;

void pivot_finder_init(pivot_finder *f, pen_pivot_rule rule, double size);
/* Takes a bar that is not quiet, by the fractal rule every bar; writes the pivots it confirms and
 * returns how many, at most 2. */
size_t pivot_finder_update(pivot_finder *f, const moment *now, swing found[2]);

/* ---- candidates: patterns complete but for the breakout ---- */

/* value at bar t: at + slope * t */
typedef struct boundary {
    double at, slope;
} boundary;

static inline double boundary_at(boundary line, double bar)
{
    return line.at + line.slope * bar;
}
/* Through two points; flat where b is not after a. */
static inline boundary boundary_through(size_t a, double a_px, size_t b, double b_px)
{
    double slope = b > a ? (b_px - a_px) / (double)(b - a) : 0;
    return (boundary){ a_px - slope * (double)a, slope };
}

/* Patterns of which one is watched at a time: a newer one replaces the older.  Each but
 * the last has a place for either side: 2 * family + (side > 0). */
enum { HEAD, DOUBLE, TRIPLE, FLAG, CUP, RANGE, FAMILIES, PLACES = 2 * FAMILIES };

typedef struct candidate {
    pen_pattern match;
    boundary upper, lower;
    bool confirms[2]; /* a close below the lower, above the upper: confirms, else voids */
    double shape;     /* sum of the quality's three parts */
    size_t expires;
} candidate;

/* ---- level.c ---- */

enum { LEVELS = 64 };

typedef struct level {
    double px, volume; /* mean price, sum of volume ratios */
    size_t touches, first, last;
    double kept_until; /* each touch keeps it in mind for recent_bars more */
} level;

/* ---- trend_line.c ---- */

enum { WATCHED_LINES = 4 };

typedef struct watched_line {
    size_t index; /* in the finder's lines */
    boundary line;
    double volume; /* sum of volume ratios */
} watched_line;

/* ---- the finder ---- */

enum { SWINGS = 32, SAME_SIDE = 8 };

struct pen_patterns {
    pen_pattern_options options;
    size_t bar; /* bars fed */

    double first_close;
    moment now; /* the last bar that was not missing */
    pivot_finder pivot_finder;

    swing swings[SWINGS]; /* alternating; the k-th latest is swing_at(p, k) */
    size_t swing_count;

    candidate places[PLACES];
    unsigned live;              /* bit 1 << place */
    size_t taken_until[PLACES]; /* end of the last match: the next of its family starts there */
    /* Until bar quiet_until, a close within [quiet_low, quiet_high] decides nothing. */
    double quiet_low, quiet_high;
    size_t quiet_until;

    level levels[LEVELS]; /* by price */
    size_t level_count;
    watched_line watched[WATCHED_LINES]; /* two falling, two rising */
    unsigned watching;                   /* bit 1 << index */

    pen_pattern *matches;
    pen_pivot *pivots;
    pen_trend_line *lines;
    size_t match_count, match_room, pivot_count, pivot_room, line_count, line_room;
};

static inline const swing *swing_at(const pen_patterns *p, size_t k)
{
    return &p->swings[(p->swing_count - 1 - k) % SWINGS];
}

/* ---- candidate.c ---- */

/* Starts a candidate of the k-th latest swing back to the latest. */
static inline bool is_wanted(const pen_patterns *p, pen_pattern_kind kind)
{
    return p->options.kinds >> kind & 1;
}
/* May a pattern of this family and side take the swings from the `first`-th latest on? */
bool candidate_fits(const pen_patterns *p, int place, size_t first, double height);
candidate candidate_begin(pen_pattern_kind kind, double height);
void candidate_point(candidate *c, const swing *s, pen_point_role role);
/* Puts it under watch.  fit, symmetry: the quality's parts, cut to [0, 1]. */
void candidate_watch(pen_patterns *p, int place, candidate *c, double fit, double symmetry);
/* The close of p->now against every boundary. */
void candidates_check(pen_patterns *p);
/* 1 at no deviation, 0 at the tolerance. */
double closeness(double deviation, double tolerance);
/* The shortest leg between the swings 0 to first, by the mean one: 1 where turns come evenly. */
double rhythm(const pen_patterns *p, size_t first);
/* The shorter by the longer of two stretches. */
double evenness(size_t a, size_t b);

/* ---- detectors: each looks at the latest swings ---- */

void find_head_and_shoulders(pen_patterns *p);
void find_tops(pen_patterns *p);
void find_range(pen_patterns *p);
void find_flag(pen_patterns *p);
void find_cup(pen_patterns *p);

void levels_touch(pen_patterns *p, const swing *s);
/* The latest swing. */
void trend_lines_touch(pen_patterns *p);
/* The close of p->now against the lines under watch. */
void trend_lines_check(pen_patterns *p);
/* volume: the sum over the touches of volume_of(). */
double strength_of(size_t touches, double recency, double volume);
/* By its average; 1 where there is none. */
static inline double volume_of(const swing *s)
{
    return s->volume >= 0 ? s->volume : 1;
}

/* ---- options.c ---- */

pen_status pattern_options_check(const pen_pattern_options *options);

#endif
