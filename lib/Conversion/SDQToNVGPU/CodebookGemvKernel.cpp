//===- CodebookGemvKernel.cpp - Codebooks times a few tokens --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block owns 32 output rows, one a lane, and T tokens, T = 1, 2, 4 or 8; its W warps, sixteen, or eight for
// more than one token, split K:
//
//   phase     who               does
//   --------  ----------------  ------------------------------------------------------------------------------------
//   table     all               the pair tables of the 32 rows, in shared memory (CodebookTile.h)
//   products  warp w, lane r    steps w, w + W, … of K, up to four loads of codes in flight: looks pairs of weights of
//                               row r up and multiplies them by x, which all lanes share
//   outliers  warp w            the CSR terms' rows w, w + W, …, its lanes 32 entries apart; lane r keeps row r's
//   sums      thread (t, r)     adds the warps' sums of token t and row r, from shared memory, and stores y[t, r]
//
// A lane reads 16 bytes of codes, and for every 8 columns and token 16 bytes of x, from the same address in all lanes.
//
// Rounding: of 8 consecutive products, the even and the odd ones are added in f16, four each: a product and three fused
// multiply-adds, four roundings by at most u = 2^-11, so that such a sum is off by at most 4u/(1 − 4u) · Σ|w·x| <
// 2^-8.99 · Σ|w·x| (and 2^-25 a rounding where numbers are below f16's normal ones). All else is f32. Four products
// must not exceed what an f16 holds, 65504.
//
//===----------------------------------------------------------------------===//

#include "CodebookTile.h"
#include "KernelFamily.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

static constexpr int64_t kRows = CodebookTile::kRows;
/// Consecutive columns whose products are added in f16.
static constexpr int64_t kChunk = CodebookTile::kChunk;
/// Columns, times tokens, whose activations may be loaded before they are needed: left alone, ptxas loads a step's
/// first, and spills.
static constexpr int64_t kActivationsAhead = 64;
/// Loads of codes that a lane has in flight at one token; more tokens need the registers.
static constexpr int64_t kLoadsInFlight = 4;

namespace {

class GemvBuilder : KernelEmitter {
public:
  GemvBuilder(OpBuilder &builder, Location location, const LinearKernelSpec &spec, KernelOperands kernelOperands,
              int64_t tileTokens)
      : KernelEmitter(builder, location), spec(spec), operands(std::move(kernelOperands)), tileTokens(tileTokens),
        warps(gemvWarps(tileTokens)), terms(*CodebookTerms::of(spec, operands.parts)), tile(builder, location, terms) {}

  void build(gpu::GPUFuncOp kernel);

private:
  SmallVector<Value> multiply(Value table);
  /// Adds a step's products; `whole`: its columns all exist.
  SmallVector<Value> multiplyStep(Value table, ValueRange codes, Value step, bool whole, ValueRange sums);
  SmallVector<Value> addVisited(ValueRange sums);
  void storeSums(Value partial);

