//===- BlockMmaKernel.cpp - Decoded weights times many tokens -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The family block_mma: a block computes a BlockTile. All terms whose element is found by its place and that meet the
// same activations are decoded, added up in f32, rounded once to the activations' type and stored to shared memory,
// where four of the eight warps, 128 tokens in all, find them: a weight of a block is decoded once. A step is 32
// inputs, for which a thread decodes two pieces of eight neighbours in a row and copies two of eight activations, and a
// warp issues 32 mma.m16n8k16. What can only be visited, CSR, is added to the sums in registers before they are stored.
//
//   activations                     how 16 bytes of a tile arrive
//   ------------------------------  ----------------------------------------------------------------------------
//   of the mma's type, K even       cp.async of 16, 8 or 4 bytes: the most that every token begins at a multiple of
//   the same, K odd                 loads of each, one store
//   rounded further, f32            loads, rounded to the mma's type, one store
//
// Rounding is tensor_core's (TensorCoreKernel.cpp): a decoded sum of terms, and a quantized activation's value, once.
//
//===----------------------------------------------------------------------===//

#include "BlockTile.h"
#include "Mma.h"
#include "TensorCoreTerms.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;
using namespace sdq;

/// Elements of 16 bytes, and inputs of a step.
static constexpr int64_t kChunk = BlockTile::kChunkBytes / 2, kStep = BlockTile::kChunks * kChunk, kInputsOfMma = 16;

namespace {

/// Terms that meet activations in one form, and these.
struct DecodedTerms {
  Value x;
  SmallVector<TermValues, 2> terms;
};

class BlockMma : public BlockTile {
public:
  BlockMma(OpBuilder &builder, Location location, const LinearKernelSpec &spec, KernelOperands operands,
           ArrayRef<DecodedTerms> decoded)
      : BlockTile(builder, location, spec, std::move(operands), (kStages + kWeightTiles) * kTileBytes),
        decoded(decoded) {}

private:
  static constexpr int64_t kWeightTiles = 2;

  SmallVector<Value> multiply(SmallVector<Value> sums) override;
  SmallVector<Value> multiply(const DecodedTerms &terms, SmallVector<Value> sums);
  /// Begins to bring the activations of step `step` to stage `stage`, as a group of copies of its own.
  void copyActivations(Value x, Value step, Value stage);
  /// x[token, column … column + 7], zeros beyond the last token or input.
  Value loadActivations(Value x, Value token, Value column);
  /// This thread's weights of a step, a vector a piece, and where they go.
  SmallVector<Value> decode(const DecodedTerms &terms, Value step);
  void storeWeights(ArrayRef<Value> weights, Value step);
  SmallVector<Value> multiplyStep(Value step, Value stage, SmallVector<Value> sums);
  Value tileOf(Value number) { return view(mul(number, kTileBytes), kTileBytes / 2, type()); }
  Value weightTile(Value step) { return add(emit<arith::AndIOp>(step, index(1)), kStages); }
  Type type() { return spec.activation; }

