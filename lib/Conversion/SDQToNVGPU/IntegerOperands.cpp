//===- IntegerOperands.cpp - Registers of integer mma ---------------------===//
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

#include <numeric>

using namespace mlir;
using namespace sdq;

/// What a lane loads at a time, at most.
static constexpr int64_t kLoadBytes = 16;

IntegerOperands::IntegerOperands(OpBuilder &builder, Location location, const IntegerTerm &term, Shape shape,
                                 int64_t stretch, bool exact)
    : b(builder, location), term(term), shape(shape), inputs(stepOf(term.path)), exact(exact) {
  int64_t widest = 4 * kLoadBytes * 8 / bitWidth(term.stored.encoding.element);
  while (!isSparse(term.path) && 2 * inputs <= widest && stretch % (2 * inputs) == 0)
    inputs *= 2;
}

SmallVector<IRBackend::Bits, 4> IntegerOperands::loadWords(Value part, Index row, Index byte, int64_t count,
                                                           int64_t rowBytes, uint8_t beyond) {
  auto loaded = [&](Index place, int64_t bytes) -> SmallVector<Bits, 4> {
    if (bytes == 1)
      return {b.loadBits(part, row, place)};
    Value vector =
        vector::LoadOp::create(b.builder, b.location, VectorType::get({bytes}, b.builder.getI8Type()), part,
                               ValueRange{row.value, place.value}, /*nontemporal=*/false, llvm::MaybeAlign(bytes));
    int64_t words = llvm::divideCeil(bytes, 4);
    auto type = VectorType::get({words}, b.builder.getIntegerType(8 * bytes / words));
    vector = vector::BitCastOp::create(b.builder, b.location, type, vector);
    SmallVector<Bits, 4> extracted;
    for (int64_t i = 0; i < words; ++i) {
      Value word = vector::ExtractOp::create(b.builder, b.location, vector, i);
      extracted.push_back(
          {bytes >= 4 ? word : arith::ExtUIOp::create(b.builder, b.location, b.builder.getI32Type(), word)});
    }
    return extracted;
  };
  // Buffers begin at wide boundaries, so rows do where their length says so; then a run of bytes is in or out whole.
  int64_t aligned = std::gcd(count, rowBytes);
  SmallVector<Bits, 4> words;
  for (int64_t i = 0; i < count; i += aligned) {
    Index place = b.add(byte, b.index(i));
    SmallVector<Bits, 4> run = loaded(exact ? place : b.min(place, b.index(rowBytes - aligned)), aligned);
    if (!exact) {
      Bits filled = b.bits(0x01010101u * beyond & uint32_t((uint64_t(1) << 8 * std::min<int64_t>(aligned, 4)) - 1));
      for (Bits &word : run)
        word = b.select(b.less(place, b.index(rowBytes)), word, filled);
    }
    if (i % 4 == 0)
      words.append(run);
    else
      words.back() = b.or_(words.back(), b.shl(run.front(), b.bits(8 * (i % 4))));
  }
  return words;
}

SmallVector<IRBackend::Bits, 8> IntegerOperands::loadActivations(Value token, Index first, int64_t count) {
  SmallVector<Bits, 8> words;
  int64_t atOnce = std::min<int64_t>(count, kLoadBytes / 4);
  for (int64_t i = 0; i < count; i += atOnce) {
    Index place = b.add(first, b.index(i));
    if (atOnce == 1) {
      words.push_back(b.loadBits(term.codes, Index{token}, place));
      continue;
    }
    Value vector =
        vector::LoadOp::create(b.builder, b.location, VectorType::get({atOnce}, b.builder.getI32Type()), term.codes,
                               ValueRange{token, place.value}, /*nontemporal=*/false, llvm::MaybeAlign(4 * atOnce));
    for (int64_t word = 0; word < atOnce; ++word)
      words.push_back({vector::ExtractOp::create(b.builder, b.location, vector, word)});
  }
  return words;
}

