/* Bytes in: a file descriptor or memory, through zlib where they are gzip. */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "file.h"
#include "size.h"

enum { RAW_BYTES = 1 << 16 };

/* ---- zlib, as its documentation declares it ---- */

typedef struct z_stream {
    const unsigned char *next_in;
    unsigned avail_in;
    unsigned long total_in;
    unsigned char *next_out;
    unsigned avail_out;
    unsigned long total_out;
    const char *msg;
    void *state;
    void *(*zalloc)(void *opaque, unsigned items, unsigned size);
    void (*zfree)(void *opaque, void *address);
    void *opaque;
    int data_type;
    unsigned long adler;
    unsigned long reserved;
} z_stream;

enum { Z_OK = 0, Z_STREAM_END = 1, Z_MEM_ERROR = -4, Z_BUF_ERROR = -5, GZIP_WINDOW = 15 + 16 };

static struct {
    int (*init)(z_stream *, int window_bits, const char *version, int stream_bytes);
    int (*inflate)(z_stream *, int flush);
    int (*reset)(z_stream *);
    int (*end)(z_stream *);
} zlib;
static pthread_once_t zlib_once = PTHREAD_ONCE_INIT;

static void load_zlib(void)
{
    void *library = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return;
    *(void **)&zlib.inflate = dlsym(library, "inflate");
    *(void **)&zlib.reset = dlsym(library, "inflateReset");
    *(void **)&zlib.end = dlsym(library, "inflateEnd");
    if (zlib.inflate != NULL && zlib.reset != NULL && zlib.end != NULL)
        *(void **)&zlib.init = dlsym(library, "inflateInit2_");
}

static void *z_alloc(void *opaque, unsigned items, unsigned size)
{
    (void)opaque;
    void *block;
    return pen_alloc(items, size, &block) == PEN_OK ? block : NULL;
}

static void z_free(void *opaque, void *address)
{
    (void)opaque;
    pen_free(address);
}

/* ---- sources ---- */

struct pen_source {
    char *name;
    int fd;                   /* -1: memory */
    unsigned char *buffer;    /* RAW_BYTES, for a descriptor */
    const unsigned char *raw; /* bytes not yet handed out or decompressed */
    size_t raw_bytes;
    bool is_raw_end; /* nothing follows raw */
    bool is_gzip, is_inflating, is_end;
    z_stream z;
};

static pen_status read_fd(pen_source *s, void *data, size_t capacity, size_t *got)
{
    ssize_t n;
    do
        n = read(s->fd, data, capacity);
    while (n < 0 && errno == EINTR);
    *got = n > 0 ? (size_t)n : 0;
    if (n < 0)
        return pen_fail(PEN_E_IO, "%s: cannot be read: %s", s->name, strerror(errno));
    s->is_raw_end = n == 0;
    return PEN_OK;
}

/* Makes sure that raw has bytes, unless the end is reached. */
static pen_status fill_raw(pen_source *s)
{
    if (s->raw_bytes > 0 || s->is_raw_end)
        return PEN_OK;
    s->raw = s->buffer;
    return read_fd(s, s->buffer, RAW_BYTES, &s->raw_bytes);
}

static pen_status start_inflating(pen_source *s)
{
    pthread_once(&zlib_once, load_zlib);
    if (zlib.init == NULL)
        return pen_fail(PEN_E_UNSUPPORTED,
                        "%s: is compressed, and libz.so.1 is not installed (package zlib1g)",
                        s->name);
    s->z.zalloc = z_alloc;
    s->z.zfree = z_free;
    int code = zlib.init(&s->z, GZIP_WINDOW, "1", (int)sizeof s->z);
    if (code != Z_OK)
        return pen_fail(code == Z_MEM_ERROR ? PEN_E_NOMEM : PEN_E_UNSUPPORTED,
                        "%s: zlib cannot start (code %d)", s->name, code);
    s->is_inflating = true;
    return PEN_OK;
}

/* Looks at the first bytes; a pipe may deliver them one by one. */
static pen_status detect_gzip(pen_source *s)
{
    PEN_TRY(fill_raw(s));
    while (s->fd >= 0 && s->raw_bytes == 1 && s->buffer[0] == 0x1f && !s->is_raw_end) {
        size_t got;
        PEN_TRY(read_fd(s, s->buffer + 1, RAW_BYTES - 1, &got));
        s->raw_bytes += got;
    }
    s->is_gzip = s->raw_bytes >= 2 && s->raw[0] == 0x1f && s->raw[1] == 0x8b;
    return s->is_gzip ? start_inflating(s) : PEN_OK;
}

