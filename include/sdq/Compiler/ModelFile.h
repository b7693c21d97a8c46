//===- ModelFile.h - Models in and out of files -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_MODELFILE_H
#define SDQ_COMPILER_MODELFILE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace sdq {

/// Reads a model: `.onnx` through the importer, anything else as MLIR, text or bytecode. Weights stay in the mapped
/// file. On failure exactly one error is emitted, and null returned.
mlir::OwningOpRef<mlir::ModuleOp> readModel(llvm::StringRef path, mlir::MLIRContext &context);

/// Writes a `.sdq` file: bytecode whose resources are aligned to 64 bytes, so that a mapped file's weights can be read
/// where they lie. Atomic. Errors are emitted.
mlir::LogicalResult writeModel(mlir::ModuleOp module, llvm::StringRef path);

/// Writes a module: bytecode where `path` ends in .mlirbc, as `writeModel` does where it ends in .sdq, else (or
/// `asText`) text; "-" is stdout. Atomic. Errors are emitted.
mlir::LogicalResult writeModule(mlir::ModuleOp module, llvm::StringRef path, bool asText = false);

} // namespace sdq

#endif // SDQ_COMPILER_MODELFILE_H
