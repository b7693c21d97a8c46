//===- Simulate.h - A GPU kernel run, checked and counted -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs a `gpu.func` of MLIR's upstream dialects on the CPU. The threads of a block go in lockstep, op by op, under the
// mask of structured control flow; blocks run side by side on all cores. What is wrong with an execution is *found* and
// reported, and the run goes on as harmlessly as it can: an access that may not happen does not, and reads zeros.
//
// Branches between blocks are followed as the structured control flow they amount to, calls of functions of the
// kernel's module as if the function stood there.
//
// An op the simulator does not know is an error at that op, before anything runs.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_SIMULATE_H
#define SDQ_SIMULATOR_SIMULATE_H

#include "sdq/Simulator/ChipModel.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace sdq::simulator {

enum class FindingKind : uint8_t {
  OutOfBounds,
  Misaligned,
  UninitializedRead,
  Race,
  DivergentBarrier,
  DivergentCollective,
  InactiveLane,
  UnwaitedCopy,
  IllegalMetadata,
  UndefinedSelector,
  ConflictingWrite,
  Assertion
};

/// "out-of-bounds", "race", …
llvm::StringRef nameOf(FindingKind kind);

/// Something wrong, at one op; the first occurrence in words, and how many there were.
struct Finding {
  FindingKind kind;
  mlir::Operation *op;
  /// Names block, thread and values.
  std::string message;
  uint64_t occurrences = 1;
};

/// What one op of the kernel did, over all blocks.
struct OpCounts {
  /// Warps that executed it with at least one active lane, and the active lanes of these.
  uint64_t warps = 0, lanes = 0;
  uint64_t transactions = 0, sectors = 0, sharedPasses = 0, bankConflicts = 0;

  void operator+=(const OpCounts &other);
};

struct SimulationReport {
  /// Keeps alive the ops that are named here: those of the kernel, or of a copy whose control flow was structured.
  std::shared_ptr<const void> kernel;
  std::vector<Finding> findings;
  /// In the order of the kernel.
  std::vector<std::pair<mlir::Operation *, OpCounts>> counts;
  KernelWork work;

  OpCounts total() const;
};

/// A kernel argument: a memref's elements in row-major order, read and written where they lie, or a scalar's bits.
struct Buffer {
  llvm::MutableArrayRef<uint8_t> bytes;
  /// Extents; those of the argument's type where it is static, any where it has rank 0 (a bare pointer).
  std::vector<int64_t> shape;
  /// False: reading an element before the kernel wrote it is a finding.
  bool initialized = true;
};
using Argument = std::variant<Buffer, uint64_t>;

struct LaunchConfig {
  std::array<unsigned, 3> grid = {1, 1, 1}, block = {1, 1, 1};
  /// Bytes of `gpu.dynamic_shared_memory`.
  uint64_t dynamicSharedBytes = 0;
  /// CPU threads; 0: one for each core.
  unsigned workers = 0;
};

/// Runs `kernel`. Fails, after an error at the op or the function, where an op is unknown or the arguments do not
/// match.
mlir::FailureOr<SimulationReport> simulate(mlir::gpu::GPUFuncOp kernel, const LaunchConfig &config,
                                           llvm::ArrayRef<Argument> arguments);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_SIMULATE_H
