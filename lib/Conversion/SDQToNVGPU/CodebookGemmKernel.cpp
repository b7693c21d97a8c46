//===- CodebookGemmKernel.cpp - Codebooks times some tokens ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block owns 32 output rows and T tokens, T = 16, 32 or 64, as Yᵀ = W·Xᵀ; its eight warps split K. Of a step, whose
// next codes are already on their way, a warp takes 32 columns at a time: lane r looks row r's weights up, a pair at a
// time (CodebookTile.h), and stores them to shared memory of the warp's own; then every lane loads them as operands of
// mma.m16n8k16. With g = lane / 4 and t = lane mod 4, the instruction wants of a lane columns 2t, 2t + 1, 2t + 8 and
// 2t + 9 of both A and B. What column is which does not matter to a sum, as long as A and B agree: lane t takes the
// eight consecutive columns 8t … 8t + 7 instead, one load of 16 bytes of A and of B for two instructions,
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
//   pair tables                      entries × 32               i32; afterwards sums of half the warps
//   a tile of weights a warp         8 × 32 × 16                pairs of f16
//
// The warps' sums, f32, are added through the memory of the tables, once these are done with; the CSR terms' products
// are added to them by the lane whose row it is. Rounding: f16 weights times f16 activations are exact, sums are f32.
//
//===----------------------------------------------------------------------===//

#include "CodebookTile.h"
#include "KernelFamily.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

static constexpr int64_t kWarps = kGemmWarps, kRows = CodebookTile::kRows, kChunk = CodebookTile::kChunk;
/// Columns that a warp stages in shared memory: four chunks of 16 bytes a row.
static constexpr int64_t kStaged = 32, kChunks = kStaged / kChunk, kWordsOfRow = kStaged / 2;
static constexpr int64_t kRowsOfMma = 16, kTokensOfMma = 8;

namespace {

class GemmBuilder : KernelEmitter {
public:
  GemmBuilder(OpBuilder &builder, Location location, const LinearKernelSpec &spec, KernelOperands kernelOperands,
              int64_t tileTokens)
      : KernelEmitter(builder, location), spec(spec), operands(std::move(kernelOperands)), tileTokens(tileTokens),
        terms(*CodebookTerms::of(spec, operands.parts)), tile(builder, location, terms) {}

  void build(gpu::GPUFuncOp kernel);

private:
  int64_t columns() const { return spec.shape.columns; }
  int64_t sumsOfLane() const { return kRows / kRowsOfMma * (tileTokens / kTokensOfMma) * 4; }

  SmallVector<Value> multiply();
  /// Adds the products of `kStaged` columns, the first of them number `first` of the step and `column` of the weight.
  SmallVector<Value> multiplyStaged(ValueRange codes, int64_t first, Value column, bool whole, ValueRange sums);
  /// Where in a warp's tile chunk `chunk` of `row` begins.
  Value placeOf(Value row, Value chunk);
  void stage(ValueRange codes, int64_t firstPair);
  /// A lane's eight columns of the rows g + 8h, h = 0 … 3: four words each.
  SmallVector<SmallVector<Value>> stagedWeights();
  SmallVector<Value> mma(ValueRange a, ValueRange x, ValueRange sums);

  /// Word of the memory of the tables that holds the sum of a half's warp, a token and a row.
  std::array<Value, 2> slotOf(Value halfWarp, Value token, Value row);
  void shareSums(ValueRange sums, Value halfWarp);
  SmallVector<Value> addShared(ValueRange sums);
  template <typename Body>
  void forSums(Body body);
  void storeSums();
  SmallVector<Value> visit(Value row, ArrayRef<Value> tokens, SmallVector<Value> sums);

