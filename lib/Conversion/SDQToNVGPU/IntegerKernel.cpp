//===- IntegerKernel.cpp - Integers on tensor cores -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The families nm_mma_sp and, where no term is sparse, nm_mma: a block computes an OutputTile, of 8 tokens for few and
// of 32 for more, and its warps take stretches of K in turn. IntegerTerms.h says which instructions multiply a term,
// IntegerOperands.h what a lane loads for them. A stretch is the longest run of steps that share both scales, at most
// kLongestStretch inputs and short enough for every warp to have one; its sum, an exact integer, becomes a float and is
// scaled once:
//
//   sums[t, n] = fma(float(Σ code · code), w_scale[n] · x_scale[t], sums[t, n])
//
// e2m1 comes out of its instruction with the scales of the weight's blocks in it (IntegerTerms.h); what is left to
// scale by is the row's and the activations'.
//
// All terms add to the same sums, one loop along K each, in one launch. CSR terms, which meet x as it came, are added
// as the sums are stored.
//
//===----------------------------------------------------------------------===//

#include "IntegerOperands.h"
#include "OutputTile.h"
#include "QuantizeKernel.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
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
static int64_t stretchOf(const IntegerTerm &term, Shape shape) {
  int64_t all = packedInputs(shape.columns), step = stepOf(term.path);
  auto shared = [&](int64_t vector) { return vector >= shape.columns ? all : vector; };
  if (runsOf(term, shape) > 1)
    return step;
  int64_t common = std::gcd(all, shared(term.activation.getVector()));
  if (term.path != IntegerPath::E2M1)
    common = std::gcd(common, shared(term.stored.encoding.vector));
  int64_t longest = std::clamp(all / OutputTile::kWarps, step, kLongestStretch);
  int64_t stretch = step;
  for (int64_t length = step; length <= longest; length += step)
    if (common % length == 0)
      stretch = length;
  return stretch;
}

namespace {

class IntegerTile : public OutputTile {
public:
  IntegerTile(OpBuilder &builder, Location location, const LinearKernelSpec &spec, KernelOperands operands,
              int64_t tokenTiles, ArrayRef<IntegerTerm> terms)
      : OutputTile(builder, location, spec, std::move(operands), tokenTiles), terms(terms) {}

private:
  SmallVector<Value> multiply(SmallVector<Value> sums) override {
    for (const IntegerTerm &term : terms)
      sums = multiply(term, sums);
    return sums;
  }
  SmallVector<Value> multiply(const IntegerTerm &term, SmallVector<Value> sums);
  /// A·B + c by the path's instruction; `metadata`: of sparse ones; `scales`: of the block-scaled one's weights.
  SmallVector<Value> multiplyFragments(IntegerPath path, const Fragment &a, const Fragment &x, Value metadata,
                                       Value scales, ValueRange c);
  Value keepBytes(Value word, int64_t first, int64_t count);

