//===- LaunchThroughRuntime.cpp - The host's gpu ops to calls -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Conversion/SDQToNVGPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"

namespace sdq {
#define GEN_PASS_DEF_LAUNCHTHROUGHRUNTIME
#include "sdq/Conversion/SDQToNVGPU/Passes.h.inc"
} // namespace sdq

using namespace mlir;
using namespace sdq;

namespace {

/// What a memref of device memory was made from: casts of the whole of it are looked through.
Value rootOf(Value memref) {
  while (Operation *op = memref.getDefiningOp()) {
    auto view = dyn_cast<memref::ReinterpretCastOp>(op);
    if (view && isConstantIntValue(view.getMixedOffsets().front(), 0))
      memref = view.getSource();
    else if (auto cast = dyn_cast<memref::CastOp>(op))
      memref = cast.getSource();
    else
      break;
  }
  return memref;
}

class Rewriter {
public:
  explicit Rewriter(ModuleOp module) : module(module), b(module.getContext()) {}

  LogicalResult rewrite(Operation *op);
  /// A branch that launches one of several kernels: its token is the stream of the token that it yields.
  LogicalResult passOn(scf::IfOp branch);
  /// Removes the ops that were rewritten, from the last to the first.
  LogicalResult finish();

private:
  LogicalResult wait(gpu::WaitOp op);
  LogicalResult launch(gpu::LaunchFuncOp op, Value stream);
  void copy(gpu::MemcpyOp op, Value stream);
  FailureOr<Value> streamOf(Operation *op, OperandRange tokens);

  Value integer(int64_t n) { return arith::ConstantIntOp::create(b, at, b.getI64Type(), n); }
  Value toI64(Value index) { return arith::IndexCastOp::create(b, at, b.getI64Type(), index); }
  /// The address of a memref's first element.
  Value addressOf(Value memref);
  Value bytesOf(MemRefType type, ValueRange dynamicSizes);
  /// The bits of an argument, as an i64.
  FailureOr<Value> bitsOf(Operation *op, Value argument);
  /// Fills a fresh array on the stack and gives its address.
  Value array(ArrayRef<Value> values);
  Value call(StringRef function, ValueRange operands, bool hasResult = false);

  ModuleOp module;
  OpBuilder b;
  Location at = module.getLoc();
  DenseMap<Value, Value> streams, deviceAddresses;
  SmallVector<Operation *> done;
  SmallVector<scf::IfOp> branches;
};

Value Rewriter::call(StringRef name, ValueRange operands, bool hasResult) {
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function) {
    OpBuilder::InsertionGuard restore(b);
    b.setInsertionPointToStart(module.getBody());
    SmallVector<Type> results(hasResult ? 1 : 0, b.getI64Type());
    function = func::FuncOp::create(b, module.getLoc(), name, b.getFunctionType(operands.getTypes(), results));
    function.setPrivate();
  }
  auto op = func::CallOp::create(b, at, function, operands);
  return hasResult ? op.getResult(0) : Value();
}

Value Rewriter::addressOf(Value memref) {
  Value root = rootOf(memref);
  if (Value address = deviceAddresses.lookup(root))
    return address;
  return toI64(memref::ExtractAlignedPointerAsIndexOp::create(b, at, root));
}

Value Rewriter::bytesOf(MemRefType type, ValueRange dynamicSizes) {
  int64_t known = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  for (int64_t size : type.getShape())
    known *= ShapedType::isDynamic(size) ? 1 : size;
  Value bytes = integer(known);
  for (Value size : dynamicSizes)
    bytes = arith::MulIOp::create(b, at, bytes, toI64(size));
  return bytes;
}

FailureOr<Value> Rewriter::bitsOf(Operation *op, Value argument) {
  Type type = argument.getType();
  if (isa<MemRefType>(type))
    return addressOf(argument);
  if (type.isIndex())
    return toI64(argument);
  if (!type.isIntOrFloat() || type.getIntOrFloatBitWidth() > 64)
    return op->emitOpError("runtime_e3: passes a ") << type << ", which is no memref and no scalar of up to 64 bits";
  auto integerType = b.getIntegerType(type.getIntOrFloatBitWidth());
  if (isa<FloatType>(type))
    argument = arith::BitcastOp::create(b, at, integerType, argument);
  return integerType.getWidth() == 64 ? argument : arith::ExtUIOp::create(b, at, b.getI64Type(), argument).getResult();
}

