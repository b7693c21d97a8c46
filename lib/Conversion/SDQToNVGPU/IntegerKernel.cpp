//===- IntegerKernel.cpp - Integers on tensor cores -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The families nm_mma_sp and, where no term is sparse, nm_mma: a block computes an OutputTile, of 8 tokens for few and
// of 32 for more, and its warps take runs of K in turn. IntegerTerms.h says which instructions multiply a term,
// IntegerOperands.h what a lane loads for them. A stretch is the longest run of steps that share both scales, at most
// kLongestStretch inputs and short enough for every warp to have one; its sum, an exact integer, becomes a float and is
// scaled once, and all that a row has in common comes last:
//
//   of a term:   own[t, n] = fma(float(Σ code · code), w_scale[n] · x_scale[t], own[t, n])
//   of all:      sums[t, n] = fma(own[t, n], row_factor[n], sums[t, n])
//
// e2m1 comes out of its instruction with the scales of the weight's blocks in it (IntegerTerms.h); what is left to
// scale by is the row's and the activations'.
//
// A turn of the loop loads the weights of several stretches before it multiplies the first, bytesAtOnce a lane, so
// that memory has enough to do; what is left of K, and reaches past its end, goes by single stretches behind. All terms
// add to the same sums, one after the other, in one launch. CSR terms, which meet x as it came, are added as the sums
// are stored.
//
//===----------------------------------------------------------------------===//

#include "IntegerOperands.h"
#include "Mma.h"
#include "OutputTile.h"
#include "QuantizeKernel.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <numeric>

using namespace mlir;
using namespace sdq;

/// Sums of one step that the activations' scales keep apart: only the block-scaled instruction can leave inputs out.
static int64_t runsOf(const IntegerTerm &term, Shape shape) {
  int64_t vector = term.activation.getVector(), step = stepOf(term.path);
  return vector >= shape.columns || vector % step == 0 ? 1 : step / vector;
}

/// Inputs that are summed as integers.
static int64_t stretchOf(const IntegerTerm &term, Shape shape, int64_t warps) {
  int64_t all = packedInputs(shape.columns), step = stepOf(term.path);
  auto shared = [&](int64_t vector) { return vector >= shape.columns ? all : vector; };
  if (runsOf(term, shape) > 1)
    return step;
  int64_t common = std::gcd(all, shared(term.activation.getVector()));
  if (term.path != IntegerPath::E2M1)
    common = std::gcd(common, shared(term.stored.encoding.vector));
  int64_t longest = std::clamp(all / warps, step, kLongestStretch);
  int64_t stretch = step;
  for (int64_t length = step; length <= longest; length += step)
    if (common % length == 0)
      stretch = length;
  return stretch;
}

/// Of weights, of both rows of a lane, loaded by one turn of the loop; more tokens want the registers for activations.
static int64_t bytesAtOnce(int64_t tokenTiles) { return tokenTiles == 1 ? 64 : 32; }

/// Inputs of a turn of the loop: a number of stretches.
static int64_t turnOf(const IntegerTerm &term, Shape shape, int64_t stretch, int64_t warps, int64_t bytes) {
  // A fragment holds the weights of 16 rows by 32 lanes; half of the inputs are stored where it is sparse.
  int64_t codes = bytes * 8 / bitWidth(term.stored.encoding.element) * 2;
  int64_t longest = std::min(isSparse(term.path) ? 2 * codes : codes, packedInputs(shape.columns) / warps);
  int64_t turn = stretch;
  while (2 * turn <= longest)
    turn *= 2;
  return turn;
}

