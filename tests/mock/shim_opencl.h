/* Stands before the real libOpenCL: counts calls, makes one of them fail, and
 * counts what is created and released. */
#ifndef PEN_TESTS_SHIM_OPENCL_H
#define PEN_TESTS_SHIM_OPENCL_H

typedef struct shim_state {
    long calls;   /* calls that could fail so far */
    long fail_at; /* the number of the call that fails; -1 = none */
    int fail_code;
    char failed[64];               /* its name */
    long live;                     /* contexts, queues, programs, kernels, events, allocations */
    long from_source, from_binary; /* programs made */
    unsigned long long svm_mask;   /* what shared memory every device says it has */
    unsigned long long f32_mask;   /* the same for f32 arithmetic */
} shim_state;

typedef shim_state *shim_state_fn(void); /* shim_opencl_state() in the library */

#endif
