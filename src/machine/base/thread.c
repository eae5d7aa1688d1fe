/* A pool of workers that claim pieces of one range at a time.
 *
 * One job runs at once: a second caller that finds the pool taken runs its own
 * work itself, which is what it would wait for anyway on a loaded machine.
 */
#define _GNU_SOURCE
#include "thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

enum { MAX_WORKERS = 1023 };

typedef struct job {
    pen_range_fn *fn;
    void *context;
    size_t n, grain;
    atomic_size_t next; /* first item nobody has claimed */
} job;

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static pthread_cond_t work_ready = PTHREAD_COND_INITIALIZER;
static pthread_cond_t work_done = PTHREAD_COND_INITIALIZER;
static job *current;
static unsigned long generation; /* counts jobs, so a worker takes each once */
static unsigned n_workers, n_invited, n_active;

static pthread_mutex_t caller_lock = PTHREAD_MUTEX_INITIALIZER; /* one job at once */
static _Thread_local bool is_inside;
static atomic_uint wanted_threads;

static unsigned default_threads(void)
{
    const char *text = getenv("PENSTOCK_THREADS");
    long asked = text != NULL ? strtol(text, NULL, 10) : 0;
    if (asked > 0)
        return asked > MAX_WORKERS ? MAX_WORKERS : (unsigned)asked;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (unsigned)CPU_COUNT(&set);
    return 1;
}

unsigned pen_thread_count(void)
{
    unsigned count = atomic_load(&wanted_threads);
    if (count == 0) {
        count = default_threads();
        unsigned none = 0;
        if (!atomic_compare_exchange_strong(&wanted_threads, &none, count))
            count = none;
    }
    return count;
}

void pen_thread_count_set(unsigned count)
{
    atomic_store(&wanted_threads, count > MAX_WORKERS ? MAX_WORKERS : count);
}

static void run_pieces(job *j)
{
    for (;;) {
        size_t begin = atomic_fetch_add(&j->next, j->grain);
        if (begin >= j->n)
            return;
        size_t end = j->n - begin > j->grain ? begin + j->grain : j->n;
        j->fn(j->context, begin, end);
    }
}

static void *worker_main(void *arg)
{
    (void)arg;
    is_inside = true;
    unsigned long seen = 0;
    pthread_mutex_lock(&pool_lock);
    for (;;) {
        while (current == NULL || generation == seen || n_invited == 0)
            pthread_cond_wait(&work_ready, &pool_lock);
        seen = generation;
        n_invited--;
        n_active++;
        job *j = current;
        pthread_mutex_unlock(&pool_lock);
        run_pieces(j);
        pthread_mutex_lock(&pool_lock);
        if (--n_active == 0)
            pthread_cond_signal(&work_done);
    }
    return NULL;
}

/* Starts workers up to `count`; fewer if the system has no more threads. */
static void grow_pool(unsigned count)
{
    pthread_attr_t attributes;
    if (n_workers >= count || pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t id;
    while (n_workers < count && pthread_create(&id, &attributes, worker_main, NULL) == 0)
        n_workers++;
    pthread_attr_destroy(&attributes);
}

void pen_parallel_for(size_t n, size_t grain, pen_range_fn *fn, void *context)
{
    if (n == 0)
        return;
    if (grain == 0)
        grain = 1;
    unsigned threads = pen_thread_count();
    size_t pieces = (n - 1) / grain + 1;
    if (threads > pieces)
        threads = (unsigned)pieces;
    if (threads <= 1 || is_inside || pthread_mutex_trylock(&caller_lock) != 0) {
        fn(context, 0, n);
        return;
    }
    job j = { .fn = fn, .context = context, .n = n, .grain = grain };
    pthread_mutex_lock(&pool_lock);
    grow_pool(threads - 1);
    current = &j;
    generation++;
    n_invited = threads - 1;
    pthread_cond_broadcast(&work_ready);
    pthread_mutex_unlock(&pool_lock);

    is_inside = true;
    run_pieces(&j);
    is_inside = false;

    pthread_mutex_lock(&pool_lock);
    current = NULL; /* late workers find nothing */
    n_invited = 0;
    while (n_active > 0)
        pthread_cond_wait(&work_done, &pool_lock);
    pthread_mutex_unlock(&pool_lock);
    pthread_mutex_unlock(&caller_lock);
}
