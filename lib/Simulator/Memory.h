//===- Memory.h - Bytes with a shadow that says who touched them -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every byte remembers whether it was written, and by whom. Shared memory: the last writer and two readers since the
// barrier, by thread and time, from which races follow; and the copy in flight that will fill the byte. Global memory:
// the same with the block, from which follow races within a block and between blocks and different values for one
// place, and the copy in flight that reads the byte. Two accesses of one block are ordered if a barrier lies between
// them (their `blockTime` differs), or, within a warp, a warp barrier (`warpTime`).
//
// Global memory is shadowed page by page, from the first store to a page on: weights, which nobody writes, are read
// where they lie, without a lock and without a shadow. Who reads is remembered only where the kernel has stores that
// may go to the same argument.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_MEMORY_H
#define SDQ_LIB_SIMULATOR_MEMORY_H

#include "Shadow.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <atomic>
#include <memory>
#include <mutex>

namespace sdq::simulator {

inline constexpr uint32_t kNobody = ~0u;

/// A thread at a moment.
struct Stamp {
  uint32_t thread = kNobody, blockTime = 0;
  uint32_t warpTime : 31 = 0;
  /// An atomic access, which races with no other such.
  uint32_t atomic : 1 = 0;

  uint32_t warp() const { return thread / 32; }
  /// Whether nothing orders this access before one of `other`.
  bool races(const Stamp &other) const {
    if (thread == kNobody || thread == other.thread || blockTime != other.blockTime || (atomic && other.atomic))
      return false;
    return warp() != other.warp() || warpTime == other.warpTime;
  }
};

struct SharedRecord {
  /// Two readers suffice: of different warps if there were any, so that a writer of any warp meets a stranger.
  Stamp writer, reader, otherReader;
  /// The thread whose asynchronous copy fills this and has not been waited for.
  uint32_t copier = kNobody;
  bool written = false;

  void addReader(const Stamp &who);
};

/// A thread of some block at a moment.
struct GlobalStamp : Stamp {
  uint32_t block = kNobody;

  /// Blocks are in no order.
  bool races(const GlobalStamp &other) const {
    if (block != other.block)
      return block != kNobody && !(atomic && other.atomic);
    return Stamp::races(other);
  }
};

struct GlobalRecord {
  bool written = false;
  /// Two readers, of different blocks or else warps if there were any.
  GlobalStamp writer, reader, otherReader;
  /// Whose asynchronous copy reads this and has not been waited for.
  uint32_t copier = kNobody, copierBlock = kNobody;

  void addReader(const GlobalStamp &who);
};

struct GlobalPage {
  std::mutex mutex;
  Shadow<GlobalRecord> shadow;
};

/// Private memory holds the copies of all threads of a block, one after the other, and is shadowed as shared memory is.
enum class Space : uint8_t { Global, Shared, Private };

class MemoryObject {
public:
  static constexpr uint64_t kPageBytes = 4096;

  /// Global memory that lies elsewhere and outlives this.
  MemoryObject(uint64_t address, llvm::MutableArrayRef<uint8_t> bytes, bool written);
  /// Shared or private memory that nobody wrote.
  MemoryObject(Space space, uint64_t address, size_t size);
  ~MemoryObject();

  const Space space;
  /// Byte address of the first byte: what alignment and banks are counted from. Multiples of 256.
  const uint64_t address = 0;
  llvm::MutableArrayRef<uint8_t> bytes;

  /// Of shared and private memory.
  Shadow<SharedRecord> &shared() { return *local; }
  /// The page of global memory that holds a byte; null before `touchedPageOf`.
  GlobalPage *pageOf(uint64_t offset) const { return pages[offset / kPageBytes].load(std::memory_order_acquire); }
  GlobalPage &touchedPageOf(uint64_t offset);
  /// Whether global memory holds values from the start.
  bool initialized() const { return written; }
  /// Whether it is remembered who reads global memory: where someone may write it.
  bool tracksReads = false;

private:
  std::vector<uint8_t> storage;
  std::unique_ptr<Shadow<SharedRecord>> local;
  std::vector<std::atomic<GlobalPage *>> pages;
  bool written = false;
};

/// What a store or load of one thread ran into; `other` is the other thread, of block `otherBlock`, or of the same
/// block where that is nobody's.
struct AccessFault {
  enum Kind : uint8_t { None, Uninitialized, RaceWithWrite, RaceWithRead, Unwaited, Conflict } kind = None;
  uint32_t other = kNobody, otherBlock = kNobody;
};

/// `size` bytes at `offset`, which lie within the object, are read or written by `who` of `block`.
AccessFault readBytes(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, uint32_t block,
                      uint8_t *to);
AccessFault writeBytes(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, uint32_t block,
                       const uint8_t *from);

/// `modify` reads and writes `size` bytes, 16 at most and aligned to themselves, as one access that no other comes
/// between.
AccessFault updateBytes(MemoryObject &object, uint64_t offset, unsigned size, Stamp who, uint32_t block,
                        llvm::function_ref<void(uint8_t *bytes)> modify);

/// The bytes of an asynchronous copy arrive at once but may not be touched before `finishCopy` by the same thread.
AccessFault startCopy(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, const uint8_t *from);
void finishCopy(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who);

/// The source of an asynchronous copy, which was read when the copy started, is being read until `finishRead`.
void startRead(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, uint32_t block);
void finishRead(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, uint32_t block);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_MEMORY_H
