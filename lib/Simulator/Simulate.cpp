//===- Simulate.cpp - A GPU kernel run, checked and counted ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Kernel.h"

using namespace mlir;
using namespace sdq::simulator;

llvm::StringRef sdq::simulator::nameOf(FindingKind kind) {
  static constexpr const char *names[] = {
      "out-of-bounds",     "misaligned",           "uninitialized-read", "race",
      "divergent-barrier", "divergent-collective", "inactive-lane",      "unwaited-copy",
      "illegal-metadata",  "undefined-selector",   "conflicting-write",  "assertion"};
  return names[size_t(kind)];
}

void OpCounts::operator+=(const OpCounts &other) {
  warps += other.warps;
  lanes += other.lanes;
  transactions += other.transactions;
  sectors += other.sectors;
  sharedPasses += other.sharedPasses;
  bankConflicts += other.bankConflicts;
}

OpCounts SimulationReport::total() const {
  OpCounts sum;
  for (const auto &[op, count] : counts)
    sum += count;
  return sum;
}

FailureOr<SimulationReport> sdq::simulator::simulate(gpu::GPUFuncOp kernel, const LaunchConfig &config,
                                                     llvm::ArrayRef<Argument> arguments) {
  FailureOr<Kernel> decoded = Kernel::decode(kernel);
  if (failed(decoded))
    return failure();
  return decoded->run(config, arguments);
}
