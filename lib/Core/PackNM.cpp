//===- PackNM.cpp - N:M sparse values to stored parts ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackValues.h"
#include "sdq/Core/BitStream.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/bit.h"

#include <algorithm>

using namespace sdq;
using namespace sdq::detail;

/// The units (columns or pairs) of each block that are stored, as a bit mask with exactly N/unit bits set: those with a
/// nonzero, then the first of the others, so that columns which exist come before padding.
static llvm::Expected<llvm::SmallVector<uint32_t>> selectStored(const NMFormat &format, Shape shape, int64_t row,
                                                                llvm::ArrayRef<float> values) {
  int64_t unit = format.unit(), wanted = format.n / unit;
  llvm::SmallVector<uint32_t> masks(format.blocks(shape.columns));
  for (size_t block = 0; block < masks.size(); ++block) {
    int64_t begin = block * format.m, end = std::min(begin + format.m, shape.columns);
    uint32_t mask = 0;
    for (int64_t c = begin; c < end; ++c)
      if (values[c] != 0.0f)
        mask |= 1u << ((c - begin) / unit);
    int64_t found = llvm::popcount(mask);
    if (found > wanted)
      return packError(
          "pack_c2: row %lld, block %zu (columns %lld to %lld): expected at most %lld nonzero %s, got %lld",
          (long long)row, block, (long long)begin, (long long)end - 1, (long long)wanted,
          unit == 2 ? "pairs" : "values", (long long)found);
    for (; found < wanted; ++found)
      mask |= ~mask & (mask + 1); // the lowest clear bit
    masks[block] = mask;
  }
  return masks;
}

/// Calls body(block, unit) for the stored units of a row in slot order.
template <typename Body>
static void forEachUnit(llvm::ArrayRef<uint32_t> masks, const Body &body) {
  for (size_t block = 0; block < masks.size(); ++block)
    for (uint32_t mask = masks[block]; mask; mask &= mask - 1)
      body(block, llvm::countr_zero(mask));
}

/// The stored slots' values out of a row on the dense grid; padding past the last column is zero.
template <typename T>
static std::vector<T> gather(const NMFormat &format, llvm::ArrayRef<uint32_t> masks, llvm::ArrayRef<T> grid) {
  std::vector<T> slots;
  slots.reserve(masks.size() * format.n);
  forEachUnit(masks, [&](size_t block, unsigned unitInBlock) {
    for (int64_t i = 0; i < format.unit(); ++i) {
      size_t column = block * format.m + unitInBlock * format.unit() + i;
      slots.push_back(column < grid.size() ? grid[column] : T());
    }
  });
  return slots;
}

static void storeMetadata(const NMFormat &format, llvm::ArrayRef<uint32_t> masks, Part &part, int64_t row) {
  if (format.storage() == NMStorage::Mask) {
    auto storeAs = [&](auto element) {
      std::copy(masks.begin(), masks.end(), part.row<decltype(element)>(row).begin());
    };
    unsigned width = format.maskBits();
    width == 8 ? storeAs(uint8_t()) : width == 16 ? storeAs(uint16_t()) : storeAs(uint32_t());
    return;
  }
  std::vector<uint8_t> indices;
  forEachUnit(masks, [&](size_t, unsigned unitInBlock) { indices.push_back(uint8_t(unitInBlock)); });
  packBits(indices, format.indexBits(), part.row<uint8_t>(row));
}

llvm::Error sdq::storeRow(const NMFormat &format, Shape shape, MutableParts parts, int64_t row,
                          llvm::ArrayRef<float> values, const RoundedScales *scales) {
  const Encoding &encoding = format.encoding;
  if (llvm::Error error = checkRow(shape, row, values))
    return error;
  auto masks = selectStored(format, shape, row, values);
  if (!masks)
    return masks.takeError();
  if (format.storage() == NMStorage::Grid)
    return storeRow(DenseFormat{encoding}, shape, parts, row, values, scales);

  storeMetadata(format, *masks, parts.back(), row);
  if (!isQuantized(encoding.element)) {
    storeFloats(encoding.element, parts[0], row, gather<float>(format, *masks, values));
    return llvm::Error::success();
  }
  std::vector<uint8_t> codes = storeScalesAndQuantize(encoding, parts, row, values, scales);
  packBits(gather<uint8_t>(format, *masks, codes), bitWidth(encoding.element), parts[0].row<uint8_t>(row));
  return llvm::Error::success();
}

llvm::Expected<StoredWeight> sdq::pack(const NMFormat &format, Shape shape, llvm::ArrayRef<float> values,
                                       llvm::ArrayRef<float> scales) {
  return packRows(format, shape, values, scales);
}
