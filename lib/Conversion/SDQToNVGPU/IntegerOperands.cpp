//===- IntegerOperands.cpp - Registers of an integer mma.sp ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IntegerOperands.h"

#include "QuantizeKernel.h"

#include "sdq/Core/BitStream.h"
#include "sdq/Core/Decode.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

IRBackend::Bits IntegerOperands::loadBytes(Value part, Index row, Index byte, int64_t count, int64_t rowBytes,
                                           uint8_t beyond) {
  auto filled = [&](int64_t bytes) { return b.bits(0x01010101u * beyond & uint32_t((uint64_t(1) << 8 * bytes) - 1)); };
  auto guarded = [&](Index place, int64_t bytes, auto load) -> Bits {
    if (exact)
      return load(place);
    Bits loaded = load(b.min(place, b.index(rowBytes - bytes)));
    return b.select(b.less(place, b.index(rowBytes)), loaded, filled(bytes));
  };
  // Buffers begin at wide boundaries, so rows do where their length says so; then a run of bytes is in or out whole.
  if (rowBytes % count == 0)
    return guarded(byte, count, [&](Index place) -> Bits {
      auto bytes = VectorType::get({count}, b.builder.getI8Type());
      Value loaded = vector::LoadOp::create(b.builder, b.location, bytes, part, ValueRange{row.value, place.value},
                                            /*nontemporal=*/false, llvm::MaybeAlign(count));
      auto one = VectorType::get({1}, b.builder.getIntegerType(8 * count));
      Value word = vector::BitCastOp::create(b.builder, b.location, one, loaded);
      word = vector::ExtractOp::create(b.builder, b.location, word, int64_t(0));
      return {count == 4 ? word : arith::ExtUIOp::create(b.builder, b.location, b.builder.getI32Type(), word)};
    });
  Bits word = b.bits(0);
  for (int64_t i = 0; i < count; ++i) {
    Bits one = guarded(b.add(byte, b.index(i)), 1, [&](Index place) { return b.loadBits(part, row, place); });
    word = b.or_(word, b.shl(one, b.bits(8 * i)));
  }
  return word;
}

IRBackend::Bits IntegerOperands::spread(Bits codes) {
  Bits apart = b.or_(b.and_(codes, b.bits(0xFF)), b.shl(b.and_(codes, b.bits(0xFF00)), b.bits(8)));
  return b.or_(b.and_(b.shl(apart, b.bits(4)), b.bits(0x00F000F0)),
               b.and_(b.shl(apart, b.bits(8)), b.bits(0xF000F000)));
}

SmallVector<Fragment, 2> IntegerOperands::weights(ValueRange rows, Value quarter, Value k0) {
  const Encoding &encoding = term.stored.encoding;
  int64_t rowBytes = bitStreamBytes(term.stored.slots(shape.columns), bitWidth(encoding.element));
  // Half of the inputs are stored.
  int64_t bytes = spreadsWeights() ? 2 : 4;
  Index begin = b.div(Index{k0}, b.index(bitWidth(encoding.element) == 4 ? 4 : 2));
  begin = b.add(begin, b.mul(Index{quarter}, b.index(bytes)));
  SmallVector<Fragment, 2> fragments(term.path == IntegerPath::S8Twice ? 2 : 1);
  for (int64_t r = 0; r < 4; ++r) {
    Index byte = b.add(begin, b.index(4 * bytes * (r >> 1)));
    Bits word = loadBytes(term.parts.front(), Index{rows[r & 1]}, byte, bytes, rowBytes, /*beyond=*/0);
    if (term.path == IntegerPath::S8Twice) {
      Bits high = b.bits(0xF0F0F0F0);
      fragments[0].push_back(b.and_(b.shl(word, b.bits(4)), high).value);
      fragments[1].push_back(b.and_(word, high).value);
    } else {
      fragments[0].push_back(spreadsWeights() ? spread(word).value : word.value);
    }
  }
  return fragments;
}

