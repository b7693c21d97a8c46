//===- BlockTile.cpp - What a block computes for many tokens --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockTile.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

/// Rows of a token that are stored together, and what a token's sums take in shared memory: with 272 bytes of 16-bit
/// sums the lanes of a warp meet 32 banks, as the words of (g, t) are 8t + g / 2 apart.
static constexpr int64_t kStoredTogether = 8, kPitch = BlockTile::kRows + kStoredTogether;

Value BlockTile::swizzled(Value row, Value chunk) {
  Value turn = emit<arith::AndIOp>(emit<arith::ShRUIOp>(row, index(1)), index(kChunks - 1));
  return emit<arith::XOrIOp>(chunk, turn);
}

Value BlockTile::tileOf(Value tile, Type element) {
  auto space = cast<MemRefType>(memory.getType()).getMemorySpace();
  int64_t count = kTileBytes / (element.getIntOrFloatBitWidth() / 8);
  auto type = MemRefType::get({count}, element, MemRefLayoutAttrInterface(), space);
  return memref::ViewOp::create(b, at, type, memory, mul(tile, kTileBytes), ValueRange{});
}

SmallVector<Value> BlockTile::loadMatrices(Value tile, Type element, Value warpFirst, Value laneRow, Value laneChunk,
                                           int64_t row, int64_t half) {
  int64_t elements = kChunkBytes / 2;
  // `row` and the warp's first are multiples of 16, so that the swizzle is the lane's own and loops leave it outside.
  Value place = mul(laneRow, kChunks * elements);
  place = add(place, mul(swizzled(laneRow, add(laneChunk, 2 * half)), elements));
  place = add(add(place, mul(warpFirst, kChunks * elements)), row * kChunks * elements);
  Value matrices = nvgpu::LdMatrixOp::create(b, at, VectorType::get({4, 2}, element), tile, ValueRange{place},
                                             /*transpose=*/false, /*numTiles=*/4);
  SmallVector<Value> registers;
  for (int64_t i = 0; i < 4; ++i)
    registers.push_back(vector::ExtractOp::create(b, at, matrices, i));
  return registers;
}

SmallVector<SmallVector<Value>> BlockTile::loadA(Value tile, Type element, int64_t half) {
  SmallVector<SmallVector<Value>> fragments;
  for (int64_t i = 0; i < kMmaOfRows; ++i)
    fragments.push_back(loadMatrices(tile, element, warpRow, remainder16, half16, kRowsOfMma * i, half));
  return fragments;
}

SmallVector<SmallVector<Value>> BlockTile::loadB(Value tile, Type element, int64_t half) {
  SmallVector<SmallVector<Value>> fragments;
  for (int64_t j = 0; j < kMmaOfTokens; j += 2) {
    SmallVector<Value> two = loadMatrices(tile, element, warpToken, tokenInPair, chunkOfB, kTokensOfMma * j, half);
    fragments.push_back({two[0], two[1]});
    fragments.push_back({two[2], two[3]});
  }
  return fragments;
}

Value BlockTile::rowOf(int64_t mma, int64_t half) {
  return add(add(warpRow, group), kRowsOfMma * mma + 8 * half);
}

Value BlockTile::tokenOf(int64_t mma, int64_t element) {
  return add(add(warpToken, mul(quarter, 2)), kTokensOfMma * mma + element);
}

SmallVector<Value> BlockTile::visit(ArrayRef<TermValues> visited, SmallVector<Value> sums) {
  Value lastRow = index(spec.shape.rows - 1), lastToken = emit<arith::SubIOp>(operands.tokens, index(1));
  for (int64_t i = 0; i < kMmaOfRows; ++i)
    for (int64_t half = 0; half < 2; ++half) {
      Value row = min(add(firstRow, rowOf(i, half)), lastRow);
      SmallVector<Value> tokens, own;
      SmallVector<size_t> numbers;
      for (int64_t j = 0; j < kMmaOfTokens; ++j)
        for (int64_t e = 0; e < 2; ++e) {
          tokens.push_back(min(add(firstToken, tokenOf(j, e)), lastToken));
          numbers.push_back(size_t((i * kMmaOfTokens + j) * 4 + 2 * half + e));
          own.push_back(sums[numbers.back()]);
        }
      own = addVisitedTerms(b, at, spec.shape, visited, operands.x, row, tokens, index(0), index(1), own);
      for (auto [number, sum] : llvm::zip_equal(numbers, own))
        sums[number] = sum;
    }
  return sums;
}

