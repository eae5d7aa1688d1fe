/* TA-Lib through its own descriptions of its functions (ta_abstract.h), opened at run
 * time: the peer of tests and benchmarks.  The library is the file that
 * PENSTOCK_LIBTALIB names, else libta-lib or libta_lib. */
#ifndef PEN_TESTS_TALIB_H
#define PEN_TESTS_TALIB_H

#include <ctype.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>

#include "../src/machine/base/status.h"

typedef struct ta_function {
    const char *name, *group, *hint, *camel;
    int flags;
    unsigned n_inputs, n_params, n_outputs;
    const void *handle;
} ta_function;

/* The start of the descriptions of inputs, parameters and outputs. */
typedef struct ta_about {
    int type;
    const char *name;
} ta_about;

enum { TA_PRICE = 0, TA_PARAM_REAL = 0, TA_PARAM_REAL_LIST = 1, TA_OUT_REAL = 0 };

static struct talib {
    void *file;
    int (*initialize)(void);
    int (*get_handle)(const char *, const void **);
    int (*get_info)(const void *, const ta_function **);
    int (*input)(const void *, unsigned, const ta_about **);
    int (*param)(const void *, unsigned, const ta_about **);
    int (*output)(const void *, unsigned, const ta_about **);
    int (*open_call)(const void *, void **);
    int (*close_call)(void *);
    int (*set_real)(void *, unsigned, const double *);
    int (*set_price)(void *, unsigned, const double *, const double *, const double *,
                     const double *, const double *, const double *);
    int (*set_int_param)(void *, unsigned, int);
    int (*set_real_param)(void *, unsigned, double);
    int (*set_int_out)(void *, unsigned, int *);
    int (*set_real_out)(void *, unsigned, double *);
    int (*call)(const void *, int, int, int *, int *);
    int (*set_unstable)(int, unsigned);
} ta;

static inline bool open_talib(void)
{
    const char *named = getenv("PENSTOCK_LIBTALIB");
    const char *const files[] = { named, "libta-lib.so.0", "libta-lib.so", "libta_lib.so.0",
                                  "libta_lib.so" };
    for (size_t i = 0; i < PEN_COUNT(files) && ta.file == NULL; i++)
        if (files[i] != NULL)
            ta.file = dlopen(files[i], RTLD_NOW | RTLD_LOCAL);
    if (ta.file == NULL)
        return false;
    const struct {
        const char *name;
        void *slot;
    } symbols[] = {
        { "TA_Initialize", &ta.initialize },
        { "TA_GetFuncHandle", &ta.get_handle },
        { "TA_GetFuncInfo", &ta.get_info },
        { "TA_GetInputParameterInfo", &ta.input },
        { "TA_GetOptInputParameterInfo", &ta.param },
        { "TA_GetOutputParameterInfo", &ta.output },
        { "TA_ParamHolderAlloc", &ta.open_call },
        { "TA_ParamHolderFree", &ta.close_call },
        { "TA_SetInputParamRealPtr", &ta.set_real },
        { "TA_SetInputParamPricePtr", &ta.set_price },
        { "TA_SetOptInputParamInteger", &ta.set_int_param },
        { "TA_SetOptInputParamReal", &ta.set_real_param },
        { "TA_SetOutputParamIntegerPtr", &ta.set_int_out },
        { "TA_SetOutputParamRealPtr", &ta.set_real_out },
        { "TA_CallFunc", &ta.call },
        { "TA_SetUnstablePeriod", &ta.set_unstable },
    };
    for (size_t i = 0; i < PEN_COUNT(symbols); i++) {
        *(void **)symbols[i].slot = dlsym(ta.file, symbols[i].name);
        if (*(void **)symbols[i].slot == NULL)
            return false;
    }
    return ta.initialize() == 0;
}

/* NULL where TA-Lib has no function of that name. */
static inline const ta_function *find_function(const char *name)
{
    char upper[64];
    const void *handle;
    const ta_function *function;
    size_t i = 0;
    for (; name[i] != '\0' && i + 1 < sizeof upper; i++)
        upper[i] = (char)toupper((unsigned char)name[i]);
    upper[i] = '\0';
    if (ta.get_handle(upper, &handle) != 0 || ta.get_info(handle, &function) != 0)
        return NULL;
    return function;
}

#endif
