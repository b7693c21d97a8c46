//===- IntegerOperands.cpp - Registers of integer mma ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IntegerOperands.h"

#include "QuantizeKernel.h"

#include "sdq/Core/BitStream.h"

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
  if (isSparse(term.path)) {
    bool two = stretch % (2 * inputs) == 0;
    run = term.path == IntegerPath::E2M1 ? 1 : two ? 4 : 2;
    inputs *= run == 4 ? 2 : 1;
    return;
  }
  int64_t widest = 4 * kLoadBytes * 8 / bitWidth(term.stored.encoding.element);
  while (2 * inputs <= widest && stretch % (2 * inputs) == 0)
    inputs *= 2;
}

int64_t IntegerOperands::mmaOfPiece() const {
  return inputs / stepOf(term.path) * (term.path == IntegerPath::S8Twice ? 2 : 1);
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

IRBackend::Bits IntegerOperands::permute(Bits low, Bits high, Bits bytes) {
  return {NVVM::PermuteOp::create(b.builder, b.location, b.builder.getI32Type(), low.value, high.value, bytes.value,
                                  NVVM::PermuteMode::DEFAULT)};
}

std::array<IRBackend::Bits, 2> IntegerOperands::bytesOf(ArrayRef<Bits> codes, bool byParity) {
  Bits high = b.bits(0xF0F0F0F0);
  if (codes.size() == 1)
    return byParity ? std::array{b.and_(b.shl(codes[0], b.bits(4)), high), b.and_(codes[0], high)}
                    : std::array{spread(codes[0]), spread(b.shr(codes[0], b.bits(16)))};
  return byParity ? std::array{permute(codes[0], codes[1], b.bits(0x6420)), permute(codes[0], codes[1], b.bits(0x7531))}
                  : std::array{codes[0], codes[1]};
}

/// Whether the even and the odd of eight inputs go apart.
static bool partsByParity(const IntegerTerm &term) {
  return term.path == IntegerPath::S8Twice ||
         (term.path == IntegerPath::DenseS8 && term.stored.encoding.element == ElementKind::Int4);
}

void IntegerOperands::appendDense(ValueRange rows, Value quarter, Index k0, SmallVectorImpl<Fragment> &fragments) {
  unsigned width = bitWidth(term.stored.encoding.element);
  int64_t rowBytes = bitStreamBytes(shape.columns, width), bytes = inputs / 4 * width / 8;
  Index first = b.add(b.div(k0, b.index(8 / width)), b.mul(Index{quarter}, b.index(bytes)));
  SmallVector<Bits, 4> words[2];
  for (int64_t half = 0; half < 2; ++half)
    words[half] = loadWords(term.parts.front(), Index{rows[half]}, first, bytes, rowBytes, /*beyond=*/0);
  for (int64_t i = 0; i < mmaOfPiece(); ++i) {
    auto [low, lowBeyond] = denseRegisters(words[0], i, width);
    auto [high, highBeyond] = denseRegisters(words[1], i, width);
    fragments.push_back({low.value, high.value, lowBeyond.value, highBeyond.value});
  }
}

SmallVector<Fragment> IntegerOperands::denseActivations(Value token, Value quarter, Index k0) {
  unsigned width = packedWidth(term.activation);
  int64_t count = inputs / 4 * width / 32;
  Index first = b.add(b.div(k0, b.index(32 / width)), b.mul(Index{quarter}, b.index(count)));
  SmallVector<Bits, 8> words = loadActivations(token, first, count);
  SmallVector<Fragment> fragments;
  for (int64_t i = 0; i < mmaOfPiece(); ++i) {
    auto [low, high] = denseRegisters(words, i, width);
    fragments.push_back({low.value, high.value});
  }
  return fragments;
}

std::array<IRBackend::Bits, 2> IntegerOperands::denseRegisters(ArrayRef<Bits> words, int64_t mma, unsigned width) {
  if (term.path == IntegerPath::DenseS4)
    return {words[2 * mma], words[2 * mma + 1]};
  return bytesOf(words.slice(mma * width / 4, width / 4), partsByParity(term));
}

void IntegerOperands::appendSparse(ValueRange rows, Value quarter, Index k0, SmallVectorImpl<Fragment> &fragments) {
  const Encoding &encoding = term.stored.encoding;
  int64_t rowBytes = bitStreamBytes(term.stored.slots(shape.columns), bitWidth(encoding.element));
  // Half of the inputs are stored.
  int64_t bytes = spreadsWeights() ? 2 : 4;
  Index begin = b.div(k0, b.index(bitWidth(encoding.element) == 4 ? 4 : 2));
  begin = b.add(begin, b.mul(Index{quarter}, b.index(run * bytes)));
  SmallVector<Bits> words[2];
  for (int64_t half = 0; half < 2; ++half)
    for (int64_t n = 0; n < wordsOfLane(); n += run) {
      Index byte = b.add(begin, b.index(wordInRow(n) * bytes));
      for (Bits word : loadWords(term.parts.front(), Index{rows[half]}, byte, run * bytes, rowBytes, /*beyond=*/0)) {
        words[half].push_back(word);
        if (spreadsWeights())
          words[half].push_back(b.shr(word, b.bits(16)));
      }
    }
  for (int64_t n = 0; n < wordsOfLane(); n += 2) {
    Bits natural[] = {words[0][n], words[1][n], words[0][n + 1], words[1][n + 1]};
    size_t first = fragments.size();
    fragments.resize(first + (term.path == IntegerPath::S8Twice ? 2 : 1));
    for (Bits word : natural) {
      if (term.path == IntegerPath::S8Twice) {
        auto [even, odd] = bytesOf(word, partsByParity(term));
        fragments[first].push_back(even.value);
        fragments[first + 1].push_back(odd.value);
      } else {
        fragments[first].push_back(spreadsWeights() ? spread(word).value : word.value);
      }
    }
  }
}

IntegerWeights IntegerOperands::weights(ValueRange rows, Value quarter, Value k0, int64_t count) {
  IntegerWeights weights;
  if (isSparse(term.path))
    weights.metadata = metadata(rows, quarter, Index{k0}, count);
  for (int64_t k = 0; k < count; k += inputs) {
    Index begin = b.add(Index{k0}, b.index(k));
    if (isSparse(term.path))
      appendSparse(rows, quarter, begin, weights.fragments);
    else
      appendDense(rows, quarter, begin, weights.fragments);
  }
  return weights;
}

SmallVector<Fragment> IntegerOperands::activations(Value token, Value quarter, Value k0) {
  if (!isSparse(term.path))
    return denseActivations(token, quarter, Index{k0});
  bool narrow = packedWidth(term.activation) == 4, singles = term.path == IntegerPath::S8;
  int64_t perWord = narrow ? 8 : 4, unit = singles ? 4 : 8;
  Index t{quarter}, odd = b.rem(t, b.index(2));
  // In units: what depends on the lane.
  Index lane = b.mul(b.div(t, b.index(2)), b.index(2 * run));
  SmallVector<Fragment> fragments(mmaOfPiece());
  for (int64_t j = 0; j < inputs / stepOf(term.path); ++j)
    for (int64_t r = 0; r < 4; ++r) {
      int64_t known = 2 * wordInRow(2 * j + (r >> 1)) + 4 * run * (r & 1);
      auto wordOf = [&](Index units) {
        Index words = unit < perWord ? b.div(units, b.index(perWord / unit)) : b.mul(units, b.index(unit / perWord));
        return b.add(b.div(Index{k0}, b.index(perWord)), words);
      };
      if (singles && narrow) {
        // Four of the eight codes of a word, by the parity of t.
        Bits codes = loadActivations(token, wordOf(b.add(lane, b.index(known))), 1).front();
        fragments[j].push_back(spread(b.shr(codes, b.mul(b.toBits(odd), b.bits(16)))).value);
        continue;
      }
      SmallVector<Bits, 8> words =
          loadActivations(token, wordOf(b.add(b.add(lane, odd), b.index(known))), unit / perWord);
      if (term.path == IntegerPath::S8Twice) {
        auto [evenInputs, oddInputs] = bytesOf(words, partsByParity(term));
        fragments[2 * j].push_back(evenInputs.value);
        fragments[2 * j + 1].push_back(oddInputs.value);
      } else {
        fragments[j].push_back(words.front().value);
      }
    }
  return fragments;
}

SmallVector<Value> IntegerOperands::metadata(ValueRange rows, Value quarter, Index k0, int64_t count) {
  int64_t blocks = term.stored.blocks(shape.columns), rowBytes = llvm::divideCeil(blocks, 2);
  int64_t unit = term.path == IntegerPath::S8 ? 4 : 8;
  int64_t bytes = count / (2 * unit), atOnce = std::gcd(bytes, kLoadBytes);
  Index first = b.div(k0, b.index(2 * unit));
  SmallVector<Bits> words;
  for (int64_t i = 0; i < bytes; i += atOnce) {
    Index byte = b.add(first, b.index(i));
    words.append(loadWords(term.parts.back(), ownRow(rows, quarter), byte, atOnce, rowBytes, /*beyond=*/0x44));
  }
  // The row may end within a byte, whose other half is zero: 4 there.
  if (!exact && blocks % 2 != 0)
    for (auto [i, word] : llvm::enumerate(words)) {
      Index left = b.sub(b.index(rowBytes - 1), b.add(first, b.index(4 * i))); // wraps beyond the end
      Bits shift = b.mul(b.toBits(b.min(left, b.index(3))), b.bits(8));
      word = b.or_(word, b.select(b.less(left, b.index(4)), b.shl(b.bits(0x40), shift), b.bits(0)));
    }
  Bits half = b.toBits(b.div(Index{quarter}, b.index(2)));
  SmallVector<Value> metadata;
  for (int64_t step = 0; step < count / stepOf(term.path); ++step) {
    auto own = ArrayRef(words).slice(2 * step);
    Bits word = b.bits(0);
    if (run == 1) {
      word = b.select(b.equal(half, b.bits(0)), own[0], own[1]);
    } else if (run == 2) {
      word = permute(own[0], own[1], b.add(b.bits(0x6420), b.mul(half, b.bits(0x1111))));
    } else {
      // Byte n = 2j + half of each of four words.
      auto four = ArrayRef(words).slice(2 * (step & ~1), 4);
      Bits bytes = b.add(b.bits(0x40 + 0x22 * (step & 1)), b.mul(half, b.bits(0x11)));
      word = permute(permute(four[0], four[1], bytes), permute(four[2], four[3], bytes), b.bits(0x5410));
    }
    metadata.append(term.path == IntegerPath::S8Twice ? 2 : 1, word.value);
  }
  return metadata;
}

IRBackend::Index IntegerOperands::ownRow(ValueRange rows, Value quarter) {
  auto isOdd = b.equal(b.toBits(b.rem(Index{quarter}, b.index(2))), b.bits(1));
  return b.select(isOdd, Index{rows[1]}, Index{rows[0]});
}
