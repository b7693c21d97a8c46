//===- TiledGemmKernel.cpp - Tiled codes times some tokens ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block owns 32 output rows and T tokens, T = 8, 16, 32 or 64, as Yᵀ = W·Xᵀ; its eight warps split K. Of a step,
// whose next codes are already on their way, a warp takes 32 columns at a time: lane r looks row r's weights up, a pair
// at a time (CodebookTile.h), or makes them of their codes (DenseTile.h), and stores them to shared memory of the
// warp's own; then every lane loads them as operands of mma.m16n8k16. With g = lane / 4 and t = lane mod 4, the
// instruction wants of a lane columns 2t, 2t + 1, 2t + 8 and 2t + 9 of both A and B. What column is which does not
// matter to a sum, as long as A and B agree: lane t takes the eight consecutive columns 8t … 8t + 7 instead, one load
// of 16 bytes of A and of B for two instructions,
//
//   columns  8t  8t+1 | 8t+2  8t+3 | 8t+4  8t+5 | 8t+6  8t+7
//            first mma            | second mma
//            k = 2t   | k = 2t+8   | k = 2t     | k = 2t+8
//
// so that x, as it lies, is operand B. Sixteen bytes number c of row r lie at c xor (r div 2 mod 4) of the row's four
// in shared memory: stores by the eight lanes r … r + 7 and loads by (g, t) both meet 32 banks.
//
//   shared memory                    words                      as
//   -------------------------------  -------------------------  -----------------------------------------
//   pair tables of codebooks         entries × 32               i32; afterwards sums of half the warps
//   a tile of weights a warp         8 × 32 × 16                pairs of f16 or bf16
//
// The warps' sums, f32, are added through the memory of the tables, once these are done with, and stored as TiledSums.h
// says. Rounding: f16 weights times f16 activations are exact, sums are f32. For eight tokens, a factor that 32 columns
// share, or more, multiplies their sums: codes alone are exact in bf16, too. Other weights with a factor, a product in
// f32, and for bf16 activations those of tables are rounded to the activations' type once, by at most 2^-11 (bf16:
// 2^-8) of their magnitude.
//
//===----------------------------------------------------------------------===//

#include "Mma.h"
#include "TiledSums.h"
#include "WarpTile.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

static constexpr int64_t kChunk = WarpTile::kChunk;
/// Columns that a warp stages in shared memory: four chunks of 16 bytes a row.
static constexpr int64_t kStaged = 32, kChunks = kStaged / kChunk, kWordsOfRow = kStaged / 2;

namespace {

class GemmBuilder : TiledSums {
public:
  GemmBuilder(OpBuilder &builder, Location location, const LinearKernelSpec &spec, KernelOperands kernelOperands,
              int64_t tileTokens)
      : TiledSums(builder, location, spec, std::move(kernelOperands), tileTokens),
        terms(*TiledTerms::of(spec, operands.parts)),
        tile(WarpTile::create(builder, location, spec.shape, terms, spec.activation)) {}

  void build(gpu::GPUFuncOp kernel);

private:
  int64_t columns() const { return spec.shape.columns; }

  /// What a lane loads of a step.
  struct Loaded {
    SmallVector<Value> codes, factors;
  };
  Loaded load(Value step);
  SmallVector<Value> multiply();
  /// Adds the products of `kStaged` columns, the first of them number `first` of the step and `column` of the weight.
  SmallVector<Value> multiplyStaged(const Loaded &loaded, int64_t first, Value column, bool whole, ValueRange sums);
  /// Where in a warp's tile chunk `chunk` of `row` begins.
  Value placeOf(Value row, Value chunk);
  /// Whether a factor multiplies the sums of staged columns, which all have it; if not, their weights. For more than
  /// eight tokens it saves little, and ptxas spills.
  bool scalesSums() const { return tileTokens == kTokensOfMma && tile->columnsOfFactor() % kStaged == 0; }
  Value operandOf(Value pair, Value factor);
  /// Stores the weights of `kStaged` columns of the lane's row, the first of them number `first` of the step.
  void stage(const Loaded &loaded, int64_t first);
  /// The factors of the rows g + 8h, h = 0 … 3, where they multiply sums: those of the lanes whose rows these are.
  SmallVector<Value> factorsOfSums(const Loaded &loaded, int64_t first);
  /// A lane's eight columns of the rows g + 8h, h = 0 … 3: four registers each.
  SmallVector<SmallVector<Value>> stagedWeights();

