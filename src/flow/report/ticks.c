/* Ticks at round numbers and at round moments. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"

/* The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `rough`. */
static double round_step(double rough)
{
    double power = pow(10, floor(log10(rough)));
    static const double steps[] = { 1, 2, 2.5, 5, 10 };
    for (size_t i = 0; i < PEN_COUNT(steps); i++)
        if (steps[i] * power >= rough * (1 - 1e-9))
            return steps[i] * power;
    return 10 * power;
}

static void copy_number(char *text, size_t size, double value, int digits, const char *unit)
{
    sink s = { 0 };
    char *made;
    sink_number(&s, value, digits);
    if (sink_finish(&s, &made, NULL) == PEN_OK)
        snprintf(text, size, "%s%s", made, unit);
    pen_plot_free(made);
}

/* A label with just the decimals its step needs, thousands as k, M, G, T. */
static void value_label(double value, double step, double largest, char *text, size_t size)
{
    static const struct {
        double least, unit;
        const char *name;
    } units[] = { { 1e12, 1e12, "T" }, { 1e9, 1e9, "G" }, { 1e6, 1e6, "M" }, { 2e4, 1e3, "k" } };
    const char *name = "";
    if (fabs(value) < step * 1e-6)
        value = 0;
    if (largest >= 1e15 || largest < 1e-4) {
        /* the exponent form has no locale's comma when printed by halves */
        int power = value == 0 ? 0 : (int)floor(log10(fabs(value)) + 1e-9);
        copy_number(text, size, value == 0 ? 0 : value / pow(10, power), 2, "");
        size_t used = strlen(text);
        if (value != 0)
            snprintf(text + used, size - used, "e%d", power);
        return;
    }
    for (size_t i = 0; i < PEN_COUNT(units); i++)
        if (largest >= units[i].least && step >= units[i].unit * 1e-3) {
            value /= units[i].unit;
            step /= units[i].unit;
            name = units[i].name;
            break;
        }
    int digits = 0;
    for (double s = step; digits < 8 && fabs(s - round(s)) > 1e-6 * fabs(s); s *= 10)
        digits++;
    copy_number(text, size, value, digits, value == 0 ? "" : name);
}

static size_t even_ticks(const scale *s, size_t wanted, tick *ticks)
{
    double half = s->high * 0.5 - s->low * 0.5, step = round_step(half / (double)wanted * 2);
    /* steps too small to move the numbers they start from */
    double largest = fmax(fabs(s->low), fabs(s->high));
    if (step < largest * 1e-13)
        return 0;
    double start = ceil(s->low / step);
    size_t count = 0;
    for (; count < MOST_TICKS; count++) {
        double value = (start + (double)count) * step;
        if (!(value <= s->high))
            break;
        ticks[count].at = scale_at(s, value);
        value_label(value, step, largest, ticks[count].label, sizeof ticks[count].label);
    }
    return count;
}

/* Powers of ten, with their 2 and 5 while they are few. */
static size_t decade_ticks(const scale *s, size_t wanted, tick *ticks)
{
    static const double all[] = { 1, 2, 5 };
    double decades = s->high - s->low;
    size_t parts = decades * 3 <= (double)wanted * 2 ? 3 : 1, count = 0;
    int every = decades > (double)wanted ? (int)ceil(decades / (double)wanted) : 1;
    for (int power = (int)floor(s->low); power <= s->high; power += every)
        for (size_t i = 0; i < parts && count < MOST_TICKS; i++) {
            double value = all[i] * pow(10, power);
            if (log10(value) < s->low || log10(value) > s->high)
                continue;
            ticks[count].at = scale_at(s, value);
            value_label(value, value, value, ticks[count].label, sizeof ticks[count].label);
            count++;
        }
    return count;
}

