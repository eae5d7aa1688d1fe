/* Signals from text: "imbalance>0.6,rearm=0.4,cooldown=5s", "|book|>=0.8", "spread_bps<2". */
#include "signal.h"

#include <string.h>

#include "../../machine/base/nearest.h"
#include "text.h"

static const uint64_t SIGN_BIT = UINT64_C(1) << 63;

static const char *const names[] = {
#define NAME_(name, text, meaning) text,
    PEN_TICK_FEATURE_LIST(NAME_)
#undef NAME_
};

const char *pen_tick_feature_name(pen_tick_feature_kind kind)
{
    return (size_t)kind < PEN_TICK_FEATURE_COUNT ? names[kind] : NULL;
}

const char *pen_tick_feature_meaning(pen_tick_feature_kind kind)
{
    static const char *const meanings[] = {
#define MEANING_(name, text, meaning) meaning,
        PEN_TICK_FEATURE_LIST(MEANING_)
#undef MEANING_
    };
    return (size_t)kind < PEN_TICK_FEATURE_COUNT ? meanings[kind] : NULL;
}

pen_status pen_tick_feature_find(const char *name, pen_tick_feature_kind *kind)
{
    for (int k = 0; k < PEN_TICK_FEATURE_COUNT; k++)
        if (strcmp(names[k], name) == 0) {
            *kind = (pen_tick_feature_kind)k;
            return PEN_OK;
        }
    *kind = PEN_TICK_FEATURE_PRICE;
    const char *near = pen_nearest(name, names, PEN_COUNT(names));
    if (near != NULL)
        return pen_fail(PEN_E_NOTFOUND, "no feature '%.40s'; did you mean '%s'?", name, near);
    return pen_fail(PEN_E_NOTFOUND, "no feature '%.40s', there are price, mid, imbalance, ...",
                    name);
}

static const char condition[] = "FEATURE>NUMBER or FEATURE<NUMBER, as in imbalance>0.6";

static pen_status malformed(const char *text, const char *expected)
{
    return pen_fail(PEN_E_ARG, "signal '%.80s': expected %s", text, expected);
}

/* "name" or "|name|", n bytes. */
static pen_status read_feature(const char *text, const char *name, size_t n, tick_signal *s)
{
    char copy[40];
    bool is_absolute = n >= 2 && name[0] == '|' && name[n - 1] == '|';
    s->keep = is_absolute ? ~SIGN_BIT : UINT64_MAX;
    name += is_absolute;
    n -= 2 * (size_t)is_absolute;
    if (n == 0 || n >= sizeof copy)
        return malformed(text, condition);
    memcpy(copy, name, n);
    copy[n] = '\0';
    if (pen_tick_feature_find(copy, &s->feature) != PEN_OK)
        return pen_fail_context(PEN_E_ARG, "signal '%.80s'", text);
    return PEN_OK;
}

/* One of the parts behind a comma. */
static pen_status read_part(const char *text, const char *part, size_t n, tick_signal *s)
{
    double seconds;
    if (n > 6 && memcmp(part, "rearm=", 6) == 0 && tick_read_number(part + 6, n - 6, &s->rearm)) {
        s->rearm *= s->flip != 0 ? -1 : 1;
        return PEN_OK;
    }
    if (n > 9 && memcmp(part, "cooldown=", 9) == 0 &&
        tick_read_seconds(part + 9, n - 9, &seconds) && seconds >= 0) {
        s->cooldown_ns = seconds * 1e9;
        return PEN_OK;
    }
    return malformed(text, "rearm=NUMBER or cooldown=TIME behind the comma");
}

pen_status tick_signal_parse(const char *text, tick_signal *s)
{
    size_t name = strcspn(text, "<>");
    const char *at = text + name;
    *s = (tick_signal){ .is_armed = true };
    PEN_TRY(read_feature(text, text, name, s));
    if (*at == '\0')
        return malformed(text, condition);
    s->flip = *at++ == '>' ? 0 : SIGN_BIT;
    bool is_strict = *at != '=';
    at += !is_strict;
    size_t n = strcspn(at, ",");
    if (!tick_read_number(at, n, &s->limit))
        return malformed(text, "a number behind < or >");
    s->rearm = s->limit *= s->flip != 0 ? -1 : 1;
    for (at += n; *at == ','; at += n) {
        at++;
        n = strcspn(at, ",");
        PEN_TRY(read_part(text, at, n, s));
    }
    if (s->rearm > s->limit)
        return malformed(text, "rearm on the other side of the threshold");
    s->limit = is_strict ? s->limit : nextafter(s->limit, -INFINITY);
    s->rearm = fmin(s->rearm, s->limit);
    return PEN_OK;
}
