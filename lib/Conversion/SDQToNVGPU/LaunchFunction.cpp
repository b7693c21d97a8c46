//===- LaunchFunction.cpp - The host's side of a kernel -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelFamily.h"
#include "QuantizeKernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sdq;

namespace {

class LaunchBuilder {
public:
  LaunchBuilder(OpBuilder &builder, Location location, const LinearKernelSpec &spec)
      : builder(builder), location(location), spec(spec), token(gpu::AsyncTokenType::get(builder.getContext())) {}

  void buildBody(func::FuncOp function, ArrayRef<FamilyKernel> kernels, ArrayRef<gpu::GPUFuncOp> quantizers,
                 const KernelSignature &signature);

private:
  template <typename Op, typename... Arguments>
  Value emit(Arguments... arguments) {
    return Op::create(builder, location, arguments...);
  }
  Value index(int64_t n) { return emit<arith::ConstantIndexOp>(n); }

  // Each of these waits for `stream`, the token of what was launched last, and becomes it.
  Value allocate(MemRefType type, Value tokens) {
    auto buffer = gpu::AllocOp::create(builder, location, type, token, ValueRange{stream}, ValueRange{tokens}, {});
    stream = buffer.getAsyncToken();
    return buffer.getMemref();
  }
  void copy(Value to, Value from) {
    stream = gpu::MemcpyOp::create(builder, location, token, ValueRange{stream}, to, from).getAsyncToken();
  }
  void release(Value buffer) {
    stream = gpu::DeallocOp::create(builder, location, token, ValueRange{stream}, buffer).getAsyncToken();
  }

  Value gridSize(const KernelFamily &family, Value tokens);
  /// Launches one kernel, described by its attribute; gives the token of its end.
  Value launch(gpu::GPUFuncOp kernel, Value blocks, ValueRange operands);
  /// Launches the last of `kernels` that takes so many tokens; gives the token of its end.
  Value launch(ArrayRef<FamilyKernel> kernels, Value tokens, ValueRange operands);
  Value asPassed(Value buffer, const KernelArgument &argument);

