//===- Logical.cpp - Comparisons, logic, bits and selection ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Scalar.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace sdq::onnx {

template <arith::CmpIPredicate predicate>
static LogicalResult compare(Node &node) {
  FailureOr<Value> result =
      elementwise(node, node.operands(), node.b.getI1Type(), [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
        return compareScalars(b, predicate, arguments[0], arguments[1], node.isUnsigned(0));
      });
  return failed(result) ? failure() : node.replace(*result);
}

template <typename Op>
static LogicalResult bitwise(Node &node) {
  FailureOr<Value> result = elementwise(
      node, node.operands(), node.type(0).getElementType(),
      [](ImplicitLocOpBuilder &b, ValueRange arguments) { return b.createOrFold<Op>(arguments[0], arguments[1]); });
  return failed(result) ? failure() : node.replace(*result);
}

static LogicalResult complement(Node &node) {
  FailureOr<Value> result = elementwise(
      node, node.operand(0), node.type(0).getElementType(), [](ImplicitLocOpBuilder &b, ValueRange arguments) {
        return b.createOrFold<arith::XOrIOp>(arguments[0], constantInteger(b, arguments[0].getType(), -1));
      });
  return failed(result) ? failure() : node.replace(*result);
}

/// Shifting by the width or more, or by a negative amount, leaves 0, or the sign of a signed value shifted right.
static LogicalResult bitShift(Node &node) {
  bool left = node.string("direction", "") == "LEFT", keepsSign = !left && !node.isUnsigned(0);
  FailureOr<Value> result = elementwise(
      node, node.operands(), node.type(0).getElementType(), [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
        Value x = arguments[0], by = arguments[1];
        int64_t width = x.getType().getIntOrFloatBitWidth();
        Value tooFar = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, by, constantInteger(b, x.getType(), width));
        Value furthest = constantInteger(b, x.getType(), width - 1), zero = constantInteger(b, x.getType(), 0);
        by = arith::SelectOp::create(b, tooFar, furthest, by);
        if (keepsSign)
          return arith::ShRSIOp::create(b, x, by).getResult();
        Value shifted = left ? Value(arith::ShLIOp::create(b, x, by)) : arith::ShRUIOp::create(b, x, by);
        return arith::SelectOp::create(b, tooFar, zero, shifted).getResult();
      });
  return failed(result) ? failure() : node.replace(*result);
}

static LogicalResult where(Node &node) {
  Type element = node.type(1).getElementType();
  FailureOr<Value> result =
      elementwise(node, node.operands(), element, [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
        return b.createOrFold<arith::SelectOp>(arguments[0], arguments[1], arguments[2]);
      });
  return failed(result) ? failure() : node.replace(*result);
}

static LogicalResult isNaN(Node &node) {
  FailureOr<Value> result =
      elementwise(node, node.operand(0), node.b.getI1Type(), [](ImplicitLocOpBuilder &b, ValueRange x) {
        return arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x[0], x[0]).getResult();
      });
  return failed(result) ? failure() : node.replace(*result);
}

static LogicalResult isInf(Node &node) {
  bool positive = node.integer("detect_positive", 1), negative = node.integer("detect_negative", 1);
  FailureOr<Value> result =
      elementwise(node, node.operand(0), node.b.getI1Type(), [&](ImplicitLocOpBuilder &b, ValueRange x) {
        auto equals = [&](Value bound, bool wanted) -> Value {
          if (!wanted)
            return constantInteger(b, b.getI1Type(), 0);
          return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x[0], bound);
        };
        Type type = x[0].getType();
        return arith::OrIOp::create(b, equals(highest(b, type, false), positive),
                                    equals(lowest(b, type, false), negative))
            .getResult();
      });
  return failed(result) ? failure() : node.replace(*result);
}

void addLogicalLowerings(LoweringTable &table) {
  using P = arith::CmpIPredicate;
  table["Equal"] = compare<P::eq>;
  table["Less"] = compare<P::slt>;
  table["LessOrEqual"] = compare<P::sle>;
  table["Greater"] = compare<P::sgt>;
  table["GreaterOrEqual"] = compare<P::sge>;
  table["And"] = table["BitwiseAnd"] = bitwise<arith::AndIOp>;
  table["Or"] = table["BitwiseOr"] = bitwise<arith::OrIOp>;
  table["Xor"] = table["BitwiseXor"] = bitwise<arith::XOrIOp>;
  table["Not"] = table["BitwiseNot"] = complement;
  table["BitShift"] = bitShift;
  table["Where"] = where;
  table["IsNaN"] = isNaN;
  table["IsInf"] = isInf;
}

} // namespace sdq::onnx
