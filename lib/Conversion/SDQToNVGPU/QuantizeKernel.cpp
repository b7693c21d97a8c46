//===- QuantizeKernel.cpp - The kernel that rounds activations -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A thread owns one vector of one token: it finds the largest magnitude, from which the scale follows, and rounds. The
// result is f32, code · scale, as kernels that decode multiply it; what is computed is what runs on CPUs, bit for bit.
//
//===----------------------------------------------------------------------===//

#include "KernelFamily.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sdq;

/// math.absf would be a call of libdevice.
static Value magnitudeOf(OpBuilder &b, Location at, Value value) {
  Value bits = arith::BitcastOp::create(b, at, b.getI32Type(), value);
  Value mask = arith::ConstantOp::create(b, at, b.getI32IntegerAttr(0x7FFFFFFF));
  return arith::BitcastOp::create(b, at, value.getType(), arith::AndIOp::create(b, at, bits, mask));
}

/// math.roundeven would be one too. What is rounded here lies below 2^22, and at 1.5 · 2^23 an f32's last place is 1:
/// adding rounds, to nearest with ties to even.
static void roundByAdding(gpu::GPUFuncOp kernel) {
  kernel.walk([](math::RoundEvenOp op) {
    OpBuilder b(op);
    Value shift = arith::ConstantOp::create(b, op.getLoc(), b.getF32FloatAttr(0x1.8p23f));
    Value shifted = arith::AddFOp::create(b, op.getLoc(), op.getOperand(), shift);
    op.replaceAllUsesWith(arith::SubFOp::create(b, op.getLoc(), shifted, shift).getResult());
    op.erase();
  });
}

gpu::GPUFuncOp sdq::buildQuantizeKernel(OpBuilder &b, Location at, ActivationFormatAttr activation, int64_t columns,
                                        Type type) {
  OpBuilder::InsertionGuard restore(b);
  auto f32 = b.getF32Type();
  auto tokensBy = [&](Type element) { return MemRefType::get({ShapedType::kDynamic, columns}, element); };
  SmallVector<KernelArgument> arguments{{"x", tokensBy(type)}, {"rounded", tokensBy(f32)}, {"tokens", MemRefType()}};
  auto types = llvm::map_to_vector(
      arguments, [&](const KernelArgument &argument) { return passedType(b.getContext(), argument); });
  auto kernel = gpu::GPUFuncOp::create(b, at, quantizeKernelName(activation, columns, type),
                                       b.getFunctionType(types, {}));
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  kernel.setKnownBlockSize(ArrayRef<int32_t>{int32_t(kQuantizeBlock), 1, 1});
  kernel->setAttr(kKernelAttributeName,
                  b.getDictionaryAttr({b.getNamedAttr("activation", activation),
                                       b.getNamedAttr("columns", b.getI64IntegerAttr(columns)),
                                       b.getNamedAttr("block", b.getDenseI64ArrayAttr({kQuantizeBlock, 1, 1})),
                                       b.getNamedAttr("arguments", describeArguments(b.getContext(), arguments))}));

  b.setInsertionPointToStart(&kernel.getBody().front());
  auto index = [&](int64_t n) -> Value { return arith::ConstantIndexOp::create(b, at, n); };
  ElementKind kind = *elementKindOf(activation.getElement());
  Value perToken = index(llvm::divideCeil(columns, activation.getVector()));
  Value tokens = arith::IndexCastOp::create(b, at, b.getIndexType(), kernel.getArgument(2));
  Value x = viewAt(b, at, kernel.getArgument(0), tokensBy(type), tokens);
  Value rounded = viewAt(b, at, kernel.getArgument(1), tokensBy(f32), tokens);
  Value thread = arith::AddIOp::create(
      b, at, arith::MulIOp::create(b, at, gpu::BlockIdOp::create(b, at, gpu::Dimension::x), index(kQuantizeBlock)),
      gpu::ThreadIdOp::create(b, at, gpu::Dimension::x));
  Value token = arith::DivUIOp::create(b, at, thread, perToken);
  Value inside = arith::CmpIOp::create(b, at, arith::CmpIPredicate::ult, token, tokens);
  auto guard = scf::IfOp::create(b, at, inside, /*withElseRegion=*/false);
  gpu::ReturnOp::create(b, at);

  b.setInsertionPointToStart(guard.thenBlock());
  Value number = arith::RemUIOp::create(b, at, thread, perToken);
  Value begin = arith::MulIOp::create(b, at, number, index(activation.getVector()));
  Value end = arith::AddIOp::create(b, at, begin, index(activation.getVector()));
  end = arith::MinUIOp::create(b, at, end, index(columns));
  auto load = [&](OpBuilder &inner, Value column) -> Value {
    Value value = memref::LoadOp::create(inner, at, x, ValueRange{token, column});
    return type.isF32() ? value : arith::ExtFOp::create(inner, at, f32, value).getResult();
  };
  Value zero = arith::ConstantOp::create(b, at, b.getF32FloatAttr(0));
  auto largest = scf::ForOp::create(b, at, begin, end, index(1), zero,
                                    [&](OpBuilder &inner, Location, Value column, ValueRange carried) {
                                      Value magnitude = magnitudeOf(inner, at, load(inner, column));
                                      Value most = arith::MaximumFOp::create(inner, at, carried[0], magnitude);
                                      scf::YieldOp::create(inner, at, most);
                                    });
  Value scale = emitActivationScale(b, at, kind, largest.getResult(0));
  scf::ForOp::create(b, at, begin, end, index(1), ValueRange(),
                     [&](OpBuilder &inner, Location, Value column, ValueRange) {
                       Value value = emitRoundActivation(inner, at, kind, load(inner, column), scale);
                       memref::StoreOp::create(inner, at, value, rounded, ValueRange{token, column});
                       scf::YieldOp::create(inner, at);
                     });
  roundByAdding(kernel);
  return kernel;
}
