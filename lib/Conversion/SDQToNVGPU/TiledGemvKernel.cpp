//===- TiledGemvKernel.cpp - Tiled codes times a few tokens ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block owns 32 output rows, one a lane, and one token or two; its W warps, sixteen, or eight for two tokens, split
// K:
//
//   phase     who               does
//   --------  ----------------  ------------------------------------------------------------------------------------
//   table     all               of codebooks, the pair tables of the 32 rows, in shared memory (CodebookTile.h)
//   products  warp w, lane r    steps w, w + W, … of K, up to four loads of codes in flight: looks pairs of weights of
//                               row r up, or makes them of their codes (DenseTile.h), and multiplies them by x, which
//                               all lanes share
//   outliers  warp w            the CSR terms' rows w, w + W, …, its lanes 32 entries apart; lane r keeps row r's
//   sums      thread (t, r)     adds the warps' sums of token t and row r, from shared memory, and stores y[t, r]
//
// A lane reads 16 bytes of codes, and for every 8 columns and token 16 bytes of x (f32: 32), from the same address in
// all lanes. Weights are pairs of f16; a pair is multiplied at once where x is f16, too, and otherwise both are widened
// to f32 and multiplied there, the pair once for all tokens:
//
//   instructions for 8 columns             f16                      bf16                     f32
//   -------------------------------------  -----------------------  -----------------------  ----------------
//   of the weights                         those of the pairs       8 more                   8 more
//   of a token: loads, widening x          1, 0                     1, 8                     2, 0
//   products; their sums                   4; 2 widened, 2 added    8; 2 added               8; 2 added
//
// Rounding, where x is f16: of 8 consecutive products, the even and the odd ones are added in f16, four each: a product
// and three fused multiply-adds, four roundings by at most u = 2^-11, so that such a sum is off by at most 4u/(1 − 4u)
// · Σ|w·x| < 2^-8.99 · Σ|w·x| (and 2^-25 a rounding where numbers are below f16's normal ones). Four products must not
// exceed what an f16 holds, 65504. All else is f32: of codes with scales, a factor's columns are added before they are
// multiplied by it.
//
//===----------------------------------------------------------------------===//

#include "KernelFamily.h"
#include "WarpTile.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

static constexpr int64_t kRows = WarpTile::kRows;
/// Consecutive columns whose products are added before they are added to a sum: in f16, where x is f16.
static constexpr int64_t kChunk = WarpTile::kChunk;
/// Loads of codes that a lane has in flight at one token, of f16 or bf16: more tokens, and wider ones, need the
/// registers.
static constexpr int64_t kLoadsInFlight = 4;

namespace {

class GemvBuilder : KernelEmitter {
public:
  GemvBuilder(OpBuilder &builder, Location location, const LinearKernelSpec &spec, KernelOperands kernelOperands,
              const Chip &chip, int64_t tileTokens)
      : KernelEmitter(builder, location), spec(spec), operands(std::move(kernelOperands)), chip(chip),
        tileTokens(tileTokens), warps(gemvWarps(tileTokens)), terms(*TiledTerms::of(spec, operands.parts)),
        tile(WarpTile::create(builder, location, spec.shape, terms, builder.getF16Type())) {}

  void build(gpu::GPUFuncOp kernel);

private:
  SmallVector<Value> multiply(Value table);
  /// What a lane loads of a step.
  struct Loaded {
    SmallVector<Value> codes, factors;
  };
  /// Of so many steps from a multiple of their number on.
  SmallVector<Loaded> load(Value step, int64_t steps);
  /// Adds a step's products; `whole`: its columns all exist.
  SmallVector<Value> multiplyStep(Value table, const Loaded &loaded, Value step, bool whole, ValueRange sums);
  SmallVector<Value> addVisited(ValueRange sums);
  void storeSums(Value partial);
  int32_t blocksAtATime() const;

