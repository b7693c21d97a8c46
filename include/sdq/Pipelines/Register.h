//===- Register.h - What a tool or an embedding compiler registers -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_PIPELINES_REGISTER_H
#define SDQ_PIPELINES_REGISTER_H

#include "mlir/IR/DialectRegistry.h"

namespace sdq {

/// The sdq dialect.
void registerDialects(mlir::DialectRegistry &registry);

/// Everything a tool that compiles needs: the sdq dialect, upstream's dialects and their translations to LLVM IR, and
/// a stub of `onnx` unless the registry has one.
void registerCompilerDialects(mlir::DialectRegistry &registry);

/// Every pass and pipeline of SDQ, under its flag.
void registerPasses();

} // namespace sdq

#endif // SDQ_PIPELINES_REGISTER_H
