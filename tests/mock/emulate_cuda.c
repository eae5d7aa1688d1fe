/* Makes the mock driver a GPU that computes: what NVRTC would be given is
 * compiled as C++ for this processor, prelude_cuda.h and all, and a block's
 * threads run as fibers, each up to its next barrier, in an order that is drawn
 * anew for each phase.  So the CUDA text of a kernel is run, not only compiled,
 * and a phase that depends on the order of its items shows. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "mock_cuda.h"

enum { MAX_MODULES = 512, MAX_ITEMS = 256, STACK_BYTES = 64 << 10 };

mock_state *mock_cuda_state(void);

static const char before[] =
    "struct emu_index { unsigned x; };\n"
    "extern \"C\" { emu_index threadIdx, blockIdx, blockDim; void (*emu_barrier)(void); }\n"
    "#define __global__\n"
    "#define __device__\n"
    "#define __shared__ static\n"
    "#define __forceinline__ inline __attribute__((always_inline))\n"
    "#define __noinline__ __attribute__((noinline))\n"
    "#define __launch_bounds__(n)\n"
    "#define __syncthreads() emu_barrier()\n"
    "#define fma(a, b, c) __builtin_fma(a, b, c)\n"
    "#define fmaf(a, b, c) __builtin_fmaf(a, b, c)\n"
    "#define sqrt(x) __builtin_sqrt(x)\n"
    "#define sqrtf(x) __builtin_sqrtf(x)\n"
    "#define fabs(x) __builtin_fabs(x)\n"
    "#define fabsf(x) __builtin_fabsf(x)\n"
    "#define floor(x) __builtin_floor(x)\n"
    "#define floorf(x) __builtin_floorf(x)\n"
    "#define trunc(x) __builtin_trunc(x)\n"
    "#define truncf(x) __builtin_truncf(x)\n"
    "template <class T, class F> static inline T emu_bits(F from)\n"
    "{ T to; __builtin_memcpy(&to, &from, sizeof to); return to; }\n"
    "#define __float_as_int(x) emu_bits<int>((float)(x))\n"
    "#define __int_as_float(x) emu_bits<float>((int)(x))\n"
    "#define __double_as_longlong(x) emu_bits<long long>((double)(x))\n"
    "#define __longlong_as_double(x) emu_bits<double>((long long)(x))\n"
    "template <unsigned... I> struct emu_seq {};\n"
    "template <unsigned N, unsigned... I> struct emu_make : emu_make<N - 1, N - 1, I...> {};\n"
    "template <unsigned... I> struct emu_make<0, I...> { typedef emu_seq<I...> type; };\n"
    "template <class... A, unsigned... I>\n"
    "static void emu_call(void (*f)(A...), void **args, emu_seq<I...>) { f(*(A *)args[I]...); }\n"
    "template <class... A> static void emu_invoke(void (*f)(A...), void **args)\n"
    "{ emu_call(f, args, typename emu_make<sizeof...(A)>::type()); }\n";

typedef struct emu_index {
    unsigned x;
} emu_index;

static void *modules[MAX_MODULES];
static int n_modules;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all of this */

/* The block that is running. */
static ucontext_t scheduler, fibers[MAX_ITEMS];
static char *stacks;
static bool is_done[MAX_ITEMS];
static unsigned running;
static void (*entry)(void **args);
static void **entry_args;
static uint32_t drawn = 1;

/* One extern "C" entry for each KERNEL(name, that starts a line. */
static void write_entries(FILE *out, const char *source)
{
    for (const char *at = strstr(source, "\nKERNEL("); at != NULL;
         at = strstr(at + 1, "\nKERNEL(")) {
        char name[64];
        if (sscanf(at, "\nKERNEL(%63[a-z0-9_],", name) == 1)
            fprintf(out, "extern \"C\" void emu_run_%s(void **args) { emu_invoke(%s, args); }\n",
                    name, name);
    }
}

static int compile(const char *source)
{
    char folder[] = "/tmp/penstock-emulate-XXXXXX", path[64], command[400];
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/k.cc", folder);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return -1;
    fputs(before, out);
    fputs(source, out);
    write_entries(out, source);
    fclose(out);
    snprintf(command, sizeof command,
             "%s -x c++ -std=c++17 -O1 -march=native -fPIC -shared -nostdinc++ -ffp-contract=off "
             "-fno-math-errno -w -o %s/k.so %s -lm",
             getenv("EMULATE_CXX") != NULL ? getenv("EMULATE_CXX") : "g++", folder, path);
    int code = system(command);
    snprintf(path, sizeof path, "%s/k.so", folder);
    void *library = code == 0 ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0 || library == NULL || n_modules == MAX_MODULES)
        return -1;
    modules[n_modules] = library;
    return n_modules++;
}

static int compile_locked(const char *source)
{
    pthread_mutex_lock(&lock);
    int code = compile(source);
    pthread_mutex_unlock(&lock);
    return code;
}

static void barrier(void)
{
    swapcontext(&fibers[running], &scheduler);
}

static void fiber_main(void)
{
    entry(entry_args);
    is_done[running] = true;
    swapcontext(&fibers[running], &scheduler);
}

static unsigned draw(unsigned n)
{
    drawn = drawn * 1664525u + 1013904223u;
    return (unsigned)((uint64_t)drawn * n >> 32);
}

/* Apart from the loops, whose variables getcontext() would endanger. */
static __attribute__((noinline)) void prepare(unsigned t)
{
    getcontext(&fibers[t]);
    fibers[t].uc_stack.ss_sp = stacks + (size_t)t * STACK_BYTES;
    fibers[t].uc_stack.ss_size = STACK_BYTES;
    makecontext(&fibers[t], fiber_main, 0);
    is_done[t] = false;
}

static void run_block(unsigned items, emu_index *thread)
{
    unsigned order[MAX_ITEMS], left = items;
    for (unsigned t = 0; t < items; t++) {
        prepare(t);
        order[t] = t;
    }
    while (left > 0) {
        for (unsigned k = items; k > 1; k--) {
            unsigned other = draw(k), kept = order[k - 1];
            order[k - 1] = order[other];
            order[other] = kept;
        }
        for (unsigned k = 0; k < items; k++) {
            running = order[k];
            if (is_done[running])
                continue;
            thread->x = running;
            swapcontext(&scheduler, &fibers[running]);
            left -= is_done[running];
        }
    }
}

static void launch(const char *kernel, int is_f64, int module, unsigned groups, unsigned items,
                   void **args)
{
    (void)is_f64;
    char name[80];
    snprintf(name, sizeof name, "emu_run_%s", kernel);
    pthread_mutex_lock(&lock);
    if (stacks == NULL)
        stacks = malloc((size_t)MAX_ITEMS * STACK_BYTES);
    void *library = modules[module], *address = dlsym(library, name);
    if (address != NULL) {
        emu_index *thread = dlsym(library, "threadIdx"), *block = dlsym(library, "blockIdx");
        emu_index *size = dlsym(library, "blockDim");
        *(void (**)(void))dlsym(library, "emu_barrier") = barrier;
        memcpy(&entry, &address, sizeof entry);
        entry_args = args;
        size->x = items;
        for (unsigned group = 0; group < groups; group++) {
            block->x = group;
            run_block(items, thread);
        }
    }
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void start(void)
{
    mock_state *state = mock_cuda_state();
    state->n_devices = 1;
    state->compile = compile_locked;
    state->launch = launch;
}
