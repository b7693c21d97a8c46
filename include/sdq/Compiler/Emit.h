//===- Emit.h - What sdq-compile writes besides model files -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_EMIT_H
#define SDQ_COMPILER_EMIT_H

#include "sdq/Target/Chip.h"

#include "mlir/IR/BuiltinOps.h"

namespace sdq {

/// What the output is.
enum class EmitKind {
  Model,  // a .sdq file
  PTX,    // the kernels' text, and <output>.json, which says how each is launched
  Cubin,  // the kernels' machine code, and that
  Fatbin, // both in one
  Object, // an object file with the model in it
  Header, // the declarations of the object file, for C and C++
};

/// "my-model.o" → "my_model": what C functions of an output are named after.
std::string symbolOf(llvm::StringRef output);

/// Writes the code of a compressed program's kernels for `chip` to `code`, and their description to `description`;
/// `folder` is used meanwhile. Errors are emitted.
mlir::LogicalResult emitKernels(mlir::ModuleOp module, const Chip &chip, EmitKind kind, llvm::StringRef folder,
                                llvm::StringRef code, llvm::StringRef description);

/// Writes an object file for this machine that holds the bytes of the model file, page-aligned, and defines
///
///   sdq_model *<symbol>_load(const char *const *options, size_t num_options);
///
/// which loads them from where they lie with sdq_model_load_memory of libSDQ-C, to be linked with it.
llvm::Error emitObject(llvm::StringRef modelPath, llvm::StringRef symbol, llvm::StringRef path);

/// Writes the declaration of that function, with the program's inputs and outputs in words and their numbers as an enum.
mlir::LogicalResult emitHeader(mlir::ModuleOp module, llvm::StringRef symbol, llvm::StringRef path);

} // namespace sdq

#endif // SDQ_COMPILER_EMIT_H
