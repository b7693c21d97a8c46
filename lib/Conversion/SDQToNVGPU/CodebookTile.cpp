//===- CodebookTile.cpp - A codebook's tiles, read by a warp --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CodebookTile.h"
#include "KernelFamily.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

/// What a lane loads at a time.
static constexpr int64_t kLoadBytes = 16;

std::optional<CodebookTerms> CodebookTerms::of(const LinearKernelSpec &spec, ValueRange parts) {
  std::optional<CodebookTerms> found;
  SmallVector<TermValues, 2> visited;
  size_t begin = 0;
  for (WeightFormat term : termsOf(spec.format)) {
    size_t count = term.getParts(spec.shape).size();
    // Asked about a format alone, there are no parts.
    ValueRange own = parts.empty() ? parts : parts.slice(begin, count);
    begin += count;
    if (isa<CSRFormatAttr>(Attribute(term))) {
      visited.push_back({term, own});
      continue;
    }
    auto tiled = dyn_cast<TiledFormatAttr>(Attribute(term));
    if (!tiled || found)
      return std::nullopt;
    TiledFormat layout = tiled.getLayout();
    if (layout.codes.table != ElementKind::F16 || layout != warpTiles(layout.codes))
      return std::nullopt;
    found = CodebookTerms{layout, own, {}};
  }
  if (found)
    found->visited = visited;
  return found;
}

bool sdq::codebooksServe(const LinearKernelSpec &spec, const Chip &) {
  return !spec.activations && spec.activation.isF16() && CodebookTerms::of(spec, {});
}

void CodebookTile::fillTable(Value table, Value row, Value warp, Value lane, int64_t warps) {
  Value values = parts.back();
  int64_t count = int64_t(1) << format.codes.bits;
  unsigned alignment = std::min<int64_t>(kLoadBytes, 2 * count);
  auto f16 = b.getF16Type();
  // All values of the row as one load or two, for the low code; the high one's, of which a warp has some, by itself.
  Value all = vector::LoadOp::create(b, at, VectorType::get({count}, f16), values, ValueRange{row, index(0)},
                                     /*nontemporal=*/false, llvm::MaybeAlign(alignment));
  loop(warp, index(count), index(warps), {}, [&](Value high, ValueRange) {
    Value second = emit<memref::LoadOp>(values, ValueRange{row, high});
    Value highBits = emit<arith::IndexCastUIOp>(b.getI32Type(), high), highPart;
    unsigned before = 0;
    for (const TilePlane &plane : format.planes) {
      Value own = emit<arith::AndIOp>(emit<arith::ShRUIOp>(highBits, bits(before)), bits((1 << plane.bits) - 1));
      own = emit<arith::ShLIOp>(own, bits(2 * before + plane.bits));
      highPart = highPart ? emit<arith::OrIOp>(highPart, own) : own;
      before += plane.bits;
    }
    Value highEntry = emit<arith::IndexCastUIOp>(b.getIndexType(), highPart);
    for (int64_t low = 0; low < count; ++low) {
      int64_t lowEntry = 0;
      before = 0;
      for (const TilePlane &plane : format.planes) {
        lowEntry |= ((low >> before) & ((1 << plane.bits) - 1)) << (2 * before);
        before += plane.bits;
      }
      Value first = vector::ExtractOp::create(b, at, all, low);
      Value pair = vector::FromElementsOp::create(b, at, VectorType::get({2}, f16), ValueRange{first, second});
      Value word = vector::BitCastOp::create(b, at, VectorType::get({1}, b.getI32Type()), pair);
      // The bits of the low code and those of the high one are disjoint.
      memref::StoreOp::create(b, at, vector::ExtractOp::create(b, at, word, int64_t(0)), table,
                              ValueRange{add(highEntry, lowEntry), lane});
    }
    return SmallVector<Value>();
  });
}

