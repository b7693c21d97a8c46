//===- Checksums.h - Weights against what is written of them ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LOADER_CHECKSUMS_H
#define SDQ_LOADER_CHECKSUMS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace sdq {

struct ChecksumCount {
  size_t verified = 0;
  /// Weights that no checksum was noted for.
  size_t without = 0;
};

/// Compares every parameter with its `sdq.checksum`. Reads all weights: a mapped file is no longer loaded in no time.
/// The error names the first weight that differs, in the order of the module.
llvm::Expected<ChecksumCount> verifyChecksums(mlir::ModuleOp module);

} // namespace sdq

#endif // SDQ_LOADER_CHECKSUMS_H
