/* Times as text: ISO 8601 and its relatives, compact dates, numbers since 1970. */
#include "time.h"

#include <string.h>

#include "../../machine/base/number.h"
#include "../../machine/base/status.h"

static const int64_t day_ns = INT64_C(86400000000000), second_ns = 1000000000;

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Days since 1970-01-01 in the Gregorian calendar, for year >= 0.  Counted in
 * years that start in March, so that the leap day is a year's last. */
static int64_t days_since_1970(int year, int month, int day)
{
    int y = year - (month <= 2), m = (month + 9) % 12;
    return (int64_t)365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 719469;
}

static bool is_date(int year, int month, int day)
{
    static const signed char length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1678 && year <= 2261 && month >= 1 && month <= 12 && day >= 1 &&
           day <= length[month - 1] + (month == 2 && is_leap);
}

/* The text not yet read. */
typedef struct reader {
    const char *p, *end;
} reader;

/* Exactly n digits; -1 if they are not there, which every range check refuses. */
static int read_digits(reader *r, int n)
{
    int value = 0;
    if (r->end - r->p < n)
        return -1;
    for (int i = 0; i < n; i++) {
        if (!is_digit(r->p[i]))
            return -1;
        value = value * 10 + (r->p[i] - '0');
    }
    r->p += n;
    return value;
}