size_t ticks_of_values(const scale *s, size_t wanted, tick *ticks)
{
    if (s->is_empty || wanted == 0)
        return 0;
    if (!s->is_log)
        return even_ticks(s, wanted, ticks);
    if (s->high - s->low >= 1)
        return decade_ticks(s, wanted, ticks);
    /* less than a decade: round values, placed by their logarithm */
    scale flat = { .low = pow(10, s->low), .high = pow(10, s->high) };
    size_t count = even_ticks(&flat, wanted, ticks);
    for (size_t i = 0; i < count; i++)
        ticks[i].at = scale_at(s, flat.low + ticks[i].at * (flat.high - flat.low));
    return count;
}

/* ---- moments ---- */

static const int64_t SECOND = 1000000000, DAY = 86400000000000;

typedef struct moment {
    int64_t year;
    int month, day; /* 1 to 12, 1 to 31 */
    int64_t ns;     /* of the day */
} moment;

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar; years begin in
 * March here, so that the leap day is a year's last. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400), in_era = year - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static moment moment_of(int64_t time_ns)
{
    moment m;
    int64_t days = floor_div(time_ns, DAY);
    m.ns = time_ns % DAY + (time_ns % DAY < 0 ? DAY : 0);
    int64_t shifted = days + 719468, era = floor_div(shifted, 146097);
    int64_t rest = shifted - era * 146097;
    int64_t in_era = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int64_t in_year = rest - (365 * in_era + in_era / 4 - in_era / 100);
    int64_t month = (5 * in_year + 2) / 153;
    m.day = (int)(in_year - (153 * month + 2) / 5 + 1);
    m.month = (int)(month < 10 ? month + 3 : month - 9);
    m.year = in_era + era * 400 + (m.month <= 2);
    return m;
}

void date_text(int64_t time_ns, char *text, size_t size)
{
    moment m = moment_of(time_ns);
    int seconds = (int)(m.ns / SECOND);
    int used = snprintf(text, size, "%04lld-%02d-%02d", (long long)m.year, m.month, m.day);
    if (m.ns == 0 || used < 0 || (size_t)used >= size)
        return;
    used +=
        snprintf(text + used, size - (size_t)used, " %02d:%02d", seconds / 3600, seconds / 60 % 60);
    if (seconds % 60 != 0 && used > 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, ":%02d", seconds % 60);
}

/* A step of the calendar: so many months, or so many ns. */
typedef struct stride {
    int months;
    int64_t ns;
} stride;

static stride stride_for(double rough_ns)
{
    static const int seconds[] = { 1,     2,     5,     10,    15,     30,     60,
                                   120,   300,   600,   900,   1800,   3600,   7200,
                                   10800, 21600, 43200, 86400, 172800, 604800, 1209600 };
    static const int months[] = { 1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000 };
    static const double month_ns = 30.44 * 86400e9;
    for (int64_t ns = 1; ns < SECOND; ns *= 10)
        for (int64_t k = 1; k <= 5; k += k == 1 ? 1 : 3)
            if ((double)(ns * k) >= rough_ns)
                return (stride){ 0, ns * k };
    for (size_t i = 0; i < PEN_COUNT(seconds); i++)
        if ((double)seconds[i] * 1e9 >= rough_ns)
            return (stride){ 0, seconds[i] * SECOND };
    for (size_t i = 0; i + 1 < PEN_COUNT(months); i++)
        if (months[i] * month_ns >= rough_ns)
            return (stride){ months[i], 0 };
    return (stride){ months[PEN_COUNT(months) - 1], 0 };
}

/* A month's start as ns, or false where that leaves the int64. */
static bool month_start(int64_t month_index, int64_t *ns)
{
    int64_t year = floor_div(month_index, 12);
    return !__builtin_mul_overflow(days_of(year, (int)(month_index - year * 12) + 1, 1), DAY, ns);
}

/* Weeks begin on Monday; 1970-01-05 was one. */
static int64_t origin_of(stride s)
{
    return s.ns >= 7 * DAY ? 4 * DAY : 0;
}

