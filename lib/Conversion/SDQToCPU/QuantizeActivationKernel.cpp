//===- QuantizeActivationKernel.cpp - Activations rounded to a format and back -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sdq;

func::FuncOp sdq::quantizeActivationKernel(ModuleOp module, ActivationFormatAttr format, int64_t columns,
                                           Type element) {
  auto in = MemRefType::get({ShapedType::kDynamic, columns}, element);
  auto out = MemRefType::get({ShapedType::kDynamic, columns}, Float32Type::get(module.getContext()));
  OpBuilder b(module.getContext());
  std::string name = kernelName("quantize", {printed(in), "to", printed(format)});
  auto [kernel, made] = getOrCreateKernel(b, module, name, {in, out});
  if (!made)
    return kernel;

  Location at = kernel.getLoc();
  ElementKind kind = *elementKindOf(format.getElement());
  Value x = kernel.getArgument(0), y = kernel.getArgument(1);
  auto index = [&](OpBuilder &inner, int64_t n) -> Value { return arith::ConstantIndexOp::create(inner, at, n); };
  auto load = [&](OpBuilder &inner, Value token, Value column) {
    return toF32(inner, at, memref::LoadOp::create(inner, at, x, ValueRange{token, column}));
  };

  scf::ForOp::create(
      b, at, index(b, 0), memref::DimOp::create(b, at, x, 0), index(b, 1), ValueRange(),
      [&](OpBuilder &perToken, Location, Value token, ValueRange) {
        scf::ForOp::create(
            perToken, at, index(perToken, 0), index(perToken, columns), index(perToken, format.getVector()),
            ValueRange(), [&](OpBuilder &perVector, Location, Value begin, ValueRange) {
              Value end = arith::AddIOp::create(perVector, at, begin, index(perVector, format.getVector()));
              end = arith::MinUIOp::create(perVector, at, end, index(perVector, columns));
              Value one = index(perVector, 1);
              Value zero = arith::ConstantOp::create(perVector, at, perVector.getF32FloatAttr(0));
              auto largest =
                  scf::ForOp::create(perVector, at, begin, end, one, zero,
                                     [&](OpBuilder &inner, Location, Value column, ValueRange carried) {
                                       Value magnitude = math::AbsFOp::create(inner, at, load(inner, token, column));
                                       Value most = arith::MaximumFOp::create(inner, at, carried[0], magnitude);
                                       scf::YieldOp::create(inner, at, most);
                                     });
              Value scale = emitActivationScale(perVector, at, kind, largest.getResult(0));
              scf::ForOp::create(perVector, at, begin, end, one, ValueRange(),
                                 [&](OpBuilder &inner, Location, Value column, ValueRange) {
                                   Value value =
                                       emitRoundActivation(inner, at, kind, load(inner, token, column), scale);
                                   memref::StoreOp::create(inner, at, value, y, ValueRange{token, column});
                                   scf::YieldOp::create(inner, at);
                                 });
              scf::YieldOp::create(perVector, at);
            });
        scf::YieldOp::create(perToken, at);
      });
  func::ReturnOp::create(b, at);
  return kernel;
}