  ArrayRef<IntegerTerm> terms;
};

SmallVector<Value> IntegerTile::multiplyFragments(IntegerPath path, const Fragment &a, const Fragment &x,
                                                  Value metadata, Value scales, ValueRange c) {
  MLIRContext *context = b.getContext();
  auto result = LLVM::LLVMStructType::getLiteral(context, SmallVector<Type>(4, c.front().getType()));
  auto extract = [&](Value product) {
    SmallVector<Value> sums;
    for (int64_t i = 0; i < 4; ++i)
      sums.push_back(LLVM::ExtractValueOp::create(b, at, product, i));
    return sums;
  };
  auto overflow = NVVM::MMAIntOverflowAttr::get(context, NVVM::MMAIntOverflow::wrapped); // there is none
  bool s4 = path == IntegerPath::S4 || path == IntegerPath::DenseS4;
  auto type = NVVM::MMATypesAttr::get(context, s4 ? NVVM::MMATypes::s4 : NVVM::MMATypes::s8);
  if (!isSparse(path)) {
    auto shape = NVVM::MMAShapeAttr::get(context, kRows, kTokensOfMma, int(stepOf(path)));
    return extract(NVVM::MmaOp::create(b, at, result, shape, /*b1Op=*/nullptr, overflow,
                                       NVVM::MMALayoutAttr::get(context, NVVM::MMALayout::row),
                                       NVVM::MMALayoutAttr::get(context, NVVM::MMALayout::col), type, type, a, x, c));
  }
  Value selector = emit<arith::ConstantOp>(b.getI32IntegerAttr(0));
  if (path == IntegerPath::E2M1) {
    Value ones = emit<arith::ConstantOp>(b.getI32IntegerAttr(0x38383838)); // e4m3
    Value first = emit<arith::ConstantOp>(b.getI16IntegerAttr(0));
    auto e2m1 = NVVM::MMATypesAttr::get(context, NVVM::MMATypes::e2m1);
    return extract(NVVM::MmaSpBlockScaleOp::create(
        b, at, result, NVVM::MMAShapeAttr::get(context, kRows, kTokensOfMma, 128), e2m1, e2m1,
        NVVM::ScaleVecSizeAttr::get(context, NVVM::ScaleVecSize::X4),
        NVVM::BlockScaleFormatAttr::get(context, NVVM::BlockScaleFormat::UE4M3),
        NVVM::MMABlockScaleKindAttr::get(context, NVVM::MMABlockScaleKind::MXF4NVF4), b.getUnitAttr(), a, x, c,
        metadata, selector, scales, first, first, ones, first, first));
  }
  auto shape = NVVM::MMAShapeAttr::get(context, kRows, kTokensOfMma, s4 ? 128 : 64);
  return extract(NVVM::MmaSpOp::create(b, at, result, shape, overflow, type, type, b.getUnitAttr(), /*kind=*/nullptr, a,
                                       x, c, metadata, selector));
}

/// The word with all but `count` bytes zero.
Value IntegerTile::keepBytes(Value word, int64_t first, int64_t count) {
  auto mask = uint32_t(((uint64_t(1) << 8 * count) - 1) << 8 * first);
  return emit<arith::AndIOp>(word, emit<arith::ConstantOp>(b.getI32IntegerAttr(int32_t(mask))));
}

SmallVector<Value> IntegerTile::multiply(const IntegerTerm &term, SmallVector<Value> sums) {
  int64_t stretch = stretchOf(term, spec.shape), step = stepOf(term.path);
  IntegerOperands load(b, at, term, spec.shape, stretch, /*exact=*/spec.shape.columns % stretch == 0);
  auto loop = scf::ForOp::create(b, at, mul(warp, stretch), index(spec.shape.columns), index(stretch * kWarps), sums);
  OpBuilder::InsertionGuard restore(b);
  b.setInsertionPointToStart(loop.getBody());
  Value begin = loop.getInductionVar();

  bool scaledInside = term.path == IntegerPath::E2M1;
  int64_t runs = runsOf(term, spec.shape);
  Value zero =
      scaledInside ? emit<arith::ConstantOp>(b.getF32FloatAttr(0)) : emit<arith::ConstantOp>(b.getI32IntegerAttr(0));
  // Of each run and tile.
  SmallVector<SmallVector<Value>> products(runs * tokenTiles, SmallVector<Value>(4, zero));
  for (int64_t k = 0; k < stretch; k += load.piece()) {
    Value k0 = add(begin, k);
    auto a = load.weights(rows, quarter, k0);
    Value metadata = isSparse(term.path) ? load.metadata(rows, quarter, k0) : Value();
    Value blockScales = scaledInside ? load.blockScales(rows, quarter, k0) : Value();
    for (int64_t tile = 0; tile < tokenTiles; ++tile) {
      auto x = load.activations(knownToken(add(group, kTokensOfMma * tile)), quarter, k0);
      for (int64_t run = 0; run < runs; ++run) {
        Value scales = runs == 1 ? blockScales : keepBytes(blockScales, 4 / runs * run, 4 / runs);
        SmallVector<Value> &sum = products[run * tokenTiles + tile];
        for (auto [weights, inputs] : llvm::zip_equal(a, x))
          sum = multiplyFragments(term.path, weights, inputs, metadata, scales, sum);
      }
    }
  }

  Value weightScales[2];
  for (int64_t half = 0; half < 2; ++half)
    weightScales[half] = scaledInside ? load.rowScale(rows[half]) : load.weightScale(rows[half], begin);
  SmallVector<Value> next(loop.getRegionIterArgs());
  for (int64_t run = 0; run < runs; ++run) {
    Value input = add(begin, step / runs * run);
    for (int64_t tile = 0; tile < tokenTiles; ++tile) {
      Value scales[2];
      for (int64_t i = 0; i < 2; ++i)
        scales[i] = load.activationScale(knownToken(add(mul(quarter, 2), kTokensOfMma * tile + i)), input);
      for (int64_t i = 0; i < 4; ++i) {
        Value scale = emit<arith::MulFOp>(weightScales[i >> 1], scales[i & 1]);
        Value sum = products[run * tokenTiles + tile][i];
        sum = scaledInside ? sum : emit<arith::SIToFPOp>(b.getF32Type(), sum);
        next[4 * tile + i] = emit<math::FmaOp>(sum, scale, next[4 * tile + i]);
      }
    }
  }
  scf::YieldOp::create(b, at, next);
  return loop.getResults();
}

} // namespace

static void buildBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
                      const KernelSignature &signature, const Chip &chip, int64_t tokenTiles) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  KernelOperands operands = openArguments(builder, location, kernel, signature);
  SmallVector<IntegerTerm> multiplied;
  SmallVector<TermValues> visited;
  size_t nextRounded = 0;
  for (const TermGroup &group : groupTerms(spec.format, spec.shape, spec.activations, operands.parts)) {
    if (!group.activation) {
      visited = group.terms;
      continue;
    }
    Value codes = operands.rounded[nextRounded], scales = operands.rounded[nextRounded + 1];
    nextRounded += 2;
    for (const TermValues &term : group.terms) {
      NMFormat stored = *storedBlocks(term.format);
      multiplied.push_back({stored, SmallVector<Value>(term.parts), group.activation, codes, scales,
                            *integerPath(stored, group.activation, spec.shape, chip)});
    }
  }
  IntegerTile(builder, location, spec, operands, tokenTiles, multiplied).build(kernel, visited);
}

void sdq::buildIntegerBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
                           const KernelSignature &signature, const Chip &chip) {
  buildBody(builder, location, kernel, spec, signature, chip, /*tokenTiles=*/1);
}

void sdq::buildWideIntegerBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel,
                               const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip) {
  buildBody(builder, location, kernel, spec, signature, chip, /*tokenTiles=*/4);
}