  ArrayRef<DecodedTerms> decoded;
};

Value BlockMma::loadActivations(Value x, Value token, Value column) {
  int64_t columns = spec.shape.columns;
  Value known = min(token, emit<arith::SubIOp>(operands.tokens, index(1)));
  Value zero = emit<arith::ConstantOp>(b.getZeroAttr(type()));
  SmallVector<Value> values;
  for (int64_t e = 0; e < kChunk; ++e) {
    Value place = add(column, e);
    Value value = emit<memref::LoadOp>(x, ValueRange{known, min(place, index(columns - 1))});
    if (value.getType() != type())
      value = emit<arith::TruncFOp>(type(), value);
    Value inside = emit<arith::AndIOp>(less(token, operands.tokens), less(place, index(columns)));
    values.push_back(emit<arith::SelectOp>(inside, value, zero));
  }
  return vector::FromElementsOp::create(b, at, VectorType::get({kChunk}, type()), values);
}

void BlockMma::copyActivations(Value x, Value step, Value stage) {
  Value tile = tileOf(stage);
  int64_t columns = spec.shape.columns, together = std::gcd(columns, kChunk);
  bool copies = cast<MemRefType>(x.getType()).getElementType() == type() && together > 1;
  for (const Piece &piece : pieces()) {
    Value token = add(firstToken, piece.row), column = add(mul(step, kStep), mul(piece.chunk, kChunk));
    Value place = mul(piece.place, kChunk);
    if (!copies) {
      vector::StoreOp::create(b, at, loadActivations(x, token, column), tile, ValueRange{place},
                              /*nontemporal=*/false, llvm::MaybeAlign(kChunkBytes));
      continue;
    }
    for (int64_t e = 0; e < kChunk; e += together) {
      Value inside = emit<arith::AndIOp>(less(token, operands.tokens), less(add(column, e), index(columns)));
      copy(tile, add(place, e), x, ValueRange{token, add(column, e)}, together, inside);
    }
  }
  endGroup();
}

SmallVector<Value> BlockMma::decode(const DecodedTerms &terms, Value step) {
  int64_t columns = spec.shape.columns;
  SmallVector<Value> chunks;
  for (const Piece &piece : pieces()) {
    Value row = knownRow(piece.row);
    SmallVector<Value> values;
    for (int64_t e = 0; e < kChunk; ++e) {
      // Beyond the last column any weight will do: it meets a zero.
      Value column = add(add(mul(step, kStep), mul(piece.chunk, kChunk)), e);
      if (columns % kStep != 0)
        column = min(column, index(columns - 1));
      Value sum;
      for (const TermValues &term : terms.terms) {
        Value weight = term.format.emitElement(b, at, spec.shape, term.parts, row, column);
        sum = sum ? emit<arith::AddFOp>(sum, weight) : weight;
      }
      values.push_back(emit<arith::TruncFOp>(type(), sum));
    }
    chunks.push_back(vector::FromElementsOp::create(b, at, VectorType::get({kChunk}, type()), values));
  }
  return chunks;
}

void BlockMma::storeWeights(ArrayRef<Value> weights, Value step) {
  Value tile = tileOf(weightTile(step));
  for (auto [piece, chunk] : llvm::zip_equal(pieces(), weights))
    vector::StoreOp::create(b, at, chunk, tile, ValueRange{mul(piece.place, kChunk)}, /*nontemporal=*/false,
                            llvm::MaybeAlign(kChunkBytes));
}

SmallVector<Value> BlockMma::multiplyStep(Value step, Value stage, SmallVector<Value> sums) {
  Value weights = tileOf(weightTile(step)), inputs = tileOf(stage);
  for (int64_t half = 0; half < kStep / kInputsOfMma; ++half) {
    auto rows = loadA(weights, half), tokens = loadB(inputs, half);
    for (auto *operands : {&rows, &tokens})
      for (Registers &registers : *operands)
        for (Value &value : registers)
          value = asMmaRegister(b, at, value);
    size_t first = 0;
    for (const Registers &a : rows)
      for (const Registers &x : tokens) {
        MutableArrayRef<Value> c = MutableArrayRef(sums).slice(first, 4);
        llvm::copy(emitFloatMma(b, at, type(), a, x, ValueRange(c)), c.begin());
        first += 4;
      }
  }
  return sums;
}

SmallVector<Value> BlockMma::multiply(const DecodedTerms &terms, SmallVector<Value> sums) {
  int64_t steps = llvm::divideCeil(spec.shape.columns, kStep);
  for (int64_t step = 0; step < kStages - 1; ++step)
    copyActivations(terms.x, index(step), index(step));
  storeWeights(decode(terms, index(0)), index(0));
  // The last step by itself, as nothing is decoded beside it. Carried: the sums and the step's stage.
  sums.push_back(index(0));
  sums = loop(index(0), index(steps - 1), index(1), sums, [&](Value step, ValueRange carried) {
    arrive(kStages - 2);
    Value stage = carried.back();
    copyActivations(terms.x, add(step, kStages - 1), stageBefore(stage));
    Value next = add(step, 1);
    SmallVector<Value> weights = decode(terms, next);
    SmallVector<Value> added = multiplyStep(step, stage, SmallVector<Value>(carried.drop_back()));
    storeWeights(weights, next);
    added.push_back(nextStage(stage));
    return added;
  });
  Value stage = sums.pop_back_val();
  arrive(0);
  return multiplyStep(index(steps - 1), stage, std::move(sums));
}

SmallVector<Value> BlockMma::multiply(SmallVector<Value> sums) {
  for (auto [i, terms] : llvm::enumerate(decoded)) {
    if (i > 0)
      gpu::BarrierOp::create(b, at); // the tiles are done with
    sums = multiply(terms, std::move(sums));
  }
  return sums;
}

} // namespace

void sdq::buildBlockMmaBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
                            const KernelSignature &signature, const Chip &) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  KernelOperands operands = openArguments(builder, location, kernel, signature);
  SmallVector<DecodedTerms> decoded;
  SmallVector<TermValues> visited;
  size_t nextRounded = 0;
  for (const TermGroup &group : groupTerms(spec.format, spec.shape, spec.activations, operands.parts)) {
    DecodedTerms terms{group.activation ? operands.rounded[nextRounded++] : operands.x, {}};
    for (const TermValues &term : group.terms) {
      if (findsElements(term.format))
        terms.terms.push_back(term);
      else
        visited.push_back(term);
    }
    if (!terms.terms.empty())
      decoded.push_back(std::move(terms));
  }
  BlockMma(builder, location, spec, operands, decoded).build(kernel, visited);
}
