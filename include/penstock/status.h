/* Status codes and the text of the last error.
 *
 * Every function that can fail returns a pen_status: PEN_OK (0) or a negative
 * code.  Results come through the last parameters and are NULL or zero on
 * failure.  The text names the function, what was wrong, what it got and what
 * it expected; code decides, text explains, nothing should parse the text.
 */
#ifndef PENSTOCK_STATUS_H
#define PENSTOCK_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#define PEN_API __attribute__((visibility("default")))

/* code, name, meaning */
#define PEN_STATUS_LIST(X)                                                                         \
    X(0, OK, "success")                                                                            \
    X(-1, E_ARG, "an argument is outside its allowed range")                                       \
    X(-2, E_SHAPE, "shapes or lengths do not match")                                               \
    X(-3, E_SIZE, "a size overflows or exceeds a limit")                                           \
    X(-4, E_NOMEM, "not enough memory")                                                            \
    X(-5, E_DEVICE, "the device or its driver failed")                                             \
    X(-6, E_UNSUPPORTED, "not available on this machine or in this build")                         \
    X(-7, E_IO, "a file could not be read or written")                                             \
    X(-8, E_PARSE, "malformed input")                                                              \
    X(-9, E_NOTFOUND, "no such name")                                                              \
    X(-10, E_BUSY, "in use; try again")                                                            \
    X(-11, E_CANCELLED, "cancelled by the caller")                                                 \
    X(-12, E_INTERNAL, "a bug in penstock")                                                        \
    X(-13, E_INFEASIBLE, "no answer meets all constraints")

typedef enum pen_status {
#define PEN_STATUS_ENUM_(code, name, text) PEN_##name = (code),
    PEN_STATUS_LIST(PEN_STATUS_ENUM_)
#undef PEN_STATUS_ENUM_
} pen_status;

/* "PEN_E_ARG" for PEN_E_ARG; "PEN_?" for an unknown code.  Threads: any. */
PEN_API const char *pen_status_name(pen_status status);

/* What the code means in general, in one phrase.  Threads: any. */
PEN_API const char *pen_status_text(pen_status status);

/* The text of this thread's last failure, or "" if there was none.  Valid
 * until the next failure on this thread.  Threads: any (each has its own). */
PEN_API const char *pen_last_error(void);

/* The library's version, "0.1.0".  Threads: any. */
PEN_API const char *pen_version(void);

#ifdef __cplusplus
}
#endif
#endif
