//===- TensorCoreKernel.cpp - Decoded weights on tensor cores -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block computes 16 output rows of 32 tokens, transposed: Yᵀ = W·Xᵀ, so that the weight is the operand A of an mma,
// which may be sparse, and the activations, as they lie, are B. Its four warps take every fourth step along K and their
// sums, f32, are added through shared memory. With g = lane / 4 and t = lane mod 4 (PTX ISA, "Matrix Fragments"), a lane
// holds, of a step that begins at k0,
//
//   A   register r, element e     row g + 8(r & 1)      stored column 2t + 8(r >> 1) + e
//   B   register r, element e     token g               input column  2t + 8r + e
//   D   register i                row g + 8(i >> 1)     token 2t + (i & 1)
//
//   instruction           step   A's columns are           B has
//   mma      m16n8k16       16   inputs k0 + …             2 registers
//   mma.sp   m16n8k32       32   the kept of k0 …, 2:4     4 registers
//
// Terms whose element is found by its place are added up in f32, rounded once, and multiplied together by the dense mma:
// codebooks, dense ones and any N:M. A term that is 2:4 by single inputs stays compressed: two of four inputs are stored
// in ascending order with two bits each to say which, and those bits, row after row, are the metadata of mma.sp: a byte
// names two groups of four inputs, lanes t = 0 and 1 hand over those of the rows g and g + 8,
//
//   metadata bits 4b … 4b+3   row g + 8(b >> 2)     group 4(t & 1) + (b & 3) of the step's eight
//
// What can only be visited, CSR, is added to the sums before they are stored.
//
// Rounding: a product of an f16 weight and an f16 activation is exact in f32; a decoded weight is rounded to the
// activations' type once, by at most 2^-11 (bf16: 2^-8) of its magnitude, which does nothing to integers up to 2^11 with
// scale 1, f16 tables and f16 values.
//
//===----------------------------------------------------------------------===//

#include "KernelFamily.h"
#include "TensorCoreTerms.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

static constexpr int64_t kWarps = 4, kRows = 16, kColumnsOfMma = 8, kTokenTiles = 4;
static constexpr int64_t kTokens = kColumnsOfMma * kTokenTiles;
/// Of a token's 16 sums in shared memory: with 20, the lanes of a warp store to 32 banks.
static constexpr int64_t kPitch = 20;

namespace {

class TileBuilder {
public:
  TileBuilder(OpBuilder &builder, Location location, const LinearKernelSpec &spec, KernelOperands operands)
      : b(builder), at(location), spec(spec), operands(std::move(operands)) {}

  void build(gpu::GPUFuncOp kernel);

private:
  template <typename Op, typename... Arguments>
  Value emit(Arguments... arguments) {
    return Op::create(b, at, arguments...);
  }
  Value index(int64_t n) { return emit<arith::ConstantIndexOp>(n); }
  Value add(Value a, Value c) { return emit<arith::AddIOp>(a, c); }
  Value add(Value a, int64_t n) { return n == 0 ? a : add(a, index(n)); }
  Value mul(Value a, int64_t n) { return emit<arith::MulIOp>(a, index(n)); }
  Value less(Value a, Value c) { return emit<arith::CmpIOp>(arith::CmpIPredicate::ult, a, c); }
  void guarded(Value condition, llvm::function_ref<void()> body);

  /// Adds the products of a run of terms to the accumulators, four a tile of tokens.
  SmallVector<Value> multiply(const TensorCoreTerms &terms, SmallVector<Value> sums);
  /// Two weights of A, at row `g + 8 half` and `slot`, `slot + 1` of the terms' columns.
  Value pairOfWeights(const TensorCoreTerms &terms, int half, Value slot);
  /// The register of a pair, as the mma of this type takes it.
  Value asRegister(Value first, Value second);
  SmallVector<Value> registersOfB(Value token, Value k0, int64_t step);
  Value activation(Value token, Value column, int64_t step);

  void shareSums(Value shared, ValueRange sums);
  void storeSums(Value shared, ArrayRef<TermValues> visited);

