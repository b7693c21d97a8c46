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
    if (codebook && (codebook < 2 || codebook > 8))
      return optionError(context) << "expected a codebook of 2 to 8 bits (lut_c1), found " << unsigned(codebook);
    if (codebook == 0 && failed(readVectors(context)))
      return failure();
    return openCalibration(context, calibration, statistics);
  }

  /// The options about vectors.
  LogicalResult readVectors(MLIRContext *context) {
    vectors.elements.clear();
    for (const std::string &text : types) {
      std::optional<ElementKind> kind = elementKindNamed(text);
      if (!kind || *kind == ElementKind::F32)
        return optionError(context)
               << "expected types of i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16 or bf16, found '" << text << "'";
      vectors.elements.push_back(*kind);
    }
    std::optional<ScaleKind> kind = scaleKindNamed(scale);
    if (!kind)
      return optionError(context) << "expected a scale in f8E4M3FN, u8, f8E8M0FNU, f16 or f32 (dense_c3), found '"
                                  << scale << "'";
    vectors.scale = *kind;
    if (vector < 0)
      return optionError(context) << "expected a vector of at least 1, or 0 for the whole row, found "
                                  << int64_t(vector);
    vectors.vector = vector;
    if (failed(readChoice<ScaleChoice>(context, "a scale-choice", scaleChoice,
                                       {{"absmax", ScaleChoice::Absmax}, {"mse", ScaleChoice::MeanSquaredError}},
                                       vectors.choice)) ||
        failed(readWeighing(context, weights, vectors.weights)))
      return failure();
    vectors.feedback = feedback;
    if (vectors.weights != Weighing::None && vectors.choice == ScaleChoice::Absmax && feedback == 0)
      return optionError(context) << "expected scale-choice=mse or feedback, which look at errors, to go with weights="
                                  << weights << ", found neither";
    return success();
  }

  void runOnOperation() override {
    ParameterOp parameter = getOperation();
    if (failed(codebook ? quantizeToCodebook(parameter, codebook, unweighted ? nullptr : statistics.get(), unweighted)
                        : quantizeVectors(parameter, vectors, statistics.get())))
      signalPassFailure();
  }

  VectorQuantization vectors;
  std::shared_ptr<const Calibration> statistics;
};

} // namespace
