//===- Simulate.cpp - A GPU kernel run, checked and counted ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Kernel.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sdq::simulator;

static constexpr llvm::StringRef kNames[] = {"out-of-bounds",      "misaligned",
                                             "uninitialized-read", "race",
                                             "divergent-barrier",  "divergent-collective",
                                             "inactive-lane",      "unwaited-copy",
                                             "illegal-metadata",   "undefined-selector",
                                             "conflicting-write",  "cross-block-race",
                                             "division-by-zero",   "assertion"};
static_assert(std::size(kNames) == kFindingKinds);

llvm::StringRef sdq::simulator::nameOf(FindingKind kind) { return kNames[size_t(kind)]; }

llvm::Expected<FindingKind> sdq::simulator::findFindingKind(llvm::StringRef name) {
  for (size_t kind = 0; kind < kFindingKinds; ++kind)
    if (kNames[kind] == name)
      return FindingKind(kind);
  return llvm::createStringError(
      llvm::formatv("no detector '{0}'; expected one of {1}", name, llvm::join(llvm::ArrayRef(kNames), ", ")));
}

llvm::Expected<Detectors> Detectors::parse(std::optional<llvm::ArrayRef<std::string>> only,
                                           llvm::ArrayRef<std::string> except) {
  Detectors result;
  if (only)
    result.bits = 0;
  for (llvm::StringRef name : only.value_or(llvm::ArrayRef<std::string>())) {
    llvm::Expected<FindingKind> kind = findFindingKind(name);
    if (!kind)
      return kind.takeError();
    result.add(*kind);
  }
  for (llvm::StringRef name : except) {
    llvm::Expected<FindingKind> kind = findFindingKind(name);
    if (!kind)
      return kind.takeError();
    result.remove(*kind);
  }
  return result;
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
