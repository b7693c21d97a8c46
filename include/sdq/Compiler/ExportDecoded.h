//===- ExportDecoded.h - Decoded weights for other tools -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_EXPORTDECODED_H
#define SDQ_COMPILER_EXPORTDECODED_H

#include "mlir/IR/BuiltinOps.h"

namespace sdq {

/// Writes every parameter of a model, decoded to f32, as safetensors: under the name and in the orientation ([N, K], or
/// [K, N] where the exporter had transposed it) of the initializer it was raised from. One weight is in memory at a
/// time. Atomic; errors are emitted.
mlir::LogicalResult exportDecoded(mlir::ModuleOp module, llvm::StringRef path);

} // namespace sdq

#endif // SDQ_COMPILER_EXPORTDECODED_H
