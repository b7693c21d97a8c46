/*===- compile.h - Compressing and compiling models in C ------------*- C -*-===*\
|*                                                                            *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef SDQ_C_COMPILE_H
#define SDQ_C_COMPILE_H

#include "sdq-c/common.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What `sdq-compile` does: reads a model (.onnx, .mlir, .mlirbc), compresses its weights, compiles it, and writes a
 * model file that sdq_model_load takes, and a report beside it. `options`: `num_options` strings "<name>=<value>" in
 * the names of sdq-compile's flags; "ignore" and "target" may be repeated.
 *
 *   recipe=W4-g32      calibration=<file>  metric=<name>   unweighted=true|false  min-size=<elements>  ignore=<regex>
 *   target=cpu|none    chip=<name>         report=<file>   force=true|false       restart=true|false   threads=<n>
 *
 * `table`, unless NULL, receives the report as text, the caller's, to be given to sdq_string_free. Returns 0, or
 * nonzero on failure: then `table` is untouched and no output is written (finished weights may stay in
 * <output>.partial).
 */
SDQ_C_EXPORT int sdq_compile(const char *input, const char *output, const char *const *options, size_t num_options,
                             char **table);

#ifdef __cplusplus
}
#endif

#endif /* SDQ_C_COMPILE_H */
