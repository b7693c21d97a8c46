//===- ChipFit.h - Which GPU runs which code --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// CUDA C++ Programming Guide, "Binary Compatibility" and "PTX Compatibility":
//
//   code for    machine code runs on       PTX is compiled for
//   sm_86       8.6, 8.7, 8.9              8.6 and everything newer
//   sm_90a      9.0                        9.0
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_LOADER_CHIPFIT_H
#define SDQ_LIB_LOADER_CHIPFIT_H

#include "sdq/Target/Chip.h"

namespace sdq {

/// A GPU's compute capability: major, minor.
using Capability = std::pair<int, int>;

/// "sm_90" or "sm_90a" apart. Nothing where it is neither.
struct ChipName {
  Capability capability;
  /// Has the suffix `a`, and with it what only this very capability has.
  bool exact;
  static std::optional<ChipName> parse(llvm::StringRef chip);
};

/// Whether code for `chip` runs on the GPU: machine code, or PTX that the driver compiles.
bool runsOn(llvm::StringRef chip, bool hasPTX, Capability gpu);

/// The chip of the table that is nearest to the GPU, or an error where the GPU is older than all of them.
llvm::Expected<const Chip *> chipFor(Capability gpu);

} // namespace sdq

#endif // SDQ_LIB_LOADER_CHIPFIT_H