  const LinearKernelSpec &spec;
  KernelOperands operands;
  int64_t tileTokens;
  CodebookTerms terms;
  CodebookTile tile;
  Value lane, warp, group, quarter, tileRow, firstToken, table, staged;
  SmallVector<Value> tokensOfLane; // of B, one for every eight; those past the last are the last
};

Value GemmBuilder::placeOf(Value row, Value chunk) {
  Value swizzle = emit<arith::RemUIOp>(emit<arith::DivUIOp>(row, index(2)), index(kChunks));
  return add(mul(row, kWordsOfRow), mul(emit<arith::XOrIOp>(chunk, swizzle), kWordsOfRow / kChunks));
}

void GemmBuilder::stage(ValueRange codes, int64_t firstPair) {
  auto four = VectorType::get({kWordsOfRow / kChunks}, b.getI32Type());
  for (int64_t chunk = 0; chunk < kChunks; ++chunk) {
    SmallVector<Value> words;
    for (int64_t i = 0; i < four.getNumElements(); ++i)
      words.push_back(tile.weights(table, codes, firstPair + chunk * kChunk / 2 + i, lane));
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
    SmallVector<Value> &words = rows.emplace_back();
    for (int64_t i = 0; i < four.getNumElements(); ++i)
      words.push_back(tile.asPair(vector::ExtractOp::create(b, at, value, i)));
  }
  return rows;
}

SmallVector<Value> GemmBuilder::mma(ValueRange a, ValueRange x, ValueRange sums) {
  MLIRContext *context = b.getContext();
  auto types = NVVM::MMATypesAttr::get(context, NVVM::MMATypes::f16);
  auto result = LLVM::LLVMStructType::getLiteral(context, SmallVector<Type>(4, b.getF32Type()));
  Value product =
      NVVM::MmaOp::create(b, at, result, NVVM::MMAShapeAttr::get(context, 16, 8, 16), /*b1Op=*/nullptr,
                          /*intOverflowBehavior=*/nullptr, NVVM::MMALayoutAttr::get(context, NVVM::MMALayout::row),
                          NVVM::MMALayoutAttr::get(context, NVVM::MMALayout::col), types, types, a, x, sums);
  SmallVector<Value> next;
  for (int64_t i = 0; i < 4; ++i)
    next.push_back(LLVM::ExtractValueOp::create(b, at, product, i));
  return next;
}

SmallVector<Value> GemmBuilder::multiplyStaged(ValueRange codes, int64_t first, Value column, bool whole,
                                               ValueRange carried) {
  Value everyLane = bits(-1);
  stage(codes, first / 2);
  NVVM::SyncWarpOp::create(b, at, everyLane);
  SmallVector<SmallVector<Value>> weights = stagedWeights();
  NVVM::SyncWarpOp::create(b, at, everyLane); // before the next tile overwrites this one
  SmallVector<Value> next;
  for (auto [number, token] : llvm::enumerate(tokensOfLane)) {
    SmallVector<Value> x = tile.activations(operands.x, token, add(column, mul(quarter, kChunk)), columns(), whole);
    for (int64_t half = 0; half < kRows / kRowsOfMma; ++half) {
      const SmallVector<Value> &low = weights[2 * half], &high = weights[2 * half + 1];
      SmallVector<Value> sums(carried.slice((number * 2 + half) * 4, 4));
      for (int64_t step = 0; step < 2; ++step) {
        Value a[] = {low[2 * step], high[2 * step], low[2 * step + 1], high[2 * step + 1]};
        Value pair[] = {x[2 * step], x[2 * step + 1]};
        sums = mma(a, pair, sums);
      }
      next.append(sums);
    }
  }
  return next;
}

SmallVector<Value> GemmBuilder::multiply() {
  int64_t width = tile.columnsOfStep(), steps = llvm::divideCeil(columns(), width);
  Value last = index(steps - 1);
  Value zero = emit<arith::ConstantOp>(b.getF32FloatAttr(0));
  SmallVector<Value> carried(sumsOfLane(), zero);
  // A warp without a step loads codes in vain.
  carried.append(tile.loadCodes(tileRow, min(warp, last), lane));
  bool whole = columns() % width == 0;
  carried = loop(warp, index(steps), index(kWarps), carried, [&](Value step, ValueRange values) {
    SmallVector<Value> sums(values.take_front(sumsOfLane())), codes(values.drop_front(sumsOfLane()));
    SmallVector<Value> nextCodes = tile.loadCodes(tileRow, min(add(step, kWarps), last), lane);
    for (int64_t first = 0; first < width; first += kStaged)
      sums = multiplyStaged(codes, first, add(mul(step, width), first), whole, sums);
    sums.append(nextCodes);
    return sums;
  });
  carried.truncate(sumsOfLane());
  return carried;
}

/// body(number, token, row) for each sum of a lane: as an mma gives them, eight tokens and sixteen rows at a time.
template <typename Body>
void GemmBuilder::forSums(Body body) {
  int64_t number = 0;
  for (int64_t token = 0; token < tileTokens; token += kTokensOfMma)
    for (int64_t row = 0; row < kRows; row += kRowsOfMma)
      for (int64_t i = 0; i < 4; ++i, ++number)
        body(number, add(mul(quarter, 2), token + (i & 1)), add(group, row + 8 * (i >> 1)));
}

std::array<Value, 2> GemmBuilder::slotOf(Value halfWarp, Value token, Value row) {
  // Lanes t = 0 … 3, two tokens apart, meet other banks.
  Value swizzle = mul(emit<arith::RemUIOp>(emit<arith::DivUIOp>(token, index(2)), index(4)), 8);
  return {add(mul(halfWarp, tileTokens), token), emit<arith::XOrIOp>(row, swizzle)};
}

void GemmBuilder::shareSums(ValueRange sums, Value halfWarp) {
  forSums([&](int64_t number, Value token, Value row) {
    Value word = emit<arith::BitcastOp>(b.getI32Type(), sums[number]);
    memref::StoreOp::create(b, at, word, table, slotOf(halfWarp, token, row));
  });
}

SmallVector<Value> GemmBuilder::addShared(ValueRange sums) {
  SmallVector<Value> added(sums);
  forSums([&](int64_t number, Value token, Value row) {
    Value word = emit<memref::LoadOp>(table, ValueRange(slotOf(warp, token, row)));
    added[number] = emit<arith::AddFOp>(sums[number], emit<arith::BitcastOp>(b.getF32Type(), word));
  });
  return added;
}

/// The products of the terms that can only be visited, for one row and several tokens.
SmallVector<Value> GemmBuilder::visit(Value row, ArrayRef<Value> tokens, SmallVector<Value> sums) {
  return addVisitedTerms(b, at, spec.shape, terms.visited, operands.x, row, tokens, index(0), index(1), std::move(sums));
}

/// Lane r stores row r of the tokens w, w + 8, … of its warp w.
void GemmBuilder::storeSums() {
  Value row = add(mul(tileRow, kRows), lane), last = emit<arith::SubIOp>(operands.tokens, index(1));
  guarded(less(row, index(spec.shape.rows)), [&] {
    SmallVector<Value> sums, tokens, known;
    for (int64_t t = 0; t < tileTokens; t += kWarps) {
      Value inTile = add(warp, t), sum;
      for (int64_t w = 0; w < kWarps / 2; ++w) {
        Value word = emit<memref::LoadOp>(table, ValueRange(slotOf(index(w), inTile, lane)));
        Value part = emit<arith::BitcastOp>(b.getF32Type(), word);
        sum = sum ? emit<arith::AddFOp>(sum, part) : part;
      }
      sums.push_back(sum);
      tokens.push_back(add(firstToken, inTile));
      known.push_back(min(tokens.back(), last));
    }
    sums = visit(row, known, sums);
    for (auto [token, sum] : llvm::zip_equal(tokens, sums))
      guarded(less(token, operands.tokens), [&, token = token, sum = sum] {
        memref::StoreOp::create(b, at, emit<arith::TruncFOp>(spec.activation, sum), operands.y, ValueRange{token, row});
      });
  });
}

void GemmBuilder::build(gpu::GPUFuncOp kernel) {
  lane = emit<gpu::ThreadIdOp>(gpu::Dimension::x);
  warp = emit<gpu::ThreadIdOp>(gpu::Dimension::y);
  group = emit<arith::DivUIOp>(lane, index(4));
  quarter = emit<arith::RemUIOp>(lane, index(4));
  Value block = emit<gpu::BlockIdOp>(gpu::Dimension::x);
  Value rowBlocks = index(llvm::divideCeil(spec.shape.rows, kRows));
  tileRow = emit<arith::RemUIOp>(block, rowBlocks);
  firstToken = mul(emit<arith::DivUIOp>(block, rowBlocks), tileTokens);
  table = sharedMemory(kernel, {std::max(tile.entries(), kWarps / 2 * tileTokens), kRows}, b.getI32Type());
  staged = sharedMemory(kernel, {kWarps, kRows * kWordsOfRow}, b.getI32Type());

  // The whole block takes one way here, as its barriers require.
  guarded(less(firstToken, operands.tokens), [&] {
    Value last = emit<arith::SubIOp>(operands.tokens, index(1));
    for (int64_t t = 0; t < tileTokens; t += kTokensOfMma)
      tokensOfLane.push_back(min(add(add(firstToken, group), t), last));
    Value row = min(add(mul(tileRow, kRows), lane), index(spec.shape.rows - 1));
    tile.fillTable(table, row, warp, lane, kWarps);
    gpu::BarrierOp::create(b, at);
    SmallVector<Value> sums = multiply();
    gpu::BarrierOp::create(b, at); // the tables are done with
    Value isFirstHalf = less(warp, index(kWarps / 2));
    Value one = emit<arith::ConstantOp>(b.getBoolAttr(true));
    guarded(emit<arith::XOrIOp>(isFirstHalf, one),
            [&] { shareSums(sums, emit<arith::SubIOp>(warp, index(kWarps / 2))); });
    gpu::BarrierOp::create(b, at);
    // Each of the first half takes its partner's and leaves both in the same place.
    guarded(isFirstHalf, [&] { shareSums(addShared(sums), warp); });
    gpu::BarrierOp::create(b, at);
    storeSums();
  });
  gpu::ReturnOp::create(b, at);
}

} // namespace

void sdq::buildCodebookGemmBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel,
                                const LinearKernelSpec &spec, const KernelSignature &signature, int64_t tokens) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  GemmBuilder(builder, location, spec, openArguments(builder, location, kernel, signature), tokens).build(kernel);
}

bool sdq::codebookGemmServes(const LinearKernelSpec &spec, const Chip &chip) {
  // The chips that have mma.sp are those that have m16n8k16.
  return chip.has(Native::MmaSpF16) && codebooksServe(spec, chip);
}
