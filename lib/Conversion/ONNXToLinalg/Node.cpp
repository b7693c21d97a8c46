//===- Node.cpp - One ONNX operation being lowered ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include "Extents.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace sdq::onnx {

Type signless(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return tensor.clone(signless(tensor.getElementType()));
  if (auto integer = dyn_cast<IntegerType>(type); integer && !integer.isSignless())
    return IntegerType::get(type.getContext(), integer.getWidth());
  return type;
}

std::pair<StringRef, unsigned> operatorOf(Operation *op) {
  StringRef name = op->getName().getStringRef();
  name.consume_front("onnx.");
  size_t digits = name.find_last_not_of("0123456789");
  unsigned version = 0;
  if (digits != StringRef::npos && digits > 0 && digits + 1 < name.size() && name[digits] == 'V' &&
      !name.drop_front(digits + 1).getAsInteger(10, version))
    return {name.take_front(digits), version};
  return {name, 0};
}

std::string describe(Operation *op) {
  std::string text = op->getName().getStringRef().str();
  if (auto name = op->getAttrOfType<StringAttr>("onnx_node_name"); name && !name.empty())
    text += " (node '" + name.str() + "')";
  return text;
}

Node::Node(Operation *op) : op(op), b(op->getLoc(), op), version(operatorOf(op).second) {}

bool Node::has(unsigned i) { return i < op->getNumOperands() && !isa<NoneType>(op->getOperand(i).getType()); }

Value Node::operand(unsigned i) {
  Value value = op->getOperand(i);
  // Unsigned values exist only between lowered operations, as casts of their signless form.
  if (signless(value.getType()) != value.getType())
    value = value.getDefiningOp<UnrealizedConversionCastOp>().getOperand(0);
  return mostStatic(value);
}

SmallVector<Value> Node::operands() {
  SmallVector<Value> values;
  for (unsigned i = 0; i < numOperands(); ++i)
    values.push_back(operand(i));
  return values;
}

static bool isUnsignedTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && (tensor.getElementType().isUnsignedInteger() || tensor.getElementType().isInteger(1));
}
bool Node::isUnsigned(unsigned i) { return isUnsignedTensor(op->getOperand(i).getType()); }
bool Node::isResultUnsigned(unsigned i) { return isUnsignedTensor(op->getResult(i).getType()); }
RankedTensorType Node::resultType(unsigned i) { return cast<RankedTensorType>(signless(op->getResult(i).getType())); }
bool Node::wants(unsigned i) {
  return i < op->getNumResults() && !op->getResult(i).use_empty() && !isa<NoneType>(op->getResult(i).getType());
}

int64_t Node::integer(StringRef name, int64_t fallback) {
  if (auto attribute = op->getAttrOfType<IntegerAttr>(name))
    return attribute.getValue().getSExtValue();
  return fallback;
}

double Node::real(StringRef name, double fallback) {
  if (auto attribute = op->getAttrOfType<FloatAttr>(name))
    return attribute.getValueAsDouble();
  return fallback;
}

StringRef Node::string(StringRef name, StringRef fallback) {
  if (auto attribute = op->getAttrOfType<StringAttr>(name))
    return attribute.getValue();
  return fallback;
}

std::optional<SmallVector<int64_t>> Node::integers(StringRef name) {
  Attribute attribute = op->getAttr(name);
  if (auto dense = dyn_cast_or_null<DenseI64ArrayAttr>(attribute))
    return SmallVector<int64_t>(dense.asArrayRef());
  auto array = dyn_cast_or_null<ArrayAttr>(attribute);
  if (!array)
    return std::nullopt;
  SmallVector<int64_t> values;
  for (Attribute element : array) {
    auto integer = dyn_cast<IntegerAttr>(element);
    if (!integer)
      return std::nullopt;
    values.push_back(integer.getValue().getSExtValue());
  }
  return values;
}

FailureOr<int64_t> Node::axis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return error("axis " + Twine(axis) + " is outside [" + Twine(-rank) + ", " + Twine(rank) + ")");
  return axis < 0 ? axis + rank : axis;
}

std::optional<SmallVector<int64_t>> Node::constantIntegers(unsigned i) {
  auto elements = scalarsOf(b, operand(i));
  if (!elements)
    return std::nullopt;
  SmallVector<int64_t> values;
  for (Value element : *elements) {
    APInt constant;
    if (!matchPattern(element, m_ConstantInt(&constant)))
      return std::nullopt;
    values.push_back(constant.getSExtValue());
  }
  return values;
}

FailureOr<std::optional<SmallVector<int64_t>>> Node::axes(unsigned operandIndex, int64_t rank) {
  std::optional<SmallVector<int64_t>> axes = integers("axes");
  if (has(operandIndex)) {
    axes = constantIntegers(operandIndex);
    if (!axes)
      return error("axes must be constant");
  }
  if (!axes)
    return axes;
  for (int64_t &value : *axes) {
    FailureOr<int64_t> positive = axis(value, rank);
    if (failed(positive))
      return failure();
    value = *positive;
  }
  return axes;
}

LogicalResult Node::error(const Twine &message) {
  InFlightDiagnostic diagnostic = emitError(op->getLoc());
  diagnostic << describe(op) << ": " << message;
  return failure();
}

LogicalResult Node::require(Value condition, const Twine &message) {
  APInt known;
  if (matchPattern(condition, m_ConstantInt(&known)))
    return known.isZero() ? error(message) : success();
  cf::AssertOp::create(b, condition, (describe(op) + ": " + message).str());
  return success();
}

LogicalResult Node::replace(ValueRange results) {
  for (auto [old, value] : llvm::zip_equal(op->getResults(), results)) {
    if (!value) {
      if (!old.use_empty())
        return error("its result " + Twine(old.getResultNumber()) + " has no lowering");
      continue;
    }
    auto declared = cast<RankedTensorType>(signless(old.getType()));
    if (value.getType() != declared) {
      if (!tensor::CastOp::areCastCompatible(value.getType(), declared)) {
        InFlightDiagnostic diagnostic = emitError(op->getLoc());
        diagnostic << describe(op) << ": result " << old.getResultNumber() << " is declared " << declared
                   << ", but the operands make it " << value.getType();
        return diagnostic;
      }
      value = tensor::CastOp::create(b, declared, value);
    }
    if (old.getType() != declared)
      value = UnrealizedConversionCastOp::create(b, old.getType(), value).getResult(0);
    old.replaceAllUsesWith(value);
  }
  op->erase();
  return success();
}

} // namespace sdq::onnx
