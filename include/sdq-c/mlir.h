/*===- mlir.h - For programs that use MLIR's C interface ------------*- C -*-===*\
|*                                                                            *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|*   mlirDialectHandleInsertDialect(mlirGetDialectHandle__sdq__(), registry); *|
|*   sdqRegisterPasses();                                                     *|
|*                                                                            *|
|* The program must use the same libMLIR.so as SDQ, by its shared library or  *|
|* by static libraries of the C interface over it (libMLIRCAPIIR.a, …).       *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef SDQ_C_MLIR_H
#define SDQ_C_MLIR_H

#include "mlir-c/IR.h"
#include "sdq-c/common.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The sdq dialect: mlirGetDialectHandle__sdq__(). */
MLIR_DECLARE_CAPI_DIALECT_REGISTRATION(SDQ, sdq);

/**
 * Inserts what SDQ's pipelines lower to and translate: upstream's dialects, their interfaces, and a stub of `onnx`
 * unless the registry has one.
 */
SDQ_C_EXPORT void sdqRegisterCompilerDialects(MlirDialectRegistry registry);

/** Registers SDQ's passes and pipelines, so that mlirParsePassPipeline knows them. Once or often. */
SDQ_C_EXPORT void sdqRegisterPasses(void);

#ifdef __cplusplus
}
#endif

#endif /* SDQ_C_MLIR_H */
