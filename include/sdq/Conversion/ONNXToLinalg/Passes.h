//===- Passes.h - ONNX operators to linalg ----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CONVERSION_ONNXTOLINALG_PASSES_H
#define SDQ_CONVERSION_ONNXTOLINALG_PASSES_H

#include "llvm/ADT/StringRef.h"

#include <memory>
#include <vector>

namespace mlir {
class Pass;
}

namespace sdq {

/// Creates `--sdq-lower-onnx` (on builtin.module): lowers every `onnx.*` operation, in onnx-mlir's generic spelling,
/// to linalg, tensor, arith, math, scf and cf on tensors of known rank and static or dynamic extents.
///
///   before                                                          after
///   "onnx.Relu"(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>           linalg.generic … { arith.maximumf … }
///
/// Unsigned integer tensors become signless ones, function signatures included. An operator without a lowering, or
/// used in a way ONNX does not allow, is an error that names the operator, its node and the place.
///
/// Extents: ONNX broadcasts an extent of 1 even where the model leaves it open. Extents that are provably equal are
/// looped over plainly; where both readings remain, the generated code decides at run time, and checks, by `cf.assert`,
/// what the model promises (broadcastable shapes, indices in range).
///
/// The order of a linalg.generic's iterators is the intended loop order: (batch, m, k, n) for a matrix product.
std::unique_ptr<mlir::Pass> createLowerONNXPass();

/// The ONNX operators with a lowering, sorted ("Abs", "Add", …).
std::vector<llvm::StringRef> loweredONNXOperators();

/// Registers `--sdq-lower-onnx`.
void registerONNXToLinalgPasses();

} // namespace sdq

#endif // SDQ_CONVERSION_ONNXTOLINALG_PASSES_H
