//===- Fragments.cpp - Which lane holds which element of an mma -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Fragments.h"

#include "llvm/Support/FormatVariadic.h"

#include <cassert>

using namespace sdq::simulator;

std::string MmaShape::name() const { return llvm::formatv("m{0}n8k{1}", m, k); }

static bool isOneOf(NumberKind kind, NumberKind first, NumberKind second) { return kind == first || kind == second; }

static bool goTogether(NumberKind a, NumberKind b) {
  using enum NumberKind;
  return a == b || (isOneOf(a, S8, U8) && isOneOf(b, S8, U8)) || (isOneOf(a, S4, U4) && isOneOf(b, S4, U4)) ||
         (isOneOf(a, E4M3, E5M2) && isOneOf(b, E4M3, E5M2));
}

static bool isMultiplicand(NumberKind kind) {
  using enum NumberKind;
  return kind != S32 && kind != F32 && kind != UE4M3 && kind != UE8M0;
}

llvm::Error sdq::simulator::verify(const MmaShape &shape) {
  if (!isMultiplicand(shape.a) || !isMultiplicand(shape.b) || !goTogether(shape.a, shape.b))
    return llvm::createStringError(llvm::formatv(
        "mma_types: no mma multiplies {0} by {1}; expected one type, or both of s8 and u8, s4 and u4, e4m3 and e5m2",
        nameOf(shape.a), nameOf(shape.b)));
  bool integer = isInteger(shape.a);
  bool narrow = shape.accumulator == NumberKind::F16 && isOneOf(shape.a, NumberKind::E4M3, NumberKind::E5M2);
  narrow |= shape.accumulator == NumberKind::F16 && shape.a == NumberKind::F16;
  if (integer ? shape.accumulator != NumberKind::S32 : shape.accumulator != NumberKind::F32 && !narrow)
    return llvm::createStringError(llvm::formatv("mma_types: a product of {0} accumulates in {1}, got {2}",
                                                 nameOf(shape.a), integer ? "s32" : "f32", nameOf(shape.accumulator)));
  unsigned bits = shape.k * bitsOf(shape.a);
  bool known;
  if (shape.sparse)
    known = shape.m == 16 && bits == 512 && shape.a != NumberKind::TF32;
  else if (shape.m == 8)
    known = integer && bits == 128;
  else
    known = shape.m == 16 && (bits == 256 || (bits == 128 && shape.a != NumberKind::E2M1));
  if (known)
    return llvm::Error::success();
  unsigned width = bitsOf(shape.a);
  std::string expected = !shape.sparse ? llvm::formatv("m16n8k{0} or m16n8k{1}", 128 / width, 256 / width).str()
                         : width == 32 ? std::string("another type")
                                       : llvm::formatv("m16n8k{0}", 512 / width).str();
  return llvm::createStringError(llvm::formatv("mma_shape: {0}{1} of {2} is not simulated; expected {3}",
                                               shape.sparse ? "sparse " : "", shape.name(), nameOf(shape.a), expected));
}

unsigned sdq::simulator::elementsPerIndex(const MmaShape &shape) { return bitsOf(shape.a) == 4 ? 2 : 1; }

unsigned sdq::simulator::definedSelectors(const MmaShape &shape) {
  assert(shape.sparse);
  return bitsOf(shape.a) == 16 ? 2 : 1;
}

uint32_t sdq::simulator::metadataLanes(const MmaShape &shape, unsigned selector) {
  assert(selector < definedSelectors(shape));
  if (definedSelectors(shape) == 1)
    return ~0u;
  return selector == 0 ? 0x33333333 : 0xCCCCCCCC;
}

Cell sdq::simulator::groupOfCode(const MmaShape &shape, unsigned lane, unsigned index) {
  assert(shape.sparse && lane < kLanes && index < kCodesPerRegister);
  unsigned group = lane / 4, thread = lane % 4;
  if (bitsOf(shape.a) == 16)
    return {group + 8 * (index / 4), 16 * (thread % 2) + 4 * (index % 4)};
  return {group + 8 * (thread % 2), 4 * elementsPerIndex(shape) * (kCodesPerRegister * (thread / 2) + index)};
}

bool sdq::simulator::isLegalCode(uint32_t code, bool ordered) {
  unsigned first = code & 3, second = code >> 2 & 3;
  return ordered ? first < second : first != second;
}

unsigned sdq::simulator::laneOfScaleA(unsigned row, ScaleSelector selector) {
  return 4 * (row % 8) + 2 * selector.threadId + row / 8;
}

unsigned sdq::simulator::laneOfScaleB(unsigned column, ScaleSelector selector) {
  return 4 * column + selector.threadId;
}

llvm::Error sdq::simulator::verify(const MmaShape &shape, ScaleVector scales) {
  if (llvm::Error error = verify(shape))
    return error;
  bool fp4 = shape.a == NumberKind::E2M1, fp8 = isOneOf(shape.a, NumberKind::E4M3, NumberKind::E5M2);
  bool whole = shape.k * bitsOf(shape.a) == (shape.sparse ? 512 : 256) && shape.accumulator == NumberKind::F32;
  bool powers = scales.kind == NumberKind::UE8M0, fractions = scales.kind == NumberKind::UE4M3;
  if (whole && ((fp4 && scales.count == 2 && powers) || (fp4 && scales.count == 4 && fractions) ||
                (fp8 && scales.count == 1 && powers)))
    return llvm::Error::success();
  return llvm::createStringError(llvm::formatv("mma_scale: {0} of {1} has no {2}X scales of type {3}; expected 2X "
                                               "ue8m0 or 4X ue4m3 with e2m1, 1X ue8m0 with e4m3 or e5m2, and f32 "
                                               "results",
                                               shape.name(), nameOf(shape.a), scales.count, nameOf(scales.kind)));
}

bool sdq::simulator::isDefined(ScaleSelector selector, ScaleVector scales, unsigned limit) {
  return selector.threadId < limit && selector.byteId < 4 && selector.byteId % scales.count == 0;
}
