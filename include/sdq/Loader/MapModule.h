//===- MapModule.h - A model file as a module -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LOADER_MAPMODULE_H
#define SDQ_LOADER_MAPMODULE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

namespace sdq {

/// Turns what MLIR diagnoses in a scope into one llvm::Error: the first error, with its place and notes.
class FirstError {
public:
  FirstError(llvm::StringRef path, mlir::MLIRContext *context);
  /// The error; `otherwise` is its text if nothing was diagnosed.
  llvm::Error take(llvm::StringRef otherwise);

private:
  std::string path, text;
  mlir::ScopedDiagnosticHandler handler;
};

/// Parses and verifies the file at `path`, bytecode or text. Bytecode is mapped, and resources stay where they lie in
/// the file: they live as long as the context. Emits what is wrong and returns null otherwise.
mlir::OwningOpRef<mlir::ModuleOp> mapModule(llvm::StringRef path, mlir::MLIRContext *context);
/// The same of bytes in memory, which must live as long; bytecode that begins at no multiple of 4096 is copied.
mlir::OwningOpRef<mlir::ModuleOp> mapModule(llvm::MemoryBufferRef bytes, mlir::MLIRContext *context);

} // namespace sdq

#endif // SDQ_LOADER_MAPMODULE_H
