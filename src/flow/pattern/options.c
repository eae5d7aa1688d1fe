/* What the finder is told, and the names it goes by. */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "../../machine/base/nearest.h"
#include "../../machine/base/number.h"
#include "finder.h"

pen_pattern_options pen_pattern_options_default(void)
{
    return (pen_pattern_options){ .rule = PEN_PIVOT_ATR,
                                  .size = 3,
                                  .atr_bars = 14,
                                  .kinds = (UINT64_C(1) << PEN_PATTERN_COUNT) - 1,
                                  .min_bars = 5,
                                  .max_bars = 400,
                                  .min_height_atr = 2,
                                  .leg_frac = 0.25,
                                  .level_frac = 0.15,
                                  .shoulder_frac = 0.35,
                                  .head_frac = 0.15,
                                  .flat_frac = 0.2,
                                  .fit_frac = 0.1,
                                  .converge_frac = 0.7,
                                  .pole_atr = 5,
                                  .retrace_frac = 0.5,
                                  .round_frac = 0.57,
                                  .touch_atr = 0.5,
                                  .recent_bars = 250 };
}

/* ---- ranges ---- */

typedef struct limit {
    const char *name;
    double value, low, high;
} limit;

static pen_status check_size(const pen_pattern_options *o)
{
    static const limit sizes[] = { { "atr", 0, 0.1, 1000 },
                                   { "percent", 0, 0.001, 1000 },
                                   { "fractal", 0, 1, MOST_SIDE_BARS } };
    if ((unsigned)o->rule >= PEN_COUNT(sizes))
        return pen_fail(PEN_E_ARG, "pattern options: pivot rule %d, expected 0 to %zu",
                        (int)o->rule, PEN_COUNT(sizes) - 1);
    const limit *l = &sizes[o->rule];
    if (!(o->size >= l->low && o->size <= l->high))
        return pen_fail(PEN_E_ARG, "pivots %s:%g, expected %g to %g", l->name, o->size, l->low,
                        l->high);
    if (o->rule == PEN_PIVOT_FRACTAL && o->size != floor(o->size))
        return pen_fail(PEN_E_ARG, "pivots fractal:%g, expected a whole number of bars", o->size);
    return PEN_OK;
}

pen_status pattern_options_check(const pen_pattern_options *o)
{
    const limit limits[] = {
        { "atr_bars", o->atr_bars, 1, 10000 },
        { "min_quality", o->min_quality, 0, 1 },
        { "min_bars", (double)o->min_bars, 0, 1e9 },
        { "max_bars", (double)o->max_bars, (double)o->min_bars, 1e9 },
        { "min_height_atr", o->min_height_atr, 0, 1000 },
        { "leg_frac", o->leg_frac, 0, 1 },
        { "level_frac", o->level_frac, 0, 1 },
        { "shoulder_frac", o->shoulder_frac, 0, 1 },
        { "head_frac", o->head_frac, 0, 1 },
        { "flat_frac", o->flat_frac, 0, 1 },
        { "fit_frac", o->fit_frac, 0, 1 },
        { "converge_frac", o->converge_frac, 0.01, 1 },
        { "pole_atr", o->pole_atr, 0, 1000 },
        { "retrace_frac", o->retrace_frac, 0, 1 },
        { "round_frac", o->round_frac, 0, 1 },
        { "touch_atr", o->touch_atr, 0, 1000 },
        { "recent_bars", o->recent_bars, 1, 1e12 },
    };
    PEN_TRY(check_size(o));
    for (size_t i = 0; i < PEN_COUNT(limits); i++)
        if (!(limits[i].value >= limits[i].low && limits[i].value <= limits[i].high))
            return pen_fail(PEN_E_ARG, "pattern options: %s %g, expected %g to %g", limits[i].name,
                            limits[i].value, limits[i].low, limits[i].high);
    return PEN_OK;
}

/* ---- names ---- */

static const struct {
    const char *name;
    double size;
} rules[] = { { "atr", 3 }, { "percent", 5 }, { "fractal", 2 } };

pen_status pen_pattern_pivots_parse(const char *text, pen_pattern_options *options)
{
    const char *colon = strchr(text, ':');
    size_t n = colon != NULL ? (size_t)(colon - text) : strlen(text);
    for (size_t r = 0; r < PEN_COUNT(rules); r++) {
        if (strlen(rules[r].name) != n || memcmp(rules[r].name, text, n) != 0)
            continue;
        pen_pattern_options read = *options;
        read.rule = (pen_pivot_rule)r;
        read.size = rules[r].size;
        if (colon != NULL && !pen_number_parse(colon + 1, strlen(colon + 1), &read.size))
            break;
        PEN_TRY(check_size(&read));
        *options = read;
        return PEN_OK;
    }
    return pen_fail(PEN_E_PARSE, "pivots '%s', expected atr:N, percent:N or fractal:N", text);
}

static const char *const names[] = {
#define NAME_(name, text, direction) text,
    PEN_PATTERN_LIST(NAME_)
#undef NAME_
};

const char *pen_pattern_name(pen_pattern_kind kind)
{
    return (unsigned)kind < PEN_PATTERN_COUNT ? names[kind] : NULL;
}

pen_status pen_pattern_find(const char *name, pen_pattern_kind *kind)
{
    char plain[64];
    size_t n = 0;
    for (; name[n] != '\0' && n < sizeof plain - 1; n++)
        plain[n] = name[n] == '_' || name[n] == ' ' ? '-' : (char)tolower((unsigned char)name[n]);
    plain[n] = '\0';
    for (size_t k = 0; k < PEN_COUNT(names); k++)
        if (strcmp(names[k], plain) == 0) {
            *kind = (pen_pattern_kind)k;
            return PEN_OK;
        }
    const char *near = pen_nearest(plain, names, PEN_COUNT(names));
    *kind = PEN_PATTERN_COUNT;
    if (near != NULL)
        return pen_fail(PEN_E_NOTFOUND, "no pattern '%s'; did you mean '%s'?", name, near);
    return pen_fail(PEN_E_NOTFOUND, "no pattern '%s', expected one such as double-top", name);
}

const char *pen_point_role_name(pen_point_role role)
{
    static const char *const roles[PEN_POINT_COUNT] = {
        [PEN_POINT_SHOULDER] = "shoulder", [PEN_POINT_HEAD] = "head",     [PEN_POINT_NECK] = "neck",
        [PEN_POINT_PEAK] = "peak",         [PEN_POINT_TROUGH] = "trough", [PEN_POINT_RIM] = "rim",
        [PEN_POINT_CUP] = "cup",           [PEN_POINT_HANDLE] = "handle", [PEN_POINT_POLE] = "pole",
    };
    return (unsigned)role < PEN_POINT_COUNT ? roles[role] : NULL;
}