namespace {

class IntegerTile : public OutputTile {
public:
  IntegerTile(OpBuilder &builder, Location location, const LinearKernelSpec &spec, KernelOperands operands,
              int64_t tokenTiles, ArrayRef<IntegerTerm> terms)
      : OutputTile(builder, location, spec, std::move(operands), tokenTiles, integerWarps(tokenTiles)), terms(terms) {}

private:
  SmallVector<Value> multiply(SmallVector<Value> sums) override {
    for (const IntegerTerm &term : terms)
      sums = multiply(term, sums);
    return sums;
  }
  SmallVector<Value> multiply(const IntegerTerm &term, SmallVector<Value> sums);
  /// Adds what the inputs from `first` to `end` make, but for the row's factor, by turns of so many.
  SmallVector<Value> multiplyTurns(const IntegerTerm &term, SmallVector<Value> sums, int64_t first, int64_t end,
                                   int64_t turn, int64_t stretch);
  /// Adds the stretch of inputs that begins at k0, whose weights are given.
  SmallVector<Value> multiplyStretch(const IntegerTerm &term, IntegerOperands &load, SmallVector<Value> sums, Value k0,
                                     int64_t stretch, ArrayRef<Fragment> weights, ArrayRef<Value> metadata,
                                     ArrayRef<Value> scales);
  Value keepBytes(Value word, int64_t first, int64_t count);

  ArrayRef<IntegerTerm> terms;
};

/// The word with all but `count` bytes zero.
Value IntegerTile::keepBytes(Value word, int64_t first, int64_t count) {
  auto mask = uint32_t(((uint64_t(1) << 8 * count) - 1) << 8 * first);
  return emit<arith::AndIOp>(word, emit<arith::ConstantOp>(b.getI32IntegerAttr(int32_t(mask))));
}

SmallVector<Value> IntegerTile::multiply(const IntegerTerm &term, SmallVector<Value> sums) {
  int64_t stretch = stretchOf(term, spec.shape, warps),
          turn = turnOf(term, spec.shape, stretch, warps, bytesAtOnce(tokenTiles));
  int64_t columns = spec.shape.columns, whole = columns / turn * turn;
  SmallVector<Value> own(sums.size(), emit<arith::ConstantOp>(b.getF32FloatAttr(0)));
  if (whole > 0)
    own = multiplyTurns(term, own, 0, whole, turn, stretch);
  if (whole < columns)
    own = multiplyTurns(term, own, whole, columns, stretch, stretch);
  IntegerOperands load(b, at, term, spec.shape, stretch, /*exact=*/true);
  Value factors[] = {load.rowFactor(rows[0]), load.rowFactor(rows[1])};
  for (auto [i, sum] : llvm::enumerate(sums))
    sum = emit<math::FmaOp>(own[i], factors[(i >> 1) & 1], sum);
  return sums;
}

SmallVector<Value> IntegerTile::multiplyTurns(const IntegerTerm &term, SmallVector<Value> sums, int64_t first,
                                              int64_t end, int64_t turn, int64_t stretch) {
  IntegerOperands load(b, at, term, spec.shape, stretch, /*exact=*/end % turn == 0);
  return loop(add(mul(warp, turn), first), index(end), index(turn * warps), sums, [&](Value begin, ValueRange carried) {
    IntegerWeights weights = load.weights(rows, quarter, begin, turn);
    SmallVector<Value> scales[2];
    for (int64_t half = 0; half < 2; ++half)
      if (term.path != IntegerPath::E2M1)
        scales[half] = load.weightScales(rows[half], begin, stretch, turn / stretch);
    SmallVector<Value> next(carried);
    size_t count = weights.fragments.size() * stretch / turn;
    for (int64_t i = 0; i < turn / stretch; ++i) {
      auto metadata = ArrayRef(weights.metadata);
      SmallVector<Value> own;
      if (term.path != IntegerPath::E2M1)
        own = {scales[0][i], scales[1][i]};
      next = multiplyStretch(term, load, next, add(begin, i * stretch), stretch,
                             ArrayRef(weights.fragments).slice(i * count, count),
                             metadata.empty() ? metadata : metadata.slice(i * count, count), own);
    }
    return next;
  });
}

SmallVector<Value> IntegerTile::multiplyStretch(const IntegerTerm &term, IntegerOperands &load, SmallVector<Value> sums,
                                                Value k0, int64_t stretch, ArrayRef<Fragment> weights,
                                                ArrayRef<Value> metadata, ArrayRef<Value> weightScales) {
  bool scaledInside = term.path == IntegerPath::E2M1;
  int64_t runs = runsOf(term, spec.shape);
  Value zero =
      scaledInside ? emit<arith::ConstantOp>(b.getF32FloatAttr(0)) : emit<arith::ConstantOp>(b.getI32IntegerAttr(0));
  // Of each run and tile.
  SmallVector<SmallVector<Value>> products(runs * tokenTiles, SmallVector<Value>(4, zero));
  for (int64_t k = 0, first = 0; k < stretch; k += load.piece(), first += load.mmaOfPiece()) {
    Value piece = add(k0, k);
    Value blockScales = scaledInside ? load.blockScales(rows, quarter, piece) : Value();
    for (int64_t tile = 0; tile < tokenTiles; ++tile) {
      auto x = load.activations(knownToken(add(group, kTokensOfMma * tile)), quarter, piece);
      for (int64_t run = 0; run < runs; ++run) {
        Value scales = runs == 1 ? blockScales : keepBytes(blockScales, 4 / runs * run, 4 / runs);
        SmallVector<Value> &sum = products[run * tokenTiles + tile];
        for (auto [i, inputs] : llvm::enumerate(x))
          sum = emitIntegerMma(b, at, term.path, weights[first + i], inputs,
                               metadata.empty() ? Value() : metadata[first + i], scales, sum);
      }
    }
  }
  for (int64_t run = 0; run < runs; ++run) {
    Value input = add(k0, stepOf(term.path) / runs * run);
    for (int64_t tile = 0; tile < tokenTiles; ++tile) {
      Value scales[2];
      for (int64_t i = 0; i < 2; ++i)
        scales[i] = load.activationScale(knownToken(add(mul(quarter, 2), kTokensOfMma * tile + i)), input);
      for (int64_t i = 0; i < 4; ++i) {
        Value scale = scales[i & 1], sum = products[run * tokenTiles + tile][i];
        if (!scaledInside) {
          scale = emit<arith::MulFOp>(weightScales[i >> 1], scale);
          sum = emit<arith::SIToFPOp>(b.getF32Type(), sum);
        }
        sums[4 * tile + i] = emit<math::FmaOp>(sum, scale, sums[4 * tile + i]);
      }
    }
  }
  return sums;
}

} // namespace

