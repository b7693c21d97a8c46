//===- WeightPass.cpp - What the compression passes share -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPass.h"

#include <cmath>

using namespace mlir;
using namespace sdq;

InFlightDiagnostic sdq::optionError(MLIRContext *context) { return emitError(UnknownLoc::get(context)); }

LogicalResult sdq::readPattern(MLIRContext *context, StringRef name, StringRef text, Counts &counts) {
  auto [left, right] = text.split(':');
  if (left.getAsInteger(10, counts.n) || right.getAsInteger(10, counts.m) || counts.n < 1 || counts.n > counts.m ||
      counts.m > 32)
    return optionError(context) << "expected " << name << "=N:M with 1 <= N <= M <= 32, found '" << text << "'";
  return success();
}

LogicalResult sdq::checkMetric(MLIRContext *context, StringRef metric) {
  if (metric == "magnitude" || metric == "fisher")
    return success();
  return optionError(context) << "expected a metric of magnitude or fisher, found '" << metric << "'";
}

LogicalResult sdq::openCalibration(MLIRContext *context, StringRef path,
                                   std::shared_ptr<const Calibration> &calibration) {
  if (path.empty())
    return success();
  llvm::Expected<Calibration> opened = Calibration::open(path);
  if (!opened)
    return optionError(context) << llvm::toString(opened.takeError());
  calibration = std::make_shared<const Calibration>(std::move(*opened));
  return success();
}

InFlightDiagnostic sdq::errorAt(ParameterOp parameter, const Twine &message) {
  return parameter.emitError() << "weight '" << parameter.getSymName() << "': " << message;
}

LogicalResult sdq::report(ParameterOp parameter, llvm::Error error) {
  return errorAt(parameter) << llvm::toString(std::move(error));
}

FailureOr<FisherRows> FisherRows::find(ParameterOp parameter, const Calibration *calibration, bool need,
                                       StringRef otherwise) {
  FisherRows rows;
  rows.parameter = parameter;
  if (calibration) {
    // A symbol may have been renamed to be unique; the initializer it came from was not.
    StringRef name = parameter.getSymName();
    for (StringRef attribute : {StringRef(kOriginAttr), StringRef(kCalibrationAttr)})
      if (auto known = parameter->getAttrOfType<StringAttr>(attribute))
        name = known.getValue();
    FailureOr<WeightView> weight = viewWeight(parameter);
    if (failed(weight))
      return failure();
    auto key = [&] {
      Shape shape = weight->shape();
      std::vector<float> values(shape.rows * shape.columns);
      for (int64_t row = 0; row < shape.rows; ++row)
        weight->readRow(row, MutableArrayRef(values).slice(row * shape.columns, shape.columns));
      return contentKey(values);
    };
    llvm::Expected<const CalibrationEntry *> entry = calibration->find(name, weight->shape(), key);
    if (!entry)
      return report(parameter, entry.takeError());
    if (*entry) {
      // Later passes see values that have changed: the name stands in for the content from here on.
      parameter->setAttr(kCalibrationAttr, StringAttr::get(parameter.getContext(), (*entry)->weight()));
      if ((*entry)->has(Statistic::Fisher))
        rows.entry = *entry;
    }
  }
  if (need && !rows.entry) {
    errorAt(parameter, "needs Fisher information: ")
        << (calibration ? "the calibration file '" + calibration->path().str() + "' has no '" +
                              parameter.getSymName().str() + ".fisher' by name or by content"
                        : std::string("no calibration file was given"))
        << "; " << otherwise;
    return failure();
  }
  return rows;
}

LogicalResult FisherRows::read(int64_t row, MutableArrayRef<float> out) const {
  if (!entry) {
    llvm::fill(out, 1.0f);
    return success();
  }
  if (llvm::Error error = entry->readRow(Statistic::Fisher, row, out))
    return report(parameter, std::move(error));
  return success();
}

FailureOr<Scores> Scores::find(ParameterOp parameter, StringRef metric, const Calibration *calibration) {
  Scores scores;
  if (metric == "magnitude")
    return scores;
  FailureOr<FisherRows> rows = FisherRows::find(parameter, calibration, /*need=*/true, "metric=magnitude needs none");
  if (failed(rows))
    return failure();
  scores.fisher = *rows;
  return scores;
}

LogicalResult Scores::read(int64_t row, ArrayRef<float> values, MutableArrayRef<float> out) const {
  if (fisher && failed(fisher->read(row, out)))
    return failure();
  for (auto [value, score] : llvm::zip_equal(values, out))
    score = fisher ? score * value * value : std::fabs(value);
  return success();
}

LogicalResult sdq::readFiniteRow(ParameterOp parameter, const WeightView &weight, int64_t row,
                                 MutableArrayRef<float> out) {
  weight.readRow(row, out);
  for (auto [column, value] : llvm::enumerate(out))
    if (!std::isfinite(value))
      return errorAt(parameter, "row ") << row << ", column " << column << ": expected a finite value, found "
                                           << std::to_string(value);
  return success();
}
