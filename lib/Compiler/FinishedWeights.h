//===- FinishedWeights.h - From the passes to the store and back -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_COMPILER_FINISHEDWEIGHTS_H
#define SDQ_LIB_COMPILER_FINISHEDWEIGHTS_H

#include "Progress.h"

#include "sdq/Compiler/Report.h"
#include "sdq/Compiler/WeightStore.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"
#include "sdq/Pipelines/Compress.h"

#include <atomic>

namespace sdq {

/// Measures every weight as soon as it is finished, moves its parts to the store, and lets go of the memory that it and
/// its original took. Weights that an earlier run finished come from the store.
class FinishedWeights : public CompressionObserver {
public:
  /// `parameters` are still as imported. Everything referred to outlives this.
  FinishedWeights(mlir::MLIRContext *context, llvm::ArrayRef<ParameterOp> parameters, const ModelRecipe &recipes,
                  const Calibration *calibration, const WeightStore &store, Progress &progress);

  /// Looks through the store. An error, emitted, says which weight was finished from or by something else; damaged ones
  /// are warned of and forgotten.
  mlir::LogicalResult findEarlier();
  /// How many weights the store has.
  size_t earlier() const { return found.size(); }

  mlir::FailureOr<bool> restore(ParameterOp parameter, const Recipe &recipe) override;
  mlir::LogicalResult finished(ParameterOp parameter, const Recipe &recipe) override;

  /// The reports in the order of the parameters, when all are finished.
  std::vector<LayerReport> takeReports();

private:
  struct Weight {
    OriginalWeight original;
    std::string recipe;
    LayerReport report;
  };

  WeightKey keyOf(const Weight &weight, const WeightView &original, const CalibrationEntry *statistics) const;
  mlir::FailureOr<WeightKey> currentKey(ParameterOp parameter, const FinishedWeight &finished);
  mlir::LogicalResult useStored(ParameterOp parameter, const FinishedWeight &finished);
  mlir::LogicalResult storageError(llvm::Error error);

  mlir::MLIRContext *context;
  llvm::SmallVector<ParameterOp> parameters;
  const Calibration *calibration;
  const WeightStore &store;
  Progress &progress;
  llvm::DenseMap<mlir::Operation *, Weight> weights; // keys are not added to once weights run in parallel
  llvm::StringMap<FinishedWeight> found;
  std::atomic<bool> storageFailed = false;
};

} // namespace sdq

#endif // SDQ_LIB_COMPILER_FINISHEDWEIGHTS_H