IRBackend::Bits IntegerOperands::spread(Bits codes) {
  Bits apart = b.or_(b.and_(codes, b.bits(0xFF)), b.shl(b.and_(codes, b.bits(0xFF00)), b.bits(8)));
  return b.or_(b.and_(b.shl(apart, b.bits(4)), b.bits(0x00F000F0)),
               b.and_(b.shl(apart, b.bits(8)), b.bits(0xF000F000)));
}

std::array<IRBackend::Bits, 2> IntegerOperands::bytesOf(ArrayRef<Bits> codes, bool byParity) {
  Bits high = b.bits(0xF0F0F0F0);
  auto permute = [&](uint32_t bytes) -> Bits {
    return {NVVM::PermuteOp::create(b.builder, b.location, b.builder.getI32Type(), codes[0].value, codes[1].value,
                                    b.bits(bytes).value, NVVM::PermuteMode::DEFAULT)};
  };
  if (codes.size() == 1)
    return byParity ? std::array{b.and_(b.shl(codes[0], b.bits(4)), high), b.and_(codes[0], high)}
                    : std::array{spread(codes[0]), spread(b.shr(codes[0], b.bits(16)))};
  return byParity ? std::array{permute(0x6420), permute(0x7531)} : std::array{codes[0], codes[1]};
}

/// Whether the even and the odd of eight inputs go apart.
static bool partsByParity(const IntegerTerm &term) {
  return term.path == IntegerPath::S8Twice ||
         (term.path == IntegerPath::DenseS8 && term.stored.encoding.element == ElementKind::Int4);
}

SmallVector<Fragment, 2> IntegerOperands::denseWeights(ValueRange rows, Value quarter, Value k0) {
  unsigned width = bitWidth(term.stored.encoding.element);
  int64_t rowBytes = bitStreamBytes(shape.columns, width), bytes = inputs / 4 * width / 8;
  Index first = b.add(b.div(Index{k0}, b.index(8 / width)), b.mul(Index{quarter}, b.index(bytes)));
  // Words of eight inputs, but sixteen of s4.
  size_t perMma = term.path == IntegerPath::DenseS4 ? 2 : width / 4;
  SmallVector<Fragment, 2> fragments(inputs / stepOf(term.path), Fragment(4));
  for (auto [half, row] : llvm::enumerate(rows)) {
    SmallVector<Bits, 4> words = loadWords(term.parts.front(), Index{row}, first, bytes, rowBytes, /*beyond=*/0);
    for (auto [i, fragment] : llvm::enumerate(fragments)) {
      auto own = ArrayRef(words).slice(i * perMma, perMma);
      std::array<Bits, 2> registers =
          term.path == IntegerPath::DenseS4 ? std::array{own[0], own[1]} : bytesOf(own, partsByParity(term));
      fragment[half] = registers[0].value;
      fragment[half + 2] = registers[1].value;
    }
  }
  return fragments;
}

SmallVector<Fragment, 2> IntegerOperands::denseActivations(Value token, Value quarter, Value k0) {
  unsigned width = packedWidth(term.activation);
  int64_t count = inputs / 4 * width / 32;
  Index first = b.add(b.div(Index{k0}, b.index(32 / width)), b.mul(Index{quarter}, b.index(count)));
  SmallVector<Bits, 8> words = loadActivations(token, first, count);
  size_t perMma = term.path == IntegerPath::DenseS4 ? 2 : width / 4;
  SmallVector<Fragment, 2> fragments;
  for (int64_t i = 0; i < inputs / stepOf(term.path); ++i) {
    auto own = ArrayRef(words).slice(i * perMma, perMma);
    std::array<Bits, 2> registers =
        term.path == IntegerPath::DenseS4 ? std::array{own[0], own[1]} : bytesOf(own, partsByParity(term));
    fragments.push_back({registers[0].value, registers[1].value});
  }
  return fragments;
}

