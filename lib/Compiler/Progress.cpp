//===- Progress.cpp - How far compression has come -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Progress.h"

#include "mlir/Pass/Pass.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace sdq;

/// The pass that runs all the others on a weight: one that has been through it is done.
static bool compresses(Pass *pass) { return pass->getArgument() == "sdq-compress"; }

void Progress::runBeforePass(Pass *pass, Operation *op) {
  if (!compresses(pass))
    return;
  std::lock_guard lock(mutex);
  started[op] = Clock::now();
}

void Progress::runAfterPass(Pass *pass, Operation *op) {
  if (!compresses(pass))
    return;
  auto parameter = cast<ParameterOp>(op);
  std::lock_guard lock(mutex);
  seconds[op] = std::chrono::duration<double>(Clock::now() - started[op]).count();
  ++done;
  if (!draw)
    return;
  constexpr size_t width = 30;
  size_t filled = width * done / total;
  double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  double left = elapsed / done * (total - done);
  out << "\r[" << std::string(filled, '=') << std::string(width - filled, ' ') << "] "
      << llvm::format("%3d%% %5.0f s left  ", int(100 * done / total), left) << parameter.getSymName().take_back(40)
      << "\033[K";
  out.flush();
}

double Progress::secondsOn(Operation *op) const {
  std::lock_guard lock(mutex);
  return seconds.lookup(op);
}

void Progress::finish() {
  if (draw)
    out << "\r\033[K";
}
