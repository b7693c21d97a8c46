//===- Codec.cpp - One number to a code and back --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/Codec.h"

#include "SmallFloat.h"
#include "sdq/Core/BufferBackend.h"

#include "llvm/Support/ErrorHandling.h"

#include <algorithm>
#include <cassert>

using namespace sdq;

/// Round to nearest even within ±limit, two's complement in the low bits of `mask`.
static uint32_t encodeInteger(float value, float limit, uint32_t mask) {
  if (!(value == value))
    return 0;
  float clamped = value < -limit ? -limit : value > limit ? limit : value;
  return uint32_t(int32_t(__builtin_nearbyintf(clamped))) & mask;
}

uint32_t sdq::encode(ElementKind kind, float value) {
  switch (kind) {
  case ElementKind::Int2:
  case ElementKind::Int3:
  case ElementKind::Int4:
  case ElementKind::Int8:
    return encodeInteger(value, maxMagnitude(kind), (1u << bitWidth(kind)) - 1);
  case ElementKind::E2M1:
    return E2M1Codec::encode(value);
  case ElementKind::E4M3:
    return E4M3Codec::encode(value);
  case ElementKind::E5M2:
    return E5M2Codec::encode(value);
  case ElementKind::F16:
    return F16Codec::encode(value);
  case ElementKind::BF16:
    return encodeBF16(value);
  case ElementKind::F32:
    return llvm::bit_cast<uint32_t>(value);
  }
  llvm_unreachable("unknown element kind");
}

float sdq::decode(ElementKind kind, uint32_t code) {
  // The decoders that are also emitted as code know finite values only; the rest of the format is completed here.
  const float nan = __builtin_nanf("");
  if (kind == ElementKind::F16)
    return decodeF16(uint16_t(code));
  if (kind == ElementKind::E4M3 && (code & 0x7F) == 0x7F)
    return nan;
  if (kind == ElementKind::E5M2 && (code & 0x7C) == 0x7C) {
    float infinity = code & 0x80 ? -__builtin_inff() : __builtin_inff();
    return (code & 3) == 0 ? infinity : nan;
  }
  BufferBackend backend;
  return decodeElement(backend, kind, code);
}

float sdq::roundTo(ElementKind kind, float value) { return decode(kind, encode(kind, value)); }

void sdq::widenF16(llvm::ArrayRef<uint16_t> from, llvm::MutableArrayRef<float> to) {
  assert(from.size() == to.size());
  for (size_t i = 0, e = from.size(); i < e; ++i)
    to[i] = decodeF16(from[i]);
}

void sdq::widenBF16(llvm::ArrayRef<uint16_t> from, llvm::MutableArrayRef<float> to) {
  assert(from.size() == to.size());
  for (size_t i = 0, e = from.size(); i < e; ++i)
    to[i] = llvm::bit_cast<float>(uint32_t(from[i]) << 16);
}

void sdq::narrowToF16(llvm::ArrayRef<float> from, llvm::MutableArrayRef<uint16_t> to) {
  assert(from.size() == to.size());
  for (size_t i = 0, e = from.size(); i < e; ++i)
    to[i] = uint16_t(F16Codec::encode(from[i]));
}

void sdq::narrowToBF16(llvm::ArrayRef<float> from, llvm::MutableArrayRef<uint16_t> to) {
  assert(from.size() == to.size());
  for (size_t i = 0, e = from.size(); i < e; ++i)
    to[i] = uint16_t(encodeBF16(from[i]));
}

void sdq::widen(ElementKind kind, const void *data, llvm::MutableArrayRef<float> to) {
  if (kind == ElementKind::F32) {
    std::copy_n(static_cast<const float *>(data), to.size(), to.begin());
    return;
  }
  assert(!isQuantized(kind) && "codes need a scale");
  llvm::ArrayRef<uint16_t> from(static_cast<const uint16_t *>(data), to.size());
  kind == ElementKind::F16 ? widenF16(from, to) : widenBF16(from, to);
}

void sdq::narrow(ElementKind kind, llvm::ArrayRef<float> from, void *data) {
  if (kind == ElementKind::F32) {
    std::copy(from.begin(), from.end(), static_cast<float *>(data));
    return;
  }
  assert(!isQuantized(kind) && "codes need a scale");
  llvm::MutableArrayRef<uint16_t> to(static_cast<uint16_t *>(data), from.size());
  kind == ElementKind::F16 ? narrowToF16(from, to) : narrowToBF16(from, to);
}
