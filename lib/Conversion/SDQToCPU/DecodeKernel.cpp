//===- DecodeKernel.cpp - A weight back as a matrix -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sdq;

func::FuncOp sdq::decodeKernel(ModuleOp module, WeightType weight, Type element) {
  SmallVector<Type> arguments = partMemRefs(weight);
  arguments.push_back(MemRefType::get({weight.getRows(), weight.getColumns()}, element));
  OpBuilder b(module.getContext());
  auto [kernel, made] =
      getOrCreateKernel(b, module, kernelName("decode", {printed(weight), "to", printed(element)}), arguments);
  if (!made)
    return kernel;

  Location location = kernel.getLoc();
  ValueRange parts = kernel.getArguments().drop_back();
  Value out = kernel.getArguments().back();
  auto index = [&](int64_t n) -> Value { return arith::ConstantIndexOp::create(b, location, n); };
  auto sumsType = MemRefType::get({weight.getColumns()}, b.getF32Type());
  Value sums = memref::AllocOp::create(b, location, sumsType);

  auto rows = scf::ForOp::create(b, location, index(0), index(weight.getRows()), index(1));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(rows.getBody());
    Value row = rows.getInductionVar();
    auto forEachColumn = [&](function_ref<void(OpBuilder &, Value)> body) {
      scf::ForOp::create(b, location, index(0), index(weight.getColumns()), index(1), ValueRange(),
                         [&](OpBuilder &inner, Location at, Value column, ValueRange) {
                           body(inner, column);
                           scf::YieldOp::create(inner, at);
                         });
    };
    Value zero = arith::ConstantOp::create(b, location, b.getF32FloatAttr(0));
    forEachColumn([&](OpBuilder &inner, Value column) {
      memref::StoreOp::create(inner, location, zero, sums, column);
    });
    weight.getFormat().emitVisitRow(b, location, weight.getShape(), parts, row, index(0), index(1), {},
                                    [&](OpBuilder &inner, Location at, Value column, Value value, ValueRange) {
                                      Value sum = memref::LoadOp::create(inner, at, sums, column);
                                      sum = arith::AddFOp::create(inner, at, sum, value);
                                      memref::StoreOp::create(inner, at, sum, sums, column);
                                      return SmallVector<Value>();
                                    });
    forEachColumn([&](OpBuilder &inner, Value column) {
      Value sum = memref::LoadOp::create(inner, location, sums, column);
      memref::StoreOp::create(inner, location, fromF32(inner, location, sum, element), out, ValueRange{row, column});
    });
  }
  func::ReturnOp::create(b, location);
  return kernel;
}
