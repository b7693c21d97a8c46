//===- Unary.cpp - Elementwise functions of one operand -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Scalar.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <numbers>

using namespace mlir;

namespace sdq::onnx {

/// A function of one element, in wideType of its tensor.
using UnaryFunction = Value (*)(Node &, ImplicitLocOpBuilder &, Value);

template <UnaryFunction function>
static LogicalResult unary(Node &node) {
  FailureOr<Value> result = elementwise(node, node.operand(0), node.type(0).getElementType(),
                                        [&](ImplicitLocOpBuilder &b, ValueRange x) { return function(node, b, x[0]); });
  return failed(result) ? failure() : node.replace(*result);
}

template <typename Op>
static Value math(Node &, ImplicitLocOpBuilder &b, Value x) {
  return Op::create(b, x);
}

static Value negate(Node &, ImplicitLocOpBuilder &b, Value x) {
  if (isa<FloatType>(x.getType()))
    return arith::NegFOp::create(b, x);
  return subtractScalars(b, constant(b, x.getType(), 0), x);
}

static Value absolute(Node &node, ImplicitLocOpBuilder &b, Value x) {
  if (isa<FloatType>(x.getType()))
    return math::AbsFOp::create(b, x);
  return node.isUnsigned(0) ? x : Value(math::AbsIOp::create(b, x));
}

static Value sign(Node &node, ImplicitLocOpBuilder &b, Value x) {
  using P = arith::CmpIPredicate;
  Value zero = constant(b, x.getType(), 0), one = constant(b, x.getType(), 1);
  Value positive = compareScalars(b, P::sgt, x, zero, node.isUnsigned(0));
  Value notNegative = arith::SelectOp::create(b, positive, one, zero);
  if (node.isUnsigned(0))
    return notNegative;
  Value negative = compareScalars(b, P::slt, x, zero, false);
  return arith::SelectOp::create(b, negative, constant(b, x.getType(), -1), notNegative);
}

static Value reciprocal(Node &, ImplicitLocOpBuilder &b, Value x) {
  return divideScalars(b, constant(b, x.getType(), 1), x, false);
}

static Value sigmoidOf(ImplicitLocOpBuilder &b, Value x) {
  Value one = constant(b, x.getType(), 1);
  return divideScalars(b, one, addScalars(b, one, math::ExpOp::create(b, arith::NegFOp::create(b, x))), false);
}
static Value sigmoid(Node &, ImplicitLocOpBuilder &b, Value x) { return sigmoidOf(b, x); }

static Value swish(Node &node, ImplicitLocOpBuilder &b, Value x) {
  Value alpha = constant(b, x.getType(), node.real("alpha", 1.0));
  return multiplyScalars(b, x, sigmoidOf(b, multiplyScalars(b, alpha, x)));
}

static Value relu(Node &node, ImplicitLocOpBuilder &b, Value x) {
  return maxScalars(b, x, constant(b, x.getType(), 0), node.isUnsigned(0));
}

static Value leakyRelu(Node &node, ImplicitLocOpBuilder &b, Value x) {
  Value negative = compareScalars(b, arith::CmpIPredicate::slt, x, constant(b, x.getType(), 0), false);
  Value scaled = multiplyScalars(b, x, constant(b, x.getType(), node.real("alpha", 0.01)));
  return arith::SelectOp::create(b, negative, scaled, x);
}

static Value elu(Node &node, ImplicitLocOpBuilder &b, Value x) {
  Value negative = compareScalars(b, arith::CmpIPredicate::slt, x, constant(b, x.getType(), 0), false);
  Value bent = multiplyScalars(b, constant(b, x.getType(), node.real("alpha", 1.0)), math::ExpM1Op::create(b, x));
  return arith::SelectOp::create(b, negative, bent, x);
}

/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)), which does not overflow.
static Value softplus(Node &, ImplicitLocOpBuilder &b, Value x) {
  Value tail = math::Log1pOp::create(b, math::ExpOp::create(b, arith::NegFOp::create(b, math::AbsFOp::create(b, x))));
  return addScalars(b, maxScalars(b, x, constant(b, x.getType(), 0), false), tail);
}

static Value hardSigmoidOf(ImplicitLocOpBuilder &b, Value x, double alpha, double beta) {
  Type type = x.getType();
  Value line = addScalars(b, multiplyScalars(b, x, constant(b, type, alpha)), constant(b, type, beta));
  return maxScalars(b, constant(b, type, 0), minScalars(b, constant(b, type, 1), line, false), false);
}
static Value hardSigmoid(Node &node, ImplicitLocOpBuilder &b, Value x) {
  return hardSigmoidOf(b, x, node.real("alpha", 0.2), node.real("beta", 0.5));
}
static Value hardSwish(Node &, ImplicitLocOpBuilder &b, Value x) {
  return multiplyScalars(b, x, hardSigmoidOf(b, x, 1.0 / 6, 0.5));
}

