/* Profiles: what other programs understand by the same names.  A profile is data: defaults of
 * parameters that differ from the catalogue's, and flags that the indicators ask for.  Sources in
 * docs/indicators.md. */
#ifndef PEN_INDICATOR_PROFILE_H
#define PEN_INDICATOR_PROFILE_H

#include "program.h"

typedef struct ind_style {
    bool ema_from_first;     /* exponential averages start as the first value, not as a mean */
    bool macd_each_from_own; /* macd's fast average starts before the slow one */
    bool macd_fixed;         /* macd's periods 12 and 26 mean factors 0.15 and 0.075 */
    bool trange_from_first;  /* trange has a first bar, high - low */
    bool atr_from_first;     /* so have atr, natr, choppiness and what is made of atr */
    bool dmi_of_averages;    /* directional averages start as a mean of `period` */
    bool dmi_at_once;        /* they are shown on the bar on which they start */
    bool kama_shows_seed;
    bool cmo_of_sums;   /* of the last `period` changes instead of Wilder's averages */
    bool cci_settled;   /* cci is shown when a mean of means would be full */
    bool obv_from_0;    /* the first bar's volume does not count */
    bool roc_fraction;  /* roc in fractions instead of percent */
    bool trix_of_logs;  /* trix is 10000 changes of the averaged logarithm */
    bool trix_of_new;   /* trix is a fraction of the new average, not of the old one */
    bool stochrsi_slow; /* stochrsi's first line is averaged too */
} ind_style;

const ind_style *ind_style_of(const ind_program *program);

#endif
