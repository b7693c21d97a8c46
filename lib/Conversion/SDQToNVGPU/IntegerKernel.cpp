//===- IntegerKernel.cpp - Sparse integers on tensor cores ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The family nm_mma_sp: a block computes an OutputTile, of 8 tokens for few and of 32 for more, and its warps take
// stretches of K in turn. IntegerTerms.h says which instructions multiply a term, IntegerOperands.h what a lane loads
// for them. A stretch is the longest run of steps that share both scales, at most kLongestStretch inputs and short
// enough for every warp to have one; its sum, an exact integer, becomes a float and is scaled once:
//
//   sums[t, n] = fma(float(Σ code · code), w_scale[n] · x_scale[t], sums[t, n])
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

/// Inputs that are summed as integers.
static int64_t stretchOf(const IntegerTerm &term, Shape shape) {
  int64_t all = packedInputs(shape.columns), step = stepOf(term.path);
  auto shared = [&](int64_t vector) { return vector >= shape.columns ? all : vector; };
  int64_t common = std::gcd(all, std::gcd(shared(term.stored.encoding.vector), shared(term.activation.getVector())));
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
  /// A·B + c by the path's instruction.
  SmallVector<Value> multiplyFragments(IntegerPath path, const Fragment &a, const Fragment &x, Value metadata,
                                       ValueRange c);

  ArrayRef<IntegerTerm> terms;
};

SmallVector<Value> IntegerTile::multiplyFragments(IntegerPath path, const Fragment &a, const Fragment &x,
                                                  Value metadata, ValueRange c) {
  MLIRContext *context = b.getContext();
  auto result = LLVM::LLVMStructType::getLiteral(context, SmallVector<Type>(4, b.getI32Type()));
  bool s4 = path == IntegerPath::S4;
  auto shape = NVVM::MMAShapeAttr::get(context, kRows, kTokensOfMma, s4 ? 128 : 64);
  auto type = NVVM::MMATypesAttr::get(context, s4 ? NVVM::MMATypes::s4 : NVVM::MMATypes::s8);
  auto overflow = NVVM::MMAIntOverflowAttr::get(context, NVVM::MMAIntOverflow::wrapped); // there is none
  Value selector = emit<arith::ConstantOp>(b.getI32IntegerAttr(0));
  auto product = NVVM::MmaSpOp::create(b, at, result, shape, overflow, type, type, b.getUnitAttr(), /*kind=*/nullptr, a,
                                       x, c, metadata, selector);
  SmallVector<Value> sums;
  for (int64_t i = 0; i < 4; ++i)
    sums.push_back(LLVM::ExtractValueOp::create(b, at, product->getResult(0), i));
  return sums;
}

SmallVector<Value> IntegerTile::multiply(const IntegerTerm &term, SmallVector<Value> sums) {
  int64_t stretch = stretchOf(term, spec.shape), step = stepOf(term.path);
  IntegerOperands load(b, at, term, spec.shape, /*exact=*/spec.shape.columns % stretch == 0);
  auto loop = scf::ForOp::create(b, at, mul(warp, stretch), index(spec.shape.columns), index(stretch * kWarps), sums);
  OpBuilder::InsertionGuard restore(b);
  b.setInsertionPointToStart(loop.getBody());
  Value begin = loop.getInductionVar();

  Value zero = emit<arith::ConstantOp>(b.getI32IntegerAttr(0));
  SmallVector<SmallVector<Value>> integers(tokenTiles, SmallVector<Value>(4, zero));
  for (int64_t k = 0; k < stretch; k += step) {
    Value k0 = add(begin, k);
    auto a = load.weights(rows, quarter, k0);
    Value metadata = load.metadata(rows, quarter, k0);
    for (int64_t tile = 0; tile < tokenTiles; ++tile) {
      auto x = load.activations(knownToken(add(group, kTokensOfMma * tile)), quarter, k0);
      for (auto [weights, inputs] : llvm::zip_equal(a, x))
        integers[tile] = multiplyFragments(term.path, weights, inputs, metadata, integers[tile]);
    }
  }

  Value weightScales[] = {load.weightScale(rows[0], begin), load.weightScale(rows[1], begin)};
  SmallVector<Value> next;
  for (int64_t tile = 0; tile < tokenTiles; ++tile) {
    Value scales[2];
    for (int64_t i = 0; i < 2; ++i)
      scales[i] = load.activationScale(knownToken(add(mul(quarter, 2), kTokensOfMma * tile + i)), begin);
    for (int64_t i = 0; i < 4; ++i) {
      Value scale = emit<arith::MulFOp>(weightScales[i >> 1], scales[i & 1]);
      Value sum = emit<arith::SIToFPOp>(b.getF32Type(), integers[tile][i]);
      next.push_back(emit<math::FmaOp>(sum, scale, loop.getRegionIterArg(4 * tile + i)));
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
      NMFormat stored = cast<NMFormatAttr>(Attribute(term.format)).getLayout();
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
