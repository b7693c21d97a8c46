//===- Bits.cpp - Bit tricks and packed arithmetic of one lane ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Bits.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace sdq::simulator;

/// The nibbles of an index selector that does what `mode` does.
static uint32_t selectorOf(PermuteMode mode, uint32_t step) {
  uint32_t nibbles = 0;
  for (uint32_t i = 0; i < 4; ++i) {
    uint32_t byte = 0;
    switch (mode) {
    case PermuteMode::Index:
      break;
    case PermuteMode::Forward4:
      byte = step + i;
      break;
    case PermuteMode::Backward4:
      byte = (8 + step - i) % 8;
      break;
    case PermuteMode::Replicate8:
      byte = step;
      break;
    case PermuteMode::EdgeLeft:
      byte = std::max(i, step);
      break;
    case PermuteMode::EdgeRight:
      byte = std::min(i, step);
      break;
    case PermuteMode::Replicate16:
      byte = 2 * (step % 2) + i % 2;
      break;
    }
    nibbles |= byte << (4 * i);
  }
  return nibbles;
}

uint32_t sdq::simulator::permuteBytes(uint32_t lo, uint32_t hi, uint32_t selector, PermuteMode mode) {
  if (mode != PermuteMode::Index)
    selector = selectorOf(mode, selector & 3);
  uint64_t pool = uint64_t(hi) << 32 | lo;
  uint32_t result = 0;
  for (unsigned i = 0; i < 4; ++i) {
    uint32_t nibble = selector >> (4 * i) & 0xF, byte = pool >> (8 * (nibble & 7)) & 0xFF;
    if (nibble & 8)
      byte = byte & 0x80 ? 0xFF : 0;
    result |= byte << (8 * i);
  }
  return result;
}

uint32_t sdq::simulator::logicOfThree(uint32_t a, uint32_t b, uint32_t c, uint8_t table) {
  uint32_t result = 0;
  for (unsigned entry = 0; entry < 8; ++entry)
    if (table >> entry & 1)
      result |= (entry & 4 ? a : ~a) & (entry & 2 ? b : ~b) & (entry & 1 ? c : ~c);
  return result;
}

uint32_t sdq::simulator::extractBits(uint32_t value, uint32_t position, uint32_t length, bool isSigned) {
  position &= 0xFF;
  length &= 0xFF;
  if (length == 0)
    return 0;
  // The field's top bit is the sign, or bit 31 where the field passes it.
  uint32_t top = std::min(position + length - 1, 31u);
  bool fill = isSigned && (value >> top & 1);
  uint32_t taken = position > 31 ? 0 : top - position + 1;
  uint32_t mask = taken == 0 ? 0 : ~0u >> (32 - taken);
  uint32_t field = position > 31 ? 0 : value >> position & mask;
  return fill ? field | ~mask : field;
}

uint32_t sdq::simulator::insertBits(uint32_t field, uint32_t base, uint32_t position, uint32_t length) {
  position &= 0xFF;
  length = std::min(length & 0xFF, 32u);
  if (position > 31 || length == 0)
    return base;
  uint32_t mask = ~0u >> (32 - length) << position;
  return (base & ~mask) | (field << position & mask);
}

uint32_t sdq::simulator::funnelLeft(uint32_t lo, uint32_t hi, uint32_t amount, bool clamp) {
  amount = clamp ? std::min(amount, 32u) : amount & 31;
  return uint32_t((uint64_t(hi) << 32 | lo) << amount >> 32);
}

uint32_t sdq::simulator::funnelRight(uint32_t lo, uint32_t hi, uint32_t amount, bool clamp) {
  amount = clamp ? std::min(amount, 32u) : amount & 31;
  return uint32_t((uint64_t(hi) << 32 | lo) >> amount);
}

static int64_t byteOf(uint32_t value, unsigned i, bool isSigned) {
  return decodeInteger(isSigned ? NumberKind::S8 : NumberKind::U8, value >> (8 * i));
}

uint32_t sdq::simulator::dotOfBytes(uint32_t a, bool aSigned, uint32_t b, bool bSigned, uint32_t c) {
  int64_t sum = c;
  for (unsigned i = 0; i < 4; ++i)
    sum += byteOf(a, i, aSigned) * byteOf(b, i, bSigned);
  return uint32_t(sum);
}

uint32_t sdq::simulator::dotOfHalves(uint32_t a, bool aSigned, uint32_t b, bool bSigned, uint32_t c, bool high) {
  int64_t sum = c;
  for (unsigned i = 0; i < 2; ++i) {
    uint32_t half = a >> (16 * i) & 0xFFFF;
    sum += (aSigned ? int64_t(int16_t(half)) : int64_t(half)) * byteOf(b, i + (high ? 2 : 0), bSigned);
  }
  return uint32_t(sum);
}

static uint32_t extremum(NumberKind kind, uint32_t a, uint32_t b, bool largest) {
  float x = decode(kind, a), y = decode(kind, b);
  if (std::isnan(x))
    return std::isnan(y) ? encode(kind, y) : b;
  if (std::isnan(y))
    return a;
  if (x == y)
    return std::signbit(x) != largest ? a : b;
  return (x < y) != largest ? a : b;
}

static uint32_t onHalf(PackedOperation operation, NumberKind kind, uint32_t a, uint32_t b, uint32_t c) {
  // In f64 sums and products of two are exact or so close that rounding them again changes nothing: 53 ≥ 2·11 + 2 bits.
  double x = decode(kind, a), y = decode(kind, b);
  switch (operation) {
  case PackedOperation::Add:
    return encode(kind, x + y);
  case PackedOperation::Sub:
    return encode(kind, x - y);
  case PackedOperation::Mul:
    return encode(kind, x * y);
  case PackedOperation::Fma:
    return fma(kind, a, b, c);
  case PackedOperation::Min:
    return extremum(kind, a, b, false);
  case PackedOperation::Max:
    return extremum(kind, a, b, true);
  }
  return 0;
}

uint32_t sdq::simulator::packed(PackedOperation operation, NumberKind kind, uint32_t a, uint32_t b, uint32_t c) {
  assert(bitsOf(kind) == 16);
  return onHalf(operation, kind, a & 0xFFFF, b & 0xFFFF, c & 0xFFFF) |
         onHalf(operation, kind, a >> 16, b >> 16, c >> 16) << 16;
}

uint32_t sdq::simulator::packPair(NumberKind kind, float low, float high, Overflow overflow, bool relu) {
  auto code = [&](float value) { return encode(kind, relu && value < 0 ? 0.0f : value, overflow); };
  return code(low) | code(high) << bitsOf(kind);
}

std::pair<float, float> sdq::simulator::unpackPair(NumberKind kind, uint32_t pair) {
  uint32_t mask = (1u << bitsOf(kind)) - 1;
  return {decode(kind, pair & mask), decode(kind, pair >> bitsOf(kind) & mask)};
}