  OpBuilder &builder;
  Location location;
  const LinearKernelSpec &spec;
  Type token;
  Value stream;
};

/// ⌈N / rows⌉ · max(1, ⌈tokens / tile⌉): a launch without blocks is refused by the driver, and no tokens are legal.
Value LaunchBuilder::gridSize(const KernelFamily &family, Value tokens) {
  Value tiles = emit<arith::CeilDivUIOp>(tokens, index(family.tokensPerBlock));
  tiles = emit<arith::MaxUIOp>(tiles, index(1));
  return emit<arith::MulIOp>(tiles, index(llvm::divideCeil(spec.shape.rows, family.rowsPerBlock)));
}

Value LaunchBuilder::launch(gpu::GPUFuncOp kernel, Value blocks, ValueRange operands) {
  ArrayRef<int32_t> blockSize = *kernel.getKnownBlockSize();
  Value one = index(1);
  gpu::KernelDim3 grid{blocks, one, one}, block{index(blockSize[0]), index(blockSize[1]), index(blockSize[2])};
  auto launched = gpu::LaunchFuncOp::create(builder, location, kernel, grid, block, /*dynamicSharedMemorySize=*/Value(),
                                            operands, token, ValueRange{stream});
  // Kernels become binaries; what a caller must know of them stays here.
  launched->setDiscardableAttr(kKernelAttributeName, kernel->getAttr(kKernelAttributeName));
  return launched.getAsyncToken();
}

Value LaunchBuilder::launch(ArrayRef<FamilyKernel> kernels, Value tokens, ValueRange operands) {
  const auto &[family, kernel] = kernels.back();
  if (kernels.size() == 1) {
    return launch(kernel, gridSize(*family, tokens), operands);
  }
  Value enough = emit<arith::CmpIOp>(arith::CmpIPredicate::uge, tokens, index(family->fromTokens));
  auto choice = scf::IfOp::create(builder, location, TypeRange{token}, enough, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  for (auto [block, candidates] :
       {std::pair(choice.thenBlock(), kernels.take_back()), std::pair(choice.elseBlock(), kernels.drop_back())}) {
    OpBuilder::InsertionGuard restore(builder);
    builder.setInsertionPointToEnd(block);
    scf::YieldOp::create(builder, location, launch(candidates, tokens, operands));
  }
  return choice.getResult(0);
}

/// The buffer as the kernel declares it: bare pointers need a static shape.
Value LaunchBuilder::asPassed(Value buffer, const KernelArgument &argument) {
  auto type = cast<MemRefType>(passedType(builder.getContext(), argument));
  if (type == buffer.getType())
    return buffer;
  return emit<memref::ReinterpretCastOp>(type, buffer, int64_t(0), ArrayRef<int64_t>{}, ArrayRef<int64_t>{});
}

void LaunchBuilder::buildBody(func::FuncOp function, ArrayRef<FamilyKernel> kernels,
                              ArrayRef<gpu::GPUFuncOp> quantizers, const KernelSignature &signature) {
  builder.setInsertionPointToStart(function.addEntryBlock());
  Value input = function.getArgument(0);
  ValueRange parts = function.getArguments().drop_front();
  const KernelArgument &x = signature.x(), &y = signature.y();

  Value tokens = emit<tensor::DimOp>(input, int64_t(0));
  Value hostX = emit<bufferization::ToBufferOp>(x.buffer, input, /*read_only=*/true);
  Value hostY = memref::AllocOp::create(builder, location, y.buffer, ValueRange{tokens});

  stream = gpu::WaitOp::create(builder, location, token, ValueRange{}).getAsyncToken();
  Value deviceX = allocate(x.buffer, tokens);
  Value deviceY = allocate(y.buffer, tokens);
  copy(deviceX, hostX);

  auto toI64 = [&](Value value) { return emit<arith::IndexCastOp>(builder.getI64Type(), value); };
  SmallVector<Value> operands, extents;
  for (auto [part, argument] : llvm::zip_equal(parts, signature.parts())) {
    if (!argument.buffer.hasStaticShape())
      extents.push_back(toI64(emit<memref::DimOp>(part, int64_t(0))));
    operands.push_back(asPassed(part, argument));
  }
  operands.push_back(asPassed(deviceX, x));
  SmallVector<Value> rounded;
  for (auto [quantizer, format] : llvm::zip_equal(quantizers, spec.rounded())) {
    SmallVector<Value> own{asPassed(deviceX, x)};
    for (const KernelArgument &argument : roundedBuffers(format, spec.shape.columns, spec.packed)) {
      rounded.push_back(allocate(argument.buffer, tokens));
      own.push_back(asPassed(rounded.back(), argument));
      operands.push_back(own.back());
    }
    own.push_back(toI64(tokens));
    Value vectors = emit<arith::MulIOp>(tokens, index(llvm::divideCeil(spec.shape.columns, format.getVector())));
    Value blocks = emit<arith::CeilDivUIOp>(vectors, index(vectorsPerBlock(spec.packed)));
    stream = launch(quantizer, emit<arith::MaxUIOp>(blocks, index(1)), own);
  }
  operands.push_back(asPassed(deviceY, y));
  operands.push_back(toI64(tokens));
  operands.append(extents);
  stream = launch(kernels, tokens, operands);

  copy(hostY, deviceY);
  release(deviceX);
  for (Value buffer : rounded)
    release(buffer);
  release(deviceY);
  gpu::WaitOp::create(builder, location, Type(), ValueRange{stream});
  Value result = emit<bufferization::ToTensorOp>(function.getResultTypes().front(), hostY, /*restrict=*/true,
                                                 /*writable=*/true);
  func::ReturnOp::create(builder, location, result);
}

} // namespace

func::FuncOp sdq::buildLaunchFunction(OpBuilder &builder, Location location, StringRef name,
                                      ArrayRef<FamilyKernel> kernels, ArrayRef<gpu::GPUFuncOp> quantizers,
                                      const LinearKernelSpec &spec, const KernelSignature &signature) {
  OpBuilder::InsertionGuard restore(builder);
  auto tokensBy = [&](int64_t extent) {
    return RankedTensorType::get({ShapedType::kDynamic, extent}, spec.activation);
  };
  SmallVector<Type> types{tokensBy(spec.shape.columns)};
  for (const KernelArgument &part : signature.parts())
    types.push_back(part.buffer);
  auto function =
      func::FuncOp::create(builder, location, name, builder.getFunctionType(types, {tokensBy(spec.shape.rows)}));
  function.setPrivate();
  LaunchBuilder(builder, location, spec).buildBody(function, kernels, quantizers, signature);
  return function;
}
