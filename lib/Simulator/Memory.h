//===- Memory.h - Bytes with a shadow that says who touched them -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every byte remembers whether it was written, and by whom. Shared memory: the last writer and a last reader since the
// barrier, by thread and time, from which races follow; and the copy in flight that will fill the byte. Global memory:
// the last block and thread that wrote, from which races within a block and different values for one place follow. Two
// accesses of one block are ordered if a barrier lies between them (their `blockTime` differs), or, within a warp, a
// warp barrier (`warpTime`).
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_MEMORY_H
#define SDQ_LIB_SIMULATOR_MEMORY_H

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace sdq::simulator {

inline constexpr uint32_t kNobody = ~0u;

/// A thread at a moment.
struct Stamp {
  uint32_t thread = kNobody, blockTime = 0, warpTime = 0;

  /// Whether nothing orders this access before one of `other`.
  bool races(const Stamp &other) const {
    if (thread == kNobody || thread == other.thread || blockTime != other.blockTime)
      return false;
    return thread / 32 != other.thread / 32 || warpTime == other.warpTime;
  }
};

struct SharedByte {
  Stamp writer, reader;
  bool written = false;
  /// The thread whose asynchronous copy fills this byte and has not been waited for.
  uint32_t copier = kNobody;
};

struct GlobalByte {
  bool written = false;
  uint32_t block = kNobody;
  Stamp writer;
};

enum class Space : uint8_t { Global, Shared };

struct MemoryObject {
  Space space;
  /// Byte address of the first byte: what alignment and banks are counted from. Multiples of 256.
  uint64_t address = 0;
  std::vector<uint8_t> bytes;
  /// One of these, by space.
  std::vector<SharedByte> shared;
  std::vector<GlobalByte> global;
  /// Blocks on other cores store to the same global memory.
  std::mutex mutex;

  MemoryObject(Space space, uint64_t address, size_t size, bool written);
};

/// What a store or load of one thread ran into; `other` is the other thread, of block `otherBlock` for a conflicting
/// write.
struct AccessFault {
  enum Kind : uint8_t { None, Uninitialized, RaceWithWrite, RaceWithRead, Unwaited, Conflict } kind = None;
  uint32_t other = kNobody, otherBlock = 0;
};

/// `size` bytes at `offset`, which lie within the object, are read or written by `who` of `block`.
AccessFault readBytes(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, uint32_t block,
                      uint8_t *to);
AccessFault writeBytes(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, uint32_t block,
                       const uint8_t *from);

/// The bytes of an asynchronous copy arrive at once but may not be touched before `finishCopy` by the same thread.
AccessFault startCopy(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, const uint8_t *from);
void finishCopy(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_MEMORY_H
