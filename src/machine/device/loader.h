/* Libraries opened at run time, with our own declarations.
 *
 * A user writes one list, X(returns, name, parameters), and expands it twice:
 *
 *   static struct cl_functions { CL_LIST(PEN_LIBRARY_MEMBER) } cl;
 *   static const char *const cl_names[] = { CL_LIST(PEN_LIBRARY_NAME) };
 *   pen_library_resolve(library, "libOpenCL", cl_names, PEN_COUNT(cl_names), &cl)
 */
#ifndef PEN_DEVICE_LOADER_H
#define PEN_DEVICE_LOADER_H

#include <stddef.h>

#include "../base/status.h"

#define PEN_LIBRARY_MEMBER(returns, name, parameters) returns(*name) parameters;
#define PEN_LIBRARY_NAME(returns, name, parameters) #name,

/* Opens the first that exists of: what the environment variable `env` names
 * (then nothing else is tried), or `names`, which ends with NULL.
 *   library  creates; close with pen_library_close()
 * PEN_E_UNSUPPORTED, with the dynamic linker's reason if the file is there but
 * cannot be used.  Threads: any. */
pen_status pen_library_open(const char *env, const char *const *names, void **library);
void pen_library_close(void *library);

/* Fills a struct of n function pointers, in order of `names`.  PEN_E_UNSUPPORTED
 * names the first that is missing. */
pen_status pen_library_resolve(void *library, const char *what, const char *const *names, size_t n,
                               void *functions);

#endif
