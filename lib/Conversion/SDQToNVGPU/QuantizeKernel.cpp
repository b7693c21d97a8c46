//===- QuantizeKernel.cpp - Kernels that round activations ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The frame of both forms, and the one that writes values: a thread owns one vector of one token, finds the largest
// magnitude, from which the scale follows, and rounds. The result is f32, code · scale, as kernels that decode multiply
// it; what is computed is what runs on CPUs, bit for bit.
//
//===----------------------------------------------------------------------===//

#include "QuantizeKernel.h"

#include "KernelFamily.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sdq;

static constexpr int64_t kThreads = 128;

int64_t sdq::vectorsPerBlock(bool packed) { return packed ? kThreads / kWarpSize : kThreads; }

SmallVector<KernelArgument> sdq::roundedBuffers(ActivationFormatAttr activation, int64_t columns, bool packed) {
  MLIRContext *context = activation.getContext();
  auto tokensBy = [&](int64_t extent, Type element) {
    return MemRefType::get({ShapedType::kDynamic, extent}, element);
  };
  std::string name = "x as ";
  llvm::raw_string_ostream(name) << activation;
  auto f32 = Float32Type::get(context);
  if (!packed)
    return {{name, tokensBy(columns, f32)}};
  int64_t words = packedInputs(columns) * packedWidth(activation) / 32;
  return {{"codes of " + name, tokensBy(words, IntegerType::get(context, 32))},
          {"scales of " + name, tokensBy(llvm::divideCeil(columns, activation.getVector()), f32)}};
}

/// math.absf would be a call of libdevice.
Value sdq::emitMagnitude(OpBuilder &b, Location at, Value value) {
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

void sdq::buildRoundToValues(OpBuilder &b, Location at, const VectorToRound &vector) {
  auto index = [&](int64_t n) -> Value { return arith::ConstantIndexOp::create(b, at, n); };
  auto f32 = b.getF32Type();
  ElementKind kind = *elementKindOf(vector.activation.getElement());
  Value begin = arith::MulIOp::create(b, at, vector.number, index(vector.activation.getVector()));
  Value end = arith::AddIOp::create(b, at, begin, index(vector.activation.getVector()));
  end = arith::MinUIOp::create(b, at, end, index(vector.columns));
  auto load = [&](OpBuilder &inner, Value column) -> Value {
    Value value = memref::LoadOp::create(inner, at, vector.x, ValueRange{vector.token, column});
    return value.getType().isF32() ? value : arith::ExtFOp::create(inner, at, f32, value).getResult();
  };
  Value zero = arith::ConstantOp::create(b, at, b.getF32FloatAttr(0));
  auto largest = scf::ForOp::create(b, at, begin, end, index(1), zero,
                                    [&](OpBuilder &inner, Location, Value column, ValueRange carried) {
                                      Value magnitude = emitMagnitude(inner, at, load(inner, column));
                                      Value most = arith::MaximumFOp::create(inner, at, carried[0], magnitude);
                                      scf::YieldOp::create(inner, at, most);
                                    });
  Value scale = emitActivationScale(b, at, kind, largest.getResult(0));
  scf::ForOp::create(b, at, begin, end, index(1), ValueRange(),
                     [&](OpBuilder &inner, Location, Value column, ValueRange) {
                       Value value = emitRoundActivation(inner, at, kind, load(inner, column), scale);
                       memref::StoreOp::create(inner, at, value, vector.buffers[0], ValueRange{vector.token, column});
                       scf::YieldOp::create(inner, at);
                     });
}

gpu::GPUFuncOp sdq::buildQuantizeKernel(OpBuilder &b, Location at, ActivationFormatAttr activation, int64_t columns,
                                        Type type, bool packed) {
  OpBuilder::InsertionGuard restore(b);
  SmallVector<KernelArgument> arguments{{"x", MemRefType::get({ShapedType::kDynamic, columns}, type)}};
  llvm::append_range(arguments, roundedBuffers(activation, columns, packed));
  arguments.push_back({"tokens", MemRefType()});
  auto types = llvm::map_to_vector(
      arguments, [&](const KernelArgument &argument) { return passedType(b.getContext(), argument); });
  auto kernel = gpu::GPUFuncOp::create(b, at, quantizeKernelName(activation, columns, type, packed),
                                       b.getFunctionType(types, {}));
  int64_t block[] = {packed ? kWarpSize : kThreads, packed ? kThreads / kWarpSize : 1, 1};
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  kernel.setKnownBlockSize(ArrayRef<int32_t>{int32_t(block[0]), int32_t(block[1]), 1});
  kernel->setAttr(
      kKernelAttributeName,
      b.getDictionaryAttr({b.getNamedAttr("activation", activation),
                           b.getNamedAttr("columns", b.getI64IntegerAttr(columns)),
                           b.getNamedAttr("block", b.getDenseI64ArrayAttr(block)),
                           b.getNamedAttr("vectors_per_block", b.getI64IntegerAttr(vectorsPerBlock(packed))),
                           b.getNamedAttr("arguments", describeArguments(b.getContext(), arguments))}));

  b.setInsertionPointToStart(&kernel.getBody().front());
  auto index = [&](int64_t n) -> Value { return arith::ConstantIndexOp::create(b, at, n); };
  Value tokens = arith::IndexCastOp::create(b, at, b.getIndexType(), kernel.getArguments().back());
  SmallVector<Value> views;
  for (auto [address, argument] : llvm::zip(kernel.getArguments().drop_back(), arguments))
    views.push_back(viewAt(b, at, address, argument.buffer, tokens));
  Value inBlock = gpu::ThreadIdOp::create(b, at, packed ? gpu::Dimension::y : gpu::Dimension::x);
  Value firstVector =
      arith::MulIOp::create(b, at, gpu::BlockIdOp::create(b, at, gpu::Dimension::x), index(vectorsPerBlock(packed)));
  Value vector = arith::AddIOp::create(b, at, firstVector, inBlock);
  Value perToken = index(llvm::divideCeil(columns, activation.getVector()));
  Value token = arith::DivUIOp::create(b, at, vector, perToken);
  // Packed, the lanes of a warp go one way here, as shuffles require.
  Value inside = arith::CmpIOp::create(b, at, arith::CmpIPredicate::ult, token, tokens);
  auto guard = scf::IfOp::create(b, at, inside, /*withElseRegion=*/false);
  gpu::ReturnOp::create(b, at);

  b.setInsertionPointToStart(guard.thenBlock());
  Value number = arith::RemUIOp::create(b, at, vector, perToken);
  VectorToRound toRound{views[0], ArrayRef(views).drop_front(), token, number, activation, columns};
  packed ? buildRoundToCodes(b, at, toRound) : buildRoundToValues(b, at, toRound);
  roundByAdding(kernel);
  return kernel;
}
