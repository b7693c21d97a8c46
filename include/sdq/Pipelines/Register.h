//===- Register.h - What a tool or an embedding compiler registers -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_PIPELINES_REGISTER_H
#define SDQ_PIPELINES_REGISTER_H

#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/Error.h"

namespace sdq {

/// The sdq dialect.
void registerDialects(mlir::DialectRegistry &registry);

/// Everything a tool that compiles needs: the sdq dialect, upstream's dialects and their translations to LLVM IR, and
/// a stub of `onnx` unless the registry has one, and the dialects of every plugin that `loadDialectPlugin` has loaded.
void registerCompilerDialects(mlir::DialectRegistry &registry);
/// The same without other plugins, for a plugin to call.
void registerPluginDialects(mlir::DialectRegistry &registry);

/// Loads a shared library with `mlirGetDialectPluginInfo`, such as one with a weight format of its own. From then on its
/// dialects are in every registry that `registerCompilerDialects` fills: in this process, models may use them.
llvm::Error loadDialectPlugin(const std::string &path);

/// Every pass and pipeline of SDQ, under its flag.
void registerPasses();

} // namespace sdq

#endif // SDQ_PIPELINES_REGISTER_H
