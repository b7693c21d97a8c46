//===- CodebookTile.cpp - Codes looked up in pairs -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CodebookTile.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

Value CodebookTile::rounded(Value values) {
  if (element.isF16())
    return values;
  Type shape = values.getType();
  auto of = [&](Type type) { return isa<VectorType>(shape) ? cast<VectorType>(shape).clone(type) : type; };
  return emit<arith::TruncFOp>(of(element), emit<arith::ExtFOp>(of(b.getF32Type()), values));
}

void CodebookTile::fillMemory(Value table, Value row, Value warp, Value lane, int64_t warps) {
  Value values = parts.back();
  int64_t count = int64_t(1) << width;
  unsigned alignment = std::min<int64_t>(kLoadBytes, 2 * count);
  // All values of the row as one load or two, for the low code; the high one's, of which a warp has some, by itself.
  Value all = vector::LoadOp::create(b, at, VectorType::get({count}, b.getF16Type()), values, ValueRange{row, index(0)},
                                     /*nontemporal=*/false, llvm::MaybeAlign(alignment));
  all = rounded(all);
  loop(warp, index(count), index(warps), {}, [&](Value high, ValueRange) {
    Value second = rounded(emit<memref::LoadOp>(values, ValueRange{row, high}));
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
      Value pair = vector::FromElementsOp::create(b, at, VectorType::get({2}, element), ValueRange{first, second});
      // The bits of the low code and those of the high one are disjoint.
      memref::StoreOp::create(b, at, asWord(pair), table, ValueRange{add(highEntry, lowEntry), lane});
    }
    return SmallVector<Value>();
  });
}

Value CodebookTile::weights(Value table, ValueRange codes, int64_t pair, Value lane) {
  Value entry;
  unsigned before = 0;
  for (const TilePlane &plane : format.planes) {
    int64_t both = 2 * plane.bits, bit = pair * both;
    // Down to bit 0, up to the plane's place: one shift.
    int64_t shift = bit % 32 - 2 * before;
    Value word = codes[bit / 32];
    if (shift > 0)
      word = emit<arith::ShRUIOp>(word, bits(shift));
    else if (shift < 0)
      word = emit<arith::ShLIOp>(word, bits(-shift));
    word = emit<arith::AndIOp>(word, bits(((1 << both) - 1) << (2 * before)));
    entry = entry ? emit<arith::OrIOp>(entry, word) : word;
    codes = codes.drop_front(columnsOfStep() * plane.bits / 32);
    before += plane.bits;
  }
  Value place = emit<arith::IndexCastUIOp>(b.getIndexType(), entry);
  return asPair(emit<memref::LoadOp>(table, ValueRange{place, lane}), element);
}
