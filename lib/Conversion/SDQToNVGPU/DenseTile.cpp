//===- DenseTile.cpp - Codes turned into numbers in pairs ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DenseTile.h"

#include "sdq/Dialect/SDQ/IR/IRBackend.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;
using namespace sdq;

/// The same 16 bits in both halves of a word.
static int32_t twice(uint32_t half) { return int32_t(half | half << 16); }

bool DenseTile::serves(const Encoding &encoding) {
  switch (encoding.element) {
  case ElementKind::Int2:
  case ElementKind::Int3:
  case ElementKind::Int4:
  case ElementKind::Int8:
  case ElementKind::E2M1:
  case ElementKind::E4M3:
    return encoding.vector % kChunk == 0;
  default: // some e5m2 is beyond an f16 whatever it is divided by
    return false;
  }
}

/// What numbers are divided by: the table of the header.
static float divisorOf(ElementKind element) {
  switch (element) {
  case ElementKind::E2M1:
    return 8;
  case ElementKind::E4M3:
    return 256;
  default:
    return float(1 << (bitWidth(element) - 1));
  }
}

Value DenseTile::constantPair(float value) {
  auto type = VectorType::get({2}, b.getF16Type());
  return emit<arith::ConstantOp>(DenseElementsAttr::get(type, b.getF16FloatAttr(value).getValue()));
}

/// `word` has nothing but a pair of codes, at bit `bit` of each half.
Value DenseTile::integers(Value word, int64_t bit) {
  unsigned width = bitWidth(encoding.element);
  uint32_t signBit = 1u << (width - 1 + bit);
  Value offset = asPair(emit<arith::XOrIOp>(word, bits(twice(0x6400 | signBit))));
  Value scale = constantPair(std::ldexp(1.0f, 1 - int(width) - int(bit)));
  return emit<math::FmaOp>(offset, scale, constantPair(-std::ldexp(1.0f, 11 - int(width) - int(bit)) - 1));
}

/// `word` has nothing but a pair of codes, at bit 0 of each half.
Value DenseTile::smallFloats(Value word) {
  unsigned width = bitWidth(encoding.element), mantissa = encoding.element == ElementKind::E2M1 ? 1 : 3;
  uint32_t signBit = 1u << (width - 1);
  Value magnitude = emit<arith::ShLIOp>(emit<arith::AndIOp>(word, bits(twice(signBit - 1))), bits(10 - mantissa));
  Value sign = emit<arith::ShLIOp>(emit<arith::AndIOp>(word, bits(twice(signBit))), bits(16 - width));
  Value pair = asPair(emit<arith::OrIOp>(magnitude, sign));
  // An f16 has a bias of 15: what is read is 2^(bias - 15) times the number.
  int bias = encoding.element == ElementKind::E2M1 ? 1 : 7;
  float correction = std::ldexp(1.0f, 15 - bias) / divisorOf(encoding.element);
  return correction == 1 ? pair : emit<arith::MulFOp>(pair, constantPair(correction));
}

Value DenseTile::weights(Value, ValueRange codes, int64_t pair, Value) {
  // A single plane of integers stays where it is in the mantissa of 1024; all else goes down to bit 0.
  bool inPlace = format.planes.size() == 1 && isInteger(encoding.element);
  Value word;
  int64_t before = 0, bit = 0;
  for (const TilePlane &plane : format.planes) {
    int64_t ofWord = 16 / plane.bits, shift = pair % ofWord * plane.bits;
    if (inPlace)
      bit = shift % (10 / plane.bits * plane.bits);
    int64_t place = before + bit;
    Value own = codes[pair / ofWord];
    if (shift > place)
      own = emit<arith::ShRUIOp>(own, bits(shift - place));
    else if (shift < place)
      own = emit<arith::ShLIOp>(own, bits(place - shift));
    own = emit<arith::AndIOp>(own, bits(twice(((1u << plane.bits) - 1) << place)));
    word = word ? emit<arith::OrIOp>(word, own) : own;
    codes = codes.drop_front(columnsOfStep() * plane.bits / 32);
    before += plane.bits;
  }
  return isInteger(encoding.element) ? integers(word, bit) : smallFloats(word);
}

int64_t DenseTile::columnsOfFactor() const { return std::gcd(columnsOfStep(), encoding.vector); }

SmallVector<Value> DenseTile::factors(Value row, Value first, int64_t count) {
  IRBackend backend(b, at);
  ValueRange own = parts.drop_front(format.planes.size()); // scales, and where there is one, the row's
  Type stored = cast<MemRefType>(own[0].getType()).getElementType();
  Value loaded =
      vector::LoadOp::create(b, at, VectorType::get({count}, stored), own[0], ValueRange{row, first},
                             /*nontemporal=*/false, llvm::MaybeAlign(count * stored.getIntOrFloatBitWidth() / 8));
  IRBackend::Real common = backend.real(divisorOf(encoding.element));
  if (hasRowScale(encoding.scale))
    common = backend.mul(common, backend.loadReal(own[1], IRBackend::Index{row}));
  SmallVector<Value> found;
  for (int64_t i = 0; i < count; ++i) {
    Value raw = vector::ExtractOp::create(b, at, loaded, i);
    if (stored.isInteger())
      raw = decodeScale(backend, encoding.scale, {emit<arith::ExtUIOp>(b.getI32Type(), raw)}).value;
    else if (!stored.isF32())
      raw = emit<arith::ExtFOp>(b.getF32Type(), raw);
    found.push_back(backend.mul(IRBackend::Real{raw}, common).value);
  }
  return found;
}

SmallVector<Value> DenseTile::loadFactors(Value row, Value step, int64_t steps) {
  int64_t width = columnsOfStep() * steps, vectors = llvm::divideCeil(shape.columns, encoding.vector);
  Value begin = mul(step, columnsOfStep());
  auto load = [&](int64_t column, int64_t count) {
    // Codes past the last column are zeros, whatever their factor.
    Value first = emit<arith::DivUIOp>(add(begin, column), index(encoding.vector));
    return factors(row, min(first, index(vectors - count)), count);
  };
  SmallVector<Value> found;
  if (width % encoding.vector == 0) {
    // The steps begin where a vector does.
    int64_t bytes = llvm::divideCeil(bitWidth(encoding.scale), 8), count = width / encoding.vector;
    int64_t together = std::gcd(std::gcd(count, vectors), kLoadBytes / bytes);
    SmallVector<Value> ofVectors;
    for (int64_t i = 0; i < count; i += together)
      ofVectors.append(load(i * encoding.vector, together));
    for (int64_t column = 0; column < width; column += columnsOfFactor())
      found.push_back(ofVectors[column / encoding.vector]);
  } else {
    for (int64_t column = 0; column < width; column += columnsOfFactor())
      found.append(load(column, 1));
  }
  return found;
}
