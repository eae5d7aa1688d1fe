/* Bytes out: one buffer in front of a descriptor, or one that grows. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "file.h"
#include "number.h"
#include "size.h"

enum { BUFFER_BYTES = 1 << 16, ERROR_BYTES = 256 };

struct pen_sink {
    char *name;
    int fd; /* -1: memory */
    char *buffer;
    size_t used, capacity;
    pen_status status;
    char error[ERROR_BYTES];
};

static void keep_error(pen_sink *k, pen_status status)
{
    if (k->status == PEN_OK) {
        k->status = status;
        snprintf(k->error, sizeof k->error, "%s", pen_last_error());
    }
}

static pen_status create(const char *name, int fd, pen_sink **out)
{
    pen_sink *k;
    PEN_TRY(PEN_NEW(&k));
    k->fd = fd;
    k->capacity = fd < 0 ? 1024 : BUFFER_BYTES;
    pen_status s = pen_strdup(name, &k->name);
    if (s == PEN_OK)
        s = pen_alloc(k->capacity, 1, (void **)&k->buffer);
    if (s != PEN_OK) {
        pen_free(k->name);
        pen_free(k);
        return s;
    }
    *out = k;
    return PEN_OK;
}

pen_status pen_sink_open(const char *path, pen_sink **out)
{
    *out = NULL;
    if (strcmp(path, "-") == 0)
        return create("standard output", STDOUT_FILENO, out);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return pen_fail(PEN_E_IO, "%s: cannot be written: %s", path, strerror(errno));
    pen_status s = create(path, fd, out);
    if (s != PEN_OK)
        close(fd);
    return s;
}

pen_status pen_sink_open_fd(const char *name, int fd, pen_sink **out)
{
    *out = NULL;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (own < 0)
        return pen_fail(PEN_E_IO, "%s: cannot be written: %s", name, strerror(errno));
    pen_status s = create(name, own, out);
    if (s != PEN_OK)
        close(own);
    return s;
}

pen_status pen_sink_open_memory(pen_sink **out)
{
    *out = NULL;
    return create("memory", -1, out);
}

static void drain(pen_sink *k, const char *data, size_t bytes)
{
    while (bytes > 0 && k->status == PEN_OK) {
        ssize_t n = write(k->fd, data, bytes);
        if (n >= 0) {
            data += n;
            bytes -= (size_t)n;
        } else if (errno != EINTR) {
            keep_error(k,
                       pen_fail(PEN_E_IO, "%s: cannot be written: %s", k->name, strerror(errno)));
        }
    }
}

/* Makes room for `bytes` more, at most BUFFER_BYTES for a descriptor. */
static char *reserve(pen_sink *k, size_t bytes)
{
    if (k->capacity - k->used >= bytes)
        return k->buffer + k->used;
    if (k->fd >= 0) {
        drain(k, k->buffer, k->used);
        k->used = 0;
        return k->buffer;
    }
    size_t wanted;
    pen_status s = pen_size_add(k->used, bytes, &wanted);
    if (s == PEN_OK && wanted < 2 * k->capacity)
        wanted = 2 * k->capacity;
    if (s == PEN_OK)
        s = pen_realloc((void **)&k->buffer, wanted, 1);
    if (s != PEN_OK) {
        keep_error(k, s);
        return NULL;
    }
    k->capacity = wanted;
    return k->buffer + k->used;
}

void pen_sink_write(pen_sink *k, const void *data, size_t bytes)
{
    if (k->status != PEN_OK || bytes == 0)
        return;
    if (k->fd >= 0 && bytes > BUFFER_BYTES) {
        drain(k, k->buffer, k->used);
        k->used = 0;
        drain(k, data, bytes);
        return;
    }
    char *to = reserve(k, bytes);
    if (to == NULL || k->status != PEN_OK)
        return;
    memcpy(to, data, bytes);
    k->used += bytes;
}

void pen_sink_text(pen_sink *k, const char *text)
{
    pen_sink_write(k, text, strlen(text));
}

void pen_sink_char(pen_sink *k, char c)
{
    pen_sink_write(k, &c, 1);
}

void pen_sink_format(pen_sink *k, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < (int)sizeof text) {
        pen_sink_write(k, text, n > 0 ? (size_t)n : 0);
        return;
    }
    char *longer;
    pen_status s = pen_alloc((size_t)n + 1, 1, (void **)&longer);
    if (s != PEN_OK) {
        keep_error(k, s);
        return;
    }
    va_start(args, format);
    vsnprintf(longer, (size_t)n + 1, format, args);
    va_end(args);
    pen_sink_write(k, longer, (size_t)n);
    pen_free(longer);
}

void pen_sink_number(pen_sink *k, double x)
{
    char *to = k->status == PEN_OK ? reserve(k, PEN_NUMBER_BYTES) : NULL;
    if (to != NULL && k->status == PEN_OK)
        k->used += pen_number_print(x, to);
}

void pen_sink_integer(pen_sink *k, int64_t x)
{
    char *to = k->status == PEN_OK ? reserve(k, PEN_NUMBER_BYTES) : NULL;
    if (to != NULL && k->status == PEN_OK)
        k->used += pen_number_print_i64(x, to);
}

pen_status pen_sink_flush(pen_sink *k)
{
    if (k->fd >= 0) {
        drain(k, k->buffer, k->used);
        k->used = 0;
    }
    return k->status == PEN_OK ? PEN_OK : pen_fail(k->status, "%s", k->error);
}

const char *pen_sink_memory(pen_sink *k, size_t *bytes)
{
    char *end = k->status == PEN_OK ? reserve(k, 1) : NULL;
    *bytes = 0;
    if (end == NULL)
        return "";
    *end = 0;
    *bytes = k->used;
    return k->buffer;
}

pen_status pen_sink_close(pen_sink *k)
{
    if (k == NULL)
        return PEN_OK;
    pen_status s = pen_sink_flush(k);
    if (k->fd > STDERR_FILENO && close(k->fd) != 0 && s == PEN_OK)
        s = pen_fail(PEN_E_IO, "%s: cannot be closed: %s", k->name, strerror(errno));
    pen_free(k->buffer);
    pen_free(k->name);
    pen_free(k);
    return s;
}
