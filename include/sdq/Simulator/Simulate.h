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
  CrossBlockRace,
  DivisionByZero,
  Assertion
};

inline constexpr unsigned kFindingKinds = unsigned(FindingKind::Assertion) + 1;

/// "out-of-bounds", "race", …
llvm::StringRef nameOf(FindingKind kind);
/// The reverse; fails with the names there are.
llvm::Expected<FindingKind> findFindingKind(llvm::StringRef name);

/// A set of kinds; from the start, all.
class Detectors {
public:
  Detectors() : bits((1u << kFindingKinds) - 1) {}
  /// Those of `only`, or all, without those of `except`. Fails with the names there are.
  static llvm::Expected<Detectors> parse(std::optional<llvm::ArrayRef<std::string>> only,
                                         llvm::ArrayRef<std::string> except);

  bool contains(FindingKind kind) const { return bits >> unsigned(kind) & 1; }
  void add(FindingKind kind) { bits |= 1u << unsigned(kind); }
  void remove(FindingKind kind) { bits &= ~(1u << unsigned(kind)); }

private:
  uint32_t bits;
};

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
  /// Of ops that multiply on tensor cores.
  std::vector<std::pair<mlir::Operation *, TensorWork>> tensor;
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
  /// What is reported. Nothing is remembered about memory that no detector asks for, which is faster.
  Detectors detectors = {};
};

/// Runs `kernel`. Fails, after an error at the op or the function, where an op is unknown or the arguments do not
/// match.
mlir::FailureOr<SimulationReport> simulate(mlir::gpu::GPUFuncOp kernel, const LaunchConfig &config,
                                           llvm::ArrayRef<Argument> arguments);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_SIMULATE_H
