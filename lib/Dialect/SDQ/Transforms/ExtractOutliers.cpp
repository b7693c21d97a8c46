//===- ExtractOutliers.cpp - One term to outliers and the rest -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPass.h"

#include "sdq/Core/ErrorOutliers.h"
#include "sdq/Core/GlobalOutliers.h"
#include "sdq/Core/Pack.h"
#include "sdq/Core/Selection.h"
#include "sdq/Dialect/SDQ/Transforms/Passes.h"

#include "mlir/IR/Threading.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_EXTRACTOUTLIERS
#include "sdq/Dialect/SDQ/Transforms/Passes.h.inc"
} // namespace sdq

namespace {

struct ExtractOutliers : sdq::impl::ExtractOutliersBase<ExtractOutliers> {
  using ExtractOutliersBase::ExtractOutliersBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (pattern.empty() == (percent == 0))
      return optionError(context) << "expected either pattern=n:M (local outliers) or percent=… (global ones), found "
                                  << (pattern.empty() ? "neither" : "both");
    if (failed(readMetric(context)) || failed(pattern.empty() ? checkGlobal(context) : checkLocal(context)))
      return failure();
    return openCalibration(context, calibration, statistics);
  }

  /// Either a score that each value has by itself, or the error that a set of them saves.
  LogicalResult readMetric(MLIRContext *context) {
    if (failed(readChoice<std::optional<Weighing>>(context, "a metric", metric,
                                                   {{"magnitude", Weighing::None},
                                                    {"product", Weighing::Activation},
                                                    {"fisher", Weighing::Fisher},
                                                    {"error", std::nullopt}},
                                                   weighing)))
      return failure();
    if (weighing) {
      if (types.empty() && weights == "none")
        return success();
      return optionError(context) << "expected types and weights with metric=error only, found metric=" << metric;
    }
    if (types.size() != 2)
      return optionError(context) << "expected types=<of outliers>,<of the rest> with metric=error, found "
                                  << types.size() << " types";
    ScaleKind kind;
    if (failed(readElement(context, types[0], split.outliers.element)) ||
        failed(readElement(context, types[1], split.inliers.element)) ||
        failed(readScale(context, vector, scale, kind)) || failed(readWeighing(context, weights, errorWeighing)))
      return failure();
    for (Encoding *encoding : {&split.outliers, &split.inliers})
      if (isQuantized(encoding->element)) {
        encoding->vector = vector;
        encoding->scale = kind;
      }
    return success();
  }

  LogicalResult checkLocal(MLIRContext *context) {
    if (failed(readPattern(context, "pattern", pattern, outlierCounts)))
      return failure();
    if (!weighing && vector && !blocksNest(outlierCounts.m, split))
      return optionError(context) << "expected M to divide the vector or the vector to divide M (error_c1), found M = "
                                  << outlierCounts.m << ", vector = " << int64_t(vector);
    return rest.empty() ? success() : readPattern(context, "rest", rest, restCounts);
  }

  LogicalResult checkGlobal(MLIRContext *context) {
    if (weighing != Weighing::None)
      return optionError(context) << "expected metric=" << metric << " with pattern=n:M only: global outliers leave by "
                                  << "Fisher information and magnitude";
    if (percent > 0 && percent < 100 && sensitive >= 0 && sensitive <= percent)
      return success();
    return optionError(context) << "expected 0 <= sensitive <= percent and 0 < percent < 100, found sensitive = "
                                << std::to_string(sensitive) << ", percent = " << std::to_string(percent);
  }

  void runOnOperation() override {
    ParameterOp parameter = getOperation();
    if (failed(pattern.empty() ? extractGlobal(parameter) : extractLocal(parameter)))
      signalPassFailure();
  }

  /// The last term, N:M, becomes n:M outliers and the rest; the terms before it stay as they are.
  LogicalResult extractLocal(ParameterOp parameter) {
    WeightType type = parameter.getWeightType();
    SmallVector<WeightFormat> terms = termsOf(type.getFormat());
    auto last = dyn_cast<NMFormatAttr>(Attribute(terms.back()));
    if (!last || last.getVector())
      return errorAt(parameter, "expected an unquantized #sdq.nm as the last term, found ") << Attribute(terms.back());
    auto [n, m] = outlierCounts;
    if (m != last.getM())
      return errorAt(parameter, "expected outliers of n:") << last.getM() << ", found " << pattern;
    // Outliers may have more room than there are values; a format cannot have none.
    int64_t left = std::max<int64_t>(last.getN() - n, 1);
    if (!rest.empty() && (restCounts.m != m || restCounts.n < left))
      return errorAt(parameter, "expected the rest of ")
             << Attribute(last) << " without " << pattern << " to fit N:" << m << " with N >= " << left << ", found "
             << rest;
    int64_t remaining = rest.empty() ? left : restCounts.n;

    FailureOr<WeightView> weight = viewLastTerm(parameter);
    if (failed(weight))
      return failure();
    Shape shape = type.getShape();
    Encoding encoding = last.getLayout().encoding;
    // A pair may be split between outliers and the rest, so neither term is pairwise.
    NMFormat outlierFormat{n, m, false, encoding}, restFormat{remaining, m, false, encoding};
    StoredWeight outliers = StoredWeight::allocate(outlierFormat, shape);
    StoredWeight inliers = StoredWeight::allocate(restFormat, shape);
    auto store = [&](int64_t row, ArrayRef<float> large, ArrayRef<float> small) -> LogicalResult {
      if (llvm::Error error = storeRow(outlierFormat, shape, outliers.parts, row, large))
        return report(parameter, std::move(error));
      if (llvm::Error error = storeRow(restFormat, shape, inliers.parts, row, small))
        return report(parameter, std::move(error));
      return success();
    };
    if (failed(weighing ? splitByScore(parameter, *weight, store) : splitByErrorLeft(parameter, *weight, store)))
      return failure();
    std::vector<StoredWeight> both;
    both.push_back(std::move(outliers));
    both.push_back(std::move(inliers));
    replaceLastTerm(parameter, std::move(both), "outliers");
    return success();
  }

