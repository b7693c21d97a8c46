//===- Binary.cpp - Elementwise arithmetic of two or more operands --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Scalar.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace sdq::onnx {

using BinaryFunction = Value (*)(Node &, ImplicitLocOpBuilder &, Value, Value);

/// Folds all operands, from the left (Max, Min, Sum and Mean take any number).
template <BinaryFunction function>
static LogicalResult binary(Node &node) {
  FailureOr<Value> result = elementwise(node, node.operands(), node.type(0).getElementType(),
                                        [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
                                          Value value = arguments[0];
                                          for (Value next : arguments.drop_front())
                                            value = function(node, b, value, next);
                                          return value;
                                        });
  return failed(result) ? failure() : node.replace(*result);
}

static Value addition(Node &, ImplicitLocOpBuilder &b, Value x, Value y) { return addScalars(b, x, y); }
static Value subtraction(Node &, ImplicitLocOpBuilder &b, Value x, Value y) { return subtractScalars(b, x, y); }
static Value multiplication(Node &, ImplicitLocOpBuilder &b, Value x, Value y) { return multiplyScalars(b, x, y); }
static Value division(Node &node, ImplicitLocOpBuilder &b, Value x, Value y) {
  return divideScalars(b, x, y, node.isUnsigned(0));
}
static Value maximum(Node &node, ImplicitLocOpBuilder &b, Value x, Value y) {
  return maxScalars(b, x, y, node.isUnsigned(0));
}
static Value minimum(Node &node, ImplicitLocOpBuilder &b, Value x, Value y) {
  return minScalars(b, x, y, node.isUnsigned(0));
}

/// fmod = 1: the sign of the dividend, as C's fmod; fmod = 0: the sign of the divisor.
static Value modulo(Node &node, ImplicitLocOpBuilder &b, Value x, Value y) {
  bool isFloat = isa<FloatType>(x.getType());
  if (!isFloat && node.isUnsigned(0))
    return b.createOrFold<arith::RemUIOp>(x, y);
  Value rest = isFloat ? Value(arith::RemFOp::create(b, x, y)) : b.createOrFold<arith::RemSIOp>(x, y);
  if (node.integer("fmod", 0))
    return rest;
  using P = arith::CmpIPredicate;
  Value zero = constant(b, x.getType(), 0);
  Value isRest = compareScalars(b, P::ne, rest, zero, false);
  Value signsDiffer = b.createOrFold<arith::XOrIOp>(compareScalars(b, P::slt, rest, zero, false),
                                                    compareScalars(b, P::slt, y, zero, false));
  return b.createOrFold<arith::SelectOp>(b.createOrFold<arith::AndIOp>(isRest, signsDiffer), addScalars(b, rest, y),
                                         rest);
}

/// The element every element of a constant tensor equals.
static std::optional<double> uniformValue(Value tensor) {
  DenseElementsAttr dense;
  if (!matchPattern(tensor, m_Constant(&dense)) || !dense.isSplat() || !isa<FloatType>(dense.getElementType()))
    return std::nullopt;
  return dense.getSplatValue<APFloat>().convertToDouble();
}