  TiledTerms terms;
  std::unique_ptr<WarpTile> tile;
  Value table, staged;
  Value knownRow;                  // the lane's, or the last one
  SmallVector<Value> tokensOfLane; // of B, one for every eight; those past the last are the last
};

Value GemmBuilder::placeOf(Value row, Value chunk) {
  Value swizzle = emit<arith::RemUIOp>(emit<arith::DivUIOp>(row, index(2)), index(kChunks));
  return add(mul(row, kWordsOfRow), mul(emit<arith::XOrIOp>(chunk, swizzle), kWordsOfRow / kChunks));
}

GemmBuilder::Loaded GemmBuilder::load(Value step) {
  return {tile->loadCodes(tileRow, step, lane), tile->loadFactors(knownRow, step, 1)};
}

/// A pair of weights, times a factor where there is one, as the activations' type.
Value GemmBuilder::operandOf(Value pair, Value factor) {
  auto type = VectorType::get({2}, spec.activation);
  if (pair.getType() == type && !factor)
    return pair;
  Value wide = tile->widened(pair);
  if (factor)
    wide = emit<arith::MulFOp>(wide, emit<vector::BroadcastOp>(wide.getType(), factor));
  return emit<arith::TruncFOp>(type, wide);
}

void GemmBuilder::stage(const Loaded &loaded, int64_t first) {
  auto four = VectorType::get({kWordsOfRow / kChunks}, b.getI32Type());
  for (int64_t chunk = 0; chunk < kChunks; ++chunk) {
    SmallVector<Value> words;
    int64_t column = first + chunk * kChunk;
    for (int64_t i = 0; i < four.getNumElements(); ++i) {
      Value pair = tile->weights(table, loaded.codes, column / 2 + i, lane);
      bool scales = !loaded.factors.empty() && !scalesSums();
      Value factor = scales ? loaded.factors[column / tile->columnsOfFactor()] : Value();
      words.push_back(tile->asWord(operandOf(pair, factor)));
    }
    Value value = vector::FromElementsOp::create(b, at, four, words);
    vector::StoreOp::create(b, at, value, staged, ValueRange{warp, placeOf(lane, index(chunk))},
                            /*nontemporal=*/false, llvm::MaybeAlign(16));
  }
}

SmallVector<SmallVector<Value>> GemmBuilder::stagedWeights() {
  auto four = VectorType::get({kWordsOfRow / kChunks}, b.getI32Type());
  SmallVector<SmallVector<Value>> rows;
  for (int64_t row = 0; row < kRows; row += 8) {
    Value value = vector::LoadOp::create(b, at, four, staged, ValueRange{warp, placeOf(add(group, row), quarter)},
                                         /*nontemporal=*/false, llvm::MaybeAlign(16));
    SmallVector<Value> &registers = rows.emplace_back();
    for (int64_t i = 0; i < four.getNumElements(); ++i)
      registers.push_back(
          asMmaRegister(b, at, tile->asPair(vector::ExtractOp::create(b, at, value, i), spec.activation)));
  }
  return rows;
}

SmallVector<Value> GemmBuilder::factorsOfSums(const Loaded &loaded, int64_t first) {
  SmallVector<Value> factors;
  if (loaded.factors.empty() || !scalesSums())
    return factors;
  Value own = loaded.factors[first / tile->columnsOfFactor()];
  for (int64_t row = 0; row < kRows; row += 8) {
    Value from = emit<arith::IndexCastUIOp>(b.getI32Type(), add(group, row));
    factors.push_back(
        gpu::ShuffleOp::create(b, at, own, from, bits(kWarpSize), gpu::ShuffleMode::IDX).getShuffleResult());
  }
  return factors;
}

SmallVector<Value> GemmBuilder::multiplyStaged(const Loaded &loaded, int64_t first, Value column, bool whole,
                                               ValueRange carried) {
  Value everyLane = bits(-1);
  stage(loaded, first);
  NVVM::SyncWarpOp::create(b, at, everyLane);
  SmallVector<SmallVector<Value>> weights = stagedWeights();
  NVVM::SyncWarpOp::create(b, at, everyLane); // before the next tile overwrites this one
  SmallVector<Value> factors = factorsOfSums(loaded, first), next;
  for (auto [number, token] : llvm::enumerate(tokensOfLane)) {
    SmallVector<Value> x = tile->activations(operands.x, token, add(column, mul(quarter, kChunk)), columns(), whole);
    for (Value &pair : x)
      pair = asMmaRegister(b, at, pair);
    for (int64_t half = 0; half < kRows / kRowsOfMma; ++half) {
      const SmallVector<Value> &low = weights[2 * half], &high = weights[2 * half + 1];
      ValueRange before = carried.slice((number * 2 + half) * 4, 4);
      SmallVector<Value> sums(before);
      if (!factors.empty())
        sums.assign(4, emit<arith::ConstantOp>(b.getF32FloatAttr(0)));
      for (int64_t step = 0; step < 2; ++step) {
        Value a[] = {low[2 * step], high[2 * step], low[2 * step + 1], high[2 * step + 1]};
        sums = emitFloatMma(b, at, spec.activation, a, ArrayRef(x).slice(2 * step, 2), sums);
      }
      if (!factors.empty())
        for (int64_t i = 0; i < 4; ++i)
          sums[i] = emit<math::FmaOp>(sums[i], factors[2 * half + (i >> 1)], before[i]);
      next.append(sums);
    }
  }
  return next;
}

SmallVector<Value> GemmBuilder::multiply() {
  int64_t width = tile->columnsOfStep(), steps = llvm::divideCeil(columns(), width);
  Value last = index(steps - 1);
  Value zero = emit<arith::ConstantOp>(b.getF32FloatAttr(0));
  SmallVector<Value> carried(sumsOfLane(), zero);
  // A warp without a step loads codes in vain.
  Loaded ahead = load(min(warp, last));
  carried.append(ahead.codes);
  carried.append(ahead.factors);
  bool whole = columns() % width == 0;
  carried = loop(warp, index(steps), index(kWarps), carried, [&](Value step, ValueRange values) {
    SmallVector<Value> sums(values.take_front(sumsOfLane()));
    values = values.drop_front(sumsOfLane());
    Loaded loaded{SmallVector<Value>(values.take_front(ahead.codes.size())),
                  SmallVector<Value>(values.drop_front(ahead.codes.size()))};
    Loaded next = load(min(add(step, kWarps), last));
    for (int64_t first = 0; first < width; first += kStaged)
      sums = multiplyStaged(loaded, first, add(mul(step, width), first), whole, sums);
    sums.append(next.codes);
    sums.append(next.factors);
    return sums;
  });
  carried.truncate(sumsOfLane());
  return carried;
}

void GemmBuilder::build(gpu::GPUFuncOp kernel) {
  // One block a multiprocessor suffices, hence up to 255 registers a thread: left alone, ptxas aims at 128 and
  // spills.
  if (tileTokens >= 32)
    kernel->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(), b.getI32IntegerAttr(1));
  findPlace();
  table = sharedMemory(kernel, {std::max(tile->wordsOfRow(), rowsOfMemory()), kRows}, b.getI32Type());
  staged = sharedMemory(kernel, {kWarps, kRows * kWordsOfRow}, b.getI32Type());

  // The whole block takes one way here, as its barriers require.
  guarded(less(firstToken, operands.tokens), [&] {
    Value last = emit<arith::SubIOp>(operands.tokens, index(1));
    for (int64_t t = 0; t < tileTokens; t += kTokensOfMma)
      tokensOfLane.push_back(min(add(add(firstToken, group), t), last));
    knownRow = min(add(mul(tileRow, kRows), lane), index(spec.shape.rows - 1));
    if (tile->wordsOfRow() > 0) {
      tile->fillMemory(table, knownRow, warp, lane, kWarps);
      gpu::BarrierOp::create(b, at);
    }
    SmallVector<Value> sums = multiply();
    gpu::BarrierOp::create(b, at); // the tables are done with
    addAndStore(sums, table, terms.visited);
  });
  gpu::ReturnOp::create(b, at);
}

} // namespace

void sdq::buildTiledGemmBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
                             const KernelSignature &signature, int64_t tokens) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  GemmBuilder(builder, location, spec, openArguments(builder, location, kernel, signature), tokens).build(kernel);
}
