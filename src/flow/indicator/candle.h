/* Candlestick patterns: rules are text, compiled into programs that
 * kernels/candle.k and candle_strips.k run.
 *
 * A rule is "value: term term ..."; a pattern is rules with ';' between them, and
 * its value on a bar is that of the first rule all of whose terms hold, else 0.
 * "name= term term ..." defines a term.  '!' before a term turns it around.  "bars= 5" gives the
 * bars of a pattern whose lookback is more than what it looks at.
 *
 *   o h l c    prices; the digit after a name counts bars back: c0 is this bar's close
 *   t b        top and bottom of the real body; m: the middle between low and high
 *   r u d      size of the real body, of the upper shadow, of the shadow below (down)
 *   e          |r - r of the bar before|
 *   body_long shadow_short near ...   a setting's factor times its average over the bars
 *              before the bar meant, which is that of the name before unless given
 *
 *   c0<=c1+near, r0>body_long, c0<c2-0.5*r2     comparisons: < <= > >=
 *   white0 black0 long0 short0 small0 doji0 no_upper0 no_lower0 marubozu0 gap_up0 gap_down0
 *              what they stand for is in candle_rules.c
 *
 * A comparison in which a NaN takes part does not hold. */
#ifndef PEN_INDICATOR_CANDLE_H
#define PEN_INDICATOR_CANDLE_H

#include "penstock/indicator.h"
#include "program.h"

/* A pattern to add to a program. */
typedef struct ind_candle {
    const char *rules;
    int input[4]; /* open, high, low, close: inputs of the plan */
    double penetration;
    const pen_candle_settings *settings;
} ind_candle;

/* Bars before the first value: the longest average that the rules name, and the bars before
 * this one that they look at, or those given by "bars= 5". */
pen_status ind_candle_lookback(const ind_candle *candle, int *lookback);

/* Adds the pattern; its values become plane `plane` of the result from step `mask` on.
 * *fits turns false when the program is full. */
pen_status ind_candle_emit(ind_program *program, const ind_candle *candle, int plane, int mask,
                           bool *fits);

/* Ends a program of candles. */
pen_status ind_candle_finish(ind_program *program);

/* One of the settings and its name. */
enum { IND_CANDLE_SETTINGS = 11 };
const pen_candle_setting *ind_candle_setting(const pen_candle_settings *all, size_t index,
                                             const char **name);

/* PEN_E_ARG for a range that is none, a period or a factor out of range. */
pen_status ind_candle_check(const pen_candle_settings *settings);

#endif