/// x^y by squaring, one step for each bit of y that is left. A negative y rounds 1/x^-y toward zero: only ±1 do not
/// vanish.
static Value integerPower(ImplicitLocOpBuilder &b, Value x, Value y) {
  using P = arith::CmpIPredicate;
  Type type = x.getType().getIntOrFloatBitWidth() < y.getType().getIntOrFloatBitWidth() ? y.getType() : x.getType();
  Type narrow = x.getType();
  x = castScalar(b, x, type, false, false);
  y = castScalar(b, y, type, false, false);
  Value zero = constant(b, type, 0), one = constant(b, type, 1), minusOne = constant(b, type, -1);
  // Not a loop over all bits: LLVM unrolls that one, and then takes minutes over it.
  auto loop = scf::WhileOp::create(
      b, TypeRange{type, type, type}, ValueRange{one, x, y},
      [&](OpBuilder &builder, Location location, ValueRange carried) {
        ImplicitLocOpBuilder inner(location, builder);
        scf::ConditionOp::create(inner, compareScalars(inner, P::ne, carried[2], zero, false), carried);
      },
      [&](OpBuilder &builder, Location location, ValueRange carried) {
        ImplicitLocOpBuilder inner(location, builder);
        Value isSet = compareScalars(inner, P::ne, arith::AndIOp::create(inner, carried[2], one), zero, false);
        Value factor = arith::SelectOp::create(inner, isSet, carried[1], one);
        Value power = arith::MulIOp::create(inner, carried[0], factor);
        Value square = arith::MulIOp::create(inner, carried[1], carried[1]);
        Value rest = arith::ShRUIOp::create(inner, carried[2], one);
        scf::YieldOp::create(inner, ValueRange{power, square, rest});
      });
  // (±1)^y is its own reciprocal, and the loop computes it right for any bits of y.
  Value isUnit =
      arith::OrIOp::create(b, compareScalars(b, P::eq, x, one, false), compareScalars(b, P::eq, x, minusOne, false));
  Value vanishes = arith::AndIOp::create(b, compareScalars(b, P::slt, y, zero, false),
                                         compareScalars(b, P::eq, isUnit, constantInteger(b, b.getI1Type(), 0), false));
  Value power = arith::SelectOp::create(b, vanishes, zero, loop.getResult(0));
  return castScalar(b, power, narrow, false, false);
}

/// The result has the type of the base; a constant exponent of 2 or 1/2 needs no pow.
static LogicalResult pow(Node &node) {
  Type element = node.type(0).getElementType();
  std::optional<double> exponent = uniformValue(node.operand(1));
  FailureOr<Value> result =
      elementwise(node, node.operands(), element, [&](ImplicitLocOpBuilder &b, ValueRange arguments) -> Value {
        Value x = arguments[0], y = arguments[1];
        bool isRealBase = isa<FloatType>(x.getType()), isRealExponent = isa<FloatType>(y.getType());
        if (isRealBase && exponent == 2.0)
          return multiplyScalars(b, x, x);
        if (isRealBase && exponent == 0.5)
          return math::SqrtOp::create(b, x);
        if (!isRealBase && !isRealExponent && !node.isUnsigned(0) && !node.isUnsigned(1))
          return integerPower(b, x, y);
        Type common = isRealBase ? x.getType() : Type(b.getF64Type());
        Value power = math::PowFOp::create(b, castScalar(b, x, common, node.isUnsigned(0), false),
                                           castScalar(b, y, common, node.isUnsigned(1), false));
        return isRealBase ? power : castScalar(b, power, x.getType(), false, node.isUnsigned(0));
      });
  return failed(result) ? failure() : node.replace(*result);
}

static LogicalResult mean(Node &node) {
  FailureOr<Value> result = elementwise(node, node.operands(), node.type(0).getElementType(),
                                        [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
                                          Value sum = arguments[0];
                                          for (Value next : arguments.drop_front())
                                            sum = addScalars(b, sum, next);
                                          Value count = constant(b, sum.getType(), arguments.size());
                                          return divideScalars(b, sum, count, false);
                                        });
  return failed(result) ? failure() : node.replace(*result);
}

static LogicalResult prelu(Node &node) {
  FailureOr<Value> result = elementwise(
      node, node.operands(), node.type(0).getElementType(), [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
        Value x = arguments[0];
        Value negative =
            compareScalars(b, arith::CmpIPredicate::slt, x, constant(b, x.getType(), 0), node.isUnsigned(0));
        return arith::SelectOp::create(b, negative, multiplyScalars(b, arguments[1], x), x).getResult();
      });
  return failed(result) ? failure() : node.replace(*result);
}

void addBinaryLowerings(LoweringTable &table) {
  table["Add"] = table["Sum"] = binary<addition>;
  table["Sub"] = binary<subtraction>;
  table["Mul"] = binary<multiplication>;
  table["Div"] = binary<division>;
  table["Max"] = binary<maximum>;
  table["Min"] = binary<minimum>;
  table["Mod"] = binary<modulo>;
  table["Pow"] = pow;
  table["Mean"] = mean;
  table["PRelu"] = prelu;
}

} // namespace sdq::onnx