SmallVector<Fragment, 2> IntegerOperands::weights(ValueRange rows, Value quarter, Value k0) {
  if (!isSparse(term.path))
    return denseWeights(rows, quarter, k0);
  const Encoding &encoding = term.stored.encoding;
  int64_t rowBytes = bitStreamBytes(term.stored.slots(shape.columns), bitWidth(encoding.element));
  // Half of the inputs are stored.
  int64_t bytes = spreadsWeights() ? 2 : 4;
  Index begin = b.div(Index{k0}, b.index(bitWidth(encoding.element) == 4 ? 4 : 2));
  begin = b.add(begin, b.mul(Index{quarter}, b.index(bytes)));
  SmallVector<Fragment, 2> fragments(term.path == IntegerPath::S8Twice ? 2 : 1);
  for (int64_t r = 0; r < 4; ++r) {
    Index byte = b.add(begin, b.index(4 * bytes * (r >> 1)));
    Bits word = loadWords(term.parts.front(), Index{rows[r & 1]}, byte, bytes, rowBytes, /*beyond=*/0).front();
    if (term.path == IntegerPath::S8Twice) {
      auto [even, odd] = bytesOf(word, partsByParity(term));
      fragments[0].push_back(even.value);
      fragments[1].push_back(odd.value);
    } else {
      fragments[0].push_back(spreadsWeights() ? spread(word).value : word.value);
    }
  }
  return fragments;
}

SmallVector<Fragment, 2> IntegerOperands::activations(Value token, Value quarter, Value k0) {
  if (!isSparse(term.path))
    return denseActivations(token, quarter, k0);
  bool narrow = packedWidth(term.activation) == 4;
  Index first = b.div(Index{k0}, b.index(narrow ? 8 : 4)), t{quarter};
  SmallVector<Fragment, 2> fragments(term.path == IntegerPath::S8Twice ? 2 : 1);
  for (int64_t r = 0; r < 4; ++r) {
    auto word = [&](Index place) { return loadActivations(token, place, 1).front(); };
    if (term.path == IntegerPath::S4 || term.path == IntegerPath::E2M1 || (term.path == IntegerPath::S8 && !narrow)) {
      fragments[0].push_back(word(b.add(b.add(first, t), b.index(4 * r))).value);
    } else if (term.path == IntegerPath::S8) {
      // Four of the eight codes of a word, by the parity of t.
      Bits codes = word(b.add(b.add(first, b.div(t, b.index(2))), b.index(2 * r)));
      Bits shift = b.mul(b.toBits(b.rem(t, b.index(2))), b.bits(16));
      fragments[0].push_back(spread(b.shr(codes, shift)).value);
    } else {
      int64_t count = narrow ? 1 : 2;
      Index place = b.add(b.add(first, b.mul(t, b.index(count))), b.index(4 * count * r));
      auto [even, odd] = bytesOf(loadActivations(token, place, count), partsByParity(term));
      fragments[0].push_back(even.value);
      fragments[1].push_back(odd.value);
    }
  }
  return fragments;
}

Value IntegerOperands::metadata(ValueRange rows, Value quarter, Value k0) {
  int64_t blocks = term.stored.blocks(shape.columns), rowBytes = llvm::divideCeil(blocks, 2);
  Index byte =
      b.add(b.div(Index{k0}, b.index(2 * term.stored.m)), b.mul(b.div(Index{quarter}, b.index(2)), b.index(4)));
  Bits word = loadWords(term.parts.back(), ownRow(rows, quarter), byte, 4, rowBytes, /*beyond=*/0x44).front();
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
    return loadWords(term.parts[1], row, b.div(Index{k0}, b.index(vector)), 4, count, /*beyond=*/0).front().value;
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
  bool inBytes = term.path != IntegerPath::S4 && term.path != IntegerPath::E2M1 && term.path != IntegerPath::DenseS4;
  float shifted = 1;
  if (inBytes && term.stored.encoding.element == ElementKind::Int4)
    shifted *= 16;
  if (inBytes && narrow)
    shifted *= 16;
  auto scale = b.loadReal(term.scales, Index{token}, vectorOf(k0, term.activation.getVector()));
  return shifted == 1 ? scale.value : b.mul(scale, b.real(1 / shifted)).value;
}
