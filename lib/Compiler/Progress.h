//===- Progress.h - How far compression has come -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_COMPILER_PROGRESS_H
#define SDQ_LIB_COMPILER_PROGRESS_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Pass/PassInstrumentation.h"

#include <chrono>
#include <mutex>

namespace sdq {

/// Times the passes on each parameter and draws a bar on a terminal. Passes run on several threads.
class Progress : public mlir::PassInstrumentation {
public:
  Progress(size_t parameters, llvm::raw_ostream &out, bool draw) : total(parameters), out(out), draw(draw) {}

  void runBeforePass(mlir::Pass *pass, mlir::Operation *op) override;
  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override;

  double secondsOn(mlir::Operation *op) const;
  /// Wipes the bar.
  void finish();

private:
  using Clock = std::chrono::steady_clock;
  mutable std::mutex mutex;
  llvm::DenseMap<mlir::Operation *, Clock::time_point> started;
  llvm::DenseMap<mlir::Operation *, double> seconds;
  size_t done = 0, total;
  Clock::time_point begin = Clock::now();
  llvm::raw_ostream &out;
  bool draw;
};

} // namespace sdq

#endif // SDQ_LIB_COMPILER_PROGRESS_H
