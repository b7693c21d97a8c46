//===- MmaOps.h - What the mma ops of MLIR ask of a warp --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `nvgpu.mma.sync`, `nvgpu.mma.sp.sync`, `nvvm.mma.sync`, `nvvm.mma.sp.sync`, `nvvm.mma.block_scale` and
// `nvvm.mma.sp.block_scale` read as one description, by which Mma.h computes. Of nvgpu's ops: integers are signed and
// saturate, f32 multiplicands are tf32, and metadata is of the plain form, as their lowering to PTX has it.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_MMAOPS_H
#define SDQ_SIMULATOR_MMAOPS_H

#include "sdq/Simulator/Mma.h"

#include "mlir/IR/Operation.h"

namespace sdq::simulator {

struct MmaInstruction {
  MmaShape shape;
  IntegerOverflow overflow = IntegerOverflow::Wrap;
  /// Of a sparse A: `::ordered_metadata`.
  bool orderedMetadata = false;
  std::optional<ScaleVector> scales;
};

/// Whether `op` is one of the ops above.
bool isMma(mlir::Operation *op);

/// Reads an op of which `isMma`. Emits an error at `op` and fails where the simulator does not know the shape, the
/// types or the layout; the label of what was violated is `mma_shape`, `mma_types`, `mma_scale` or `mma_layout`.
mlir::FailureOr<MmaInstruction> readMma(mlir::Operation *op);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_MMAOPS_H