SmallVector<Value> CodebookTile::loadCodes(Value tileRow, Value step, Value lane) {
  SmallVector<Value> words;
  auto words128 = VectorType::get({kLoadBytes / 4}, b.getI32Type());
  for (auto [plane, codes] : llvm::zip(format.planes, parts)) {
    Value tile = mul(step, plane.bytes() * columnsOfStep() / plane.columns());
    for (int64_t i = 0; i < columnsOfStep() * plane.bits / 8; i += kLoadBytes) {
      Value place = add(add(tile, mul(lane, kLoadBytes)), i * kRows);
      Value bytes =
          vector::LoadOp::create(b, at, VectorType::get({kLoadBytes}, b.getI8Type()), codes, ValueRange{tileRow, place},
                                 /*nontemporal=*/false, llvm::MaybeAlign(kLoadBytes));
      Value four = vector::BitCastOp::create(b, at, words128, bytes);
      for (int64_t word = 0; word < words128.getNumElements(); ++word)
        words.push_back(vector::ExtractOp::create(b, at, four, word));
    }
  }
  return words;
}

Value CodebookTile::weights(Value table, ValueRange codes, int64_t pair, Value lane) {
  Value entry;
  unsigned before = 0;
  for (const TilePlane &plane : format.planes) {
    int64_t width = 2 * plane.bits, bit = pair * width;
    // Down to bit 0, up to the plane's place: one shift.
    int64_t shift = bit % 32 - 2 * before;
    Value word = codes[bit / 32];
    if (shift > 0)
      word = emit<arith::ShRUIOp>(word, bits(shift));
    else if (shift < 0)
      word = emit<arith::ShLIOp>(word, bits(-shift));
    word = emit<arith::AndIOp>(word, bits(((1 << width) - 1) << (2 * before)));
    entry = entry ? emit<arith::OrIOp>(entry, word) : word;
    codes = codes.drop_front(columnsOfStep() * plane.bits / 32);
    before += plane.bits;
  }
  Value place = emit<arith::IndexCastUIOp>(b.getIndexType(), entry);
  return emit<memref::LoadOp>(table, ValueRange{place, lane});
}

Value CodebookTile::asPair(Value word) {
  Value one = vector::FromElementsOp::create(b, at, VectorType::get({1}, b.getI32Type()), ValueRange{word});
  return vector::BitCastOp::create(b, at, VectorType::get({2}, b.getF16Type()), one);
}

SmallVector<Value> CodebookTile::activations(Value x, Value token, Value column, int64_t columns, bool whole) {
  auto eight = VectorType::get({kChunk}, b.getF16Type());
  Value zero = emit<arith::ConstantOp>(b.getF16FloatAttr(0)), chunk;
  if (columns % kChunk == 0) {
    Value known = whole ? column : min(column, index(columns - kChunk));
    chunk = vector::LoadOp::create(b, at, eight, x, ValueRange{token, known}, /*nontemporal=*/false,
                                   llvm::MaybeAlign(2 * kChunk));
    if (!whole) {
      Value none = emit<vector::BroadcastOp>(eight, zero);
      chunk = emit<arith::SelectOp>(less(column, index(columns)), chunk, none);
    }
  } else { // tokens begin anywhere
    SmallVector<Value> values;
    for (int64_t i = 0; i < kChunk; ++i) {
      Value place = add(column, i);
      Value known = whole ? place : min(place, index(columns - 1));
      Value value = emit<memref::LoadOp>(x, ValueRange{token, known});
      values.push_back(whole ? value : emit<arith::SelectOp>(less(place, index(columns)), value, zero));
    }
    chunk = vector::FromElementsOp::create(b, at, eight, values);
  }
  SmallVector<Value> pairs;
  for (int64_t i = 0; i < kChunk; i += 2)
    pairs.push_back(vector::ShuffleOp::create(b, at, chunk, chunk, ArrayRef<int64_t>{i, i + 1}));
  return pairs;
}
