//===- IntegerScales.cpp - Scales of integer mma --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IntegerOperands.h"

#include "QuantizeKernel.h"

#include "sdq/Core/Decode.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;
using namespace sdq;

/// What a lane loads at a time, at most.
static constexpr int64_t kLoadBytes = 16;

/// A step begins within K, but its blocks, which only e2m1 looks at, may not: those past the last have the last one's.
IRBackend::Index IntegerOperands::vectorOf(Value k0, int64_t vector) {
  if (vector >= shape.columns)
    return b.index(0);
  Index known = exact || term.path != IntegerPath::E2M1 ? Index{k0} : b.min(Index{k0}, b.index(shape.columns - 1));
  return b.div(known, b.index(vector));
}

Value IntegerOperands::blockScales(ValueRange rows, Value quarter, Value k0) {
  int64_t vector = term.stored.encoding.vector, count = llvm::divideCeil(shape.columns, vector);
  Index row = ownRow(rows, quarter);
  if (vector == kScaledBlock && count % 4 == 0)
    return loadWords(term.parts[1], row, b.div(Index{k0}, b.index(vector)), 4, count, /*beyond=*/0).front().value;
  Bits word = b.bits(0);
  for (int64_t i = 0; i < 4; ++i) {
    Index block = vectorOf(b.add(Index{k0}, b.index(kScaledBlock * i)).value, vector);
    word = b.or_(word, b.shl(b.loadBits(term.parts[1], row, block), b.bits(8 * i)));
  }
  return word.value;
}

Value IntegerOperands::rowFactor(Value row) {
  bool inBytes = term.path != IntegerPath::S4 && term.path != IntegerPath::E2M1 && term.path != IntegerPath::DenseS4;
  float factor = 1;
  if (inBytes && term.stored.encoding.element == ElementKind::Int4)
    factor /= 16;
  if (inBytes && packedWidth(term.activation) == 4)
    factor /= 16;
  if (!hasRowScale(term.stored.encoding.scale))
    return b.real(factor).value;
  IRBackend::Real scale = b.loadReal(term.parts[2], Index{row});
  return factor == 1 ? scale.value : b.mul(scale, b.real(factor)).value;
}

/// An e4m3 that is no less than 0, moved into the place of an f32's exponent and mantissa, is 2^-120 of its value.
IRBackend::Real IntegerOperands::scaleOf(Bits code) {
  if (term.stored.encoding.scale == ScaleKind::E4M3)
    return b.mul(b.bitcast(b.shl(code, b.bits(20))), b.real(0x1p120f));
  return decodeScale(b, term.stored.encoding.scale, code);
}

SmallVector<Value> IntegerOperands::weightScales(Value row, Value k0, int64_t stretch, int64_t count) {
  const Encoding &encoding = term.stored.encoding;
  int64_t vector = encoding.vector, inputs = stretch * count, perRow = llvm::divideCeil(shape.columns, vector);
  Value part = term.parts[1];
  bool coded = bitWidth(encoding.scale) == 8;
  auto single = [&](Value input) {
    Index place = vectorOf(input, vector);
    return coded ? scaleOf(b.loadBits(part, Index{row}, place)) : b.loadReal(part, Index{row}, place);
  };
  if (vector >= shape.columns || vector % inputs == 0)
    return SmallVector<Value>(count, single(k0).value);
  SmallVector<Value> scales;
  int64_t atOnce = std::gcd(std::gcd(inputs / vector, perRow), 8 * kLoadBytes / bitWidth(encoding.scale));
  if (inputs % vector != 0 || atOnce == 1) {
    for (int64_t i = 0; i < count; ++i)
      scales.push_back(single(b.add(Index{k0}, b.index(i * stretch)).value).value);
    return scales;
  }
  auto type = VectorType::get({atOnce}, cast<MemRefType>(part.getType()).getElementType());
  for (int64_t i = 0; i < inputs / vector; i += atOnce) {
    Index place = b.add(b.div(Index{k0}, b.index(vector)), b.index(i));
    Value several =
        vector::LoadOp::create(b.builder, b.location, type, part, ValueRange{row, place.value},
                               /*nontemporal=*/false, llvm::MaybeAlign(atOnce * bitWidth(encoding.scale) / 8));
    for (int64_t of = 0; of < atOnce; ++of) {
      Value stored = vector::ExtractOp::create(b.builder, b.location, several, of);
      if (coded)
        stored = scaleOf({arith::ExtUIOp::create(b.builder, b.location, b.builder.getI32Type(), stored)}).value;
      else if (!stored.getType().isF32())
        stored = arith::ExtFOp::create(b.builder, b.location, b.builder.getF32Type(), stored);
      scales.append(vector / stretch, stored);
    }
  }
  return scales;
}

Value IntegerOperands::activationScale(Value token, Value k0) {
  return b.loadReal(term.scales, Index{token}, vectorOf(k0, term.activation.getVector())).value;
}
