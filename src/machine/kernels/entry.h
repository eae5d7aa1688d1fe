/* What a CPU kernel's compiled form offers; shared by the catalogue and the
 * CPU prelude. */
#ifndef PEN_KERNELS_ENTRY_H
#define PEN_KERNELS_ENTRY_H

/* Items (FOR_GRID) or the one group (begin) that a call works on. */
typedef struct pen_span {
    int begin, end;
} pen_span;

typedef void pen_cpu_kernel(const pen_span *span, void *const *args);

typedef struct pen_kernel_arg {
    const char *name;
    unsigned char bytes;
    unsigned char is_pointer;
} pen_kernel_arg;

#endif
