//===- BitStream.cpp - Rows of sub-byte codes -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/BitStream.h"

#include <algorithm>
#include <cassert>

using namespace sdq;

// Eight codes of any width fill exactly `width` bytes, so a row goes by in groups of eight through one 64-bit word.

static void packGroup(const uint8_t *codes, unsigned width, unsigned count, uint8_t *bytes, size_t byteCount) {
  uint64_t word = 0;
  for (unsigned i = 0; i < count; ++i)
    word |= uint64_t(codes[i]) << (i * width);
  for (size_t i = 0; i < byteCount; ++i)
    bytes[i] = uint8_t(word >> (8 * i));
}

static void unpackGroup(const uint8_t *bytes, size_t byteCount, unsigned width, unsigned count, uint8_t *codes) {
  uint64_t word = 0;
  for (size_t i = 0; i < byteCount; ++i)
    word |= uint64_t(bytes[i]) << (8 * i);
  const uint8_t mask = uint8_t((1u << width) - 1);
  for (unsigned i = 0; i < count; ++i)
    codes[i] = uint8_t(word >> (i * width)) & mask;
}

template <unsigned Width>
static void packGroups(const uint8_t *codes, size_t groups, uint8_t *bytes) {
  for (size_t g = 0; g < groups; ++g)
    packGroup(codes + 8 * g, Width, 8, bytes + Width * g, Width);
}

template <unsigned Width>
static void unpackGroups(const uint8_t *bytes, size_t groups, uint8_t *codes) {
  for (size_t g = 0; g < groups; ++g)
    unpackGroup(bytes + Width * g, Width, Width, 8, codes + 8 * g);
}

// Nibbles vectorise when written byte by byte.
template <>
void packGroups<4>(const uint8_t *codes, size_t groups, uint8_t *bytes) {
  for (size_t i = 0; i < 4 * groups; ++i)
    bytes[i] = uint8_t(codes[2 * i] | (codes[2 * i + 1] << 4));
}
template <>
void unpackGroups<4>(const uint8_t *bytes, size_t groups, uint8_t *codes) {
  for (size_t i = 0; i < 4 * groups; ++i) {
    codes[2 * i] = bytes[i] & 0xF;
    codes[2 * i + 1] = bytes[i] >> 4;
  }
}

using PackGroups = void (*)(const uint8_t *codes, size_t groups, uint8_t *bytes);
using UnpackGroups = void (*)(const uint8_t *bytes, size_t groups, uint8_t *codes);

void sdq::packBits(llvm::ArrayRef<uint8_t> codes, unsigned width, llvm::MutableArrayRef<uint8_t> bytes) {
  assert(width >= 1 && width <= 8 && int64_t(bytes.size()) == bitStreamBytes(codes.size(), width));
  if (width == 8) {
    std::copy(codes.begin(), codes.end(), bytes.begin());
    return;
  }
  static constexpr PackGroups byWidth[] = {packGroups<1>, packGroups<2>, packGroups<3>, packGroups<4>,
                                           packGroups<5>, packGroups<6>, packGroups<7>};
  size_t groups = codes.size() / 8;
  byWidth[width - 1](codes.data(), groups, bytes.data());
  packGroup(codes.data() + 8 * groups, width, codes.size() % 8, bytes.data() + width * groups,
            bytes.size() - width * groups);
}

void sdq::unpackBits(llvm::ArrayRef<uint8_t> bytes, unsigned width, llvm::MutableArrayRef<uint8_t> codes) {
  assert(width >= 1 && width <= 8 && int64_t(bytes.size()) == bitStreamBytes(codes.size(), width));
  if (width == 8) {
    std::copy(bytes.begin(), bytes.end(), codes.begin());
    return;
  }
  static constexpr UnpackGroups byWidth[] = {unpackGroups<1>, unpackGroups<2>, unpackGroups<3>, unpackGroups<4>,
                                             unpackGroups<5>, unpackGroups<6>, unpackGroups<7>};
  size_t groups = codes.size() / 8;
  byWidth[width - 1](bytes.data(), groups, codes.data());
  unpackGroup(bytes.data() + width * groups, bytes.size() - width * groups, width, codes.size() % 8,
              codes.data() + 8 * groups);
}
