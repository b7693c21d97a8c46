//===- RadixSort.h - Sorting floats by counting -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_RADIXSORT_H
#define SDQ_LIB_CORE_RADIXSORT_H

#include "llvm/ADT/bit.h"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace sdq {

/// An integer that is ordered as the float is; −0 and 0 are one.
inline uint32_t orderedKey(float x) {
  uint32_t bits = llvm::bit_cast<uint32_t>(x + 0.0f);
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

/// The float of a key.
inline float fromOrderedKey(uint32_t key) { return llvm::bit_cast<float>(key & 0x80000000 ? key & 0x7FFFFFFF : ~key); }

/// Sorts by the upper 32 bits, equals in order of appearance. A digit that all keys share costs no pass (the low bits
/// of widened f16).
inline void sortByUpperHalf(std::vector<uint64_t> &keys, std::vector<uint64_t> &scratch) {
  constexpr unsigned bits = 11, passes = 3;
  constexpr uint32_t mask = (1u << bits) - 1;
  std::array<std::array<uint32_t, 1u << bits>, passes> counts = {};
  for (uint64_t key : keys)
    for (unsigned pass = 0; pass < passes; ++pass)
      ++counts[pass][(key >> (32 + pass * bits)) & mask];
  scratch.resize(keys.size());
  for (unsigned pass = 0; pass < passes; ++pass) {
    auto digit = [&](uint64_t key) { return (key >> (32 + pass * bits)) & mask; };
    if (!keys.empty() && counts[pass][digit(keys[0])] == keys.size())
      continue;
    uint32_t position = 0;
    for (uint32_t &count : counts[pass])
      position += std::exchange(count, position);
    for (uint64_t key : keys)
      scratch[counts[pass][digit(key)]++] = key;
    keys.swap(scratch);
  }
}

} // namespace sdq

#endif // SDQ_LIB_CORE_RADIXSORT_H
