//===- LowerCPU.h - The pipeline to LLVM for a CPU -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_PIPELINES_LOWERCPU_H
#define SDQ_PIPELINES_LOWERCPU_H

#include "mlir/Pass/PassManager.h"

namespace sdq {

/// `--sdq-lower-cpu`: a module of onnx, linalg and sdq operations to the LLVM dialect. Functions get C interfaces
/// (`_mlir_ciface_<name>`), constants come from the table `sdq_buffers` (listed in the module attribute
/// `sdq.buffers`), results are malloc'ed and belong to the caller.
void buildLowerCPU(mlir::OpPassManager &manager);

void registerLowerCPU();

} // namespace sdq

#endif // SDQ_PIPELINES_LOWERCPU_H
