//===- WarpTile.cpp - Tiled codes, read by a warp ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CodebookTile.h"
#include "DenseTile.h"
#include "KernelFamily.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

/// Whether a warp makes f16 of the codes.
static bool readsCodes(const TiledFormat &format) {
  if (const LUTFormat *codebook = format.codebook())
    return codebook->table == ElementKind::F16;
  return DenseTile::serves(format.dense()->encoding);
}

std::optional<TiledTerms> TiledTerms::of(const LinearKernelSpec &spec, ValueRange parts) {
  std::optional<TiledTerms> found;
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
    if (!readsCodes(layout) || layout != warpTiles(layout.codes))
      return std::nullopt;
    found = TiledTerms{layout, own, {}};
  }
  if (found)
    found->visited = visited;
  return found;
}

static bool tilesServe(const LinearKernelSpec &spec, bool codebook) {
  if (spec.activations)
    return false;
  std::optional<TiledTerms> terms = TiledTerms::of(spec, {});
  return terms && bool(terms->format.codebook()) == codebook;
}

bool sdq::codebooksServe(const LinearKernelSpec &spec, const Chip &) { return tilesServe(spec, /*codebook=*/true); }

bool sdq::denseTilesServe(const LinearKernelSpec &spec, const Chip &) { return tilesServe(spec, /*codebook=*/false); }

std::unique_ptr<WarpTile> WarpTile::create(OpBuilder &builder, Location location, Shape shape, const TiledTerms &terms,
                                           Type tableType) {
  if (terms.format.codebook())
    return std::make_unique<CodebookTile>(builder, location, terms, tableType);
  return std::make_unique<DenseTile>(builder, location, terms, shape);
}

SmallVector<Value> WarpTile::loadCodes(Value tileRow, Value step, Value lane) {
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

Value WarpTile::asPair(Value word, Type element) {
  Value one = vector::FromElementsOp::create(b, at, VectorType::get({1}, b.getI32Type()), ValueRange{word});
  return vector::BitCastOp::create(b, at, VectorType::get({2}, element), one);
}

Value WarpTile::asWord(Value pair) {
  Value one = vector::BitCastOp::create(b, at, VectorType::get({1}, b.getI32Type()), pair);
  return vector::ExtractOp::create(b, at, one, int64_t(0));
}

Value WarpTile::widened(Value pair) {
  auto wide = VectorType::get({2}, b.getF32Type());
  return pair.getType() == wide ? pair : emit<arith::ExtFOp>(wide, pair);
}

SmallVector<Value> WarpTile::activations(Value x, Value token, Value column, int64_t columns, bool whole) {
  Type element = cast<MemRefType>(x.getType()).getElementType();
  int64_t ofLoad = kLoadBytes * 8 / element.getIntOrFloatBitWidth();
  auto type = VectorType::get({ofLoad}, element);
  Value zero = emit<arith::ConstantOp>(b.getFloatAttr(element, 0));
  SmallVector<Value> pairs;
  for (int64_t begin = 0; begin < kChunk; begin += ofLoad) {
    Value first = add(column, begin), loaded;
    if (columns % ofLoad == 0) {
      Value known = whole ? first : min(first, index(columns - ofLoad));
      loaded = vector::LoadOp::create(b, at, type, x, ValueRange{token, known}, /*nontemporal=*/false,
                                      llvm::MaybeAlign(kLoadBytes));
      if (!whole) {
        Value none = emit<vector::BroadcastOp>(type, zero);
        loaded = emit<arith::SelectOp>(less(first, index(columns)), loaded, none);
      }
    } else { // tokens begin anywhere
      SmallVector<Value> values;
      for (int64_t i = 0; i < ofLoad; ++i) {
        Value place = add(first, i);
        Value known = whole ? place : min(place, index(columns - 1));
        Value value = emit<memref::LoadOp>(x, ValueRange{token, known});
        values.push_back(whole ? value : emit<arith::SelectOp>(less(place, index(columns)), value, zero));
      }
      loaded = vector::FromElementsOp::create(b, at, type, values);
    }
    for (int64_t i = 0; i < ofLoad; i += 2)
      pairs.push_back(vector::ShuffleOp::create(b, at, loaded, loaded, ArrayRef<int64_t>{i, i + 1}));
  }
  return pairs;
}
