/*===- module.h - Modules and passes in C ---------------------------*- C -*-===*\
|*                                                                            *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* Read a module, run passes over it, print or write it:                      *|
|*                                                                            *|
|*   sdq_context *context = sdq_context_create();                             *|
|*   sdq_module *module = sdq_module_read(context, "model.onnx");             *|
|*   if (!module || sdq_module_run(module, "sdq-decompose{recipe=W4-g32}"))   *|
|*     fputs(sdq_last_error(), stderr);                                       *|
|*   sdq_module_write(module, "compressed.mlir");                             *|
|*   sdq_module_free(module);                                                 *|
|*   sdq_context_free(context);                                               *|
|*                                                                            *|
|* Programs that work with operations themselves use MLIR's own C interface   *|
|* and sdq-c/mlir.h.                                                          *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef SDQ_C_MODULE_H
#define SDQ_C_MODULE_H

#include "sdq-c/common.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Where modules live: sdq's dialect and upstream's. For one thread at a time, modules included. */
typedef struct sdq_context sdq_context;
/** A module. Keeps what it needs of its context. */
typedef struct sdq_module sdq_module;

SDQ_C_EXPORT sdq_context *sdq_context_create(void);
/** Releases a context (NULL is allowed). Its modules stay valid. */
SDQ_C_EXPORT void sdq_context_free(sdq_context *context);

/**
 * Parses and verifies `length` bytes of text or bytecode. `name` stands for a file's in messages. NULL on failure. The
 * bytes may go afterwards.
 */
SDQ_C_EXPORT sdq_module *sdq_module_parse(sdq_context *context, const char *source, size_t length, const char *name);
/** Reads and verifies a file: .onnx, or MLIR as text or bytecode. Weights stay in the file, which must not change. */
SDQ_C_EXPORT sdq_module *sdq_module_read(sdq_context *context, const char *path);
/** Releases a module (NULL is allowed). */
SDQ_C_EXPORT void sdq_module_free(sdq_module *module);

/**
 * Runs passes: "sdq-decompose{recipe=W4-g32},canonicalize", or a whole "builtin.module(…)". Knows those of SDQ and of
 * upstream. Returns 0, or nonzero on failure: the module is then in between, and is for nothing but sdq_module_free
 * (unless the pipeline's text was wrong, which is found out before anything runs).
 */
SDQ_C_EXPORT int sdq_module_run(sdq_module *module, const char *pipeline);

/** The module as text, the caller's, to be given to sdq_string_free. NULL on failure. */
SDQ_C_EXPORT char *sdq_module_print(const sdq_module *module);
/**
 * Writes the module: bytecode where `path` ends in .mlirbc, a model file where it ends in .sdq, else text. All of it,
 * or nothing. Returns 0, or nonzero on failure.
 */
SDQ_C_EXPORT int sdq_module_write(const sdq_module *module, const char *path);

#ifdef __cplusplus
}
#endif

#endif /* SDQ_C_MODULE_H */