  using Store = function_ref<LogicalResult(int64_t, ArrayRef<float>, ArrayRef<float>)>;

  LogicalResult splitByScore(ParameterOp parameter, const WeightView &weight, Store store) {
    FailureOr<Scores> scores = Scores::find(parameter, *weighing, statistics.get());
    if (failed(scores))
      return failure();
    std::vector<float> row(weight.shape().columns), score(row.size()), large(row.size()), small(row.size());
    for (int64_t r = 0; r < weight.shape().rows; ++r) {
      if (failed(readFiniteRow(parameter, weight, r, row)) || failed(scores->read(r, row, score)))
        return failure();
      splitOutliers({outlierCounts.n, outlierCounts.m, false}, score, row, large, small);
      if (failed(store(r, large, small)))
        return failure();
    }
    return success();
  }

  LogicalResult splitByErrorLeft(ParameterOp parameter, const WeightView &weight, Store store) {
    FailureOr<ErrorWeights> importance =
        ErrorWeights::find(parameter, errorWeighing, statistics.get(), "weights=none needs none");
    if (failed(importance))
      return failure();
    auto [rows, columns] = weight.shape();
    SplitEncoding encoding = split;
    for (Encoding *of : {&encoding.outliers, &encoding.inliers})
      if (isQuantized(of->element) && of->vector == 0)
        of->vector = columns;
    // Some rows at a time: reading and storing in order, the search between them on all threads.
    constexpr int64_t kRows = 256;
    std::vector<float> all(4 * kRows * columns);
    for (int64_t first = 0; first < rows; first += kRows) {
      int64_t count = std::min(kRows, rows - first);
      auto row = [&, columns = columns](int64_t which, int64_t r) {
        return MutableArrayRef(all).slice((which * kRows + r) * columns, columns);
      };
      for (int64_t r = 0; r < count; ++r)
        if (failed(readFiniteRow(parameter, weight, first + r, row(0, r))) ||
            failed(importance->read(first + r, row(1, r))))
          return failure();
      parallelFor(&getContext(), 0, count, [&](size_t r) {
        splitByError({outlierCounts.n, outlierCounts.m, false}, encoding, row(1, r), row(0, r), row(2, r), row(3, r));
      });
      for (int64_t r = 0; r < count; ++r)
        if (failed(store(first + r, row(2, r), row(3, r))))
          return failure();
    }
    return success();
  }

  /// A dense weight becomes CSR + dense, each value in one of them.
  LogicalResult extractGlobal(ParameterOp parameter) {
    WeightType type = parameter.getWeightType();
    auto dense = dyn_cast<DenseFormatAttr>(Attribute(type.getFormat()));
    if (!dense || dense.getVector())
      return errorAt(parameter, "expected an unquantized #sdq.dense to extract from, found ")
             << Attribute(type.getFormat());
    double bySensitivity = unweighted ? 0 : double(sensitive);
    FailureOr<WeightStatistics> known = WeightStatistics::find(parameter, unweighted ? nullptr : statistics.get());
    FailureOr<WeightView> weight = viewWeight(parameter);
    if (failed(known) || failed(weight) ||
        (bySensitivity > 0 &&
         failed(known->require(sdq::Statistic::Fisher, "--unweighted takes the outliers by magnitude alone"))))
      return failure();

    Shape shape = type.getShape();
    auto readWeights = [&](int64_t row, MutableArrayRef<float> out) {
      return readFiniteRow(parameter, *weight, row, out);
    };
    auto readFisher = [&](int64_t row, MutableArrayRef<float> out) {
      return known->readRow(sdq::Statistic::Fisher, row, out);
    };
    FailureOr<GlobalOutliers> found =
        findGlobalOutliers(shape, readWeights, readFisher, bySensitivity, percent - bySensitivity);
    if (failed(found))
      return failure();

    // The matrix is not held as f32: rows are read once more, on their way to where they are stored.
    Encoding element{*elementKindOf(type.getElementType())};
    StoredWeight remainder = StoredWeight::allocate(DenseFormat{element}, shape);
    std::vector<SparseEntry> entries;
    std::vector<float> row(shape.columns);
    auto place = found->places.begin();
    for (int64_t r = 0; r < shape.rows; ++r) {
      if (failed(readWeights(r, row)))
        return failure();
      for (; place != found->places.end() && *place / shape.columns == r; ++place) {
        float &value = row[*place % shape.columns];
        entries.push_back({r, *place % shape.columns, value});
        value = 0;
      }
      if (llvm::Error error = storeRow(DenseFormat{element}, shape, remainder.parts, r, row))
        return report(parameter, std::move(error));
    }
    llvm::Expected<StoredWeight> sparse = pack(CSRFormat{element.element}, shape, entries);
    if (!sparse)
      return report(parameter, sparse.takeError());
    std::vector<StoredWeight> terms;
    terms.push_back(std::move(*sparse));
    terms.push_back(std::move(remainder));
    replaceLastTerm(parameter, std::move(terms), "outliers");
    return success();
  }

  Counts outlierCounts, restCounts;
  /// None for the error that is left, which `split` and `errorWeighing` are for.
  std::optional<Weighing> weighing;
  SplitEncoding split;
  Weighing errorWeighing = Weighing::None;
  std::shared_ptr<const Calibration> statistics;
};

} // namespace