  const LinearKernelSpec &spec;
  KernelOperands operands;
  const Chip &chip;
  int64_t tileTokens, warps;
  TiledTerms terms;
  std::unique_ptr<WarpTile> tile;
  Value lane, warp, tileRow, firstToken;
  Value knownRow;            // the lane's, or the last one
  SmallVector<Value> tokens; // those past the last are the last: their sums are not stored
};

SmallVector<GemvBuilder::Loaded> GemvBuilder::load(Value step, int64_t steps) {
  SmallVector<Loaded> loaded;
  for (int64_t i = 0; i < steps; ++i)
    loaded.push_back({tile->loadCodes(tileRow, add(step, i), lane), {}});
  SmallVector<Value> factors = tile->loadFactors(knownRow, step, steps);
  int64_t ofStep = factors.size() / steps;
  for (int64_t i = 0; i < steps; ++i)
    loaded[i].factors.assign(factors.begin() + i * ofStep, factors.begin() + (i + 1) * ofStep);
  return loaded;
}

SmallVector<Value> GemvBuilder::multiplyStep(Value table, const Loaded &loaded, Value step, bool whole,
                                             ValueRange carried) {
  // Without factors, products go to the sums themselves.
  SmallVector<Value> sums(carried), ofFactor(tileTokens);
  SmallVector<Value> &into = loaded.factors.empty() ? sums : ofFactor;
  Value begin = mul(step, tile->columnsOfStep());
  for (int64_t chunk = 0; chunk < tile->columnsOfStep(); chunk += kChunk) {
    SmallVector<Value> weights;
    for (int64_t i = 0; i < kChunk; i += 2) {
      Value pair = tile->weights(table, loaded.codes, (chunk + i) / 2, lane);
      weights.push_back(spec.activation.isF16() ? pair : tile->widened(pair));
    }
    for (auto [token, sum] : llvm::zip_equal(tokens, into)) {
      Value products;
      for (auto [weight, pair] : llvm::zip_equal(
               weights, tile->activations(operands.x, token, add(begin, chunk), spec.shape.columns, whole))) {
        Value x = spec.activation.isF16() ? pair : tile->widened(pair);
        products = products ? emit<math::FmaOp>(weight, x, products) : emit<arith::MulFOp>(weight, x);
      }
      products = tile->widened(products);
      for (int64_t half = 0; half < 2; ++half) {
        Value product = vector::ExtractOp::create(b, at, products, half);
        sum = sum ? emit<arith::AddFOp>(sum, product) : product;
      }
    }
    if (!loaded.factors.empty() && (chunk + kChunk) % tile->columnsOfFactor() == 0)
      for (auto [part, sum] : llvm::zip_equal(ofFactor, sums))
        sum = emit<math::FmaOp>(std::exchange(part, Value()), loaded.factors[chunk / tile->columnsOfFactor()], sum);
  }
  return sums;
}

SmallVector<Value> GemvBuilder::multiply(Value table) {
  int64_t width = tile->columnsOfStep(), whole = spec.shape.columns / width;
  int64_t steps = llvm::divideCeil(spec.shape.columns, width);
  int64_t inFlight = kLoadsInFlight / tileTokens / (spec.activation.isF32() ? 2 : 1);
  int64_t together = std::max(inFlight / tile->loadsOfStep(), int64_t(1));
  int64_t inGroups = whole / together * together;
  Value zero = emit<arith::ConstantOp>(b.getF32FloatAttr(0));
  SmallVector<Value> sums(tileTokens, zero);
  if (inGroups > 0 && together > 1)
    sums =
        loop(mul(warp, together), index(inGroups), index(warps * together), sums, [&](Value first, ValueRange carried) {
          SmallVector<Loaded> loaded = load(first, together);
          SmallVector<Value> next(carried);
          for (int64_t i = 0; i < together; ++i)
            next = multiplyStep(table, loaded[i], add(first, i), /*whole=*/true, next);
          return next;
        });
  int64_t left = together > 1 ? inGroups : 0;
  if (left == steps)
    return sums;
  return loop(add(warp, left), index(steps), index(warps), sums, [&](Value step, ValueRange carried) {
    return multiplyStep(table, load(step, 1).front(), step, whole == steps, carried);
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
    Value rounded = spec.activation.isF32() ? sum : emit<arith::TruncFOp>(spec.activation, sum);
    memref::StoreOp::create(b, at, rounded, operands.y, ValueRange{token, row});
  });
}

/// Where ptxas, left alone, aims at too few registers a thread (40; on Turing 80) and spills: one block a
/// multiprocessor suffices, so that each thread may have 255. Else 0.
int32_t GemvBuilder::blocksAtATime() const {
  bool turing = !chip.has(Native::MmaSpF16);
  return (spec.activation.isF32() && !terms.format.codebook()) || (turing && tileTokens > 1);
}

void GemvBuilder::build(gpu::GPUFuncOp kernel) {
  if (int32_t blocks = blocksAtATime())
    kernel->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(), b.getI32IntegerAttr(blocks));
  lane = emit<gpu::ThreadIdOp>(gpu::Dimension::x);
  warp = emit<gpu::ThreadIdOp>(gpu::Dimension::y);
  Value block = emit<gpu::BlockIdOp>(gpu::Dimension::x);
  Value rowBlocks = index(llvm::divideCeil(spec.shape.rows, kRows));
  tileRow = emit<arith::RemUIOp>(block, rowBlocks);
  firstToken = mul(emit<arith::DivUIOp>(block, rowBlocks), tileTokens);
  Value table;
  if (tile->wordsOfRow() > 0)
    table = sharedMemory(kernel, {tile->wordsOfRow(), kRows}, b.getI32Type());
  Value partial = sharedMemory(kernel, {warps, tileTokens, kRows}, b.getF32Type());

  // The whole block takes one way here, as its barriers require.
  guarded(less(firstToken, operands.tokens), [&] {
    Value last = emit<arith::SubIOp>(operands.tokens, index(1));
    for (int64_t t = 0; t < tileTokens; ++t)
      tokens.push_back(min(add(firstToken, t), last));
    knownRow = min(add(mul(tileRow, kRows), lane), index(spec.shape.rows - 1));
    if (table) {
      tile->fillMemory(table, knownRow, warp, lane, warps);
      gpu::BarrierOp::create(b, at);
    }
    SmallVector<Value> sums = addVisited(multiply(table));
    for (auto [t, sum] : llvm::enumerate(sums))
      memref::StoreOp::create(b, at, sum, partial, ValueRange{warp, index(t), lane});
    gpu::BarrierOp::create(b, at);
    storeSums(partial);
  });
  gpu::ReturnOp::create(b, at);
}

} // namespace

void sdq::buildTiledGemvBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
                             const KernelSignature &signature, const Chip &chip, int64_t tokens) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  GemvBuilder(builder, location, spec, openArguments(builder, location, kernel, signature), chip, tokens).build(kernel);
}
