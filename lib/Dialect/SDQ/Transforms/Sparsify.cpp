//===- Sparsify.cpp - Dense to N:M -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPass.h"

#include "sdq/Core/Pack.h"
#include "sdq/Core/Selection.h"
#include "sdq/Dialect/SDQ/Transforms/Passes.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_SPARSIFY
#include "sdq/Dialect/SDQ/Transforms/Passes.h.inc"
} // namespace sdq

namespace {

struct Sparsify : sdq::impl::SparsifyBase<Sparsify> {
  using SparsifyBase::SparsifyBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (failed(readPattern(context, "pattern", pattern, counts)) || failed(readMetric(context)))
      return failure();
    if (pairwise && (counts.n % 2 || counts.m % 2))
      return optionError(context) << "expected even N and M for pairs of neighbours (nm_c2), found pattern=" << pattern;
    return openCalibration(context, calibration, statistics);
  }

  LogicalResult readMetric(MLIRContext *context) {
    return readChoice<Weighing>(
        context, "a metric", metric,
        {{"magnitude", Weighing::None}, {"wanda", Weighing::Activation}, {"fisher", Weighing::Fisher}}, weighing);
  }

  void runOnOperation() override {
    if (failed(sparsify(getOperation())))
      signalPassFailure();
  }

  LogicalResult sparsify(ParameterOp parameter) {
    WeightType type = parameter.getWeightType();
    if (auto dense = dyn_cast<DenseFormatAttr>(Attribute(type.getFormat())); !dense || dense.getVector())
      return errorAt(parameter, "expected an unquantized #sdq.dense to sparsify, found ")
             << Attribute(type.getFormat());
    auto format = NMFormatAttr::get(parameter.getContext(), counts.n, counts.m, pairwise, type.getElementType(),
                                    /*vector=*/0, /*scale=*/Type());
    FailureOr<Scores> scores = Scores::find(parameter, weighing, statistics.get());
    FailureOr<WeightView> weight = viewWeight(parameter);
    if (failed(scores) || failed(weight))
      return failure();

    Shape shape = type.getShape();
    NMFormat layout = format.getLayout();
    StoredWeight stored = StoredWeight::allocate(layout, shape);
    std::vector<float> row(shape.columns), score(shape.columns);
    for (int64_t r = 0; r < shape.rows; ++r) {
      if (failed(readFiniteRow(parameter, *weight, r, row)) || failed(scores->read(r, row, score)))
        return failure();
      sdq::sparsify({counts.n, counts.m, bool(pairwise)}, score, row);
      if (llvm::Error error = storeRow(layout, shape, stored.parts, r, row))
        return report(parameter, std::move(error));
    }
    replaceParts(parameter, std::move(stored), "sparsified");
    return success();
  }

  Counts counts;
  Weighing weighing = Weighing::None;
  std::shared_ptr<const Calibration> statistics;
};

} // namespace
