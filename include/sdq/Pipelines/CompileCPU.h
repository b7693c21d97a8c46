//===- CompileCPU.h - A program's object code for a CPU -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_PIPELINES_COMPILECPU_H
#define SDQ_PIPELINES_COMPILECPU_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Runtime/CPUTarget.h"

namespace sdq {

/// The name of the program's function, as importers write it.
inline constexpr llvm::StringLiteral programEntry = "main_graph";

/// Compiles the function `main_graph` of a module of onnx, linalg and sdq operations for a CPU and appends the code as
/// `sdq.executable @<name>`, replacing one of that name. The program itself stays as it is. The context must have the
/// dialects of `registerCompilerDialects`. Errors are emitted; the module is then unchanged.
mlir::FailureOr<ExecutableOp> compileForCPU(mlir::ModuleOp module, const CPUTarget &target, llvm::StringRef name);

/// The same of a program whose products by compressed weights are kernels of an NVIDIA GPU: `kernels` receives a module
/// of their gpu.modules, which the executable's table names. `chip`: "sm_80", …. `tensorsOnDevice`: arguments and
/// results are in the GPU's memory (sdq-keep-on-device).
mlir::FailureOr<ExecutableOp> compileForGPU(mlir::ModuleOp module, const CPUTarget &host, llvm::StringRef chip,
                                            llvm::StringRef name, mlir::OwningOpRef<mlir::ModuleOp> &kernels,
                                            bool tensorsOnDevice = false);

} // namespace sdq

#endif // SDQ_PIPELINES_COMPILECPU_H
