//===- MemoryCost.cpp - What one warp's memory access costs ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/MemoryCost.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/bit.h"

#include <algorithm>
#include <cassert>

using namespace sdq::simulator;

static constexpr uint64_t kSectorBytes = 32, kSectorsPerLine = 4, kWordBytes = 4;
static constexpr unsigned kBanks = 32;

/// Calls `visit(offset, bytes)` for each instruction that a lane's `bytesPerLane` bytes are cut into.
template <typename Visit>
static void forEachInstruction(unsigned bytesPerLane, Visit visit) {
  for (unsigned offset = 0; offset < bytesPerLane; offset += kWidestAccess)
    visit(offset, std::min(kWidestAccess, bytesPerLane - offset));
}

template <typename Visit>
static void forEachLane(uint32_t mask, Visit visit) {
  for (uint32_t left = mask; left != 0; left &= left - 1)
    visit(unsigned(llvm::countr_zero(left)));
}

/// Different values among those appended, kept sorted; appending in rising order, the common case, costs nothing extra.
static void insertSorted(llvm::SmallVectorImpl<uint64_t> &sorted, uint64_t value) {
  if (sorted.empty() || sorted.back() < value) {
    sorted.push_back(value);
    return;
  }
  auto place = std::lower_bound(sorted.begin(), sorted.end(), value);
  if (*place != value)
    sorted.insert(place, value);
}

GlobalCost sdq::simulator::sectorsOf(llvm::ArrayRef<uint64_t> addresses, unsigned bytesPerLane, uint32_t mask) {
  assert(bytesPerLane > 0 && addresses.size() <= 32);
  GlobalCost cost;
  if (mask == 0)
    return cost;
  forEachInstruction(bytesPerLane, [&](unsigned offset, unsigned bytes) {
    llvm::SmallVector<uint64_t, 64> sectors;
    forEachLane(mask, [&](unsigned lane) {
      uint64_t first = (addresses[lane] + offset) / kSectorBytes;
      uint64_t last = (addresses[lane] + offset + bytes - 1) / kSectorBytes;
      for (uint64_t sector = first; sector <= last; ++sector)
        insertSorted(sectors, sector);
    });
    ++cost.instructions;
    cost.sectors += sectors.size();
    for (size_t i = 0; i < sectors.size(); ++i)
      cost.transactions += i == 0 || sectors[i] / kSectorsPerLine != sectors[i - 1] / kSectorsPerLine;
  });
  return cost;
}

/// Passes for the lanes of `mask` alone: the largest number of different words in one bank.
static uint32_t passesOf(llvm::ArrayRef<uint64_t> addresses, unsigned offset, unsigned bytes, uint32_t mask) {
  // Words of one bank are kept beside each other; a misaligned lane touches one word more than an aligned one.
  uint64_t words[kBanks][64];
  uint8_t count[kBanks] = {};
  uint32_t passes = 0;
  forEachLane(mask, [&](unsigned lane) {
    uint64_t first = (addresses[lane] + offset) / kWordBytes;
    uint64_t last = (addresses[lane] + offset + bytes - 1) / kWordBytes;
    for (uint64_t word = first; word <= last; ++word) {
      unsigned bank = word % kBanks;
      uint64_t *begin = words[bank], *end = begin + count[bank];
      if (std::find(begin, end, word) != end)
        continue;
      *end = word;
      passes = std::max<uint32_t>(passes, ++count[bank]);
    }
  });
  return passes;
}

SharedCost sdq::simulator::bankConflicts(llvm::ArrayRef<uint64_t> addresses, unsigned bytesPerLane, uint32_t mask) {
  assert(bytesPerLane > 0 && addresses.size() <= 32);
  SharedCost cost;
  if (mask == 0)
    return cost;
  forEachInstruction(bytesPerLane, [&](unsigned offset, unsigned bytes) {
    unsigned lanesPerPhase = bytes <= 4 ? 32 : bytes <= 8 ? 16 : 8;
    uint32_t phaseMask = uint32_t((uint64_t(1) << lanesPerPhase) - 1);
    ++cost.instructions;
    for (unsigned lane = 0; lane < 32; lane += lanesPerPhase) {
      uint32_t active = mask & (phaseMask << lane);
      if (active == 0)
        continue;
      ++cost.phases;
      cost.passes += passesOf(addresses, offset, bytes, active);
    }
  });
  return cost;
}
