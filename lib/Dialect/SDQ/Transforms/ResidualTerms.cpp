//===- ResidualTerms.cpp - Dense to a sum of N:M terms -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPass.h"

#include "sdq/Core/Pack.h"
#include "sdq/Core/ResidualTerms.h"
#include "sdq/Dialect/SDQ/Transforms/Passes.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_RESIDUALTERMS
#include "sdq/Dialect/SDQ/Transforms/Passes.h.inc"
} // namespace sdq

namespace {

struct ResidualTerms : sdq::impl::ResidualTermsBase<ResidualTerms> {
  using ResidualTermsBase::ResidualTermsBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (patterns.empty() || patterns.size() != types.size())
      return optionError(context) << "expected one of types for each of at least one of patterns, found "
                                  << patterns.size() << " patterns and " << types.size() << " types";
    ScaleKind scaleKind;
    if (failed(readScale(context, vector, scale, scaleKind)) || failed(readScaleChoice(context, scaleChoice, choice)) ||
        failed(readWeighing(context, weights, weighing)))
      return failure();
    formats.clear();
    for (auto [pattern, type] : llvm::zip_equal(patterns, types)) {
      Counts counts;
      Encoding encoding;
      if (failed(readPattern(context, "patterns", pattern, counts)) ||
          failed(readElement(context, type, encoding.element)))
        return failure();
      if (pairwise && (counts.n % 2 || counts.m % 2))
        return optionError(context) << "expected even N and M for pairs of neighbours (nm_c2), found " << pattern;
      if (isQuantized(encoding.element)) {
        encoding.vector = vector;
        encoding.scale = scaleKind;
      }
      formats.push_back({counts.n, counts.m, bool(pairwise), encoding});
    }
    return openCalibration(context, calibration, statistics);
  }

  void runOnOperation() override {
    if (failed(decompose(getOperation())))
      signalPassFailure();
  }

  LogicalResult decompose(ParameterOp parameter) {
    WeightType type = parameter.getWeightType();
    if (auto dense = dyn_cast<DenseFormatAttr>(Attribute(type.getFormat())); !dense || dense.getVector())
      return errorAt(parameter, "expected an unquantized #sdq.dense to decompose, found ")
             << Attribute(type.getFormat());
    FailureOr<WeightView> weight = viewWeight(parameter);
    FailureOr<ErrorWeights> importance =
        ErrorWeights::find(parameter, weighing, statistics.get(), "weights=none needs none");
    if (failed(weight) || failed(importance))
      return failure();

    Shape shape = type.getShape();
    SmallVector<NMFormat> formats = this->formats;
    std::vector<StoredWeight> terms;
    for (NMFormat &format : formats) {
      if (isQuantized(format.encoding.element) && format.encoding.vector == 0)
        format.encoding.vector = shape.columns;
      terms.push_back(StoredWeight::allocate(format, shape));
    }
    std::vector<float> row(shape.columns), factors(shape.columns);
    std::vector<TermRow> held(terms.size());
    for (int64_t r = 0; r < shape.rows; ++r) {
      if (failed(readFiniteRow(parameter, *weight, r, row)) || failed(importance->read(r, factors)))
        return failure();
      decomposeRow(formats, choice, factors, row, held);
      for (auto [format, term, own] : llvm::zip_equal(formats, terms, held))
        if (llvm::Error error = storeRow(format, shape, term.parts, r, own.values, &own.scales))
          return report(parameter, std::move(error));
    }
    replaceParts(parameter, terms.size() == 1 ? std::move(terms.front()) : sumOf(std::move(terms)), "terms");
    return success();
  }

  SmallVector<NMFormat> formats; ///< a vector of 0 is the whole row
  ScaleChoice choice = ScaleChoice::Absmax;
  Weighing weighing = Weighing::None;
  std::shared_ptr<const Calibration> statistics;
};

} // namespace
