//===- Progress.h - Tells a person how far compression has come -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_COMPILER_PROGRESS_H
#define SDQ_LIB_COMPILER_PROGRESS_H

#include "sdq/Compiler/Compile.h"
#include "sdq/Compiler/TimeLeft.h"

#include <chrono>
#include <mutex>

namespace sdq {

/// Follows the weights of a model through their compression, on several threads, and shows what it knows: as a bar, or
/// as a line every ten seconds.
class Progress {
public:
  Progress(llvm::ArrayRef<ParameterOp> parameters, unsigned threads, llvm::raw_ostream &out, ShowProgress show);

  void begin(ParameterOp parameter);
  void end(ParameterOp parameter);
  /// An earlier run had finished it.
  void resumed(ParameterOp parameter);
  /// Since it was begun.
  double secondsSince(ParameterOp parameter) const;
  /// Wipes the bar.
  void finish();

private:
  using Clock = std::chrono::steady_clock;
  enum class Stage : uint8_t { Waiting, Running, Finished, Resumed };
  struct Weight {
    int64_t elements = 0;
    Stage stage = Stage::Waiting;
    Clock::time_point begun;
    double seconds = 0;
  };

  static double secondsSince(Clock::time_point time) {
    return std::chrono::duration<double>(Clock::now() - time).count();
  }
  void enter(ParameterOp parameter, Stage stage);
  void showState(llvm::StringRef name);

  mutable std::mutex mutex;
  llvm::MapVector<mlir::Operation *, Weight> weights;
  unsigned threads;
  llvm::raw_ostream &out;
  ShowProgress show;
  Clock::time_point shown = Clock::now();
};

} // namespace sdq

#endif // SDQ_LIB_COMPILER_PROGRESS_H
