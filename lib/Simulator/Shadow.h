//===- Shadow.h - What is remembered about bytes of memory ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Bytes that have always been accessed together share one record. The records start at 16 bytes each, a thread's widest
// access, and are halved, all of them, when an access covers a part of one: exact to the byte where a kernel needs it,
// and a sixteenth of the work where it does not.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_SHADOW_H
#define SDQ_LIB_SIMULATOR_SHADOW_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/MathExtras.h"

#include <cstdint>
#include <vector>

namespace sdq::simulator {

template <typename Record>
class Shadow {
public:
  Shadow(size_t bytes, const Record &initial) : records(llvm::divideCeil(bytes, kWidest), initial) {}

  /// The records of exactly these bytes.
  llvm::MutableArrayRef<Record> of(uint64_t offset, unsigned size) {
    while ((offset | size) & (granule() - 1))
      halve();
    return {records.data() + (offset >> shift), size >> shift};
  }
  /// Bytes of a record; a power of two.
  unsigned granule() const { return 1u << shift; }

private:
  static constexpr unsigned kWidest = 16;

  void halve() {
    std::vector<Record> halves;
    halves.reserve(2 * records.size());
    for (const Record &record : records)
      halves.insert(halves.end(), 2, record);
    records = std::move(halves);
    --shift;
  }

  std::vector<Record> records;
  unsigned shift = 4;
};

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_SHADOW_H
