//===- Sparsify.cpp - Dense to N:M -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPass.h"

#include "sdq/Core/Pack.h"
#include "sdq/Core/Selection.h"
#include "sdq/Core/SparseGPT.h"
#include "sdq/Dialect/SDQ/Transforms/Passes.h"

#include "mlir/IR/Threading.h"

#include <cmath>

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

  /// Either a score that each value has by itself, or SparseGPT's, which depends on what went before.
  LogicalResult readMetric(MLIRContext *context) {
    if (!(damping >= 0) || !std::isfinite(double(damping)))
      return optionError(context) << "expected a damping of at least 0, found " << std::to_string(damping);
    return readChoice<std::optional<Weighing>>(context, "a metric", metric,
                                               {{"magnitude", Weighing::None},
                                                {"wanda", Weighing::Activation},
                                                {"sparsegpt", std::nullopt},
                                                {"fisher", Weighing::Fisher}},
                                               weighing);
  }

  void runOnOperation() override {
    if (failed(sparsify(getOperation())))
      signalPassFailure();
  }

  LogicalResult sparsify(ParameterOp parameter) {
    WeightType type = parameter.getWeightType();
    WeightFormat last = termsOf(type.getFormat()).back();
    if (auto dense = dyn_cast<DenseFormatAttr>(Attribute(last)); !dense || dense.getVector())
      return errorAt(parameter, "expected an unquantized #sdq.dense to sparsify, found ") << Attribute(last);
    auto format = NMFormatAttr::get(parameter.getContext(), counts.n, counts.m, pairwise, type.getElementType(),
                                    /*vector=*/0, /*scale=*/Type());
    FailureOr<WeightView> weight = viewLastTerm(parameter);
    if (failed(weight))
      return failure();
    NMFormat layout = format.getLayout();
    StoredWeight stored = StoredWeight::allocate(layout, type.getShape());
    auto store = [&](int64_t row, ArrayRef<float> values) -> LogicalResult {
      if (llvm::Error error = storeRow(layout, stored.shape, stored.parts, row, values))
        return report(parameter, std::move(error));
      return success();
    };
    if (failed(weighing ? chooseRows(parameter, *weight, store) : repairRows(parameter, *weight, store)))
      return failure();
    std::vector<StoredWeight> terms;
    terms.push_back(std::move(stored));
    replaceLastTerm(parameter, std::move(terms), "sparsified");
    return success();
  }

  using Store = function_ref<LogicalResult(int64_t, ArrayRef<float>)>;
  sdq::Pattern keep() const { return {counts.n, counts.m, bool(pairwise)}; }

  /// Row by row, those of the largest score stay.
  LogicalResult chooseRows(ParameterOp parameter, const WeightView &weight, Store store) {
    FailureOr<Scores> scores = Scores::find(parameter, *weighing, statistics.get());
    if (failed(scores))
      return failure();
    std::vector<float> row(weight.shape().columns), score(row.size());
    for (int64_t r = 0; r < weight.shape().rows; ++r) {
      if (failed(readFiniteRow(parameter, weight, r, row)) || failed(scores->read(r, row, score)))
        return failure();
      sdq::sparsify(keep(), score, row);
      if (failed(store(r, row)))
        return failure();
    }
    return success();
  }

  /// Those that the Hessian says stay, moved to make up for those that go.
  LogicalResult repairRows(ParameterOp parameter, const WeightView &weight, Store store) {
    FailureOr<WeightStatistics> known = WeightStatistics::find(parameter, statistics.get());
    if (failed(known) || failed(known->require(sdq::Statistic::Hessian, "metric=magnitude needs none")))
      return failure();
    FailureOr<std::vector<float>> hessian = known->read(sdq::Statistic::Hessian);
    auto [rows, columns] = weight.shape();
    std::vector<float> values(rows * columns);
    auto chunk = [&, columns = columns](int64_t from, int64_t count) {
      return MutableArrayRef(values).slice(from * columns, count * columns);
    };
    if (failed(hessian))
      return failure();
    for (int64_t r = 0; r < rows; ++r)
      if (failed(readFiniteRow(parameter, weight, r, chunk(r, 1))))
        return failure();
    llvm::Expected<SparseGPT> solver = SparseGPT::prepare(std::move(*hessian), keep(), damping);
    if (!solver)
      return report(parameter, solver.takeError());
    // Many enough that products by the factor are worth packing it, and few enough to share out.
    constexpr int64_t kRows = 256;
    parallelFor(&getContext(), 0, llvm::divideCeil(rows, kRows), [&, rows = rows](size_t i) {
      int64_t first = int64_t(i) * kRows;
      solver->prune(chunk(first, std::min(kRows, rows - first)));
    });
    for (int64_t r = 0; r < rows; ++r)
      if (failed(store(r, chunk(r, 1))))
        return failure();
    return success();
  }

  Counts counts;
  /// None for SparseGPT.
  std::optional<Weighing> weighing;
  std::shared_ptr<const Calibration> statistics;
};

} // namespace
