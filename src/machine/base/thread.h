/* The one thread pool.  Passive: idle workers sleep. */
#ifndef PEN_BASE_THREAD_H
#define PEN_BASE_THREAD_H

#include <stddef.h>

/* Work on items [begin, end). */
typedef void pen_range_fn(void *context, size_t begin, size_t end);

/* Splits [0, n) into pieces of `grain` items (the last one shorter) and runs
 * them on the pool and the calling thread; returns when all are done.  With one
 * piece, one thread, or from inside another call, it runs on the caller. */
void pen_parallel_for(size_t n, size_t grain, pen_range_fn *fn, void *context);

/* Threads that work, the caller included; see pen_cpu_threads_set(). */
unsigned pen_thread_count(void);
void pen_thread_count_set(unsigned count);

#endif
