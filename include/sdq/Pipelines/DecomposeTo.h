//===- DecomposeTo.h - The pipeline that gives a compressed model back -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_PIPELINES_DECOMPOSETO_H
#define SDQ_PIPELINES_DECOMPOSETO_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace sdq {

struct DecomposeToOptions : mlir::PassPipelineOptions<DecomposeToOptions> {
  Option<std::string> target{*this, "target", llvm::cl::desc("whose words to use: linalg"), llvm::cl::init("linalg")};
};

/// A compressed module in upstream's words: linalg, arith, math, scf, tensor (and cf.assert where ONNX's operators want
/// checks), its weights packed constants. ONNX operators are lowered too.
void buildDecomposeToLinalg(mlir::OpPassManager &manager);

/// `--sdq-decompose-to=linalg`, in a pipeline also `sdq-decompose-to{target=linalg}`.
void registerDecomposeTo();

} // namespace sdq

#endif // SDQ_PIPELINES_DECOMPOSETO_H
