//===- WeightPass.cpp - What the compression passes share -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPass.h"

#include "llvm/ADT/StringExtras.h"

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

LogicalResult sdq::detail::refuseChoice(MLIRContext *context, StringRef what, StringRef text,
                                        ArrayRef<StringRef> choices) {
  return optionError(context) << "expected " << what << " of " << llvm::join(choices.drop_back(), ", ") << " or "
                              << choices.back() << ", found '" << text << "'";
}

LogicalResult sdq::readWeighing(MLIRContext *context, StringRef text, Weighing &weighing) {
  return readChoice<Weighing>(
      context, "weights", text,
      {{"none", Weighing::None}, {"activation", Weighing::Activation}, {"fisher", Weighing::Fisher}}, weighing);
}

LogicalResult sdq::readElement(MLIRContext *context, StringRef text, ElementKind &element) {
  std::optional<ElementKind> kind = elementKindNamed(text);
  if (!kind || *kind == ElementKind::F32)
    return optionError(context) << "expected types of i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16 or bf16, found '"
                                << text << "'";
  element = *kind;
  return success();
}

LogicalResult sdq::readScale(MLIRContext *context, int64_t vector, StringRef text, ScaleKind &scale) {
  std::optional<ScaleKind> kind = scaleKindNamed(text);
  if (!kind)
    return optionError(context) << "expected a scale in f8E4M3FN, u8, f8E8M0FNU, f16 or f32 (dense_c3), found '" << text
                                << "'";
  if (vector < 0)
    return optionError(context) << "expected a vector of at least 1, or 0 for the whole row, found " << vector;
  scale = *kind;
  return success();
}

LogicalResult sdq::readScaleChoice(MLIRContext *context, StringRef text, ScaleChoice &choice) {
  return readChoice<ScaleChoice>(context, "a scale-choice", text,
                                 {{"absmax", ScaleChoice::Absmax}, {"mse", ScaleChoice::MeanSquaredError}}, choice);
}

LogicalResult sdq::openCalibration(MLIRContext *context, StringRef path,
                                   std::shared_ptr<const Calibration> &calibration) {
  if (path.empty())
    return success();
  llvm::Expected<std::shared_ptr<const Calibration>> shared = Calibration::share(path);
  if (!shared)
    return optionError(context) << llvm::toString(shared.takeError());
  calibration = std::move(*shared);
  return success();
}

InFlightDiagnostic sdq::errorAt(ParameterOp parameter, const Twine &message) {
  return parameter.emitError() << "weight '" << parameter.getSymName() << "': " << message;
}

LogicalResult sdq::report(ParameterOp parameter, llvm::Error error) {
  return errorAt(parameter) << llvm::toString(std::move(error));
}

FailureOr<WeightStatistics> WeightStatistics::find(ParameterOp parameter, const Calibration *calibration) {
  WeightStatistics statistics;
  statistics.parameter = parameter;
  statistics.calibration = calibration;
  if (!calibration)
    return statistics;
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
  if (*entry)
    // Later passes see values that have changed: the name stands in for the content from here on.
    parameter->setAttr(kCalibrationAttr, StringAttr::get(parameter.getContext(), (*entry)->weight()));
  statistics.entry = *entry;
  return statistics;
}

/// What a statistic is, in words.
static StringRef describe(Statistic statistic) {
  switch (statistic) {
  case Statistic::Fisher:
    return "Fisher information";
  case Statistic::ActSq:
    return "mean squared activations";
  case Statistic::Hessian:
    return "a Hessian";
  case Statistic::GuidedHessian:
    return "a guided Hessian";
  }
  llvm_unreachable("unknown statistic");
}

LogicalResult WeightStatistics::require(Statistic statistic, StringRef otherwise) const {
  if (has(statistic))
    return success();
  InFlightDiagnostic error = errorAt(parameter, "needs ") << describe(statistic) << ": ";
  if (calibration)
    error << "the calibration file '" << calibration->path() << "' has no '" << ParameterOp(parameter).getSymName()
          << suffixOf(statistic) << "' by name or by content";
  else
    error << "no calibration file was given";
  return error << "; " << otherwise;
}

LogicalResult WeightStatistics::readRow(Statistic statistic, int64_t row, MutableArrayRef<float> out) const {
  if (llvm::Error error = entry->readRow(statistic, row, out))
    return report(parameter, std::move(error));
  return success();
}

FailureOr<std::vector<float>> WeightStatistics::read(Statistic statistic) const {
  ArrayRef<int64_t> extents = entry->extents(statistic);
  int64_t length = extents.back(), rows = 1;
  for (int64_t extent : extents.drop_back())
    rows *= extent;
  std::vector<float> values(rows * length);
  for (int64_t row = 0; row < rows; ++row)
    if (failed(readRow(statistic, row, MutableArrayRef(values).slice(row * length, length))))
      return failure();
  return values;
}

FailureOr<ErrorWeights> ErrorWeights::find(ParameterOp parameter, Weighing weighing, const Calibration *calibration,
                                           StringRef otherwise) {
  ErrorWeights weights;
  weights.weighing = weighing;
  if (weighing == Weighing::None)
    return weights;
  FailureOr<WeightStatistics> statistics = WeightStatistics::find(parameter, calibration);
  Statistic statistic = weighing == Weighing::Activation ? Statistic::ActSq : Statistic::Fisher;
  if (failed(statistics) || failed(statistics->require(statistic, otherwise)))
    return failure();
  weights.statistics = *statistics;
  if (weighing == Weighing::Activation) {
    FailureOr<std::vector<float>> activation = statistics->read(Statistic::ActSq);
    if (failed(activation))
      return failure();
    weights.activation = std::move(*activation);
  }
  return weights;
}

LogicalResult ErrorWeights::read(int64_t row, MutableArrayRef<float> out) const {
  switch (weighing) {
  case Weighing::None:
    llvm::fill(out, 1.0f);
    return success();
  case Weighing::Activation:
    llvm::copy(activation, out.begin());
    return success();
  case Weighing::Fisher:
    return statistics.readRow(Statistic::Fisher, row, out);
  }
  llvm_unreachable("unknown weighing");
}

FailureOr<Scores> Scores::find(ParameterOp parameter, Weighing weighing, const Calibration *calibration) {
  FailureOr<ErrorWeights> weights = ErrorWeights::find(parameter, weighing, calibration, "metric=magnitude needs none");
  if (failed(weights))
    return failure();
  Scores scores;
  scores.weighing = weighing;
  scores.weights = std::move(*weights);
  return scores;
}

LogicalResult Scores::read(int64_t row, ArrayRef<float> values, MutableArrayRef<float> out) const {
  if (failed(weights.read(row, out)))
    return failure();
  for (auto [value, score] : llvm::zip_equal(values, out))
    score = weighing == Weighing::Fisher ? score * value * value : std::fabs(value) * std::sqrt(score);
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
