/* A CUDA driver, NVRTC and NVML that run on host memory, to drive the cuda
 * backend where there is no GPU: every call works, is counted and can be made
 * to fail.  Built as a library that PENSTOCK_LIBCUDA and the like name. */
#ifndef PEN_TESTS_MOCK_CUDA_H
#define PEN_TESTS_MOCK_CUDA_H

enum { MOCK_DEVICES = 4 };

typedef struct mock_state {
    long calls;   /* calls that could fail so far */
    long fail_at; /* the number of the call that fails; -1 = none */
    int fail_code;
    char failed[64];      /* its name */
    long live;            /* contexts, allocations, streams, events, modules, programs */
    long compiled;        /* programs compiled */
    long loads_to_refuse; /* cuModuleLoadDataEx calls that fail next */
    char options[256];    /* of the last compilation */
    int n_devices;
    /* Compiles a kernel file's text; the module's number, below 0 for a failure.  NULL: nothing
     * does. */
    int (*compile)(const char *source);
    /* Runs a kernel: its name, 0 or 1 for f32 or f64, its module, the grid, the arguments. */
    void (*launch)(const char *kernel, int is_f64, int module, unsigned groups, unsigned items,
                   void **args);
} mock_state;

typedef mock_state *mock_state_fn(void); /* mock_cuda_state() in the library */

#endif
