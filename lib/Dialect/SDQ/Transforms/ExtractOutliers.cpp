//===- ExtractOutliers.cpp - One term to outliers and the rest -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPass.h"

#include "sdq/Core/GlobalOutliers.h"
#include "sdq/Core/Pack.h"
#include "sdq/Core/Selection.h"
#include "sdq/Dialect/SDQ/Transforms/Passes.h"

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

  LogicalResult readMetric(MLIRContext *context) {
    return readChoice<Weighing>(
        context, "a metric", metric,
        {{"magnitude", Weighing::None}, {"product", Weighing::Activation}, {"fisher", Weighing::Fisher}}, weighing);
  }

  LogicalResult checkLocal(MLIRContext *context) {
    if (failed(readPattern(context, "pattern", pattern, outlierCounts)))
      return failure();
    return rest.empty() ? success() : readPattern(context, "rest", rest, restCounts);
  }

  LogicalResult checkGlobal(MLIRContext *context) {
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

    FailureOr<Scores> scores = Scores::find(parameter, weighing, statistics.get());
    FailureOr<WeightView> weight = viewWeight(parameter);
    if (failed(scores) || failed(weight))
      return failure();
    // The last term's parts are the last parts; the others keep their buffers, under the same names.
    size_t lastParts = last.getParts(type.getShape()).size();
    WeightView lastTerm{type.withFormat(last), {weight->parts.end() - lastParts, weight->parts.end()}};

    Shape shape = type.getShape();
    Encoding encoding = last.getLayout().encoding;
    // A pair may be split between outliers and the rest, so neither term is pairwise.
    NMFormat outlierFormat{n, m, false, encoding}, restFormat{remaining, m, false, encoding};
    StoredWeight outliers = StoredWeight::allocate(outlierFormat, shape);
    StoredWeight inliers = StoredWeight::allocate(restFormat, shape);
    std::vector<float> row(shape.columns), score(shape.columns), large(shape.columns), small(shape.columns);
    for (int64_t r = 0; r < shape.rows; ++r) {
      if (failed(readFiniteRow(parameter, lastTerm, r, row)) || failed(scores->read(r, row, score)))
        return failure();
      splitOutliers({n, m, false}, score, row, large, small);
      if (llvm::Error error = storeRow(outlierFormat, shape, outliers.parts, r, large))
        return report(parameter, std::move(error));
      if (llvm::Error error = storeRow(restFormat, shape, inliers.parts, r, small))
        return report(parameter, std::move(error));
    }

    std::vector<StoredWeight> all;
    ArrayRef<PartView> earlier = ArrayRef(weight->parts).drop_back(lastParts);
    for (WeightFormat term : ArrayRef(terms).drop_back())
      all.push_back(copyTerm(term, shape, earlier));
    all.push_back(std::move(outliers));
    all.push_back(std::move(inliers));
    replaceParts(parameter, sumOf(std::move(all)), "outliers");
    return success();
  }

  /// Takes a term's parts off the front of `parts`, copied under the names they have outside a sum.
  static StoredWeight copyTerm(WeightFormat term, Shape shape, ArrayRef<PartView> &parts) {
    StoredWeight copy{*layoutOf(term), shape, {}};
    std::vector<PartSpec> specs = term.getParts(shape);
    for (auto [spec, view] : llvm::zip(specs, parts)) {
      spec.shape = view.spec.shape;
      copy.parts.push_back({spec, AlignedBytes(view.data.begin(), view.data.end())});
    }
    parts = parts.drop_front(specs.size());
    return copy;
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
    replaceParts(parameter, sumOf(std::move(terms)), "outliers");
    return success();
  }

  Counts outlierCounts, restCounts;
  Weighing weighing = Weighing::None;
  std::shared_ptr<const Calibration> statistics;
};

} // namespace
