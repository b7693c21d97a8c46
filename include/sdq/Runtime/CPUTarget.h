//===- CPUTarget.h - The CPU that code is compiled for ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RUNTIME_CPUTARGET_H
#define SDQ_RUNTIME_CPUTARGET_H

#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace sdq {

/// A CPU in LLVM's words: triple, processor name, and features "+avx2,-sse4a,…" on top of the processor's own.
struct CPUTarget {
  std::string triple, cpu, features;
  bool operator==(const CPUTarget &) const = default;

  /// This machine, with every feature that can be detected spelled out.
  static CPUTarget host();
};

/// Code generator for `target`: position independent. Fails on a triple, processor or feature that LLVM does not know
/// (LLVM itself only warns of the latter two).
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine(const CPUTarget &target, unsigned optLevel);

/// How code for some CPU fits this machine.
struct HostFit {
  /// What keeps it from running: "aarch64-linux code on x86_64-linux", or the missing features.
  std::vector<std::string> missing;
  /// How many of this machine's features it uses: of two that run, the one with more is the better.
  unsigned used = 0;

  bool runs() const { return missing.empty(); }
};

/// Only features that can be detected count; the others are matters of tuning.
llvm::Expected<HostFit> fitToHost(const CPUTarget &code);

} // namespace sdq

#endif // SDQ_RUNTIME_CPUTARGET_H
