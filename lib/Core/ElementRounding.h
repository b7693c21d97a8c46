//===- ElementRounding.h - Magnitudes rounded, many at a time ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// decode(kind, encode(kind, x)) of x ≥ 0 without the code in between, for one f32 or for a vector register of them
// (GNU vector types, which GCC and Clang share).
//
// All of it is one trick: adding 2^(p + 23) to a number below that and subtracting it again rounds the number to a
// multiple of 2^p, to nearest, ties to even. Integers have p = 0; a small float of m mantissa bits has
// p = max(exponent(x), smallest normal exponent) − m.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_ELEMENTROUNDING_H
#define SDQ_LIB_CORE_ELEMENTROUNDING_H

#include "sdq/Core/Format.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/ErrorHandling.h"

namespace sdq {

/// Four f32, and the integers that comparisons and bit patterns of them are: a register on any machine.
using FloatLanes = float __attribute__((vector_size(16)));
using IntLanes = int32_t __attribute__((vector_size(16)));
inline constexpr int kLanes = 4;

inline float lesser(float a, float b) { return a < b ? a : b; }
inline float greater(float a, float b) { return a > b ? a : b; }
inline FloatLanes lesser(FloatLanes a, FloatLanes b) { return a < b ? a : b; }
inline FloatLanes greater(FloatLanes a, FloatLanes b) { return a > b ? a : b; }

/// int2 … int8: −Largest … Largest.
template <int Largest>
struct IntegerRounding {
  template <typename T>
  static T round(T x) {
    x = lesser(x, T{} + float(Largest));
    return (x + 0x1p23f) - 0x1p23f;
  }
};

/// E exponent and M mantissa bits; `Largest` is below 2^16.
template <int E, int M, int Largest>
struct FloatRounding {
  static constexpr int kSmallestExponent = 2 - (1 << (E - 1));

  template <typename T>
  static T round(T x) {
    x = lesser(x, T{} + 2.0f * float(Largest)); // so that the power of two below is finite
    T normal = greater(powerBelow(x), T{} + llvm::bit_cast<float>(uint32_t(127 + kSmallestExponent) << 23));
    T magic = normal * float(1 << (23 - M));
    return lesser((x + magic) - magic, T{} + float(Largest));
  }

private:
  /// The exponent alone: 2^⌊log2 x⌋, 0 below the smallest normal f32.
  static float powerBelow(float x) { return llvm::bit_cast<float>(llvm::bit_cast<uint32_t>(x) & 0x7F800000); }
  static FloatLanes powerBelow(FloatLanes x) { return FloatLanes(IntLanes(x) & 0x7F800000); }
};

/// Calls body(rounding) with the rounding of a quantized element.
template <typename Body>
auto withRounding(ElementKind kind, const Body &body) {
  switch (kind) {
  case ElementKind::Int2:
    return body(IntegerRounding<1>());
  case ElementKind::Int3:
    return body(IntegerRounding<3>());
  case ElementKind::Int4:
    return body(IntegerRounding<7>());
  case ElementKind::Int8:
    return body(IntegerRounding<127>());
  case ElementKind::E2M1:
    return body(FloatRounding<2, 1, 6>());
  case ElementKind::E4M3:
    return body(FloatRounding<4, 3, 448>());
  case ElementKind::E5M2:
    return body(FloatRounding<5, 2, 57344>());
  default:
    llvm_unreachable("not a quantized element");
  }
}

} // namespace sdq

#endif // SDQ_LIB_CORE_ELEMENTROUNDING_H
