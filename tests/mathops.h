/* Shared by the tests of machine/math: arrays of awkward values, taken to a
 * device and back. */
#ifndef PEN_TESTS_MATHOPS_H
#define PEN_TESTS_MATHOPS_H

#include <stdint.h>

#include "check.h"
#include "device_matrix.h"
#include "machine/base/alloc.h"
#include "machine/base/rng.h"
#include "machine/device/launch.h"
#include "penstock/penstock.h"

/* A device with a queue. */
typedef struct place {
    pen_device *device;
    pen_queue *queue;
} place;

static inline place place_open(const char *name)
{
    place p = { NULL, NULL };
    CHECK_OK(pen_device_open(name, &p.device));
    if (p.device != NULL)
        CHECK_OK(pen_queue_create(p.device, &p.queue));
    return p;
}

/* What matrix_check_same() hands a job. */
static inline place place_of(pen_queue *queue)
{
    return (place){ pen_queue_device(queue), queue };
}

static inline void place_close(place *p)
{
    pen_queue_destroy(p->queue);
    pen_device_close(p->device);
}

static inline void *to_place(const place *p, const void *host, size_t bytes)
{
    void *address = NULL;
    CHECK_OK(pen_device_alloc(p->device, bytes + 1, &address));
    CHECK_OK(pen_device_write(p->queue, address, host, bytes));
    CHECK_OK(pen_queue_wait(p->queue));
    return address;
}

static inline void from_place(const place *p, void *host, const void *address, size_t bytes)
{
    CHECK_OK(pen_device_read(p->queue, host, address, bytes));
    CHECK_OK(pen_queue_wait(p->queue));
}

static inline double value_at(pen_dtype dtype, const void *x, size_t i)
{
    return dtype == PEN_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

static inline void put_value(pen_dtype dtype, void *x, size_t i, double value)
{
    if (dtype == PEN_F32)
        ((float *)x)[i] = (float)value;
    else
        ((double *)x)[i] = value;
}

/* What is among the values of an array. */
typedef enum flavour { PLAIN, REPEATED, AWKWARD } flavour;

/* n values, seeded by `seed`: PLAIN spread over (-1, 1), REPEATED whole
 * numbers from -5 to 5, AWKWARD with NaN, infinities and zeros of both signs. */
static inline void *make_values(pen_dtype dtype, size_t n, flavour kind, uint64_t seed)
{
    void *x = malloc((n + 1) * pen_dtype_bytes(dtype));
    pen_rng rng;
    pen_rng_init(&rng, seed, 0, 0, 0);
    for (size_t i = 0; i < n; i++) {
        double v = 2 * pen_rng_uniform(&rng) - 1;
        uint32_t pick = pen_rng_u32(&rng) % 40;
        if (kind == REPEATED)
            v = (double)(int)(v * 5.99);
        else if (kind == AWKWARD && pick < 6)
            v = (const double[]){ NAN, -NAN, INFINITY, -INFINITY, 0.0, -0.0 }[pick];
        put_value(dtype, x, i, v);
    }
    return x;
}

/* Equal bits, or NaN on both sides. */
static inline int is_same(pen_dtype dtype, const void *a, const void *b, size_t n)
{
    size_t unit = pen_dtype_bytes(dtype);
    for (size_t i = 0; i < n; i++)
        if (memcmp((const char *)a + i * unit, (const char *)b + i * unit, unit) != 0 &&
            !(isnan(value_at(dtype, a, i)) && isnan(value_at(dtype, b, i))))
            return 0;
    return 1;
}

/* One NaN for all: which one an operation makes is the device's own affair. */
static inline void unify_nans(pen_dtype dtype, void *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(value_at(dtype, x, i)))
            put_value(dtype, x, i, NAN);
}

/* Fails the n-th allocation of `call` for n = 0, 1, ... until it succeeds; each
 * failure must be PEN_E_NOMEM and leave nothing behind. */
#define CHECK_EVERY_ALLOCATION(call)                                                               \
    do {                                                                                           \
        for (long n_ = 0; n_ < 100; n_++) {                                                        \
            long live_ = pen_alloc_live();                                                         \
            pen_alloc_fail_after(n_);                                                              \
            pen_status s_ = (call);                                                                \
            pen_alloc_fail_after(-1);                                                              \
            CHECK(pen_alloc_live() == live_);                                                      \
            if (s_ == PEN_OK)                                                                      \
                break;                                                                             \
            CHECK_STATUS(s_, PEN_E_NOMEM);                                                         \
        }                                                                                          \
    } while (0)

#endif