static bool take(reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static bool read_date(reader *r, int64_t *days)
{
    int year, month, day;
    size_t n = (size_t)(r->end - r->p);
    if (n >= 10 && (r->p[4] == '-' || r->p[4] == '/' || r->p[4] == '.')) {
        char separator = r->p[4];
        year = read_digits(r, 4);
        r->p++;
        month = read_digits(r, 2);
        if (!take(r, separator))
            return false;
        day = read_digits(r, 2);
    } else if (n >= 10 && r->p[2] == '.') {
        day = read_digits(r, 2);
        r->p++;
        month = read_digits(r, 2);
        if (!take(r, '.'))
            return false;
        year = read_digits(r, 4);
    } else {
        year = read_digits(r, 4);
        month = read_digits(r, 2);
        day = read_digits(r, 2);
    }
    if (!is_date(year, month, day))
        return false;
    *days = days_since_1970(year, month, day);
    return true;
}

/* Decimals of a unit of unit_ns; those below a nanosecond are dropped. */
static int64_t read_decimals(reader *r, int64_t unit_ns)
{
    int64_t value = 0;
    for (; r->p < r->end && is_digit(*r->p); r->p++) {
        unit_ns /= 10;
        value += unit_ns * (*r->p - '0');
    }
    return value;
}

/* hh[:mm[:ss[.decimals]]] or the same without colons. */
static bool read_clock(reader *r, int64_t *ns)
{
    int hour = read_digits(r, 2), minute = 0, second = 0;
    int64_t decimals = 0;
    bool has_colons = take(r, ':');
    if (has_colons || (r->p < r->end && is_digit(*r->p))) {
        minute = read_digits(r, 2);
        if (has_colons ? take(r, ':') : r->p < r->end && is_digit(*r->p)) {
            second = read_digits(r, 2);
            if (take(r, '.') || take(r, ',')) {
                if (r->p == r->end || !is_digit(*r->p))
                    return false;
                decimals = read_decimals(r, second_ns);
            }
        }
    }
    *ns = ((hour * 60 + minute) * 60 + second) * second_ns + decimals;
    return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
}

/* Nothing, Z, UTC, GMT, +hh, +hhmm or +hh:mm, after at most one blank. */
static bool read_zone(reader *r, int64_t *ns)
{
    *ns = 0;
    take(r, ' ');
    size_t n = (size_t)(r->end - r->p);
    if (n == 0 || (n == 1 && (*r->p | 0x20) == 'z'))
        return true;
    if (n == 3 && (memcmp(r->p, "UTC", 3) == 0 || memcmp(r->p, "GMT", 3) == 0))
        return true;
    int sign = take(r, '-') ? -1 : take(r, '+') ? 1 : 0;
    int hour = read_digits(r, 2), minute = 0;
    if (r->p < r->end) {
        take(r, ':');
        minute = read_digits(r, 2);
    }
    *ns = sign * (hour * 60 + minute) * 60 * second_ns;
    return sign != 0 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && r->p == r->end;
}

static bool read_calendar(const char *text, size_t n, int64_t *time_ns)
{
    reader r = { text, text + n };
    int64_t days, clock = 0, zone = 0;
    if (!read_date(&r, &days))
        return false;
    if (r.p < r.end) {
        bool is_compact = n == 14; /* yyyymmddhhmmss */
        if (!is_compact && !take(&r, 'T') && !take(&r, ' ') && !take(&r, 't'))
            return false;
        if (!read_clock(&r, &clock) || (is_compact && r.p < r.end) || !read_zone(&r, &zone))
            return false;
    }
    *time_ns = days * day_ns + clock - zone;
    return true;
}

static int64_t unit_in_ns(pen_time_unit unit)
{
    return unit == PEN_TIME_S    ? second_ns
           : unit == PEN_TIME_MS ? 1000000
           : unit == PEN_TIME_US ? 1000
                                 : 1;
}

/* [-]digits[.decimals] units since 1970. */
static bool read_number(const char *text, size_t n, int64_t unit_ns, int64_t *time_ns)
{
    const char *point = memchr(text, '.', n);
    size_t n_whole = point != NULL ? (size_t)(point - text) : n;
    int64_t whole, decimals = 0;
    if (!pen_number_parse_i64(text, n_whole, &whole))
        return false;
    if (point != NULL) {
        reader r = { point + 1, text + n };
        decimals = read_decimals(&r, unit_ns);
        if (r.p != r.end)
            return false;
    }
    if (*text == '-')
        decimals = -decimals;
    return !__builtin_mul_overflow(whole, unit_ns, &whole) &&
           !__builtin_add_overflow(whole, decimals, time_ns);
}

/* By size: a count of seconds stays below 1e11 until the year 5138, one of
 * milliseconds passes it in 1973. */
static pen_time_unit guess_unit(const char *text, size_t n)
{
    size_t n_digits = 0;
    for (size_t i = *text == '-'; i < n && is_digit(text[i]); i++)
        n_digits++;
    return n_digits <= 11   ? PEN_TIME_S
           : n_digits <= 14 ? PEN_TIME_MS
           : n_digits <= 17 ? PEN_TIME_US
                            : PEN_TIME_NS;
}

static bool is_plain_number(const char *text, size_t n)
{
    size_t n_points = 0;
    for (size_t i = n > 1 && *text == '-'; i < n; i++) {
        n_points += text[i] == '.';
        if (!is_digit(text[i]) && text[i] != '.')
            return false;
    }
    return n > 0 && n_points <= 1;
}

bool pen_time_find_form(const char *text, size_t n, pen_time_unit unit, pen_time_form *form)
{
    int64_t ns;
    *form = (pen_time_form){ .is_number = is_plain_number(text, n), .unit = unit };
    if (form->is_number && unit == PEN_TIME_AUTO) {
        form->unit = guess_unit(text, n);
        if ((n == 8 || n == 14) && read_calendar(text, n, &ns))
            form->is_number = false;
    }
    return pen_time_read(text, n, *form, &ns);
}

bool pen_time_read(const char *text, size_t n, pen_time_form form, int64_t *time_ns)
{
    if (n == 0)
        return false;
    if (form.is_number)
        return read_number(text, n, unit_in_ns(form.unit), time_ns);
    return read_calendar(text, n, time_ns);
}

pen_status pen_time_parse(const char *text, size_t n, pen_time_unit unit, int64_t *time_ns)
{
    pen_time_form form;
    *time_ns = 0;
    if (!pen_time_find_form(text, n, unit, &form) || !pen_time_read(text, n, form, time_ns))
        return pen_fail(PEN_E_PARSE,
                        "pen_time_parse: '%.*s' is not a time, expected 2020-01-31T09:30:15Z, "
                        "20200131 or a number since 1970",
                        (int)(n < 64 ? n : 64), text);
    return PEN_OK;
}

static void put_digits(char *out, int n, int64_t value)
{
    for (int i = n - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
}

/* The inverse of days_since_1970(). */
static void put_date(int64_t days, char *out)
{
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t m = (5 * of_year + 2) / 153, month = m < 10 ? m + 3 : m - 9;
    memcpy(out, "0000-00-00", 10);
    put_digits(out, 4, year_of_era + era * 400 + (month <= 2));
    put_digits(out + 5, 2, month);
    put_digits(out + 8, 2, of_year - (153 * m + 2) / 5 + 1);
}

size_t pen_time_print(int64_t time_ns, char out[32])
{
    int64_t days = time_ns / day_ns, rest = time_ns % day_ns;
    if (rest < 0) {
        rest += day_ns;
        days--;
    }
    put_date(days, out);
    out[10] = 0;
    if (rest == 0)
        return 10;
    int64_t seconds = rest / second_ns, ns = rest % second_ns;
    memcpy(out + 10, "T00:00:00", 9);
    put_digits(out + 11, 2, seconds / 3600);
    put_digits(out + 14, 2, seconds / 60 % 60);
    put_digits(out + 17, 2, seconds % 60);
    size_t n = 19;
    if (ns != 0) {
        int n_decimals = ns % 1000000 == 0 ? 3 : ns % 1000 == 0 ? 6 : 9;
        out[n++] = '.';
        put_digits(out + n, n_decimals,
                   n_decimals == 3   ? ns / 1000000
                   : n_decimals == 6 ? ns / 1000
                                     : ns);
        n += (size_t)n_decimals;
    }
    out[n++] = 'Z';
    out[n] = 0;
    return n;
}