/* The k-th round moment at or after `start`. */
static bool round_moment(stride s, int64_t start, int64_t k, int64_t *out)
{
    if (s.months == 0) {
        int64_t since;
        if (__builtin_sub_overflow(start, origin_of(s), &since))
            return false;
        int64_t steps = floor_div(since, s.ns) + (since % s.ns != 0) + k;
        return !__builtin_mul_overflow(steps, s.ns, out) &&
               !__builtin_add_overflow(*out, origin_of(s), out);
    }
    moment m = moment_of(start);
    int64_t index = m.year * 12 + m.month - 1, first;
    index = floor_div(index, s.months) * s.months;
    if (!month_start(index, &first) || first < start)
        index += s.months;
    return month_start(index + k * s.months, out);
}

/* A year where one begins, else a month, a day, or the time of day. */
static void moment_label(int64_t time_ns, stride s, char *text, size_t size)
{
    static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    moment m = moment_of(time_ns);
    int seconds = (int)(m.ns / SECOND);
    if (m.ns == 0 && s.months > 0 && m.month == 1)
        snprintf(text, size, "%lld", (long long)m.year);
    else if (s.months > 0)
        snprintf(text, size, "%s", names[m.month - 1]);
    else if (m.ns == 0)
        snprintf(text, size, "%d %s", m.day, names[m.month - 1]);
    else if (s.ns < SECOND)
        snprintf(text, size, "%02d.%09lld", seconds % 60, (long long)(m.ns % SECOND));
    else if (s.ns < 60 * SECOND)
        snprintf(text, size, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    else
        snprintf(text, size, "%02d:%02d", seconds / 3600, seconds / 60 % 60);
}

/* The first position at or after a moment. */
static size_t position_of(const pen_plot *plot, int64_t time_ns)
{
    size_t low = 0, high = plot->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (plot->time_ns[middle] < time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double moment_at(const pen_plot *plot, int64_t time_ns)
{
    size_t i = position_of(plot, time_ns);
    if (i >= plot->n)
        return NAN;
    if (plot->is_evenly_spaced || plot->time_ns[i] == time_ns || i == 0)
        return axis_at(plot, i);
    double before = axis_at(plot, i - 1), after = axis_at(plot, i);
    double part = ns_between(plot->time_ns[i - 1], time_ns) /
                  ns_between(plot->time_ns[i - 1], plot->time_ns[i]);
    return before + part * (after - before);
}

static size_t ticks_of_time(const pen_plot *plot, size_t wanted, tick *ticks)
{
    int64_t start = plot->time_ns[0], end = plot->time_ns[plot->n - 1];
    double rough = ns_between(start, end) / (double)wanted;
    size_t count = 0;
    stride step = stride_for(rough);
    double last = -1;
    for (int64_t k = 0; start < end && count < MOST_TICKS && k < 4 * MOST_TICKS; k++) {
        int64_t at_ns;
        if (!round_moment(step, start, k, &at_ns) || at_ns > end)
            break;
        double at = moment_at(plot, at_ns);
        if (isnan(at) || at - last < 0.35 / (double)wanted)
            continue;
        last = ticks[count].at = at;
        moment_label(at_ns, step, ticks[count].label, sizeof ticks[count].label);
        count++;
    }
    if (count == 0) {
        ticks[0].at = axis_at(plot, 0);
        date_text(start, ticks[0].label, sizeof ticks[0].label);
        count = 1;
    }
    return count;
}

size_t ticks_of_axis(const pen_plot *plot, size_t wanted, tick *ticks)
{
    if (plot->n == 0 || wanted == 0)
        return 0;
    if (plot->time_ns != NULL)
        return ticks_of_time(plot, wanted, ticks);
    scale s = { .low = plot->x[0], .high = plot->x[plot->n - 1] };
    if (s.low == s.high) {
        ticks[0].at = 0.5;
        value_label(s.low, 1, fabs(s.low), ticks[0].label, sizeof ticks[0].label);
        return 1;
    }
    size_t count = even_ticks(&s, wanted, ticks);
    double inset = axis_step(plot) * 0.5;
    for (size_t i = 0; i < count; i++)
        ticks[i].at = inset + ticks[i].at * (1 - 2 * inset);
    return count;
}
