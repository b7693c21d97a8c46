//===- FuseElementwise.cpp - Chains of elementwise operations to one -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Conversion/SDQToCPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace sdq {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "sdq/Conversion/SDQToCPU/Passes.h.inc"
} // namespace sdq

namespace {

struct FuseElementwise : sdq::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, [](OpOperand *operand) {
      auto consumer = dyn_cast<linalg::LinalgOp>(operand->getOwner());
      auto producer = operand->get().getDefiningOp<linalg::LinalgOp>();
      // A permutation of all loops reads each element exactly once.
      return consumer && producer && consumer.getNumParallelLoops() == consumer.getNumLoops() &&
             producer.getNumParallelLoops() == producer.getNumLoops() && producer->hasOneUse() &&
             consumer.getMatchingIndexingMap(operand).isPermutation();
    });
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