  const LinearKernelSpec &spec;
  KernelOperands operands;
  int64_t tileTokens, warps;
  CodebookTerms terms;
  CodebookTile tile;
  Value lane, warp, tileRow, firstToken;
  SmallVector<Value> tokens; // those past the last are the last: their sums are not stored
};

SmallVector<Value> GemvBuilder::multiplyStep(Value table, ValueRange codes, Value step, bool whole,
                                             ValueRange carried) {
  SmallVector<Value> sums(carried);
  Value begin = mul(step, tile.columnsOfStep());
  for (int64_t chunk = 0; chunk < tile.columnsOfStep(); chunk += kChunk) {
    SmallVector<Value> weights;
    for (int64_t i = 0; i < kChunk; i += 2)
      weights.push_back(tile.asPair(tile.weights(table, codes, (chunk + i) / 2, lane)));
    for (auto [token, sum] : llvm::zip_equal(tokens, sums)) {
      Value products;
      SmallVector<Value> pairs = tile.activations(operands.x, token, add(begin, chunk), spec.shape.columns, whole);
      for (auto [weight, x] : llvm::zip_equal(weights, pairs))
        products = products ? emit<math::FmaOp>(weight, x, products) : emit<arith::MulFOp>(weight, x);
      for (int64_t half = 0; half < 2; ++half) {
        Value product = vector::ExtractOp::create(b, at, products, half);
        sum = emit<arith::AddFOp>(sum, emit<arith::ExtFOp>(b.getF32Type(), product));
      }
    }
    if ((chunk + kChunk) * tileTokens % kActivationsAhead == 0)
      NVVM::SyncWarpOp::create(b, at, bits(-1)); // no load moves across
  }
  return sums;
}

SmallVector<Value> GemvBuilder::multiply(Value table) {
  int64_t width = tile.columnsOfStep(), whole = spec.shape.columns / width;
  int64_t steps = llvm::divideCeil(spec.shape.columns, width);
  int64_t loadsOfStep = width * terms.format.codes.bits / 128,
          together = std::max(kLoadsInFlight / tileTokens / loadsOfStep, int64_t(1));
  int64_t inGroups = whole / together * together;
  Value zero = emit<arith::ConstantOp>(b.getF32FloatAttr(0));
  SmallVector<Value> sums(tileTokens, zero);
  if (inGroups > 0 && together > 1)
    sums =
        loop(mul(warp, together), index(inGroups), index(warps * together), sums, [&](Value first, ValueRange carried) {
          SmallVector<SmallVector<Value>> codes;
          for (int64_t i = 0; i < together; ++i)
            codes.push_back(tile.loadCodes(tileRow, add(first, i), lane));
          SmallVector<Value> next(carried);
          for (int64_t i = 0; i < together; ++i)
            next = multiplyStep(table, codes[i], add(first, i), /*whole=*/true, next);
          return next;
        });
  int64_t left = together > 1 ? inGroups : 0;
  if (left == steps)
    return sums;
  return loop(add(warp, left), index(steps), index(warps), sums, [&](Value step, ValueRange carried) {
    return multiplyStep(table, tile.loadCodes(tileRow, step, lane), step, whole == steps, carried);
  });
}

SmallVector<Value> GemvBuilder::addVisited(ValueRange sums) {
  if (terms.visited.empty())
    return SmallVector<Value>(sums);
  Value zero = emit<arith::ConstantOp>(b.getF32FloatAttr(0));
  return loop(warp, index(kRows), index(warps), sums, [&](Value inTile, ValueRange carried) {
    Value row = min(add(mul(tileRow, kRows), inTile), index(spec.shape.rows - 1));
    SmallVector<Value> own = addVisitedTerms(b, at, spec.shape, terms.visited, operands.x, row, tokens, lane,
                                             index(kWarpSize), SmallVector<Value>(tileTokens, zero));
    Value mine = emit<arith::CmpIOp>(arith::CmpIPredicate::eq, lane, inTile);
    SmallVector<Value> next;
    for (auto [sum, outliers] : llvm::zip_equal(carried, own))
      next.push_back(emit<arith::AddFOp>(sum, emit<arith::SelectOp>(mine, emitSumOfLanes(b, at, outliers), zero)));
    return next;
  });
}

void GemvBuilder::storeSums(Value partial) {
  Value token = add(firstToken, warp), row = add(mul(tileRow, kRows), lane);
  Value inside = emit<arith::AndIOp>(less(token, operands.tokens), less(row, index(spec.shape.rows)));
  inside = emit<arith::AndIOp>(inside, less(warp, index(tileTokens)));
  guarded(inside, [&] {
    Value sum;
    for (int64_t w = 0; w < warps; ++w) {
      Value part = emit<memref::LoadOp>(partial, ValueRange{index(w), warp, lane});
      sum = sum ? emit<arith::AddFOp>(sum, part) : part;
    }
    memref::StoreOp::create(b, at, emit<arith::TruncFOp>(spec.activation, sum), operands.y, ValueRange{token, row});
  });
}

void GemvBuilder::build(gpu::GPUFuncOp kernel) {
  lane = emit<gpu::ThreadIdOp>(gpu::Dimension::x);
  warp = emit<gpu::ThreadIdOp>(gpu::Dimension::y);
  Value block = emit<gpu::BlockIdOp>(gpu::Dimension::x);
  Value rowBlocks = index(llvm::divideCeil(spec.shape.rows, kRows));
  tileRow = emit<arith::RemUIOp>(block, rowBlocks);
  firstToken = mul(emit<arith::DivUIOp>(block, rowBlocks), tileTokens);
  Value table = sharedMemory(kernel, {tile.entries(), kRows}, b.getI32Type());
  Value partial = sharedMemory(kernel, {warps, tileTokens, kRows}, b.getF32Type());

  // The whole block takes one way here, as its barriers require.
  guarded(less(firstToken, operands.tokens), [&] {
    Value last = emit<arith::SubIOp>(operands.tokens, index(1));
    for (int64_t t = 0; t < tileTokens; ++t)
      tokens.push_back(min(add(firstToken, t), last));
    Value row = min(add(mul(tileRow, kRows), lane), index(spec.shape.rows - 1));
    tile.fillTable(table, row, warp, lane, warps);
    gpu::BarrierOp::create(b, at);
    SmallVector<Value> sums = addVisited(multiply(table));
    for (auto [t, sum] : llvm::enumerate(sums))
      memref::StoreOp::create(b, at, sum, partial, ValueRange{warp, index(t), lane});
    gpu::BarrierOp::create(b, at);
    storeSums(partial);
  });
  gpu::ReturnOp::create(b, at);
}

} // namespace

void sdq::buildCodebookGemvBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel,
                                const LinearKernelSpec &spec, const KernelSignature &signature, int64_t tokens) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  GemvBuilder(builder, location, spec, openArguments(builder, location, kernel, signature), tokens).build(kernel);
}
