/* Bytes in and out: files, the standard streams and memory, gzip undone. */
#ifndef PEN_BASE_FILE_H
#define PEN_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* ---- in ---- */

typedef struct pen_source pen_source;

/* Opens a file, or standard input for "-".  What starts like a gzip file is
 * decompressed while it is read (libz.so.1 is opened for it; PEN_E_UNSUPPORTED
 * without it).  PEN_E_IO if it cannot be opened or read.  Threads: one. */
pen_status pen_source_open(const char *path, pen_source **out);
/* Reads borrowed memory as if it were a file; `name` is for messages. */
pen_status pen_source_open_memory(const char *name, const void *data, size_t bytes,
                                  pen_source **out);
void pen_source_close(pen_source *source);

/* Reads at least one byte, at most `capacity`; *got is 0 only at the end.
 * PEN_E_IO, PEN_E_PARSE for a damaged gzip stream. */
pen_status pen_source_read(pen_source *source, void *data, size_t capacity, size_t *got);
/* The path, or "standard input". */
const char *pen_source_name(const pen_source *source);

/* Reads everything, followed by a zero byte that *bytes does not count.
 * PEN_E_SIZE if there is more than `limit`.  Creates *text; pen_free() it. */
pen_status pen_source_read_all(pen_source *source, size_t limit, char **text, size_t *bytes);

/* ---- out ---- */

/* A buffered writer.  The first failure is kept and later writes do nothing, so
 * that callers check once, at the close. */
typedef struct pen_sink pen_sink;

/* Creates or truncates a file; "-" is standard output. */
pen_status pen_sink_open(const char *path, pen_sink **out);
/* Writes to an open descriptor, which stays the caller's; `name` is for messages. */
pen_status pen_sink_open_fd(const char *name, int fd, pen_sink **out);
/* Collects in memory; see pen_sink_memory(). */
pen_status pen_sink_open_memory(pen_sink **out);

void pen_sink_write(pen_sink *sink, const void *data, size_t bytes);
void pen_sink_text(pen_sink *sink, const char *text);
void pen_sink_char(pen_sink *sink, char c);
void pen_sink_format(pen_sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Shortest round-trip digits; see number.h. */
void pen_sink_number(pen_sink *sink, double x);
void pen_sink_integer(pen_sink *sink, int64_t x);

/* Hands what is buffered to the system; the first failure so far. */
pen_status pen_sink_flush(pen_sink *sink);
/* What a memory sink holds, and a zero byte; borrowed until the next write.
 * "" after a failure. */
const char *pen_sink_memory(pen_sink *sink, size_t *bytes);
/* Flushes, closes and frees; the first failure of all, named after the path.
 * NULL is fine. */
pen_status pen_sink_close(pen_sink *sink);

#endif
