//===- LinearKernel.cpp - y = x · Wᵀ, decoding as it goes -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For every block of 16 output channels:
//   1. decode the block into `decoded`, inputs × 16 (f32; 64 bytes an input: one cache line, one vector register);
//   2. for every eight tokens, keep eight vectors of 16 sums and run down the inputs: one load of the decoded block
//      feeds eight multiply-adds, each by one broadcast activation.
// Where terms want activations at different precisions, each group of terms has its own `decoded` block and its own
// rounded copy of x, and the sums run over both.
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

namespace {

/// Terms that meet the activations in the same form, with what the kernel keeps for them.
struct KernelGroup : TermGroup {
  Value activations; // memref<?xKxT or f32>
  Value decoded;     // memref<Kx16xf32>
};

class LinearKernel {
public:
  LinearKernel(OpBuilder &builder, func::FuncOp kernel, WeightType weight, Type element)
      : b(builder), location(kernel.getLoc()), weight(weight), element(element),
        block(VectorType::get({kChannelBlock}, b.getF32Type())), x(kernel.getArgument(0)),
        parts(kernel.getArguments().drop_front().drop_back()), y(kernel.getArguments().back()) {}

  void build(ArrayAttr activations) {
    Value tokens = memref::DimOp::create(b, location, x, 0);
    for (TermGroup &group : groupTerms(weight, activations, parts))
      groups.push_back({std::move(group), Value(), Value()});
    for (KernelGroup &group : groups)
      prepare(group, tokens);
    forEach(index(0), index(weight.getRows()), kChannelBlock, [&](Value channel) {
      Value channels = arith::MinUIOp::create(b, location, index(kChannelBlock), sub(index(weight.getRows()), channel));
      for (KernelGroup &group : groups)
        decodeBlock(group, channel, channels);
      Value whole = sub(tokens, arith::RemUIOp::create(b, location, tokens, index(kTokenBlock)));
      forEach(index(0), whole, kTokenBlock, [&](Value token) { multiply(token, kTokenBlock, channel, channels); });
      forEach(whole, tokens, 1, [&](Value token) { multiply(token, 1, channel, channels); });
    });
    func::ReturnOp::create(b, location);
  }

private:
  /// Rounds the activations where the group wants that, and allocates its block. Buffers are freed by the buffer
  /// deallocation pipeline, as everybody else's are.
  void prepare(KernelGroup &group, Value tokens) {
    int64_t columns = weight.getColumns();
    group.activations = x;
    if (group.activation) {
      OpBuilder::InsertionGuard guard(b);
      auto module = x.getParentRegion()->getParentOfType<ModuleOp>();
      func::FuncOp quantize = quantizeActivationKernel(module, group.activation, columns, element);
      auto rounded = MemRefType::get({ShapedType::kDynamic, columns}, b.getF32Type());
      group.activations = memref::AllocOp::create(b, location, rounded, tokens);
      func::CallOp::create(b, location, quantize, ValueRange{x, group.activations});
    }
    auto type = MemRefType::get({columns, kChannelBlock}, b.getF32Type());
    group.decoded = memref::AllocOp::create(b, location, type, ValueRange(), b.getI64IntegerAttr(64));
  }

  void decodeBlock(KernelGroup &group, Value channel, Value channels) {
    Value zero = arith::ConstantOp::create(b, location, b.getZeroAttr(block));
    forEach(index(0), index(weight.getColumns()), 1, [&](Value column) {
      vector::StoreOp::create(b, location, zero, group.decoded, ValueRange{column, index(0)});
    });
    forEach(index(0), channels, 1, [&](Value lane) {
      Value row = arith::AddIOp::create(b, location, channel, lane);
      for (auto [term, termParts] : group.terms)
        term.emitVisitRow(b, location, weight.getShape(), termParts, row, index(0), index(1), {},
                          [&](OpBuilder &inner, Location at, Value column, Value value, ValueRange) {
                            Value place[] = {column, lane};
                            Value sum = memref::LoadOp::create(inner, at, group.decoded, place);
                            sum = arith::AddFOp::create(inner, at, sum, value);
                            memref::StoreOp::create(inner, at, sum, group.decoded, place);
                            return SmallVector<Value>();
                          });
    });
  }

