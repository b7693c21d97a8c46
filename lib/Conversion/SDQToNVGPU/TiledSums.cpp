//===- TiledSums.cpp - The sums of a block of tiled codes -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TiledSums.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sdq;

void TiledSums::findPlace() {
  lane = emit<gpu::ThreadIdOp>(gpu::Dimension::x);
  warp = emit<gpu::ThreadIdOp>(gpu::Dimension::y);
  group = emit<arith::DivUIOp>(lane, index(4));
  quarter = emit<arith::RemUIOp>(lane, index(4));
  Value block = emit<gpu::BlockIdOp>(gpu::Dimension::x);
  Value rowBlocks = index(llvm::divideCeil(spec.shape.rows, kRows));
  tileRow = emit<arith::RemUIOp>(block, rowBlocks);
  firstToken = mul(emit<arith::DivUIOp>(block, rowBlocks), tileTokens);
}

/// body(number, token, row) for each sum of a lane: as an mma gives them, eight tokens and sixteen rows at a time.
template <typename Body>
void TiledSums::forSums(Body body) {
  int64_t number = 0;
  for (int64_t token = 0; token < tileTokens; token += kTokensOfMma)
    for (int64_t row = 0; row < kRows; row += kRowsOfMma)
      for (int64_t i = 0; i < 4; ++i, ++number)
        body(number, add(mul(quarter, 2), token + (i & 1)), add(group, row + 8 * (i >> 1)));
}

std::array<Value, 2> TiledSums::slotOf(Value halfWarp, Value token, Value row) {
  // Lanes t = 0 … 3, two tokens apart, meet other banks.
  Value swizzle = mul(emit<arith::RemUIOp>(emit<arith::DivUIOp>(token, index(2)), index(4)), 8);
  return {add(mul(halfWarp, tileTokens), token), emit<arith::XOrIOp>(row, swizzle)};
}

void TiledSums::shareSums(ValueRange sums, Value memory, Value halfWarp) {
  forSums([&](int64_t number, Value token, Value row) {
    Value word = emit<arith::BitcastOp>(b.getI32Type(), sums[number]);
    memref::StoreOp::create(b, at, word, memory, slotOf(halfWarp, token, row));
  });
}

SmallVector<Value> TiledSums::addShared(ValueRange sums, Value memory) {
  SmallVector<Value> added(sums);
  forSums([&](int64_t number, Value token, Value row) {
    Value word = emit<memref::LoadOp>(memory, ValueRange(slotOf(warp, token, row)));
    added[number] = emit<arith::AddFOp>(sums[number], emit<arith::BitcastOp>(b.getF32Type(), word));
  });
  return added;
}

/// The products of the terms that can only be visited, for one row and the token that the lane stores of the `first`
/// and the seven after it: the row's lanes visit every eighth entry, and exchange their sums.
Value TiledSums::visit(ArrayRef<TermValues> visited, Value row, Value laneOfRow, Value first) {
  Value zero = emit<arith::ConstantOp>(b.getF32FloatAttr(0)), last = emit<arith::SubIOp>(operands.tokens, index(1));
  SmallVector<Value> tokens;
  for (int64_t i = 0; i < kLanesOfRow; ++i)
    tokens.push_back(min(add(first, i), last));
  SmallVector<Value> sums = addVisitedTerms(b, at, spec.shape, visited, operands.x, row, tokens, laneOfRow,
                                            index(kLanesOfRow), SmallVector<Value>(kLanesOfRow, zero));
  // Lanes `half` apart hand each other what the other one stores, and add what they get.
  for (int64_t half = kLanesOfRow / 2; half > 0; half /= 2) {
    Value bit = emit<arith::AndIOp>(laneOfRow, index(half));
    Value isHigh = emit<arith::CmpIOp>(arith::CmpIPredicate::ne, bit, index(0));
    for (int64_t i = 0; i < half; ++i) {
      Value kept = emit<arith::SelectOp>(isHigh, sums[i + half], sums[i]);
      Value given = emit<arith::SelectOp>(isHigh, sums[i], sums[i + half]);
      auto got = gpu::ShuffleOp::create(b, at, given, bits(half), bits(kWarpSize), gpu::ShuffleMode::XOR);
      sums[i] = emit<arith::AddFOp>(kept, got.getShuffleResult());
    }
  }
  return sums.front();
}

/// Warp w stores rows 4w … 4w + 3, eight lanes each; lane i of them the tokens i, i + 8, ….
void TiledSums::storeSums(Value memory, ArrayRef<TermValues> visited) {
  Value laneOfRow = emit<arith::RemUIOp>(lane, index(kLanesOfRow));
  Value inTile = add(mul(warp, kWarpSize / kLanesOfRow), emit<arith::DivUIOp>(lane, index(kLanesOfRow)));
  Value row = add(mul(tileRow, kRows), inTile);
  SmallVector<Value> outliers; // by all lanes, as shuffles require
  if (!visited.empty())
    for (int64_t t = 0; t < tileTokens; t += kLanesOfRow)
      outliers.push_back(visit(visited, min(row, index(spec.shape.rows - 1)), laneOfRow, add(firstToken, t)));
  guarded(less(row, index(spec.shape.rows)), [&] {
    for (int64_t t = 0; t < tileTokens; t += kLanesOfRow) {
      Value token = add(laneOfRow, t), sum;
      for (int64_t w = 0; w < kWarps / 2; ++w) {
        Value word = emit<memref::LoadOp>(memory, ValueRange(slotOf(index(w), token, inTile)));
        Value part = emit<arith::BitcastOp>(b.getF32Type(), word);
        sum = sum ? emit<arith::AddFOp>(sum, part) : part;
      }
      if (!outliers.empty())
        sum = emit<arith::AddFOp>(sum, outliers[t / kLanesOfRow]);
      Value place = add(firstToken, token);
      guarded(less(place, operands.tokens), [&] {
        memref::StoreOp::create(b, at, emit<arith::TruncFOp>(spec.activation, sum), operands.y, ValueRange{place, row});
      });
    }
  });
}

void TiledSums::addAndStore(ValueRange sums, Value memory, ArrayRef<TermValues> visited) {
  Value isFirstHalf = less(warp, index(kWarps / 2));
  Value one = emit<arith::ConstantOp>(b.getBoolAttr(true));
  guarded(emit<arith::XOrIOp>(isFirstHalf, one),
          [&] { shareSums(sums, memory, emit<arith::SubIOp>(warp, index(kWarps / 2))); });
  gpu::BarrierOp::create(b, at);
  // Each of the first half takes its partner's and leaves both in the same place.
  guarded(isFirstHalf, [&] { shareSums(addShared(sums, memory), memory, warp); });
  gpu::BarrierOp::create(b, at);
  storeSums(memory, visited);
}
