//===- IRBackend.h - Decoders emitted as IR -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The Backend of sdq/Core/Decode.h that emits arith, math and scf operations, and reads parts that are memrefs or
// tensors. The wrappers keep indices, codes and numbers apart as the decoders do.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_IR_IRBACKEND_H
#define SDQ_DIALECT_SDQ_IR_IRBACKEND_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace sdq {

class IRBackend {
public:
  struct Index {
    mlir::Value value; // index
  };
  struct Bits {
    mlir::Value value; // i32
  };
  struct Real {
    mlir::Value value; // f32
  };
  struct Predicate {
    mlir::Value value; // i1
  };
  using Accumulators = llvm::SmallVector<mlir::Value>;

  IRBackend(mlir::OpBuilder &builder, mlir::Location location) : builder(builder), location(location) {}

  mlir::OpBuilder &builder;
  mlir::Location location;

  Index index(int64_t n) { return {mlir::arith::ConstantIndexOp::create(builder, location, n)}; }
  Index add(Index a, Index b) { return {emit<mlir::arith::AddIOp>(a.value, b.value)}; }
  Index sub(Index a, Index b) { return {emit<mlir::arith::SubIOp>(a.value, b.value)}; }
  Index mul(Index a, Index b) { return {emit<mlir::arith::MulIOp>(a.value, b.value)}; }
  Index div(Index a, Index b) { return {emit<mlir::arith::DivUIOp>(a.value, b.value)}; }
  Index rem(Index a, Index b) { return {emit<mlir::arith::RemUIOp>(a.value, b.value)}; }
  Index min(Index a, Index b) { return {emit<mlir::arith::MinUIOp>(a.value, b.value)}; }
  Bits toBits(Index a) { return {emit<mlir::arith::IndexCastUIOp>(builder.getI32Type(), a.value)}; }
  Index toIndex(Bits a) { return {emit<mlir::arith::IndexCastUIOp>(builder.getIndexType(), a.value)}; }

  Bits bits(uint32_t n) {
    return {mlir::arith::ConstantOp::create(builder, location, builder.getI32IntegerAttr(static_cast<int32_t>(n)))};
  }
  Bits add(Bits a, Bits b) { return {emit<mlir::arith::AddIOp>(a.value, b.value)}; }
  Bits sub(Bits a, Bits b) { return {emit<mlir::arith::SubIOp>(a.value, b.value)}; }
  Bits mul(Bits a, Bits b) { return {emit<mlir::arith::MulIOp>(a.value, b.value)}; }
  Bits and_(Bits a, Bits b) { return {emit<mlir::arith::AndIOp>(a.value, b.value)}; }
  Bits or_(Bits a, Bits b) { return {emit<mlir::arith::OrIOp>(a.value, b.value)}; }
  Bits xor_(Bits a, Bits b) { return {emit<mlir::arith::XOrIOp>(a.value, b.value)}; }
  Bits shl(Bits a, Bits b) { return {emit<mlir::arith::ShLIOp>(a.value, b.value)}; }
  Bits shr(Bits a, Bits b) { return {emit<mlir::arith::ShRUIOp>(a.value, b.value)}; }
  Bits popcount(Bits a) { return {emit<mlir::math::CtPopOp>(a.value)}; }
  Predicate equal(Bits a, Bits b) { return {compare(mlir::arith::CmpIPredicate::eq, a.value, b.value)}; }
  Predicate less(Index a, Index b) { return {compare(mlir::arith::CmpIPredicate::ult, a.value, b.value)}; }

  Real real(float x) { return {mlir::arith::ConstantOp::create(builder, location, builder.getF32FloatAttr(x))}; }
  Real mul(Real a, Real b) { return {emit<mlir::arith::MulFOp>(a.value, b.value)}; }
  Real fromSigned(Bits a) { return {emit<mlir::arith::SIToFPOp>(builder.getF32Type(), a.value)}; }
  Real fromUnsigned(Bits a) { return {emit<mlir::arith::UIToFPOp>(builder.getF32Type(), a.value)}; }
  Real bitcast(Bits a) { return {emit<mlir::arith::BitcastOp>(builder.getF32Type(), a.value)}; }
  Bits bitsOf(Real a) { return {emit<mlir::arith::BitcastOp>(builder.getI32Type(), a.value)}; }

  template <typename T>
  T select(Predicate condition, T a, T b) {
    return {emit<mlir::arith::SelectOp>(condition.value, a.value, b.value)};
  }

  /// Zero-extended element of an i8, i16 or i32 part.
  template <typename... Indices>
  Bits loadBits(mlir::Value part, Indices... indices) {
    mlir::Value raw = load(part, indices...);
    return {raw.getType().isInteger(32) ? raw : emit<mlir::arith::ExtUIOp>(builder.getI32Type(), raw)};
  }
  /// Widened element of an f16 or f32 part.
  template <typename... Indices>
  Real loadReal(mlir::Value part, Indices... indices) {
    mlir::Value raw = load(part, indices...);
    return {raw.getType().isF32() ? raw : emit<mlir::arith::ExtFOp>(builder.getF32Type(), raw)};
  }

  template <typename Body>
  Accumulators loop(Index lower, Index upper, Index step, Accumulators accumulators, const Body &body) {
    auto loop =
        mlir::scf::ForOp::create(builder, location, lower.value, upper.value, step.value, accumulators,
                                 [&](mlir::OpBuilder &inner, mlir::Location, mlir::Value i, mlir::ValueRange carried) {
                                   mlir::OpBuilder::InsertionGuard guard(builder);
                                   builder.restoreInsertionPoint(inner.saveInsertionPoint());
                                   Accumulators next = body(Index{i}, Accumulators(carried));
                                   mlir::scf::YieldOp::create(builder, location, next);
                                 });
    return Accumulators(loop.getResults());
  }

private:
  template <typename Op, typename... Arguments>
  mlir::Value emit(Arguments... arguments) {
    return Op::create(builder, location, arguments...);
  }
  mlir::Value compare(mlir::arith::CmpIPredicate predicate, mlir::Value a, mlir::Value b) {
    return mlir::arith::CmpIOp::create(builder, location, predicate, a, b);
  }
  template <typename... Indices>
  mlir::Value load(mlir::Value part, Indices... indices) {
    const mlir::Value place[] = {indices.value...};
    if (mlir::isa<mlir::TensorType>(part.getType()))
      return mlir::tensor::ExtractOp::create(builder, location, part, place);
    return mlir::memref::LoadOp::create(builder, location, part, place);
  }
};

} // namespace sdq

#endif // SDQ_DIALECT_SDQ_IR_IRBACKEND_H
