//===- CodebookSolvers.cpp - Codebooks of some rows by a solver -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CodebookSolvers.h"

#include "sdq/Core/Codebook.h"

#include "mlir/IR/Threading.h"

using namespace mlir;
using namespace sdq;

namespace {

/// The exact codebook of row i for the errors' weights, which it sets to zero where the value is carried elsewhere.
void fitRow(const LUTFormat &format, CodebookRows &rows, int64_t i, MutableArrayRef<float> importance, KMeans &solver) {
  int64_t columns = importance.size();
  for (int64_t k = 0; k < columns; ++k)
    if (rows.exact[i * columns + k])
      importance[k] = 0;
  sdq::Codebook codebook =
      fitCodebook(format, ArrayRef(rows.weights).slice(i * columns, columns), importance, solver);
  llvm::copy(codebook.table, rows.tables.begin() + i * codebook.table.size());
  llvm::copy(codebook.codes, rows.codes.begin() + i * columns);
}

/// SqueezeLLM's.
class KMeansFitter : public CodebookFitter {
public:
  KMeansFitter(ParameterOp parameter, const LUTFormat &format, ErrorWeights weights)
      : parameter(parameter), format(format), weights(std::move(weights)) {}

  int64_t chunk(int64_t first) const override { return 256; }

  LogicalResult fit(CodebookRows &rows) override {
    int64_t columns = rows.weights.size() / rows.count;
    std::vector<float> importance(columns);
    for (int64_t i = 0; i < rows.count; ++i) {
      if (failed(weights.read(rows.first + i, importance)))
        return failure();
      fitRow(format, rows, i, importance, solver);
    }
    return success();
  }

private:
  ParameterOp parameter;
  LUTFormat format;
  ErrorWeights weights;
  KMeans solver;
};

class LNQFitter : public CodebookFitter {
public:
  LNQFitter(ParameterOp parameter, const LUTFormat &format, LNQEffort effort, WeightStatistics statistics)
      : parameter(parameter), format(format), effort(effort), statistics(std::move(statistics)) {
    Shape shape = parameter.getWeightType().getShape();
    columns = shape.columns;
    groupSize = shape.rows;
    if (this->statistics.has(sdq::Statistic::GuidedHessian)) {
      statistic = sdq::Statistic::GuidedHessian;
      groupSize /= this->statistics.extents(statistic).front();
    }
    threads = std::max(1u, parameter.getContext()->getNumThreads());
  }

  int64_t chunk(int64_t first) const override {
    return std::min(kRows * threads, groupSize - first % groupSize);
  }

  LogicalResult fit(CodebookRows &rows) override {
    if (failed(prepare(rows.first / groupSize)))
      return failure();
    int64_t entries = rows.tables.size() / rows.count;
    parallelFor(parameter.getContext(), 0, llvm::divideCeil(rows.count, kRows), [&](size_t part) {
      int64_t first = int64_t(part) * kRows, count = std::min(kRows, rows.count - first);
      KMeans start;
      for (int64_t i = first; i < first + count; ++i) {
        std::vector<float> importance = solver->diagonal();
        fitRow(format, rows, i, importance, start);
      }
      solver->improve(format,
                      {ArrayRef(rows.weights).slice(first * columns, count * columns),
                       ArrayRef(rows.exact).slice(first * columns, count * columns),
                       MutableArrayRef(rows.tables).slice(first * entries, count * entries),
                       MutableArrayRef(rows.codes).slice(first * columns, count * columns)},
                      effort);
    });
    return success();
  }

private:
  /// Rows that a thread takes: enough for fast products of matrices.
  static constexpr int64_t kRows = 128;

  /// Makes `solver` that of a group.
  LogicalResult prepare(int64_t group) {
    if (solver && group == current)
      return success();
    solver.reset(); // one Hessian in memory at a time
    std::vector<float> hessian(columns * columns);
    for (int64_t k = 0; k < columns; ++k)
      if (failed(statistics.readRow(statistic, group * columns + k,
                                    MutableArrayRef(hessian).slice(k * columns, columns))))
        return failure();
    llvm::Expected<LNQ> prepared = LNQ::prepare(std::move(hessian));
    if (!prepared)
      return report(parameter, prepared.takeError());
    solver.emplace(std::move(*prepared));
    current = group;
    return success();
  }

  ParameterOp parameter;
  LUTFormat format;
  LNQEffort effort;
  WeightStatistics statistics;
  sdq::Statistic statistic = sdq::Statistic::Hessian;
  int64_t columns, groupSize, threads, current = 0;
  std::optional<LNQ> solver;
};

} // namespace

FailureOr<std::unique_ptr<CodebookFitter>> CodebookFitter::create(ParameterOp parameter, const LUTFormat &format,
                                                                  const CodebookQuantization &quantization,
                                                                  const Calibration *calibration) {
  if (quantization.solver == CodebookSolver::KMeans) {
    FailureOr<ErrorWeights> weights =
        ErrorWeights::find(parameter, quantization.unweighted ? Weighing::None : Weighing::Fisher,
                           quantization.unweighted ? nullptr : calibration,
                           "--unweighted builds the codebooks as if every error weighed the same");
    if (failed(weights))
      return failure();
    return std::unique_ptr<CodebookFitter>(new KMeansFitter(parameter, format, std::move(*weights)));
  }
  FailureOr<WeightStatistics> statistics = WeightStatistics::find(parameter, calibration);
  if (failed(statistics) ||
      (!statistics->has(sdq::Statistic::GuidedHessian) &&
       failed(statistics->require(sdq::Statistic::Hessian, "solver=kmeans needs none, nor a .guided_hessian"))))
    return failure();
  return std::unique_ptr<CodebookFitter>(
      new LNQFitter(parameter, format, quantization.effort, std::move(*statistics)));
}