pen_status pen_source_open(const char *path, pen_source **out)
{
    *out = NULL;
    pen_source *s;
    PEN_TRY(PEN_NEW(&s));
    bool is_stdin = strcmp(path, "-") == 0;
    s->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    pen_status status = PEN_OK;
    if (s->fd < 0)
        status = pen_fail(PEN_E_IO, "%s: cannot be opened: %s", path, strerror(errno));
    if (status == PEN_OK)
        status = pen_strdup(is_stdin ? "standard input" : path, &s->name);
    if (status == PEN_OK)
        status = pen_alloc_array(RAW_BYTES, 1, (void **)&s->buffer);
    if (status == PEN_OK)
        status = detect_gzip(s);
    if (status != PEN_OK) {
        pen_source_close(s);
        return status;
    }
    *out = s;
    return PEN_OK;
}

pen_status pen_source_open_memory(const char *name, const void *data, size_t bytes,
                                  pen_source **out)
{
    *out = NULL;
    pen_source *s;
    PEN_TRY(PEN_NEW(&s));
    s->fd = -1;
    s->raw = data;
    s->raw_bytes = bytes;
    s->is_raw_end = true;
    pen_status status = pen_strdup(name, &s->name);
    if (status == PEN_OK)
        status = detect_gzip(s);
    if (status != PEN_OK) {
        pen_source_close(s);
        return status;
    }
    *out = s;
    return PEN_OK;
}

void pen_source_close(pen_source *s)
{
    if (s == NULL)
        return;
    if (s->is_inflating)
        zlib.end(&s->z);
    if (s->fd > STDERR_FILENO)
        close(s->fd);
    pen_free(s->buffer);
    pen_free(s->name);
    pen_free(s);
}

const char *pen_source_name(const pen_source *s)
{
    return s->name;
}

/* At the end of one member: another may follow, as `cat a.gz b.gz` makes. */
static pen_status next_member(pen_source *s)
{
    PEN_TRY(fill_raw(s));
    s->is_end = s->raw_bytes == 0;
    if (!s->is_end && zlib.reset(&s->z) != Z_OK)
        return pen_fail(PEN_E_INTERNAL, "%s: zlib cannot start again", s->name);
    return PEN_OK;
}

static pen_status inflate_some(pen_source *s, unsigned char *data, size_t capacity, size_t *got)
{
    const size_t most = 1u << 30; /* zlib counts in unsigned */
    s->z.next_out = data;
    s->z.avail_out = (unsigned)(capacity < most ? capacity : most);
    unsigned room = s->z.avail_out;
    while (s->z.avail_out == room && !s->is_end) {
        PEN_TRY(fill_raw(s));
        unsigned offered = (unsigned)(s->raw_bytes < most ? s->raw_bytes : most);
        s->z.next_in = s->raw;
        s->z.avail_in = offered;
        int code = zlib.inflate(&s->z, 0);
        s->raw += offered - s->z.avail_in;
        s->raw_bytes -= offered - s->z.avail_in;
        if (code == Z_STREAM_END)
            PEN_TRY(next_member(s));
        else if (code == Z_MEM_ERROR)
            return pen_fail(PEN_E_NOMEM, "%s: zlib has not enough memory", s->name);
        else if (code == Z_BUF_ERROR && offered == 0)
            return pen_fail(PEN_E_PARSE, "%s: ends in the middle of a gzip stream", s->name);
        else if (code != Z_OK && code != Z_BUF_ERROR)
            return pen_fail(PEN_E_PARSE, "%s: damaged gzip stream: %s", s->name,
                            s->z.msg != NULL ? s->z.msg : "not gzip data");
    }
    *got = room - s->z.avail_out;
    return PEN_OK;
}

pen_status pen_source_read(pen_source *s, void *data, size_t capacity, size_t *got)
{
    *got = 0;
    if (capacity == 0 || s->is_end)
        return PEN_OK;
    if (s->is_gzip)
        return inflate_some(s, data, capacity, got);
    if (s->raw_bytes > 0) {
        *got = capacity < s->raw_bytes ? capacity : s->raw_bytes;
        memcpy(data, s->raw, *got);
        s->raw += *got;
        s->raw_bytes -= *got;
        return PEN_OK;
    }
    return s->is_raw_end ? PEN_OK : read_fd(s, data, capacity, got);
}

pen_status pen_source_read_all(pen_source *s, size_t limit, char **text, size_t *bytes)
{
    size_t n = 0, capacity = 0, got = 1;
    char *all = NULL;
    *text = NULL;
    *bytes = 0;
    pen_status status = PEN_OK;
    while (status == PEN_OK && got > 0) {
        if (capacity - n < 2) {
            capacity = capacity > 0 ? 2 * capacity : 4096;
            status = pen_realloc((void **)&all, capacity, 1);
        }
        if (status == PEN_OK)
            status = pen_source_read(s, all + n, capacity - n - 1, &got);
        n += status == PEN_OK ? got : 0;
        if (status == PEN_OK && n > limit)
            status =
                pen_fail(PEN_E_SIZE, "%s: is larger than the limit of %zu bytes", s->name, limit);
    }
    if (status != PEN_OK) {
        pen_free(all);
        return status;
    }
    all[n] = 0;
    *text = all;
    *bytes = n;
    return PEN_OK;
}
