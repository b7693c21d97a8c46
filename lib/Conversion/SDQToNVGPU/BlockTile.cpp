//===- BlockTile.cpp - What a block computes for many tokens --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockTile.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

/// Rows of a token that are stored together, and what a token's sums take in shared memory: with 272 bytes of 16-bit
/// sums the lanes of a warp meet 32 banks, as the words of (g, t) are 8t + g / 2 apart.
static constexpr int64_t kStoredTogether = 8, kPitch = BlockTile::kRows + kStoredTogether;

Value BlockTile::swizzled(Value row, Value chunk, int64_t chunks) {
  // Rows that share a turn of the banks, 128 bytes, lie as they are.
  Value turn = emit<arith::RemUIOp>(emit<arith::DivUIOp>(row, index(128 / (chunks * kChunkBytes))), index(chunks));
  return emit<arith::XOrIOp>(chunk, turn);
}

BlockTile::Piece BlockTile::pieceOf(Value number, int64_t chunks) {
  Value row = emit<arith::DivUIOp>(number, index(chunks)), chunk = emit<arith::RemUIOp>(number, index(chunks));
  return {row, chunk, add(mul(row, chunks), swizzled(row, chunk, chunks))};
}

Value BlockTile::view(Value offset, int64_t count, Type element) {
  auto space = cast<MemRefType>(memory.getType()).getMemorySpace();
  auto type = MemRefType::get({count}, element, MemRefLayoutAttrInterface(), space);
  return memref::ViewOp::create(b, at, type, memory, offset, ValueRange{});
}

void BlockTile::copy(Value tile, Value place, Value source, ValueRange indices, int64_t elements, Value inside) {
  Value available = emit<arith::SelectOp>(inside, index(elements), index(0));
  // What a block reads others read too: the second-level cache keeps it for them.
  unsigned width = cast<MemRefType>(source.getType()).getElementTypeBitWidth();
  UnitAttr bypassL1 = elements * width == 8 * kChunkBytes ? b.getUnitAttr() : UnitAttr();
  nvgpu::DeviceAsyncCopyOp::create(b, at, nvgpu::DeviceAsyncTokenType::get(b.getContext()), tile, ValueRange{place},
                                   source, indices, b.getIndexAttr(elements), available, bypassL1);
}

void BlockTile::endGroup() { NVVM::CpAsyncCommitGroupOp::create(b, at); }

void BlockTile::arrive(uint32_t left) {
  NVVM::CpAsyncWaitGroupOp::create(b, at, left);
  gpu::BarrierOp::create(b, at);
}

Value BlockTile::nextStage(Value stage) {
  Value isLast = emit<arith::CmpIOp>(arith::CmpIPredicate::eq, stage, index(kStages - 1));
  return emit<arith::SelectOp>(isLast, index(0), add(stage, 1));
}

Value BlockTile::stageBefore(Value stage) {
  Value isFirst = emit<arith::CmpIOp>(arith::CmpIPredicate::eq, stage, index(0));
  return emit<arith::SelectOp>(isFirst, index(kStages - 1), emit<arith::SubIOp>(stage, index(1)));
}

BlockTile::Registers BlockTile::loadMatrices(Value tile, Value warpFirst, Value laneRow, Value laneChunk, int64_t row,
                                             int64_t half, int64_t chunks) {
  auto type = cast<MemRefType>(tile.getType());
  int64_t width = type.getElementTypeBitWidth(), elements = 8 * kChunkBytes / width;
  // `row` and the warp's first are multiples of 8, so that the swizzle is the lane's own and loops leave it outside.
  Value place = mul(laneRow, chunks * elements);
  place = add(place, mul(swizzled(laneRow, add(laneChunk, 2 * half), chunks), elements));
  place = add(add(place, mul(warpFirst, chunks * elements)), row * chunks * elements);
  Value matrices = nvgpu::LdMatrixOp::create(b, at, VectorType::get({4, 32 / width}, type.getElementType()), tile,
                                             ValueRange{place}, /*transpose=*/false, /*numTiles=*/4);
  Registers registers;
  for (int64_t i = 0; i < 4; ++i)
    registers.push_back(width == 32 ? Value(vector::ExtractOp::create(b, at, matrices, ArrayRef<int64_t>{i, 0}))
                                    : Value(vector::ExtractOp::create(b, at, matrices, i)));
  return registers;
}

SmallVector<BlockTile::Registers> BlockTile::loadA(Value tile, int64_t half, int64_t chunks) {
  SmallVector<Registers> fragments;
  for (int64_t i = 0; i < kMmaOfRows; ++i)
    fragments.push_back(loadMatrices(tile, warpRow, row16, chunk16, kRowsOfMma * i, half, chunks));
  return fragments;
}