/// x/2·(1 + erf(x/√2)), or the tanh form of Hendrycks and Gimpel (arXiv 1606.08415).
static Value gelu(Node &node, ImplicitLocOpBuilder &b, Value x) {
  Type type = x.getType();
  Value inner;
  if (node.string("approximate", "none") == "tanh") {
    Value cube = multiplyScalars(b, x, multiplyScalars(b, x, x));
    Value sum = addScalars(b, x, multiplyScalars(b, constant(b, type, 0.044715), cube));
    Value scale = constant(b, type, std::sqrt(2 * std::numbers::inv_pi));
    inner = math::TanhOp::create(b, multiplyScalars(b, scale, sum));
  } else {
    inner = math::ErfOp::create(b, multiplyScalars(b, x, constant(b, type, 1 / std::numbers::sqrt2)));
  }
  Value half = multiplyScalars(b, constant(b, type, 0.5), x);
  return multiplyScalars(b, half, addScalars(b, constant(b, type, 1), inner));
}

static LogicalResult identity(Node &node) { return node.replace(node.operand(0)); }

/// At inference nothing is dropped: the data passes, the mask is all true.
static LogicalResult dropout(Node &node) {
  if (node.has(2)) {
    auto training = node.constantIntegers(2);
    if (!training || training->front() != 0)
      return node.error("training_mode must be the constant false");
  }
  SmallVector<Value> results(node.op->getNumResults());
  results[0] = node.operand(0);
  if (node.wants(1)) {
    Value kept = constant(node.b, node.resultType(1).getElementType(), 1);
    results[1] = filled(node.b, extentsOf(node.b, results[0]), kept);
  }
  return node.replace(results);
}

/// Bounds are operands (opset 11 on) or attributes; either may be missing.
static LogicalResult clip(Node &node) {
  Type element = node.type(0).getElementType();
  bool isUnsigned = node.isUnsigned(0);
  SmallVector<Value> operands{node.operand(0)};
  for (unsigned i : {1, 2})
    if (node.has(i))
      operands.push_back(node.operand(i));
  FailureOr<Value> result = elementwise(node, operands, element, [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
    Value x = arguments[0];
    unsigned next = 1;
    if (node.has(1))
      x = maxScalars(b, x, arguments[next++], isUnsigned);
    else if (node.hasAttribute("min"))
      x = maxScalars(b, x, constant(b, x.getType(), node.real("min", 0)), isUnsigned);
    if (node.has(2))
      x = minScalars(b, x, arguments[next++], isUnsigned);
    else if (node.hasAttribute("max"))
      x = minScalars(b, x, constant(b, x.getType(), node.real("max", 0)), isUnsigned);
    return x;
  });
  return failed(result) ? failure() : node.replace(*result);
}

void addUnaryLowerings(LoweringTable &table) {
  table["Neg"] = unary<negate>;
  table["Abs"] = unary<absolute>;
  table["Sign"] = unary<sign>;
  table["Sqrt"] = unary<math<math::SqrtOp>>;
  table["Exp"] = unary<math<math::ExpOp>>;
  table["Log"] = unary<math<math::LogOp>>;
  table["Sin"] = unary<math<math::SinOp>>;
  table["Cos"] = unary<math<math::CosOp>>;
  table["Tan"] = unary<math<math::TanOp>>;
  table["Tanh"] = unary<math<math::TanhOp>>;
  table["Erf"] = unary<math<math::ErfOp>>;
  table["Ceil"] = unary<math<math::CeilOp>>;
  table["Floor"] = unary<math<math::FloorOp>>;
  table["Round"] = unary<math<math::RoundEvenOp>>;
  table["Reciprocal"] = unary<reciprocal>;
  table["Sigmoid"] = unary<sigmoid>;
  table["Swish"] = unary<swish>;
  table["Relu"] = unary<relu>;
  table["LeakyRelu"] = unary<leakyRelu>;
  table["Elu"] = unary<elu>;
  table["Softplus"] = unary<softplus>;
  table["HardSigmoid"] = unary<hardSigmoid>;
  table["HardSwish"] = unary<hardSwish>;
  table["Gelu"] = unary<gelu>;
  table["Identity"] = identity;
  table["Dropout"] = dropout;
  table["Clip"] = clip;
}

} // namespace sdq::onnx
