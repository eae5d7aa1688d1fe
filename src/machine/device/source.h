/* A kernel file as one text that a GPU's compiler takes: the precision, the
 * backend's prelude, the common words, then the file with its includes put in
 * place (each once), all from the texts embedded in the library. */
#ifndef PEN_DEVICE_SOURCE_H
#define PEN_DEVICE_SOURCE_H

#include "../base/status.h"
#include "penstock/device.h"

/*   prelude  "prelude_cuda.h" or "prelude_opencl.h"
 *   file     "measure.k"
 *   definitions  lines that come before all of it, or NULL
 *   text     creates; release with pen_free()
 * PEN_E_NOTFOUND names a file that is not embedded, PEN_E_NOMEM.  Threads: any. */
pen_status pen_source_assemble(const char *prelude, const char *file, pen_dtype real,
                               const char *definitions, char **text);

/* Copies the first line of a compiler's log that speaks of an error, or the
 * first that is not empty. */
void pen_source_first_error(const char *log, char *line, size_t bytes);

#endif
