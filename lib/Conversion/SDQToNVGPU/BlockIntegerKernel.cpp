//===- BlockIntegerKernel.cpp - Integers times many tokens ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The family block_nm_mma: a block computes a BlockTile of terms that are multiplied as integers (IntegerTerms.h), from
// shared memory. A step is 64 bytes of a token's codes; weights and metadata are copied as they are stored:
//
//   path             inputs a step   bytes of a row of W    metadata   mma a warp and step
//   ---------------  --------------  ---------------------  ---------  ----------------------------------
//   s8 of 2:4 i8     64              32                     8          4 × 4 mma.sp.m16n8k64
//   s4               128             32                     8          4 × 4 mma.sp.m16n8k128
//   dense s8 of i8   64              64                     –          4 × 4 × 2 mma.m16n8k32
//   dense s4         128             64                     –          4 × 4 × 2 mma.m16n8k64
//
// K must be a multiple of the step, and the activations' codes as wide as the instruction's: what would have to be
// spread, or filled up with legal metadata, is nm_mma_sp's for any number of tokens.
//
// Of a sparse mma, chunk r of a token is register r of B (PTX ISA, "Matrix Fragments"), and chunks 0 and 1 of a row
// those of A. A lane (g, t) hands over the metadata of row g + 8(t & 1), word t >> 1: words 2g + 16(t & 1) + (t >> 1)
// of a tile's rows of 8 bytes, all 32 banks.
//
// Integer sums over a stretch, up to 512 inputs that share both scales, are exact; then each becomes a float and is
// added, scaled, with one fma (IntegerKernel.cpp). Scales are loaded before a stretch is multiplied.
//
//===----------------------------------------------------------------------===//

#include "BlockTile.h"
#include "IntegerOperands.h"
#include "Mma.h"
#include "QuantizeKernel.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

#include <numeric>

using namespace mlir;
using namespace sdq;

/// Bytes of a row's metadata in a step.
static constexpr int64_t kMetadataBytes = 8, kMetadataTile = BlockTile::kRows * kMetadataBytes;

static int64_t inputsOfStep(ActivationFormatAttr activation) {
  return BlockTile::kChunks * BlockTile::kChunkBytes * 8 / packedWidth(activation);
}

/// Whether such a term can be copied as it is, a step at a time.
static bool copiedAsStored(const NMFormat &stored, ActivationFormatAttr activation, IntegerPath path, Shape shape) {
  int64_t step = inputsOfStep(activation);
  auto shared = [&](int64_t vector) { return vector >= shape.columns || vector % step == 0; };
  unsigned width = 0; // of the instruction's operands
  if (path == IntegerPath::S8 || path == IntegerPath::DenseS8)
    width = 8;
  else if (path == IntegerPath::S4 || path == IntegerPath::DenseS4)
    width = 4;
  return bitWidth(stored.encoding.element) == width && packedWidth(activation) == width && shape.columns % step == 0 &&
         shared(stored.encoding.vector) && shared(activation.getVector());
}

bool sdq::blockIntegersServe(const LinearKernelSpec &spec, const Chip &chip) {
  if (!spec.packed)
    return false;
  for (auto [term, meets] : llvm::zip_equal(termsOf(spec.format), spec.activations)) {
    auto activation = cast<ActivationFormatAttr>(meets);
    std::optional<NMFormat> stored = storedBlocks(term);
    if (!isQuantized(*elementKindOf(activation.getElement())))
      continue; // added beside integers
    if (!copiedAsStored(*stored, activation, *integerPath(*stored, activation, spec.shape, chip), spec.shape))
      return false;
  }
  return true;
}

namespace {

class BlockIntegers : public BlockTile {
public:
  BlockIntegers(OpBuilder &builder, Location location, const LinearKernelSpec &spec, KernelOperands operands,
                ArrayRef<IntegerTerm> terms)
      : BlockTile(builder, location, spec, std::move(operands), kStages * stageBytes(terms)), terms(terms) {}

private:
  static int64_t weightBytes(const IntegerTerm &term) { return isSparse(term.path) ? kTileBytes / 2 : kTileBytes; }
  static int64_t stageBytes(ArrayRef<IntegerTerm> terms) {
    int64_t most = 0;
    for (const IntegerTerm &term : terms)
      most = std::max(most, kTileBytes + weightBytes(term) + (isSparse(term.path) ? kMetadataTile : 0));
    return most;
  }
  /// Where a stage's activations, weights and metadata begin.
  Value activationsOf(Value stage) { return mul(stage, stageBytes(terms)); }
  Value weightsOf(Value stage) { return add(activationsOf(stage), kTileBytes); }
  Value metadataOf(Value stage, const IntegerTerm &term) { return add(weightsOf(stage), weightBytes(term)); }

