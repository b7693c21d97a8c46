//===- TensorCoreKernel.cpp - Decoded weights on tensor cores -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block computes an OutputTile of 32 tokens. A lane (g, t) of a warp holds, of a step along K that begins at k0 (PTX
// ISA, "Matrix Fragments"),
//
//   A   register r, element e     row g + 8(r & 1)      stored column 2t + 8(r >> 1) + e
//   B   register r, element e     token g               input column  2t + 8r + e
//
//   instruction           step   A's columns are           B has
//   mma      m16n8k16       16   inputs k0 + …             2 registers
//   mma.sp   m16n8k32       32   the kept of k0 …, 2:4     4 registers
//
// Terms whose element is found by its place are added up in f32, rounded once, and multiplied together by the dense
// mma: codebooks, dense ones and any N:M. A term that is 2:4 by single inputs stays compressed: two of four inputs are
// stored in ascending order with two bits each to say which, and those bits, row after row, are the metadata of mma.sp:
// a byte names two groups of four inputs, lanes t = 0 and 1 hand over those of the rows g and g + 8,
//
//   metadata bits 4b … 4b+3   row g + 8(b >> 2)     group 4(t & 1) + (b & 3) of the step's eight
//
// Sparser terms (1:4, 1:8, 2:8, a pair of eight …) stay compressed too: a lane makes groups of four of what they store,
// the weights and the metadata (GroupsOfFour.h).
//
// What can only be visited, CSR, is added to the sums before they are stored. Terms that meet quantized activations, in
// vectors that integer mma does not take (IntegerTerms.h), are multiplied by them as values, code · scale.
//
// Rounding: a product of an f16 weight and an f16 activation is exact in f32; a decoded weight, and a quantized
// activation's value, is rounded to the activations' type once, by at most 2^-11 (bf16: 2^-8) of its magnitude, which
// does nothing to integers up to 2^11 with scale 1, f16 tables and f16 values.
//
//===----------------------------------------------------------------------===//

#include "Mma.h"
#include "OutputTile.h"
#include "TensorCoreTerms.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

static constexpr int64_t kTokenTiles = 4;

namespace {

class TileBuilder : public OutputTile {
public:
  TileBuilder(OpBuilder &builder, Location location, const LinearKernelSpec &spec, KernelOperands operands,
              ArrayRef<TensorCoreTerms> multiplied)
      : OutputTile(builder, location, spec, std::move(operands), kTokenTiles), multiplied(multiplied) {}

private:
  SmallVector<Value> multiply(SmallVector<Value> sums) override {
    for (const TensorCoreTerms &terms : multiplied)
      sums = multiply(terms, sums);
    return sums;
  }
  /// Adds the products of a run of terms to the accumulators, four a tile of tokens.
  SmallVector<Value> multiply(const TensorCoreTerms &terms, SmallVector<Value> sums);
  /// Register r of A in the step from input k0.
  Value registerOfA(const TensorCoreTerms &terms, int64_t r, Value k0);
  SmallVector<Value> registersOfB(Value x, Value token, Value k0, int64_t step);
  /// x[token, column], x[token, column + 1], of the weight's activation type; `column` is even.
  Value pairOfActivations(Value x, Value token, Value column, int64_t step);

  ArrayRef<TensorCoreTerms> multiplied;
};

Value TileBuilder::registerOfA(const TensorCoreTerms &terms, int64_t r, Value k0) {
  SmallVector<Value, 2> pair;
  for (Value weight : terms.emitPair(b, at, rows[r & 1], quarter, k0, r >> 1))
    pair.push_back(emit<arith::TruncFOp>(spec.activation, weight));
  return asMmaRegister(b, at, vector::FromElementsOp::create(b, at, VectorType::get({2}, spec.activation), pair));
}

Value TileBuilder::pairOfActivations(Value x, Value token, Value column, int64_t step) {
  Type element = cast<MemRefType>(x.getType()).getElementType();
  auto type = VectorType::get({2}, element);
  int64_t columns = spec.shape.columns;
  // Beyond K, where a step may reach that K is no multiple of, zeros.
  bool whole = columns % step == 0;
  auto orZero = [&](Value place, TypedAttr zero, llvm::function_ref<Value(Value)> load) -> Value {
    if (whole)
      return load(place);
    Value last = index(columns % 2 == 0 ? columns - 2 : columns - 1);
    Value known = load(emit<arith::MinUIOp>(place, last));
    return emit<arith::SelectOp>(less(place, index(columns)), known, emit<arith::ConstantOp>(zero));
  };
  Value pair;
  if (columns % 2 == 0) { // one load: rows begin at even places, and a pair is all inside or all beyond
    pair = orZero(column, DenseElementsAttr::get(type, b.getFloatAttr(element, 0)), [&](Value place) -> Value {
      return vector::LoadOp::create(b, at, type, x, ValueRange{token, place});
    });
  } else {
    SmallVector<Value, 2> values;
    for (int64_t e = 0; e < 2; ++e)
      values.push_back(orZero(add(column, e), b.getFloatAttr(element, 0),
                              [&](Value place) { return emit<memref::LoadOp>(x, ValueRange{token, place}); }));
    pair = vector::FromElementsOp::create(b, at, type, values);
  }
  return element == spec.activation ? pair : emit<arith::TruncFOp>(VectorType::get({2}, spec.activation), pair);
}

SmallVector<Value> TileBuilder::registersOfB(Value x, Value token, Value k0, int64_t step) {
  SmallVector<Value> registers;
  for (int64_t r = 0; r < step / 8; ++r) {
    Value column = add(add(k0, mul(quarter, 2)), 8 * r);
    registers.push_back(asMmaRegister(b, at, pairOfActivations(x, token, column, step)));
  }
  return registers;
}

SmallVector<Value> TileBuilder::multiply(const TensorCoreTerms &terms, SmallVector<Value> sums) {
  int64_t step = terms.step();
  auto loop = scf::ForOp::create(b, at, mul(warp, step), index(spec.shape.columns), index(step * kWarps), sums);
  OpBuilder::InsertionGuard restore(b);
  b.setInsertionPointToStart(loop.getBody());
  Value k0 = loop.getInductionVar();
  SmallVector<Value> a;
  for (int64_t r = 0; r < 4; ++r)
    a.push_back(registerOfA(terms, r, k0));
  Value metadata = terms.sparse() ? terms.emitMetadata(b, at, rows, quarter, k0) : Value();

  SmallVector<Value> next;
  for (int64_t tile = 0; tile < kTokenTiles; ++tile) {
    Value token = knownToken(add(group, kTokensOfMma * tile));
    SmallVector<Value> x = registersOfB(terms.activations(), token, k0, step);
    ValueRange c = loop.getRegionIterArgs().slice(4 * tile, 4);
    next.append(emitFloatMma(b, at, spec.activation, a, x, c, metadata));
  }
  scf::YieldOp::create(b, at, next);
  return loop.getResults();
}

} // namespace

bool sdq::tensorCoresServe(const LinearKernelSpec &spec, const Chip &chip) {
  // The chips that have mma.sp are those that have m16n8k16.
  return !spec.packed && chip.has(Native::MmaSpF16) && (spec.activation.isF16() || spec.activation.isBF16()) &&
         canSplitTerms(spec);
}

void sdq::buildTensorCoreBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel,
                              const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  KernelOperands operands = openArguments(builder, location, kernel, signature);
  SplitTerms split = splitTerms(spec, operands);
  TileBuilder(builder, location, spec, operands, split.multiplied).build(kernel, split.visited);
}