SmallVector<Fragment, 2> IntegerOperands::activations(Value token, Value quarter, Value k0) {
  bool narrow = packedWidth(term.activation) == 4;
  Index first = b.div(Index{k0}, b.index(narrow ? 8 : 4)), t{quarter};
  auto word = [&](Index place) { return b.loadBits(term.codes, Index{token}, place); };
  auto permute = [&](Bits low, Bits high, uint32_t bytes) -> Value {
    return NVVM::PermuteOp::create(b.builder, b.location, b.builder.getI32Type(), low.value, high.value,
                                   b.bits(bytes).value, NVVM::PermuteMode::DEFAULT);
  };
  SmallVector<Fragment, 2> fragments(term.path == IntegerPath::S8Twice ? 2 : 1);
  for (int64_t r = 0; r < 4; ++r) {
    if (term.path == IntegerPath::S4 || term.path == IntegerPath::E2M1 || (term.path == IntegerPath::S8 && !narrow)) {
      fragments[0].push_back(word(b.add(b.add(first, t), b.index(4 * r))).value);
    } else if (term.path == IntegerPath::S8) {
      // Four of the eight codes of a word, by the parity of t.
      Bits codes = word(b.add(b.add(first, b.div(t, b.index(2))), b.index(2 * r)));
      Bits shift = b.mul(b.toBits(b.rem(t, b.index(2))), b.bits(16));
      fragments[0].push_back(spread(b.shr(codes, shift)).value);
    } else if (narrow) {
      Bits codes = word(b.add(b.add(first, t), b.index(4 * r))), high = b.bits(0xF0F0F0F0);
      fragments[0].push_back(b.and_(b.shl(codes, b.bits(4)), high).value);
      fragments[1].push_back(b.and_(codes, high).value);
    } else {
      Index place = b.add(b.add(first, b.mul(t, b.index(2))), b.index(8 * r));
      Bits low = word(place), high = word(b.add(place, b.index(1)));
      fragments[0].push_back(permute(low, high, 0x6420));
      fragments[1].push_back(permute(low, high, 0x7531));
    }
  }
  return fragments;
}

Value IntegerOperands::metadata(ValueRange rows, Value quarter, Value k0) {
  int64_t blocks = term.stored.blocks(shape.columns), rowBytes = llvm::divideCeil(blocks, 2);
  Index byte =
      b.add(b.div(Index{k0}, b.index(2 * term.stored.m)), b.mul(b.div(Index{quarter}, b.index(2)), b.index(4)));
  Bits word = loadBytes(term.parts.back(), ownRow(rows, quarter), byte, 4, rowBytes, /*beyond=*/0x44);
  if (blocks % 2 == 0)
    return word.value;
  // The row ends within a byte, whose other half is zero: 4 there.
  for (int64_t i = 0; i < 4; ++i) {
    auto isLast = b.equal(b.toBits(b.add(byte, b.index(i))), b.bits(rowBytes - 1));
    word = b.or_(word, b.select(isLast, b.bits(0x40u << 8 * i), b.bits(0)));
  }
  return word.value;
}

IRBackend::Index IntegerOperands::ownRow(ValueRange rows, Value quarter) {
  auto isOdd = b.equal(b.toBits(b.rem(Index{quarter}, b.index(2))), b.bits(1));
  return b.select(isOdd, Index{rows[1]}, Index{rows[0]});
}

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
    return loadBytes(term.parts[1], row, b.div(Index{k0}, b.index(vector)), 4, count, /*beyond=*/0).value;
  Bits word = b.bits(0);
  for (int64_t i = 0; i < 4; ++i) {
    Index block = vectorOf(b.add(Index{k0}, b.index(kScaledBlock * i)).value, vector);
    word = b.or_(word, b.shl(b.loadBits(term.parts[1], row, block), b.bits(8 * i)));
  }
  return word.value;
}

Value IntegerOperands::weightScale(Value row, Value k0) {
  const Encoding &encoding = term.stored.encoding;
  return detail::decodeVectorScale(b, encoding, ArrayRef<Value>(term.parts), Index{row}, vectorOf(k0, encoding.vector))
      .value;
}

Value IntegerOperands::activationScale(Value token, Value k0) {
  bool narrow = packedWidth(term.activation) == 4;
  float shifted = 1;
  if (term.path == IntegerPath::S8Twice || spreadsWeights())
    shifted *= 16;
  if (narrow && (term.path == IntegerPath::S8 || term.path == IntegerPath::S8Twice))
    shifted *= 16;
  auto scale = b.loadReal(term.scales, Index{token}, vectorOf(k0, term.activation.getVector()));
  return shifted == 1 ? scale.value : b.mul(scale, b.real(1 / shifted)).value;
}
