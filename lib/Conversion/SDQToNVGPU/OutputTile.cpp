//===- OutputTile.cpp - What a block of tensor-core warps owns ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutputTile.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sdq;

/// Of a token's 16 sums in shared memory: with 20, the lanes of a warp store to 32 banks.
static constexpr int64_t kPitch = 20;

Value OutputTile::knownToken(Value inBlock) {
  Value last = emit<arith::SubIOp>(operands.tokens, index(1));
  return emit<arith::MinUIOp>(add(firstToken, inBlock), last);
}

void OutputTile::shareSums(Value shared, ValueRange sums) {
  for (int64_t tile = 0; tile < tokenTiles; ++tile)
    for (int64_t i = 0; i < 4; ++i) {
      Value token = add(mul(quarter, 2), kTokensOfMma * tile + (i & 1));
      memref::StoreOp::create(b, at, sums[4 * tile + i], shared, ValueRange{warp, token, add(group, 8 * (i >> 1))});
    }
}

void OutputTile::storeSums(Value shared, ArrayRef<TermValues> visited) {
  Value thread = add(mul(warp, 32), lane);
  Value inTile = emit<arith::RemUIOp>(thread, index(kRows)), row = add(firstRow, inTile);
  Value slot = div(thread, kRows);
  Value stores = less(row, index(spec.shape.rows));
  if (warps > kWarps) // more threads than sums of a tile of tokens
    stores = emit<arith::AndIOp>(stores, less(slot, index(kTokensOfMma)));
  guarded(stores, [&] {
    SmallVector<Value> sums, inBlocks;
    for (int64_t tile = 0; tile < tokenTiles; ++tile) {
      Value inBlock = add(slot, kTokensOfMma * tile), sum;
      for (int64_t w = 0; w < warps; ++w) {
        Value part = emit<memref::LoadOp>(shared, ValueRange{index(w), inBlock, inTile});
        sum = sum ? emit<arith::AddFOp>(sum, part) : part;
      }
      sums.push_back(sum);
      inBlocks.push_back(inBlock);
    }
    if (!visited.empty()) {
      auto known = llvm::map_to_vector(inBlocks, [&](Value inBlock) { return knownToken(inBlock); });
      sums = addVisitedTerms(b, at, spec.shape, visited, operands.x, row, known, index(0), index(1), sums);
    }
    for (auto [inBlock, sum] : llvm::zip_equal(inBlocks, sums)) {
      Value token = add(firstToken, inBlock);
      guarded(less(token, operands.tokens), [&, sum = sum] {
        Value rounded = spec.activation.isF32() ? sum : emit<arith::TruncFOp>(spec.activation, sum);
        memref::StoreOp::create(b, at, rounded, operands.y, ValueRange{token, row});
      });
    }
  });
}

void OutputTile::build(gpu::GPUFuncOp kernel, ArrayRef<TermValues> visited) {
  lane = emit<gpu::ThreadIdOp>(gpu::Dimension::x);
  warp = emit<gpu::ThreadIdOp>(gpu::Dimension::y);
  group = div(lane, 4);
  quarter = emit<arith::RemUIOp>(lane, index(4));
  // Blocks are numbered rows first: the weight streams by once a tile of tokens, which stays in the cache meanwhile.
  Value block = emit<gpu::BlockIdOp>(gpu::Dimension::x);
  Value rowBlocks = index(llvm::divideCeil(spec.shape.rows, kRows));
  firstRow = mul(emit<arith::RemUIOp>(block, rowBlocks), kRows);
  firstToken = mul(emit<arith::DivUIOp>(block, rowBlocks), kTokensOfMma * tokenTiles);
  for (int64_t half = 0; half < 2; ++half)
    rows.push_back(emit<arith::MinUIOp>(add(add(firstRow, group), 8 * half), index(spec.shape.rows - 1)));

  auto type = MemRefType::get({warps, kTokensOfMma * tokenTiles, kPitch}, b.getF32Type(), MemRefLayoutAttrInterface(),
                              gpu::AddressSpaceAttr::get(b.getContext(), gpu::AddressSpace::Workgroup));
  Value shared = kernel.addWorkgroupAttribution(type, at);
  // The whole block takes one way here, as its barrier requires.
  guarded(less(firstToken, operands.tokens), [&] {
    Value zero = emit<arith::ConstantOp>(b.getF32FloatAttr(0));
    shareSums(shared, multiply(SmallVector<Value>(4 * tokenTiles, zero)));
    gpu::BarrierOp::create(b, at);
    storeSums(shared, visited);
  });
  gpu::ReturnOp::create(b, at);
}