  SmallVector<Value> multiply(SmallVector<Value> sums) override {
    for (const IntegerTerm &term : terms)
      sums = multiply(term, std::move(sums));
    return sums;
  }
  SmallVector<Value> multiply(const IntegerTerm &term, SmallVector<Value> sums);
  /// Begins to bring a step to a stage; zeros beyond the last step.
  void copyStep(const IntegerTerm &term, Value step, Value stage);
  /// The warp's integer sums with those of a stage added.
  SmallVector<Value> multiplyStage(const IntegerTerm &term, Value stage, SmallVector<Value> sums);
  int64_t stepsOf(const IntegerTerm &term) { return spec.shape.columns / inputsOfStep(term.activation); }
  int64_t stepsOfStretch(const IntegerTerm &term);

  ArrayRef<IntegerTerm> terms;
};

int64_t BlockIntegers::stepsOfStretch(const IntegerTerm &term) {
  int64_t common = spec.shape.columns, step = inputsOfStep(term.activation);
  for (int64_t vector : {term.stored.encoding.vector, term.activation.getVector()})
    common = std::gcd(common, std::min(vector, spec.shape.columns));
  int64_t steps = 1;
  for (int64_t count = 1; count * step <= kLongestStretch; ++count)
    if (common % (count * step) == 0)
      steps = count;
  return steps;
}

void BlockIntegers::copyStep(const IntegerTerm &term, Value step, Value stage) {
  Type i8 = b.getI8Type(), i32 = b.getI32Type();
  Value isStep = less(step, index(stepsOf(term)));
  Value inputs = view(activationsOf(stage), kTileBytes / 4, i32);
  for (const Piece &piece : pieces()) {
    Value token = add(firstToken, piece.row), word = add(mul(step, kChunks * 4), mul(piece.chunk, 4));
    Value inside = emit<arith::AndIOp>(isStep, less(token, operands.tokens));
    copy(inputs, mul(piece.place, 4), term.codes, ValueRange{token, word}, 4, inside);
  }
  Value weights = view(weightsOf(stage), weightBytes(term), i8);
  int64_t rowBytes = weightBytes(term) / kRows;
  auto copyWeights = [&](const Piece &piece) {
    Value byte = add(mul(step, rowBytes), mul(piece.chunk, kChunkBytes));
    copy(weights, mul(piece.place, kChunkBytes), term.parts.front(), ValueRange{knownRow(piece.row), byte}, kChunkBytes,
         isStep);
  };
  if (!isSparse(term.path)) {
    for (const Piece &piece : pieces())
      copyWeights(piece);
  } else {
    copyWeights(narrowPiece());
    // A word of metadata a thread.
    Value metadata = view(metadataOf(stage, term), kMetadataTile, i8);
    Value row = emit<arith::DivUIOp>(thread, index(2)), half = mul(emit<arith::RemUIOp>(thread, index(2)), 4);
    copy(metadata, mul(thread, 4), term.parts.back(), ValueRange{knownRow(row), add(mul(step, kMetadataBytes), half)},
         4, isStep);
  }
  endGroup();
}

SmallVector<Value> BlockIntegers::multiplyStage(const IntegerTerm &term, Value stage, SmallVector<Value> sums) {
  Type i32 = b.getI32Type();
  Value inputs = view(activationsOf(stage), kTileBytes / 4, i32);
  Value weights = view(weightsOf(stage), weightBytes(term) / 4, i32);
  auto multiply = [&](ArrayRef<Registers> rows, ArrayRef<Registers> tokens, ArrayRef<Value> metadata) {
    MutableArrayRef<Value> all(sums);
    for (size_t i = 0, first = 0; i < rows.size(); ++i)
      for (const Registers &x : tokens) {
        MutableArrayRef<Value> c = all.slice(first, 4);
        llvm::copy(emitIntegerMma(b, at, term.path, rows[i], x, metadata.empty() ? Value() : metadata[i],
                                  /*scales=*/Value(), ValueRange(c)),
                   c.begin());
        first += 4;
      }
  };
  if (!isSparse(term.path)) {
    for (int64_t half = 0; half < 2; ++half)
      multiply(loadA(weights, half), loadB(inputs, half), {});
    return sums;
  }
  Value words = view(metadataOf(stage, term), kMetadataTile / 4, i32);
  Value isOdd = emit<arith::RemUIOp>(quarter, index(2)), half = emit<arith::DivUIOp>(quarter, index(2));
  SmallVector<Value> metadata;
  for (int64_t i = 0; i < kMmaOfRows; ++i) {
    Value row = add(rowOf(i, 0), mul(isOdd, 8));
    metadata.push_back(emit<memref::LoadOp>(words, ValueRange{add(mul(row, kMetadataBytes / 4), half)}));
  }
  multiply(loadA(weights, 0, kChunks / 2), loadWholeB(inputs), metadata);
  return sums;
}

SmallVector<Value> BlockIntegers::multiply(const IntegerTerm &term, SmallVector<Value> sums) {
  int64_t steps = stepsOf(term), perStretch = stepsOfStretch(term), step = inputsOfStep(term.activation);
  IntegerOperands load(b, at, term, spec.shape, perStretch * step, /*exact=*/true);
  for (int64_t first = 0; first < kStages - 1; ++first)
    copyStep(term, index(first), index(first));
  // Carried: the sums and the stage of the next step.
  sums.push_back(index(0));
  sums = loop(index(0), index(steps), index(perStretch), sums, [&](Value begin, ValueRange carried) {
    Value k0 = mul(begin, step);
    SmallVector<Value> weightScales, inputScales;
    for (int64_t i = 0; i < kMmaOfRows; ++i)
      for (int64_t half = 0; half < 2; ++half) {
        Value row = knownRow(rowOf(i, half));
        Value scale = load.weightScales(row, k0, perStretch * step, /*count=*/1).front();
        weightScales.push_back(emit<arith::MulFOp>(scale, load.rowFactor(row)));
      }
    for (int64_t j = 0; j < kMmaOfTokens; ++j)
      for (int64_t e = 0; e < 2; ++e)
        inputScales.push_back(load.activationScale(knownToken(tokenOf(j, e)), k0));

    SmallVector<Value> products(carried.size() - 1, emit<arith::ConstantOp>(b.getI32IntegerAttr(0)));
    products.push_back(carried.back());
    products = loop(begin, add(begin, perStretch), index(1), products, [&](Value own, ValueRange inner) {
      arrive(kStages - 2);
      Value stage = inner.back();
      copyStep(term, add(own, kStages - 1), stageBefore(stage));
      SmallVector<Value> added = multiplyStage(term, stage, SmallVector<Value>(inner.drop_back()));
      added.push_back(nextStage(stage));
      return added;
    });
    SmallVector<Value> next;
    for (int64_t i = 0; i < kMmaOfRows; ++i)
      for (int64_t j = 0; j < kMmaOfTokens; ++j)
        for (int64_t e = 0; e < 4; ++e) {
          Value scale = emit<arith::MulFOp>(weightScales[2 * i + (e >> 1)], inputScales[2 * j + (e & 1)]);
          Value sum = emit<arith::SIToFPOp>(b.getF32Type(), products[next.size()]);
          next.push_back(emit<math::FmaOp>(sum, scale, carried[next.size()]));
        }
    next.push_back(products.back());
    return next;
  });
  sums.pop_back();
  arrive(0); // the stages are done with, and no copy is on its way to them
  return sums;
}

} // namespace

void sdq::buildBlockIntegerBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel,
                                const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  KernelOperands operands = openArguments(builder, location, kernel, signature);
  IntegerSplit split = splitIntegers(spec, operands, chip);
  BlockIntegers(builder, location, spec, operands, split.multiplied).build(kernel, split.visited);
}
