//===- Scalar.cpp - Arithmetic on one element of any type -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalar.h"

using namespace mlir;

namespace sdq::onnx {

static bool isFloat(Value value) { return isa<FloatType>(value.getType()); }

Type wideType(Type type) {
  if (auto real = dyn_cast<FloatType>(type); real && real.getWidth() < 32)
    return Float32Type::get(type.getContext());
  return type;
}

Value widen(ImplicitLocOpBuilder &b, Value value) {
  Type wide = wideType(value.getType());
  return wide == value.getType() ? value : arith::ExtFOp::create(b, wide, value);
}

Value narrow(ImplicitLocOpBuilder &b, Value value, Type type) {
  if (isFloat(value) && value.getType() != type)
    return arith::TruncFOp::create(b, type, value);
  return value;
}

Value constant(ImplicitLocOpBuilder &b, Type type, double value) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
  return constantInteger(b, type, static_cast<int64_t>(value));
}

Value constantInteger(ImplicitLocOpBuilder &b, Type type, int64_t value) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return arith::ConstantOp::create(
        b, b.getIntegerAttr(type, APInt(integer.getWidth(), value, /*isSigned=*/true, /*implicitTrunc=*/true)));
  return arith::ConstantOp::create(b, b.getIntegerAttr(type, value));
}

static Value extreme(ImplicitLocOpBuilder &b, Type type, bool isUnsigned, bool isLowest) {
  if (auto real = dyn_cast<FloatType>(type))
    return arith::ConstantOp::create(b, b.getFloatAttr(type, APFloat::getInf(real.getFloatSemantics(), isLowest)));
  unsigned width = type.getIntOrFloatBitWidth();
  APInt value = isLowest ? (isUnsigned ? APInt::getZero(width) : APInt::getSignedMinValue(width))
                         : (isUnsigned ? APInt::getAllOnes(width) : APInt::getSignedMaxValue(width));
  return arith::ConstantOp::create(b, b.getIntegerAttr(type, value));
}
Value lowest(ImplicitLocOpBuilder &b, Type type, bool isUnsigned) { return extreme(b, type, isUnsigned, true); }
Value highest(ImplicitLocOpBuilder &b, Type type, bool isUnsigned) { return extreme(b, type, isUnsigned, false); }

Value addScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs, arith::FastMathFlags flags) {
  if (isFloat(lhs))
    return arith::AddFOp::create(b, lhs, rhs, flags);
  return b.createOrFold<arith::AddIOp>(lhs, rhs);
}

Value subtractScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs) {
  if (isFloat(lhs))
    return arith::SubFOp::create(b, lhs, rhs);
  return b.createOrFold<arith::SubIOp>(lhs, rhs);
}

Value multiplyScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs, arith::FastMathFlags flags) {
  if (isFloat(lhs))
    return arith::MulFOp::create(b, lhs, rhs, flags);
  return b.createOrFold<arith::MulIOp>(lhs, rhs);
}

Value divideScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs, bool isUnsigned) {
  if (isFloat(lhs))
    return arith::DivFOp::create(b, lhs, rhs);
  return isUnsigned ? b.createOrFold<arith::DivUIOp>(lhs, rhs) : b.createOrFold<arith::DivSIOp>(lhs, rhs);
}

Value maxScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs, bool isUnsigned) {
  if (isFloat(lhs))
    return arith::MaximumFOp::create(b, lhs, rhs);
  return isUnsigned ? b.createOrFold<arith::MaxUIOp>(lhs, rhs) : b.createOrFold<arith::MaxSIOp>(lhs, rhs);
}

Value minScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs, bool isUnsigned) {
  if (isFloat(lhs))
    return arith::MinimumFOp::create(b, lhs, rhs);
  return isUnsigned ? b.createOrFold<arith::MinUIOp>(lhs, rhs) : b.createOrFold<arith::MinSIOp>(lhs, rhs);
}

Value compareScalars(ImplicitLocOpBuilder &b, arith::CmpIPredicate predicate, Value lhs, Value rhs, bool isUnsigned) {
  using I = arith::CmpIPredicate;
  using F = arith::CmpFPredicate;
  if (isFloat(lhs)) {
    F ordered = predicate == I::eq    ? F::OEQ
                : predicate == I::ne  ? F::UNE
                : predicate == I::slt ? F::OLT
                : predicate == I::sle ? F::OLE
                : predicate == I::sgt ? F::OGT
                                      : F::OGE;
    return arith::CmpFOp::create(b, ordered, lhs, rhs);
  }
  if (isUnsigned)
    predicate = predicate == I::slt   ? I::ult
                : predicate == I::sle ? I::ule
                : predicate == I::sgt ? I::ugt
                : predicate == I::sge ? I::uge
                                      : predicate;
  return b.createOrFold<arith::CmpIOp>(predicate, lhs, rhs);
}

Value castScalar(ImplicitLocOpBuilder &b, Value value, Type to, bool fromUnsigned, bool toUnsigned) {
  Type from = value.getType();
  if (from == to)
    return value;
  if (to.isInteger(1))
    return compareScalars(b, arith::CmpIPredicate::ne, value, constant(b, from, 0), fromUnsigned);
  auto fromReal = dyn_cast<FloatType>(from), toReal = dyn_cast<FloatType>(to);
  if (fromReal && toReal) {
    if (toReal.getWidth() > fromReal.getWidth())
      return arith::ExtFOp::create(b, to, value);
    if (toReal.getWidth() < fromReal.getWidth())
      return arith::TruncFOp::create(b, to, value);
    return arith::TruncFOp::create(b, to, arith::ExtFOp::create(b, b.getF32Type(), value)); // f16 and bf16
  }
  if (fromReal)
    return toUnsigned ? Value(arith::FPToUIOp::create(b, to, value)) : arith::FPToSIOp::create(b, to, value);
  if (toReal)
    return fromUnsigned ? Value(arith::UIToFPOp::create(b, to, value)) : arith::SIToFPOp::create(b, to, value);
  unsigned fromWidth = from.getIntOrFloatBitWidth(), toWidth = to.getIntOrFloatBitWidth();
  if (toWidth < fromWidth)
    return b.createOrFold<arith::TruncIOp>(to, value);
  return fromUnsigned ? b.createOrFold<arith::ExtUIOp>(to, value) : b.createOrFold<arith::ExtSIOp>(to, value);
}

} // namespace sdq::onnx
