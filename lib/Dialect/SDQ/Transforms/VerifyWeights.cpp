//===- VerifyWeights.cpp - The content of weights, checked -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPass.h"

#include "sdq/Dialect/SDQ/Transforms/Passes.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_VERIFYWEIGHTS
#include "sdq/Dialect/SDQ/Transforms/Passes.h.inc"
} // namespace sdq

namespace {

struct VerifyWeights : sdq::impl::VerifyWeightsBase<VerifyWeights> {
  void runOnOperation() override {
    ParameterOp parameter = getOperation();
    FailureOr<WeightView> weight = viewWeight(parameter);
    if (failed(weight))
      return signalPassFailure();
    if (llvm::Error error = weight->type.getFormat().verifyContent(weight->shape(), weight->parts)) {
      (void)report(parameter, std::move(error));
      signalPassFailure();
    }
  }
};

} // namespace