IntegerSplit sdq::splitIntegers(const LinearKernelSpec &spec, const KernelOperands &operands, const Chip &chip) {
  IntegerSplit split;
  size_t nextRounded = 0;
  for (const TermGroup &group : groupTerms(spec.format, spec.shape, spec.activations, operands.parts)) {
    if (!group.activation) {
      split.visited = group.terms;
      continue;
    }
    Value codes = operands.rounded[nextRounded], scales = operands.rounded[nextRounded + 1];
    nextRounded += 2;
    for (const TermValues &term : group.terms) {
      NMFormat stored = *storedBlocks(term.format);
      split.multiplied.push_back({stored, SmallVector<Value>(term.parts), group.activation, codes, scales,
                                  *integerPath(stored, group.activation, spec.shape, chip)});
    }
  }
  return split;
}

static void buildBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
                      const KernelSignature &signature, const Chip &chip, int64_t tokenTiles) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  KernelOperands operands = openArguments(builder, location, kernel, signature);
  IntegerSplit split = splitIntegers(spec, operands, chip);
  IntegerTile(builder, location, spec, operands, tokenTiles, split.multiplied).build(kernel, split.visited);
}

void sdq::buildIntegerBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
                           const KernelSignature &signature, const Chip &chip) {
  buildBody(builder, location, kernel, spec, signature, chip, /*tokenTiles=*/1);
}

void sdq::buildWideIntegerBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel,
                               const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip) {
  buildBody(builder, location, kernel, spec, signature, chip, /*tokenTiles=*/4);
}