  OpBuilder &b;
  Location at;
  const LinearKernelSpec &spec;
  KernelOperands operands;
  Value lane, warp, group, quarter, firstRow, firstToken;
  SmallVector<Value, 2> rows;
};

void TileBuilder::guarded(Value condition, llvm::function_ref<void()> body) {
  auto guard = scf::IfOp::create(b, at, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard restore(b);
  b.setInsertionPointToStart(guard.thenBlock());
  body();
}

Value TileBuilder::asRegister(Value first, Value second) {
  auto pair = VectorType::get({2}, spec.activation);
  Value vector = vector::FromElementsOp::create(b, at, pair, ValueRange{first, second});
  if (spec.activation.isF16())
    return vector;
  // bf16 fragments are plain 32-bit registers in the nvvm dialect.
  Value words = vector::BitCastOp::create(b, at, VectorType::get({1}, b.getI32Type()), vector);
  return vector::ExtractOp::create(b, at, words, int64_t(0));
}

Value TileBuilder::pairOfWeights(const TensorCoreTerms &terms, int half, Value slot) {
  SmallVector<Value, 2> pair;
  for (int64_t e = 0; e < 2; ++e) {
    Value weight = terms.emitWeight(b, at, rows[half], add(slot, e));
    pair.push_back(emit<arith::TruncFOp>(spec.activation, weight));
  }
  return asRegister(pair[0], pair[1]);
}

/// x[token, column]; beyond K, where a step may reach that K is no multiple of, zero.
Value TileBuilder::activation(Value token, Value column, int64_t step) {
  if (spec.shape.columns % step == 0)
    return emit<memref::LoadOp>(operands.x, ValueRange{token, column});
  Value inside = less(column, index(spec.shape.columns));
  Value known = emit<arith::MinUIOp>(column, index(spec.shape.columns - 1));
  Value value = emit<memref::LoadOp>(operands.x, ValueRange{token, known});
  Value zero = emit<arith::ConstantOp>(b.getFloatAttr(spec.activation, 0));
  return emit<arith::SelectOp>(inside, value, zero);
}

SmallVector<Value> TileBuilder::registersOfB(Value token, Value k0, int64_t step) {
  SmallVector<Value> registers;
  for (int64_t r = 0; r < step / 8; ++r) {
    Value column = add(add(k0, mul(quarter, 2)), 8 * r);
    registers.push_back(asRegister(activation(token, column, step), activation(token, add(column, 1), step)));
  }
  return registers;
}

SmallVector<Value> TileBuilder::multiply(const TensorCoreTerms &terms, SmallVector<Value> sums) {
  int64_t step = terms.step();
  auto loop = scf::ForOp::create(b, at, mul(warp, step), index(spec.shape.columns), index(step * kWarps), sums);
  OpBuilder::InsertionGuard restore(b);
  b.setInsertionPointToStart(loop.getBody());
  Value k0 = loop.getInductionVar();
  Value firstSlot = terms.sparse() ? emit<arith::DivUIOp>(k0, index(2)) : k0;
  SmallVector<Value> a;
  for (int64_t r = 0; r < 4; ++r)
    a.push_back(pairOfWeights(terms, r & 1, add(add(firstSlot, mul(quarter, 2)), 8 * (r >> 1))));
  Value metadata = terms.sparse() ? terms.emitMetadata(b, at, rows, quarter, k0) : Value();

  NVVM::MMATypes type = spec.activation.isF16() ? NVVM::MMATypes::f16 : NVVM::MMATypes::bf16;
  auto f32 = b.getF32Type();
  auto result = LLVM::LLVMStructType::getLiteral(b.getContext(), SmallVector<Type>(4, f32));
  SmallVector<Value> next;
  Value last = emit<arith::SubIOp>(operands.tokens, index(1));
  for (int64_t tile = 0; tile < kTokenTiles; ++tile) {
    // Past the last token, the last one is read again: its sums are not stored.
    Value token = emit<arith::MinUIOp>(add(add(firstToken, group), kColumnsOfMma * tile), last);
    SmallVector<Value> x = registersOfB(token, k0, step);
    SmallVector<Value> c(loop.getRegionIterArgs().slice(4 * tile, 4));
    MLIRContext *context = b.getContext();
    auto shape = NVVM::MMAShapeAttr::get(context, kRows, kColumnsOfMma, int(step));
    auto types = NVVM::MMATypesAttr::get(context, type);
    Operation *product;
    if (terms.sparse()) {
      Value selector = emit<arith::ConstantOp>(b.getI32IntegerAttr(0));
      product = NVVM::MmaSpOp::create(b, at, result, shape, /*intOverflowBehavior=*/nullptr, types, types,
                                      b.getUnitAttr(), /*kind=*/nullptr, a, x, c, metadata, selector);
    } else {
      product = NVVM::MmaOp::create(b, at, result, shape, /*b1Op=*/nullptr, /*intOverflowBehavior=*/nullptr,
                                    NVVM::MMALayoutAttr::get(context, NVVM::MMALayout::row),
                                    NVVM::MMALayoutAttr::get(context, NVVM::MMALayout::col), types, types, a, x, c);
    }
    for (int64_t i = 0; i < 4; ++i)
      next.push_back(LLVM::ExtractValueOp::create(b, at, product->getResult(0), i));
  }
  scf::YieldOp::create(b, at, next);
  return loop.getResults();
}

void TileBuilder::shareSums(Value shared, ValueRange sums) {
  for (int64_t tile = 0; tile < kTokenTiles; ++tile)
    for (int64_t i = 0; i < 4; ++i) {
      Value token = add(mul(quarter, 2), kColumnsOfMma * tile + (i & 1));
      memref::StoreOp::create(b, at, sums[4 * tile + i], shared, ValueRange{warp, token, add(group, 8 * (i >> 1))});
    }
}

/// Thread number n has row n mod 16 and the tokens n / 16, n / 16 + 8, ….
void TileBuilder::storeSums(Value shared, ArrayRef<TermValues> visited) {
  Value thread = add(mul(warp, 32), lane);
  Value inTile = emit<arith::RemUIOp>(thread, index(kRows)), row = add(firstRow, inTile);
  Value slot = emit<arith::DivUIOp>(thread, index(kRows));
  guarded(less(row, index(spec.shape.rows)), [&] {
    SmallVector<Value> sums, tokens;
    Value last = emit<arith::SubIOp>(operands.tokens, index(1));
    for (int64_t tile = 0; tile < kTokenTiles; ++tile) {
      Value inBlock = add(slot, kColumnsOfMma * tile), sum;
      for (int64_t w = 0; w < kWarps; ++w) {
        Value part = emit<memref::LoadOp>(shared, ValueRange{index(w), inBlock, inTile});
        sum = sum ? emit<arith::AddFOp>(sum, part) : part;
      }
      sums.push_back(sum);
      tokens.push_back(add(firstToken, inBlock));
    }
    auto accumulate = [&](OpBuilder &inner, Location place, Value column, Value weight, ValueRange carried) {
      SmallVector<Value> next;
      for (auto [token, sum] : llvm::zip_equal(tokens, carried)) {
        Value known = arith::MinUIOp::create(inner, place, token, last);
        Value x = memref::LoadOp::create(inner, place, operands.x, ValueRange{known, column});
        next.push_back(math::FmaOp::create(inner, place, weight,
                                           arith::ExtFOp::create(inner, place, inner.getF32Type(), x), sum));
      }
      return next;
    };
    for (const TermValues &term : visited)
      sums = term.format.emitVisitRow(b, at, spec.shape, term.parts, row, index(0), index(1), sums, accumulate);
    for (auto [token, sum] : llvm::zip_equal(tokens, sums))
      guarded(less(token, operands.tokens), [&, token = token, sum = sum] {
        Value rounded = emit<arith::TruncFOp>(spec.activation, sum);
        memref::StoreOp::create(b, at, rounded, operands.y, ValueRange{token, row});
      });
  });
}

void TileBuilder::build(gpu::GPUFuncOp kernel) {
  lane = emit<gpu::ThreadIdOp>(gpu::Dimension::x);
  warp = emit<gpu::ThreadIdOp>(gpu::Dimension::y);
  group = emit<arith::DivUIOp>(lane, index(4));
  quarter = emit<arith::RemUIOp>(lane, index(4));
  Value block = emit<gpu::BlockIdOp>(gpu::Dimension::x);
  Value rowBlocks = index(llvm::divideCeil(spec.shape.rows, kRows));
  firstRow = mul(emit<arith::RemUIOp>(block, rowBlocks), kRows);
  firstToken = mul(emit<arith::DivUIOp>(block, rowBlocks), kTokens);
  for (int64_t half = 0; half < 2; ++half)
    rows.push_back(emit<arith::MinUIOp>(add(add(firstRow, group), 8 * half), index(spec.shape.rows - 1)));

  auto type = MemRefType::get({kWarps, kTokens, kPitch}, b.getF32Type(), MemRefLayoutAttrInterface(),
                              gpu::AddressSpaceAttr::get(b.getContext(), gpu::AddressSpace::Workgroup));
  Value shared = kernel.addWorkgroupAttribution(type, at);
  // The whole block takes one way here, as its barrier requires.
  guarded(less(firstToken, operands.tokens), [&] {
    SplitTerms split = splitTerms(spec, operands.parts);
    Value zero = emit<arith::ConstantOp>(b.getF32FloatAttr(0));
    SmallVector<Value> sums(4 * kTokenTiles, zero);
    for (const TensorCoreTerms &terms : split.multiplied)
      sums = multiply(terms, sums);
    shareSums(shared, sums);
    gpu::BarrierOp::create(b, at);
    storeSums(shared, split.visited);
  });
  gpu::ReturnOp::create(b, at);
}

} // namespace

bool sdq::tensorCoresServe(const LinearKernelSpec &spec, const Chip &chip) {
  // The chips that have mma.sp are those that have m16n8k16.
  return !spec.activations && chip.has(Native::MmaSpF16) && (spec.activation.isF16() || spec.activation.isBF16()) &&
         canMultiply(spec.format);
}

void sdq::buildTensorCoreBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel,
                              const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  TileBuilder(builder, location, spec, openArguments(builder, location, kernel, signature)).build(kernel);
}
