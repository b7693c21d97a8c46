//===- ONNXNode.cpp - An ONNX node, whichever way it is spelled -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ONNXNode.h"

#include "sdq/Frontend/TorchTypes.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace sdq;

ONNXNode::ONNXNode(Operation *op) : op(op) {
  StringRef full = op->getName().getStringRef();
  if (full == "torch.operator") {
    auto name = op->getAttrOfType<StringAttr>("name");
    full = name ? name.getValue() : "";
    isTorch = true;
  }
  if (!full.consume_front("onnx."))
    return;
  kind = full;
  if (kind == "Custom")
    if (auto function = dyn_cast_if_present<StringAttr>(attribute("function_name")))
      kind = function;
}

Attribute ONNXNode::attribute(StringRef name) const {
  return isTorch ? op->getAttr(("torch.onnx." + name).str()) : op->getAttr(name);
}

std::optional<int64_t> ONNXNode::integer(StringRef name, int64_t fallback) const {
  Attribute found = attribute(name);
  if (!found)
    return fallback;
  auto value = dyn_cast<IntegerAttr>(found);
  return value ? std::optional(value.getValue().getSExtValue()) : std::nullopt;
}

std::optional<double> ONNXNode::real(StringRef name, double fallback) const {
  Attribute found = attribute(name);
  if (!found)
    return fallback;
  auto value = dyn_cast<FloatAttr>(found);
  return value ? std::optional(value.getValueAsDouble()) : std::nullopt;
}

std::optional<SmallVector<int64_t>> ONNXNode::integers(StringRef name) const {
  auto list = dyn_cast_if_present<ArrayAttr>(attribute(name));
  if (!list)
    return std::nullopt;
  SmallVector<int64_t> numbers;
  for (Attribute entry : list) {
    auto number = dyn_cast<IntegerAttr>(entry);
    if (!number)
      return std::nullopt;
    numbers.push_back(number.getValue().getSExtValue());
  }
  return numbers;
}

bool ONNXNode::has(unsigned i) const {
  if (i >= op->getNumOperands())
    return false;
  Type type = op->getOperand(i).getType();
  return !isa<NoneType>(type) && !isTorchNone(type);
}

RankedTensorType ONNXNode::tensorType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? tensor : builtinTensorOf(type);
}
