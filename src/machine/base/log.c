#define _POSIX_C_SOURCE 200809L
#include "log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "status.h"

enum { LINE_BYTES = 2048, MESSAGE_BYTES = 1024 };

static const char *const level_names[] = { "error", "warn", "info", "debug" };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the sink's calls */
static pen_log_fn *sink;
static void *sink_context;
static atomic_bool has_sink;
static atomic_int top_level = PEN_LOG_WARN;
static atomic_bool is_json_wanted;

void pen_log_set_sink(pen_log_fn *fn, void *context)
{
    pthread_mutex_lock(&lock);
    sink = fn;
    sink_context = context;
    atomic_store(&has_sink, fn != NULL);
    pthread_mutex_unlock(&lock);
}

void pen_log_to_stderr(void *context, pen_log_level level, const char *line, size_t n)
{
    (void)context;
    (void)level;
    fprintf(stderr, "%.*s\n", (int)n, line);
}

void pen_log_set(pen_log_level level, bool is_json)
{
    atomic_store(&top_level, (int)level);
    atomic_store(&is_json_wanted, is_json);
}

pen_status pen_log_configure(const char *text)
{
    if (text == NULL)
        text = getenv("PENSTOCK_LOG");
    int level = atomic_load(&top_level);
    bool is_json = atomic_load(&is_json_wanted);
    for (const char *p = text; p != NULL && *p != 0;) {
        size_t n = strcspn(p, ",");
        bool is_known = false;
        for (size_t i = 0; i < PEN_COUNT(level_names); i++)
            if (strlen(level_names[i]) == n && strncmp(level_names[i], p, n) == 0) {
                level = (int)i;
                is_known = true;
            }
        if (n == 4 && (strncmp(p, "json", n) == 0 || strncmp(p, "text", n) == 0)) {
            is_json = *p == 'j';
            is_known = true;
        }
        if (!is_known)
            return pen_fail(PEN_E_ARG,
                            "log setting '%.*s', expected error, warn, info, debug, text or json",
                            (int)(n < 64 ? n : 64), p);
        p += n + (p[n] == ',');
    }
    pen_log_set((pen_log_level)level, is_json);
    return PEN_OK;
}

bool pen_log_is_on(pen_log_level level)
{
    return atomic_load_explicit(&has_sink, memory_order_relaxed) &&
           (int)level <= atomic_load_explicit(&top_level, memory_order_relaxed);
}

/* A line being put together; what does not fit is dropped. */
typedef struct line {
    char text[LINE_BYTES];
    size_t n;
} line;

static void put(line *l, const char *text, size_t n)
{
    if (n > sizeof l->text - l->n)
        n = sizeof l->text - l->n;
    memcpy(l->text + l->n, text, n);
    l->n += n;
}

static void put_text(line *l, const char *text)
{
    put(l, text, strlen(text));
}

/* Leaves room for the closing quote and brace; characters are whole or absent. */
static void put_escaped(line *l, const char *text)
{
    const char *end = text + strlen(text);
    while (text < end && sizeof l->text - l->n > 10) {
        char escaped[8];
        size_t n = pen_json_escape(&text, end, escaped);
        put(l, escaped, n);
    }
}

static void put_time(line *l)
{
    struct timespec now;
    struct tm utc;
    char text[40];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + n, sizeof text - n, ".%03dZ", (int)(now.tv_nsec / 1000000 % 1000));
    put_text(l, text);
}

static void put_json_line(line *l, pen_log_level level, const char *area, const char *message)
{
    put_text(l, "{\"time\":\"");
    put_time(l);
    put_text(l, "\",\"level\":\"");
    put_text(l, level_names[level]);
    put_text(l, "\",\"area\":\"");
    put_escaped(l, area);
    put_text(l, "\",\"message\":\"");
    put_escaped(l, message);
    put_text(l, "\"}");
}

void pen_log(pen_log_level level, const char *area, const char *format, ...)
{
    if (!pen_log_is_on(level) || (size_t)level >= PEN_COUNT(level_names))
        return;
    char message[MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    line l;
    l.n = 0;
    if (atomic_load(&is_json_wanted)) {
        put_json_line(&l, level, area, message);
    } else {
        put_time(&l);
        put_text(&l, " ");
        put_text(&l, level_names[level]);
        put_text(&l, " ");
        put_text(&l, area);
        put_text(&l, ": ");
        for (char *p = message; *p != 0; p++) /* one event, one line */
            if (*p == '\n' || *p == '\r')
                *p = ' ';
        put_text(&l, message);
    }
    pthread_mutex_lock(&lock);
    if (sink != NULL)
        sink(sink_context, level, l.text, l.n);
    pthread_mutex_unlock(&lock);
}