SmallVector<BlockTile::Registers> BlockTile::loadB(Value tile, int64_t half) {
  SmallVector<Registers> fragments;
  for (int64_t j = 0; j < kMmaOfTokens; j += 2) {
    Registers two = loadMatrices(tile, warpToken, tokenInPair, chunkOfPair, kTokensOfMma * j, half, kChunks);
    fragments.push_back({two[0], two[1]});
    fragments.push_back({two[2], two[3]});
  }
  return fragments;
}

SmallVector<BlockTile::Registers> BlockTile::loadWholeB(Value tile) {
  SmallVector<Registers> fragments;
  for (int64_t j = 0; j < kMmaOfTokens; ++j)
    fragments.push_back(loadMatrices(tile, warpToken, token8, chunkOf8, kTokensOfMma * j, /*half=*/0, kChunks));
  return fragments;
}

Value BlockTile::rowOf(int64_t mma, int64_t half) { return add(add(warpRow, group), kRowsOfMma * mma + 8 * half); }

Value BlockTile::tokenOf(int64_t mma, int64_t element) {
  return add(add(warpToken, mul(quarter, 2)), kTokensOfMma * mma + element);
}

Value BlockTile::knownRow(Value inBlock) { return min(add(firstRow, inBlock), index(spec.shape.rows - 1)); }

Value BlockTile::knownToken(Value inBlock) {
  return min(add(firstToken, inBlock), emit<arith::SubIOp>(operands.tokens, index(1)));
}

SmallVector<Value> BlockTile::visit(ArrayRef<TermValues> visited, SmallVector<Value> sums) {
  for (int64_t i = 0; i < kMmaOfRows; ++i)
    for (int64_t half = 0; half < 2; ++half) {
      Value row = knownRow(rowOf(i, half));
      SmallVector<Value> tokens, own;
      SmallVector<size_t> numbers;
      for (int64_t j = 0; j < kMmaOfTokens; ++j)
        for (int64_t e = 0; e < 2; ++e) {
          tokens.push_back(knownToken(tokenOf(j, e)));
          numbers.push_back(size_t((i * kMmaOfTokens + j) * 4 + 2 * half + e));
          own.push_back(sums[numbers.back()]);
        }
      own = addVisitedTerms(b, at, spec.shape, visited, operands.x, row, tokens, index(0), index(1), own);
      for (auto [number, sum] : llvm::zip_equal(numbers, own))
        sums[number] = sum;
    }
  return sums;
}

void BlockTile::storeWide(ArrayRef<Value> sums) {
  for (int64_t i = 0; i < kMmaOfRows; ++i)
    for (int64_t j = 0; j < kMmaOfTokens; ++j)
      for (int64_t e = 0; e < 4; ++e) {
        Value row = add(firstRow, rowOf(i, e >> 1)), token = add(firstToken, tokenOf(j, e & 1));
        Value inside = emit<arith::AndIOp>(less(row, index(spec.shape.rows)), less(token, operands.tokens));
        guarded(inside, [&] {
          memref::StoreOp::create(b, at, sums[size_t((i * kMmaOfTokens + j) * 4 + e)], operands.y,
                                  ValueRange{token, row});
        });
      }
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
  row16 = rem(lane, 16);
  chunk16 = div(lane, 16);
  token8 = rem(lane, 8);
  chunkOf8 = div(lane, 8);
  tokenInPair = add(token8, mul(chunk16, 8));
  chunkOfPair = rem(chunkOf8, 2);
  // Blocks are numbered rows first: those that run together share their tokens, and the weight streams by.
  Value block = emit<gpu::BlockIdOp>(gpu::Dimension::x);
  Value rowBlocks = index(llvm::divideCeil(spec.shape.rows, kRows));
  firstRow = mul(emit<arith::RemUIOp>(block, rowBlocks), kRows);
  firstToken = mul(emit<arith::DivUIOp>(block, rowBlocks), kTokens);
  memory = sharedMemory(kernel, {bytes}, b.getI8Type());
  for (int64_t i = 0; i < kPieces; ++i)
    ownPieces.push_back(pieceOf(add(thread, i * kThreads), kChunks));
  ownNarrowPiece = pieceOf(thread, kChunks / 2);
  // The whole block takes one way here, as its barriers require.
  guarded(less(firstToken, operands.tokens), [&] {
    Value zero = emit<arith::ConstantOp>(b.getF32FloatAttr(0));
    SmallVector<Value> sums = multiply(SmallVector<Value>(kMmaOfRows * kMmaOfTokens * 4, zero));
    if (!visited.empty())
      sums = visit(visited, std::move(sums));
    if (spec.activation.isF32())
      storeWide(sums);
    else
      store(sums);
  });
  gpu::ReturnOp::create(b, at);
}