Value Rewriter::array(ArrayRef<Value> values) {
  auto type = MemRefType::get({int64_t(std::max<size_t>(values.size(), 1))}, b.getI64Type());
  Value memory = memref::AllocaOp::create(b, at, type);
  for (auto [i, value] : llvm::enumerate(values)) {
    Value place = arith::ConstantIndexOp::create(b, at, int64_t(i));
    memref::StoreOp::create(b, at, value, memory, place);
  }
  return toI64(memref::ExtractAlignedPointerAsIndexOp::create(b, at, memory));
}

FailureOr<Value> Rewriter::streamOf(Operation *op, OperandRange tokens) {
  if (tokens.size() != 1)
    return op->emitOpError("runtime_e1: expected to wait for one token, its stream's, found ") << tokens.size();
  return streams.lookup(tokens.front());
}

LogicalResult Rewriter::wait(gpu::WaitOp op) {
  OperandRange tokens = op.getAsyncDependencies();
  if (tokens.empty()) {
    if (op.getAsyncToken())
      streams[op.getAsyncToken()] = call("mgpuStreamCreate", {}, /*hasResult=*/true);
    return success();
  }
  FailureOr<Value> stream = streamOf(op, tokens);
  if (failed(stream))
    return failure();
  if (op.getAsyncToken()) {
    streams[op.getAsyncToken()] = *stream;
    return success();
  }
  call("mgpuStreamSynchronize", *stream);
  call("mgpuStreamDestroy", *stream);
  return success();
}

LogicalResult Rewriter::launch(gpu::LaunchFuncOp op, Value stream) {
  SmallVector<Value> operands{KernelOp::create(b, at, op.getKernel())};
  for (Value size : {op.getGridSizeX(), op.getGridSizeY(), op.getGridSizeZ(), op.getBlockSizeX(), op.getBlockSizeY(),
                     op.getBlockSizeZ()})
    operands.push_back(toI64(size));
  Value shared = op.getDynamicSharedMemorySize();
  operands.push_back(shared ? arith::ExtUIOp::create(b, at, b.getI64Type(), shared).getResult() : integer(0));
  operands.push_back(stream);
  SmallVector<Value> bits, places;
  for (Value argument : op.getKernelOperands()) {
    FailureOr<Value> value = bitsOf(op, argument);
    if (failed(value))
      return failure();
    bits.push_back(*value);
  }
  Value first = array(bits);
  for (size_t i = 0; i < bits.size(); ++i)
    places.push_back(arith::AddIOp::create(b, at, first, integer(8 * int64_t(i))));
  Value parameters = array(places);
  operands.append({parameters, /*extra=*/integer(0), integer(int64_t(bits.size()))});
  call("mgpuLaunchKernel", operands);
  return success();
}

void Rewriter::copy(gpu::MemcpyOp op, Value stream) {
  // Both sides have the same extents; a device's cannot be asked for them, but its allocation can.
  Value sized = op.getSrc();
  SmallVector<Value> sizes;
  gpu::AllocOp allocation;
  for (Value side : {op.getSrc(), op.getDst()})
    if (auto alloc = side.getDefiningOp<gpu::AllocOp>())
      allocation = alloc;
  if (allocation) {
    sized = allocation.getMemref();
    llvm::append_range(sizes, allocation.getDynamicSizes());
  } else {
    for (auto [i, size] : llvm::enumerate(cast<MemRefType>(sized.getType()).getShape()))
      if (ShapedType::isDynamic(size))
        sizes.push_back(memref::DimOp::create(b, at, sized, int64_t(i)));
  }
  Value to = addressOf(op.getDst()), from = addressOf(op.getSrc());
  call("mgpuMemcpy", {to, from, bytesOf(cast<MemRefType>(sized.getType()), sizes), stream});
}

