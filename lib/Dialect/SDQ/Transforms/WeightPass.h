//===- WeightPass.h - What the compression passes share -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_DIALECT_SDQ_TRANSFORMS_WEIGHTPASS_H
#define SDQ_LIB_DIALECT_SDQ_TRANSFORMS_WEIGHTPASS_H

#include "sdq/Core/Calibration.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"

namespace sdq {

/// N of every M, as an option says it.
struct Counts {
  int64_t n = 0, m = 0;
};

/// Reads the option `name`, "N:M" with 1 <= N <= M <= 32 (nm_c1). Options are checked once, when a pass is initialised,
/// not at every weight; errors are emitted.
mlir::LogicalResult readPattern(mlir::MLIRContext *context, llvm::StringRef name, llvm::StringRef text, Counts &counts);

/// Checks the option `metric`: magnitude or fisher.
mlir::LogicalResult checkMetric(mlir::MLIRContext *context, llvm::StringRef metric);

/// An error that concerns the options of a pass and no weight in particular.
mlir::InFlightDiagnostic optionError(mlir::MLIRContext *context);

/// Opens a calibration file once for a pass and its clones; no file for an empty path. Errors are emitted.
mlir::LogicalResult openCalibration(mlir::MLIRContext *context, llvm::StringRef path,
                                    std::shared_ptr<const Calibration> &calibration);

/// The Fisher information of one weight, by rows. Without any, every row reads as ones.
class FisherRows {
public:
  /// Looks the parameter up by name, then by content (which must still be the original). `need`: its absence is an
  /// error that names the layer and what would allow to go without.
  static mlir::FailureOr<FisherRows> find(ParameterOp parameter, const Calibration *calibration, bool need,
                                          llvm::StringRef otherwise);
  bool present() const { return entry; }
  /// Emits an error at the parameter where a row cannot be read.
  mlir::LogicalResult read(int64_t row, llvm::MutableArrayRef<float> out) const;

private:
  ParameterOp parameter;
  const CalibrationEntry *entry = nullptr;
};

/// What the values of a row are worth to the passes that choose among them.
class Scores {
public:
  /// `metric`: magnitude, or fisher, which needs the calibration's .fisher.
  static mlir::FailureOr<Scores> find(ParameterOp parameter, llvm::StringRef metric, const Calibration *calibration);
  /// |w|, or F·w².
  mlir::LogicalResult read(int64_t row, llvm::ArrayRef<float> values, llvm::MutableArrayRef<float> out) const;

private:
  std::optional<FisherRows> fisher;
};

/// Reads rows of a weight, refusing values that are not finite.
mlir::LogicalResult readFiniteRow(ParameterOp parameter, const WeightView &weight, int64_t row,
                                  llvm::MutableArrayRef<float> out);

/// An error at the parameter that names the weight.
mlir::InFlightDiagnostic errorAt(ParameterOp parameter, const llvm::Twine &message = {});
/// Emits an error at the parameter and fails.
mlir::LogicalResult report(ParameterOp parameter, llvm::Error error);

} // namespace sdq

#endif // SDQ_LIB_DIALECT_SDQ_TRANSFORMS_WEIGHTPASS_H
