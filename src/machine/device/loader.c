/* dlopen with messages that a user can act on. */
#include "loader.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static pen_status try_open(const char *name, void **library)
{
    *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (*library != NULL)
        return PEN_OK;
    const char *reason = dlerror();
    return pen_fail(PEN_E_UNSUPPORTED, "%s", reason != NULL ? reason : name);
}

pen_status pen_library_open(const char *env, const char *const *names, void **library)
{
    *library = NULL;
    const char *wish = env != NULL ? getenv(env) : NULL;
    if (wish != NULL && wish[0] != '\0') {
        pen_status s = try_open(wish, library);
        return s == PEN_OK ? s : pen_fail_context(s, "%s", env);
    }
    bool is_present = false;
    pen_status s = PEN_E_UNSUPPORTED;
    for (size_t i = 0; names[i] != NULL && !is_present; i++) {
        s = try_open(names[i], library);
        if (s == PEN_OK)
            return s;
        is_present = strstr(pen_last_error(), "No such file") == NULL;
    }
    if (is_present)
        return s;
    return pen_fail(s, "%s not found", names[0]);
}

void pen_library_close(void *library)
{
    if (library != NULL)
        dlclose(library);
}

pen_status pen_library_resolve(void *library, const char *what, const char *const *names, size_t n,
                               void *functions)
{
    for (size_t i = 0; i < n; i++) {
        void *address = dlsym(library, names[i]);
        if (address == NULL)
            return pen_fail(PEN_E_UNSUPPORTED, "%s has no %s: too old", what, names[i]);
        memcpy((char *)functions + i * sizeof address, &address, sizeof address);
    }
    return PEN_OK;
}