  /// y[token … token + count, channel … channel + channels] for the decoded block.
  void multiply(Value token, int64_t count, Value channel, Value channels) {
    SmallVector<Value> rows;
    for (int64_t i = 0; i < count; ++i)
      rows.push_back(arith::AddIOp::create(b, location, token, index(i)));
    SmallVector<Value> sums(count, arith::ConstantOp::create(b, location, b.getZeroAttr(block)));
    for (KernelGroup &group : groups) {
      auto loop = scf::ForOp::create(
          b, location, index(0), index(weight.getColumns()), index(1), sums,
          [&](OpBuilder &inner, Location at, Value column, ValueRange carried) {
            Value weights = vector::LoadOp::create(inner, at, block, group.decoded,
                                                   ValueRange{column, arith::ConstantIndexOp::create(inner, at, 0)});
            SmallVector<Value> next;
            for (auto [row, sum] : llvm::zip_equal(rows, carried)) {
              Value scalar = memref::LoadOp::create(inner, at, group.activations, ValueRange{row, column});
              Value spread = vector::BroadcastOp::create(inner, at, block, toF32(inner, at, scalar));
              next.push_back(vector::FMAOp::create(inner, at, spread, weights, sum));
            }
            scf::YieldOp::create(inner, at, next);
          });
      sums.assign(loop.getResults().begin(), loop.getResults().end());
    }
    for (auto [row, sum] : llvm::zip_equal(rows, sums))
      store(row, channel, channels, sum);
  }

  /// Whole vectors where every block of this weight is whole, else element by element.
  void store(Value row, Value channel, Value channels, Value sums) {
    if (weight.getRows() % kChannelBlock == 0 && element.isF32()) {
      vector::StoreOp::create(b, location, sums, y, ValueRange{row, channel});
      return;
    }
    forEach(index(0), channels, 1, [&](Value lane) {
      Value sum = vector::ExtractOp::create(b, location, sums, lane);
      Value target = arith::AddIOp::create(b, location, channel, lane);
      memref::StoreOp::create(b, location, fromF32(b, location, sum, element), y, ValueRange{row, target});
    });
  }

  Value index(int64_t n) { return arith::ConstantIndexOp::create(b, location, n); }
  Value sub(Value left, Value right) { return arith::SubIOp::create(b, location, left, right); }

  void forEach(Value lower, Value upper, int64_t step, function_ref<void(Value)> body) {
    auto loop = scf::ForOp::create(b, location, lower, upper, index(step));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    body(loop.getInductionVar());
  }

  OpBuilder &b;
  Location location;
  WeightType weight;
  Type element;
  VectorType block;
  Value x;
  ValueRange parts;
  Value y;
  SmallVector<KernelGroup> groups;
};

} // namespace

func::FuncOp sdq::linearKernel(ModuleOp module, WeightType weight, Type element, ArrayAttr activations) {
  SmallVector<std::string> details = {printed(weight), "of", printed(element)};
  if (activations)
    details.push_back(printed(activations));
  SmallVector<Type> arguments = {MemRefType::get({ShapedType::kDynamic, weight.getColumns()}, element)};
  llvm::append_range(arguments, partMemRefs(weight));
  arguments.push_back(MemRefType::get({ShapedType::kDynamic, weight.getRows()}, element));

  OpBuilder builder(module.getContext());
  auto [kernel, made] = getOrCreateKernel(builder, module, kernelName("linear", details), arguments);
  if (made)
    LinearKernel(builder, kernel, weight, element).build(activations);
  return kernel;
}
