//===- Quantize.cpp - Number formats of terms -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Codebook.h"
#include "QuantizeVectors.h"

#include "sdq/Dialect/SDQ/Transforms/Passes.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_QUANTIZE
#include "sdq/Dialect/SDQ/Transforms/Passes.h.inc"
} // namespace sdq

namespace {

struct Quantize : sdq::impl::QuantizeBase<Quantize> {
  using QuantizeBase::QuantizeBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (types.empty() == (codebook == 0))
      return optionError(context) << "expected either types=… (vectors) or codebook=… (codebooks), found "
                                  << (codebook ? "both" : "neither");
    if (failed(codebook ? readCodebook(context) : readVectors(context)))
      return failure();
    return openCalibration(context, calibration, statistics);
  }

  LogicalResult readCodebook(MLIRContext *context) {
    if (codebook < 2 || codebook > 8)
      return optionError(context) << "expected a codebook of 2 to 8 bits (lut_c1), found " << unsigned(codebook);
    codebooks.bits = codebook;
    codebooks.unweighted = unweighted;
    codebooks.effort = {iterations, sweeps};
    return readChoice<CodebookSolver>(context, "a solver", solver,
                                      {{"kmeans", CodebookSolver::KMeans}, {"lnq", CodebookSolver::LNQ}},
                                      codebooks.solver);
  }

  /// The options about vectors.
  LogicalResult readVectors(MLIRContext *context) {
    vectors.elements.clear();
    for (const std::string &text : types)
      if (failed(readElement(context, text, vectors.elements.emplace_back())))
        return failure();
    if (failed(readScale(context, vector, scale, vectors.scale)) ||
        failed(readScaleChoice(context, scaleChoice, vectors.choice)) ||
        failed(readWeighing(context, weights, vectors.weights)))
      return failure();
    vectors.vector = vector;
    vectors.feedback = feedback;
    if (vectors.weights != Weighing::None && vectors.choice == ScaleChoice::Absmax && feedback == 0)
      return optionError(context) << "expected scale-choice=mse or feedback, which look at errors, to go with weights="
                                  << weights << ", found neither";
    return success();
  }

  void runOnOperation() override {
    ParameterOp parameter = getOperation();
    if (failed(codebook ? quantizeToCodebook(parameter, codebooks, statistics.get())
                        : quantizeVectors(parameter, vectors, statistics.get())))
      signalPassFailure();
  }

  VectorQuantization vectors;
  CodebookQuantization codebooks;
  std::shared_ptr<const Calibration> statistics;
};

} // namespace