void BlockTile::store(ArrayRef<Value> sums) {
  Type type = spec.activation;
  auto space = cast<MemRefType>(memory.getType()).getMemorySpace();
  auto staged = MemRefType::get({kTokens, kPitch}, type, MemRefLayoutAttrInterface(), space);
  Value shared = memref::ViewOp::create(b, at, staged, memory, index(0), ValueRange{});
  gpu::BarrierOp::create(b, at); // the tiles are done with
  for (int64_t i = 0; i < kMmaOfRows; ++i)
    for (int64_t j = 0; j < kMmaOfTokens; ++j)
      for (int64_t e = 0; e < 4; ++e) {
        Value rounded = emit<arith::TruncFOp>(type, sums[size_t((i * kMmaOfTokens + j) * 4 + e)]);
        memref::StoreOp::create(b, at, rounded, shared, ValueRange{tokenOf(j, e & 1), rowOf(i, e >> 1)});
      }
  gpu::BarrierOp::create(b, at);

  int64_t rows = spec.shape.rows, together = kRows / kStoredTogether;
  loop(thread, index(kTokens * together), index(kThreads), {}, [&](Value piece, ValueRange) {
    Value inTile = emit<arith::DivUIOp>(piece, index(together)), token = add(firstToken, inTile);
    Value first = mul(emit<arith::RemUIOp>(piece, index(together)), kStoredTogether), row = add(firstRow, first);
    guarded(less(token, operands.tokens), [&] {
      if (rows % kStoredTogether == 0) { // y's rows begin at multiples of 16 bytes
        guarded(less(row, index(rows)), [&] {
          llvm::MaybeAlign alignment(kChunkBytes);
          Value eight = vector::LoadOp::create(b, at, VectorType::get({kStoredTogether}, type), shared,
                                               ValueRange{inTile, first}, /*nontemporal=*/false, alignment);
          vector::StoreOp::create(b, at, eight, operands.y, ValueRange{token, row}, /*nontemporal=*/false, alignment);
        });
      } else {
        Value end = min(index(rows), add(row, kStoredTogether)), offset = emit<arith::SubIOp>(first, row);
        loop(row, end, index(1), {}, [&](Value each, ValueRange) {
          Value sum = emit<memref::LoadOp>(shared, ValueRange{inTile, add(each, offset)});
          memref::StoreOp::create(b, at, sum, operands.y, ValueRange{token, each});
          return SmallVector<Value>();
        });
      }
    });
    return SmallVector<Value>();
  });
}

void BlockTile::build(gpu::GPUFuncOp kernel, ArrayRef<TermValues> visited) {
  lane = emit<gpu::ThreadIdOp>(gpu::Dimension::x);
  Value warp = emit<gpu::ThreadIdOp>(gpu::Dimension::y);
  thread = add(mul(warp, kWarpSize), lane);
  auto div = [&](Value a, int64_t n) { return emit<arith::DivUIOp>(a, index(n)); };
  auto rem = [&](Value a, int64_t n) { return emit<arith::RemUIOp>(a, index(n)); };
  group = div(lane, 4);
  quarter = rem(lane, 4);
  warpRow = mul(rem(warp, kRows / kWarpRows), kWarpRows);
  warpToken = mul(div(warp, kRows / kWarpRows), kWarpTokens);
  remainder16 = rem(lane, 16);
  half16 = div(lane, 16);
  tokenInPair = add(rem(lane, 8), mul(half16, 8));
  chunkOfB = rem(div(lane, 8), 2);
  // Blocks are numbered rows first: those that run together share their tokens, and the weight streams by.
  Value block = emit<gpu::BlockIdOp>(gpu::Dimension::x);
  Value rowBlocks = index(llvm::divideCeil(spec.shape.rows, kRows));
  firstRow = mul(emit<arith::RemUIOp>(block, rowBlocks), kRows);
  firstToken = mul(emit<arith::DivUIOp>(block, rowBlocks), kTokens);
  memory = sharedMemory(kernel, {(kStages + kWeightTiles) * kTileBytes}, b.getI8Type());
  for (int64_t i = 0; i < kPieces; ++i) {
    Value row = add(div(thread, kChunks), i * kThreads / kChunks), chunk = rem(thread, kChunks);
    ownPieces.push_back({row, chunk, add(mul(row, kChunks), swizzled(row, chunk))});
  }
  // The whole block takes one way here, as its barriers require.
  guarded(less(firstToken, operands.tokens), [&] {
    Value zero = emit<arith::ConstantOp>(b.getF32FloatAttr(0));
    SmallVector<Value> sums = multiply(SmallVector<Value>(kMmaOfRows * kMmaOfTokens * 4, zero));
    if (!visited.empty())
      sums = visit(visited, std::move(sums));
    store(sums);
  });
  gpu::ReturnOp::create(b, at);
}
