//===- Engine.h - A decoded kernel and the state of a block -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel is decoded once, op by op, into functions over the state of a block. An SSA value is a few *components* (one
// for a scalar, one an element of a vector or struct), each an array of 64-bit codes over the threads of the block;
// where the arrays lie is settled at decoding. Pure ops compute every thread, active or not: what an inactive one
// computes is never looked at. Memory, collectives and control flow obey the mask.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_ENGINE_H
#define SDQ_LIB_SIMULATOR_ENGINE_H

#include "Memory.h"

#include "sdq/Simulator/Simulate.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

#include "llvm/ADT/bit.h"

#include <functional>
#include <memory>

namespace sdq::simulator {

/// Where a value's components lie.
struct Slot {
  unsigned first = 0, components = 0;
  /// Of each component; of a struct, the first's.
  unsigned bits = 64;

  uint64_t mask() const { return bits == 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1; }
};

class BlockState;
using Execute = std::function<void(BlockState &)>;

struct Instruction {
  mlir::Operation *op;
  unsigned counter;
  Execute execute;
};
using Sequence = std::vector<Instruction>;

/// The number behind a float or integer type; none for index, i1 and the like.
std::optional<NumberKind> numberKindOf(mlir::Type type);

/// Turns ops into instructions.
class Decoder {
public:
  using Decode = mlir::FailureOr<Execute> (*)(mlir::Operation *, Decoder &);

  Decoder();

  /// The slot of `value`, made on first sight. Fails, with an error, for types that no lane can hold.
  mlir::FailureOr<Slot> slotOf(mlir::Value value);
  /// A slot that belongs to no value, of one component.
  Slot temporary(unsigned bits) { return {nextComponent++, 1, bits}; }
  /// All ops of a block but the terminator.
  mlir::FailureOr<Sequence> decode(mlir::Block &block);
  /// The slots of the operands (or results), in order.
  mlir::FailureOr<llvm::SmallVector<Slot, 4>> slotsOf(mlir::ValueRange values);

  /// A function's body with slots of its own.
  struct Called {
    llvm::SmallVector<Slot, 4> arguments, returned;
    Sequence sequence;
  };
  /// Fails, after an error at `call`, for a function that is being decoded already.
  mlir::FailureOr<Called> decodeCallee(mlir::Operation *call, mlir::FunctionOpInterface callee);

  unsigned components() const { return nextComponent; }
  /// In the order in which they were met first; an instruction's `counter` counts from 0 in it.
  llvm::ArrayRef<mlir::Operation *> countedOps() const { return ops; }

  void add(llvm::StringRef name, Decode decode) { table[name] = decode; }
  template <typename... Ops>
  void add(Decode decode) {
    (add(Ops::getOperationName(), decode), ...);
  }

private:
  llvm::StringMap<Decode> table;
  llvm::DenseMap<mlir::Value, Slot> slots;
  std::vector<mlir::Operation *> ops;
  llvm::DenseMap<mlir::Operation *, unsigned> counters;
  llvm::SmallVector<mlir::Operation *> callers;
  unsigned nextComponent = 0;
};

// One function for each file of ops.
void addArithOps(Decoder &decoder);
void addFloatOps(Decoder &decoder);
void addControlFlowOps(Decoder &decoder);
void addVectorOps(Decoder &decoder);
void addVectorMemoryOps(Decoder &decoder);
void addVectorArrangeOps(Decoder &decoder);
void addBitOps(Decoder &decoder);
void addInlineOps(Decoder &decoder);
void addMemoryOps(Decoder &decoder);
void addGPUOps(Decoder &decoder);
void addMatrixOps(Decoder &decoder);
void addLoadMatrixOps(Decoder &decoder);
void addPointerOps(Decoder &decoder);
void addAtomicOps(Decoder &decoder);
void addWarpOps(Decoder &decoder);
void addAsyncCopyOps(Decoder &decoder);
void addViewOps(Decoder &decoder);
void addAllocationOps(Decoder &decoder);
void addReductionOps(Decoder &decoder);
void addCallOps(Decoder &decoder);
void addBarrierOps(Decoder &decoder);

/// What all blocks share.
struct LaunchState {
  LaunchConfig config;
  bool detects(FindingKind kind) const { return config.detectors.contains(kind); }
  /// Whether someone asks who read and wrote memory.
  bool watchesMemory() const;
  bool watchesReads() const;
  /// Global memory, by ascending address.
  std::vector<MemoryObject *> objects;
  std::mutex mutex;
  std::vector<Finding> findings;
  /// Of each finding, the block its message is about.
  std::vector<unsigned> blocks;

  /// The lowest block's first occurrence is kept, whichever worker comes first.
  void report(FindingKind kind, mlir::Operation *op, unsigned block, llvm::function_ref<std::string()> message);
};

/// A copy in flight.
struct PendingCopy {
  MemoryObject *object = nullptr;
  uint64_t offset = 0;
  unsigned size = 0;
  /// What is copied; null where it is all zeros.
  MemoryObject *source = nullptr;
  uint64_t sourceOffset = 0;
  unsigned sourceSize = 0;
  /// The group it was committed to; kNobody while in none.
  uint32_t group = kNobody;
};

class BlockState {
public:
  BlockState(LaunchState &launch, unsigned components, size_t counters);

  /// Fresh for block `index`: nothing shared is kept.
  void start(unsigned blockIndex);

  LaunchState &launch;
  unsigned threads, padded, warps;
  unsigned block = 0;
  std::array<unsigned, 3> blockId = {};
  /// Active lanes of each warp.
  std::vector<uint32_t> active, all;
  std::vector<OpCounts> counts;
  uint64_t tensorOps = 0;
  /// The block's own memory, by ascending address.
  std::vector<std::unique_ptr<MemoryObject>> sharedObjects, privateObjects;
  MemoryObject *dynamicShared = nullptr;
  /// Memory that exists once in a block or thread, by the op or value that declares it.
  std::map<const void *, MemoryObject *> declared;
  uint32_t blockTime = 0;
  std::vector<uint32_t> warpTime;
  std::vector<std::vector<PendingCopy>> copies;
  std::vector<uint32_t> groups;
  std::map<mlir::Operation *, TensorWork> tensor;

  /// The op being executed.
  const Instruction *current = nullptr;
  OpCounts &counter() { return counts[current->counter]; }

  uint64_t *lanes(unsigned component) { return values.data() + size_t(component) * padded; }
  bool isActive(unsigned thread) const { return active[thread / 32] >> thread % 32 & 1; }
  bool anyActive() const;
  template <typename Visit>
  void forEachActive(Visit visit) {
    for (unsigned warp = 0; warp < warps; ++warp)
      for (uint32_t left = active[warp]; left != 0; left &= left - 1)
        visit(32 * warp + unsigned(llvm::countr_zero(left)));
  }
  Stamp stamp(unsigned thread) const {
    Stamp stamp{thread, blockTime};
    stamp.warpTime = warpTime[thread / 32];
    return stamp;
  }

  /// Executes and counts.
  void run(const Sequence &sequence);
  /// Copies components under the mask.
  void copyActive(const Slot &to, const Slot &from);

  /// Uninitialised shared or private memory.
  MemoryObject &addObject(Space space, size_t bytes);
  /// "thread (5,0,0) of block (0,0,0)".
  std::string nameOf(unsigned thread) const { return nameOf(thread, block); }
  std::string nameOf(unsigned thread, unsigned ofBlock) const;
  void report(FindingKind kind, unsigned thread, const std::string &what);

private:
  std::vector<uint64_t> values;
};

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_ENGINE_H
