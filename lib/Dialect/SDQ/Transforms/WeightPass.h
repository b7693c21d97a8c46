//===- WeightPass.h - What the compression passes share -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_DIALECT_SDQ_TRANSFORMS_WEIGHTPASS_H
#define SDQ_LIB_DIALECT_SDQ_TRANSFORMS_WEIGHTPASS_H

#include "sdq/Core/Calibration.h"
#include "sdq/Core/Scales.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"

namespace sdq {

/// N of every M, as an option says it.
struct Counts {
  int64_t n = 0, m = 0;
};

/// Reads the option `name`, "N:M" with 1 <= N <= M <= 32 (nm_c1). Options are checked once, when a pass is initialised,
/// not at every weight; errors are emitted.
mlir::LogicalResult readPattern(mlir::MLIRContext *context, llvm::StringRef name, llvm::StringRef text, Counts &counts);

/// Reads an option that is one of several words: "expected a metric of magnitude, wanda or fisher, found 'size'" where
/// `what` is "a metric". Errors are emitted.
template <typename T>
mlir::LogicalResult readChoice(mlir::MLIRContext *context, llvm::StringRef what, llvm::StringRef text,
                               llvm::ArrayRef<std::pair<llvm::StringRef, T>> choices, T &choice);

/// Reads one of the option `types`: a number format to round to.
mlir::LogicalResult readElement(mlir::MLIRContext *context, llvm::StringRef text, ElementKind &element);
/// Reads the options `vector` (0: the whole row) and `scale`.
mlir::LogicalResult readScale(mlir::MLIRContext *context, int64_t vector, llvm::StringRef text, ScaleKind &scale);
/// Reads the option `scale-choice`: absmax or mse.
mlir::LogicalResult readScaleChoice(mlir::MLIRContext *context, llvm::StringRef text, ScaleChoice &choice);

/// An error that concerns the options of a pass and no weight in particular.
mlir::InFlightDiagnostic optionError(mlir::MLIRContext *context);

/// Opens a calibration file once for a pass and its clones; no file for an empty path. Errors are emitted.
mlir::LogicalResult openCalibration(mlir::MLIRContext *context, llvm::StringRef path,
                                    std::shared_ptr<const Calibration> &calibration);

/// What the calibration says about one weight.
class WeightStatistics {
public:
  /// Looks the parameter up by name, then by content (which must still be the original). Without a calibration, or
  /// where it says nothing of the weight, there are no statistics; one of the wrong shape is an error.
  static mlir::FailureOr<WeightStatistics> find(ParameterOp parameter, const Calibration *calibration);
  bool has(Statistic statistic) const { return entry && entry->has(statistic); }
  /// Unless the statistic is there, emits an error that names the layer, what is missing and, from `otherwise`, what
  /// would do without.
  mlir::LogicalResult require(Statistic statistic, llvm::StringRef otherwise) const;
  /// One row of a statistic that is there: `out` has as many values as its last extent (act_sq: row 0). Emits an error
  /// where a value is not what a calibration may hold.
  mlir::LogicalResult readRow(Statistic statistic, int64_t row, llvm::MutableArrayRef<float> out) const;
  /// All of a statistic that is there, row-major: fisher [N,K], act_sq [K], hessian [K,K]. Errors as above.
  mlir::FailureOr<std::vector<float>> read(Statistic statistic) const;
  /// The extents of a statistic that is there.
  llvm::ArrayRef<int64_t> extents(Statistic statistic) const { return entry->extents(statistic); }

private:
  ParameterOp parameter;
  const Calibration *calibration = nullptr;
  const CalibrationEntry *entry = nullptr;
};

/// What weighs the squared error of a value W[n,k]: nothing; how large an input it meets, E[x_k²] (.act_sq); how much
/// the loss feels it, F[n,k] (.fisher).
enum class Weighing : uint8_t { None, Activation, Fisher };

/// Reads the option `weights`: none, activation or fisher.
mlir::LogicalResult readWeighing(mlir::MLIRContext *context, llvm::StringRef text, Weighing &weighing);

/// The weights of the squared errors of one parameter, by rows.
class ErrorWeights {
public:
  /// The statistic that `weighing` names must be there; `otherwise` as in `WeightStatistics::require`.
  static mlir::FailureOr<ErrorWeights> find(ParameterOp parameter, Weighing weighing, const Calibration *calibration,
                                            llvm::StringRef otherwise);
  /// Row `row` of the weights, K long: ones for Weighing::None.
  mlir::LogicalResult read(int64_t row, llvm::MutableArrayRef<float> out) const;

private:
  Weighing weighing = Weighing::None;
  WeightStatistics statistics;
  std::vector<float> activation; // the same in every row
};

/// What the values of a row are worth to the passes that choose among them: |w|; |w|·√E[x²], which Wanda calls its
/// score (arXiv 2306.11695 §3); F·w².
class Scores {
public:
  static mlir::FailureOr<Scores> find(ParameterOp parameter, Weighing weighing, const Calibration *calibration);
  mlir::LogicalResult read(int64_t row, llvm::ArrayRef<float> values, llvm::MutableArrayRef<float> out) const;

private:
  Weighing weighing = Weighing::None;
  ErrorWeights weights;
};

/// Reads rows of a weight, refusing values that are not finite.
mlir::LogicalResult readFiniteRow(ParameterOp parameter, const WeightView &weight, int64_t row,
                                  llvm::MutableArrayRef<float> out);

/// An error at the parameter that names the weight.
mlir::InFlightDiagnostic errorAt(ParameterOp parameter, const llvm::Twine &message = {});
/// Emits an error at the parameter and fails.
mlir::LogicalResult report(ParameterOp parameter, llvm::Error error);

//===----------------------------------------------------------------------===//

namespace detail {
mlir::LogicalResult refuseChoice(mlir::MLIRContext *context, llvm::StringRef what, llvm::StringRef text,
                                 llvm::ArrayRef<llvm::StringRef> choices);
} // namespace detail

template <typename T>
mlir::LogicalResult readChoice(mlir::MLIRContext *context, llvm::StringRef what, llvm::StringRef text,
                               llvm::ArrayRef<std::pair<llvm::StringRef, T>> choices, T &choice) {
  for (const auto &[name, value] : choices)
    if (name == text) {
      choice = value;
      return mlir::success();
    }
  return detail::refuseChoice(context, what, text, llvm::to_vector(llvm::make_first_range(choices)));
}

} // namespace sdq

#endif // SDQ_LIB_DIALECT_SDQ_TRANSFORMS_WEIGHTPASS_H
