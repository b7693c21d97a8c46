//===- QuantizeActivationKernel.cpp - Activations rounded to a format and back -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Dynamic VS-Quant (arXiv 2102.04503) of a token: every Q consecutive inputs are divided by max |x| / max(format),
// rounded to the format (to nearest, ties to even, saturating) and multiplied back. All arithmetic is f32.
//
// Rounding to a small float of m mantissa bits and smallest normal exponent e₀: the spacing of representable numbers
// around a is 2^(max(exponent(a), e₀) − m); divide by it, round to an integer, multiply back. Both powers of two are
// assembled from bits.
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sdq;

namespace {

Value constant(OpBuilder &b, Location at, float value) {
  return arith::ConstantOp::create(b, at, b.getF32FloatAttr(value));
}
Value constant(OpBuilder &b, Location at, int32_t value) {
  return arith::ConstantOp::create(b, at, b.getI32IntegerAttr(value));
}

/// Rounds `value`, whose magnitude is at most slightly over the format's largest, to the format.
Value roundTo(OpBuilder &b, Location at, ElementKind kind, Value value) {
  Value limit = constant(b, at, maxMagnitude(kind)), negativeLimit = constant(b, at, -maxMagnitude(kind));
  Value rounded;
  if (isInteger(kind)) {
    rounded = math::RoundEvenOp::create(b, at, value);
  } else {
    auto [mantissa, smallestExponent] = kind == ElementKind::E2M1   ? std::pair(1, 0)
                                        : kind == ElementKind::E4M3 ? std::pair(3, -6)
                                                                    : std::pair(2, -14);
    Value bits = arith::BitcastOp::create(b, at, b.getI32Type(), value);
    Value exponent =
        arith::AndIOp::create(b, at, arith::ShRUIOp::create(b, at, bits, constant(b, at, 23)), constant(b, at, 255));
    exponent = arith::MaxSIOp::create(b, at, exponent, constant(b, at, smallestExponent + 127));
    auto power = [&](Value biased) {
      Value shifted = arith::ShLIOp::create(b, at, biased, constant(b, at, 23));
      return Value(arith::BitcastOp::create(b, at, b.getF32Type(), shifted));
    };
    Value spacing = power(arith::SubIOp::create(b, at, exponent, constant(b, at, mantissa)));
    Value inverse = power(arith::SubIOp::create(b, at, constant(b, at, 254 + mantissa), exponent));
    rounded = math::RoundEvenOp::create(b, at, arith::MulFOp::create(b, at, value, inverse));
    rounded = arith::MulFOp::create(b, at, rounded, spacing);
  }
  rounded = arith::MinimumFOp::create(b, at, rounded, limit);
  return arith::MaximumFOp::create(b, at, rounded, negativeLimit);
}

} // namespace

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
              auto largest =
                  scf::ForOp::create(perVector, at, begin, end, one, constant(perVector, at, 0.0f),
                                     [&](OpBuilder &inner, Location, Value column, ValueRange carried) {
                                       Value magnitude = math::AbsFOp::create(inner, at, load(inner, token, column));
                                       Value most = arith::MaximumFOp::create(inner, at, carried[0], magnitude);
                                       scf::YieldOp::create(inner, at, most);
                                     });
              Value scale = arith::DivFOp::create(perVector, at, largest.getResult(0),
                                                  constant(perVector, at, maxMagnitude(kind)));
              // A vector of zeros divides by one and stays zeros.
              Value zero =
                  arith::CmpFOp::create(perVector, at, arith::CmpFPredicate::OEQ, scale, constant(perVector, at, 0.0f));
              Value divisor = arith::SelectOp::create(perVector, at, zero, constant(perVector, at, 1.0f), scale);
              scf::ForOp::create(perVector, at, begin, end, one, ValueRange(),
                                 [&](OpBuilder &inner, Location, Value column, ValueRange) {
                                   Value scaled = arith::DivFOp::create(inner, at, load(inner, token, column), divisor);
                                   Value rounded = roundTo(inner, at, kind, scaled);
                                   Value value = arith::MulFOp::create(inner, at, rounded, divisor);
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
