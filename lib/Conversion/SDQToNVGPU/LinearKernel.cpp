//===- LinearKernel.cpp - The kernel that decodes any format -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A warp owns one output row n and a tile of tokens. Its lanes visit the row's stored elements 32 apart, each adding
// w · x[token, column] to a sum a token in f32; the sums of the lanes are then added by a butterfly of shuffles:
//
//   y[t, n] = Σ_lane Σ_i w(n, lane + 32 i) · x[t, column(n, lane + 32 i)]
//
// The weight is decoded in registers, once a tile. Neighbouring lanes visit neighbouring elements, so that loads of
// codes and of activations coalesce.
//
//===----------------------------------------------------------------------===//

#include "KernelFamily.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"
#include "sdq/Target/Chip.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sdq;

/// A block is `kRowsPerBlock` warps, each of which owns one output row and a tile of `kTokensPerBlock` tokens.
static constexpr int64_t kRowsPerBlock = 4, kTokensPerBlock = 8;

namespace {

class KernelBuilder {
public:
  KernelBuilder(OpBuilder &builder, Location location, const LinearKernelSpec &spec)
      : builder(builder), location(location), spec(spec) {}

  void buildBody(gpu::GPUFuncOp kernel, const KernelSignature &signature);

private:
  template <typename Op, typename... Arguments>
  Value emit(Arguments... arguments) {
    return Op::create(builder, location, arguments...);
  }
  Value index(int64_t n) { return emit<arith::ConstantIndexOp>(n); }
  Value less(Value a, Value b) { return emit<arith::CmpIOp>(arith::CmpIPredicate::ult, a, b); }
  void guarded(Value condition, llvm::function_ref<void()> body);

  SmallVector<Value> visitRow(const KernelOperands &operands, Value row, Value lane, Value firstToken);
  void store(ValueRange sums, Value y, Value row, Value firstToken, Value tokens);

  OpBuilder &builder;
  Location location;
  const LinearKernelSpec &spec;
};

/// Emits `body` under a condition.
void KernelBuilder::guarded(Value condition, llvm::function_ref<void()> body) {
  auto guard = scf::IfOp::create(builder, location, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard restore(builder);
  builder.setInsertionPointToStart(guard.thenBlock());
  body();
}

/// This lane's sums, one a token of the tile.
SmallVector<Value> KernelBuilder::visitRow(const KernelOperands &operands, Value row, Value lane, Value firstToken) {
  // Past the last token, the last one is read again: its sum is not stored.
  SmallVector<Value> rowsOfX, sums;
  Value lastToken = emit<arith::SubIOp>(operands.tokens, index(1));
  Value zero = emit<arith::ConstantOp>(builder.getF32FloatAttr(0));
  for (int64_t i = 0; i < kTokensPerBlock; ++i) {
    rowsOfX.push_back(emit<arith::MinUIOp>(emit<arith::AddIOp>(firstToken, index(i)), lastToken));
    sums.push_back(zero);
  }
  size_t nextRounded = 0;
  for (const TermGroup &group : groupTerms(spec.format, spec.shape, spec.activations, operands.parts)) {
    Value x = group.activation ? operands.rounded[nextRounded++] : operands.x;
    sums = addVisitedTerms(builder, location, spec.shape, group.terms, x, row, rowsOfX, lane, index(kWarpSize), sums);
  }
  return sums;
}

void KernelBuilder::store(ValueRange sums, Value y, Value row, Value firstToken, Value tokens) {
  for (auto [i, sum] : llvm::enumerate(sums)) {
    Value token = emit<arith::AddIOp>(firstToken, index(i));
    guarded(less(token, tokens), [&, sum = sum] {
      Value rounded = spec.activation.isF32() ? sum : emit<arith::TruncFOp>(spec.activation, sum);
      memref::StoreOp::create(builder, location, rounded, y, ValueRange{token, row});
    });
  }
}

void KernelBuilder::buildBody(gpu::GPUFuncOp kernel, const KernelSignature &signature) {
  builder.setInsertionPointToStart(&kernel.getBody().front());
  KernelOperands operands = openArguments(builder, location, kernel, signature);
  Value y = operands.y, tokens = operands.tokens;

  // Blocks are numbered rows first: the weight streams by once a tile of tokens, which stays in the cache meanwhile.
  Value block = emit<gpu::BlockIdOp>(gpu::Dimension::x), lane = emit<gpu::ThreadIdOp>(gpu::Dimension::x);
  Value rowBlocks = index(llvm::divideCeil(spec.shape.rows, kRowsPerBlock));
  Value firstRow = emit<arith::MulIOp>(emit<arith::RemUIOp>(block, rowBlocks), index(kRowsPerBlock));
  Value row = emit<arith::AddIOp>(firstRow, emit<gpu::ThreadIdOp>(gpu::Dimension::y));
  Value firstToken = emit<arith::MulIOp>(emit<arith::DivUIOp>(block, rowBlocks), index(kTokensPerBlock));

  // All lanes of a warp take the same way here, as shuffles require.
  Value inside = emit<arith::AndIOp>(less(row, index(spec.shape.rows)), less(firstToken, tokens));
  guarded(inside, [&] {
    SmallVector<Value> sums = visitRow(operands, row, lane, firstToken);
    for (Value &sum : sums)
      sum = emitSumOfLanes(builder, location, sum);
    guarded(emit<arith::CmpIOp>(arith::CmpIPredicate::eq, lane, index(0)),
            [&] { store(sums, y, row, firstToken, tokens); });
  });
  gpu::ReturnOp::create(builder, location);
}

} // namespace

void sdq::buildDecodeBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
                          const KernelSignature &signature, const Chip &) {
  // At least four blocks a multiprocessor, hence up to 128 registers a thread: left alone, ptxas aims at 32 and spills.
  kernel->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(), builder.getI32IntegerAttr(4));
  KernelBuilder(builder, location, spec).buildBody(kernel, signature);
}

gpu::GPUFuncOp sdq::buildLinearKernel(OpBuilder &builder, Location location, const LinearKernelSpec &spec,
                                      const KernelSignature &signature, const KernelFamily &family, const Chip &chip) {
  OpBuilder::InsertionGuard restore(builder);
  auto types = llvm::map_to_vector(
      signature.arguments, [&](const KernelArgument &argument) { return passedType(builder.getContext(), argument); });
  std::string name = kernelName(spec);
  if (!family.suffix.empty())
    name += ("_" + family.suffix).str();
  auto kernel = gpu::GPUFuncOp::create(builder, location, name, builder.getFunctionType(types, {}));
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), builder.getUnitAttr());
  kernel.setKnownBlockSize(ArrayRef<int32_t>{kWarpSize, int32_t(family.warps), 1});
  kernel->setAttr(kKernelAttributeName, describeKernel(spec, signature, family));
  family.buildBody(builder, location, kernel, spec, signature, chip);
  return kernel;
}