LogicalResult Rewriter::rewrite(Operation *op) {
  b.setInsertionPoint(op);
  at = op->getLoc();
  done.push_back(op);
  if (auto waiting = dyn_cast<gpu::WaitOp>(op))
    return wait(waiting);
  auto async = dyn_cast<gpu::AsyncOpInterface>(op);
  if (!async || !isa<gpu::AllocOp, gpu::DeallocOp, gpu::MemcpyOp, gpu::LaunchFuncOp>(op))
    return op->emitOpError("runtime_e2: expected wait, alloc, dealloc, memcpy or launch_func of the gpu dialect");
  FailureOr<Value> stream = streamOf(op, async.getAsyncDependencies());
  if (failed(stream))
    return failure();
  if (Value token = async.getAsyncToken())
    streams[token] = *stream;
  if (auto alloc = dyn_cast<gpu::AllocOp>(op)) {
    Value bytes = bytesOf(alloc.getType(), alloc.getDynamicSizes());
    deviceAddresses[alloc.getMemref()] = call("mgpuMemAlloc", {bytes, *stream, integer(0)}, /*hasResult=*/true);
  } else if (auto dealloc = dyn_cast<gpu::DeallocOp>(op)) {
    Value address = addressOf(dealloc.getMemref());
    call("mgpuMemFree", {address, *stream});
  } else if (auto copied = dyn_cast<gpu::MemcpyOp>(op)) {
    copy(copied, *stream);
  } else {
    return launch(cast<gpu::LaunchFuncOp>(op), *stream);
  }
  return success();
}

LogicalResult Rewriter::passOn(scf::IfOp branch) {
  branches.push_back(branch);
  done.push_back(branch);
  for (auto [result, yielded] : llvm::zip_equal(branch.getResults(), branch.thenYield().getOperands())) {
    if (!isa<gpu::AsyncTokenType>(result.getType()))
      return branch.emitOpError("runtime_e1: expected a branch around launches to give tokens only");
    streams[result] = streams.lookup(yielded);
  }
  return success();
}

LogicalResult Rewriter::finish() {
  for (scf::IfOp branch : branches) {
    for (scf::YieldOp yield : {branch.thenYield(), branch.elseYield()})
      yield->setOperands({});
    b.setInsertionPoint(branch);
    auto plain = scf::IfOp::create(b, branch.getLoc(), branch.getCondition(), /*withElseRegion=*/true);
    plain.getThenRegion().takeBody(branch.getThenRegion());
    plain.getElseRegion().takeBody(branch.getElseRegion());
  }
  for (Operation *op : llvm::reverse(done)) {
    for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
      if (isa<memref::ReinterpretCastOp, memref::CastOp>(user) && user->use_empty())
        user->erase();
    if (!op->use_empty())
      return (*op->user_begin())->emitOpError("runtime_e3: uses memory or a token of the device on the host");
    op->erase();
  }
  return success();
}

struct LaunchThroughRuntimePass : sdq::impl::LaunchThroughRuntimeBase<LaunchThroughRuntimePass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    // Branches after what is in them: their tokens come from there.
    std::function<void(Operation *)> collect = [&](Operation *op) {
      if (isa<gpu::GPUModuleOp>(op))
        return;
      if (isa_and_present<gpu::GPUDialect>(op->getDialect()))
        ops.push_back(op);
      for (Region &region : op->getRegions())
        for (Operation &inner : region.getOps())
          collect(&inner);
      if (isa<scf::IfOp>(op) && llvm::any_of(op->getResultTypes(), llvm::IsaPred<gpu::AsyncTokenType>))
        ops.push_back(op);
    };
    collect(getOperation());
    Rewriter rewriter(getOperation());
    for (Operation *op : ops)
      if (auto branch = dyn_cast<scf::IfOp>(op); failed(branch ? rewriter.passOn(branch) : rewriter.rewrite(op)))
        return signalPassFailure();
    if (failed(rewriter.finish()))
      signalPassFailure();
  }
};

} // namespace
