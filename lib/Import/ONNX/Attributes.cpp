//===- Attributes.cpp - A node's attributes -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attributes.h"

#include "ElementTypes.h"
#include "mlir/IR/Builders.h"

namespace sdq {

using Kind = AttributeSpec::Kind;
using llvm::StringRef;
using mlir::failed;
using mlir::failure;
using mlir::FailureOr;
using mlir::LogicalResult;
using onnx::AttributeProto;

static AttributeProto::AttributeType protoType(Kind kind) {
  switch (kind) {
  case Kind::Int:
  case Kind::ElementType:
    return AttributeProto::INT;
  case Kind::Float:
    return AttributeProto::FLOAT;
  case Kind::String:
    return AttributeProto::STRING;
  case Kind::Tensor:
    return AttributeProto::TENSOR;
  case Kind::Ints:
    return AttributeProto::INTS;
  case Kind::Floats:
    return AttributeProto::FLOATS;
  }
  llvm_unreachable("all kinds handled");
}

static std::string protoTypeName(AttributeProto::AttributeType type) {
  return StringRef(onnx::AttributeProto_AttributeType_Name(type)).lower();
}

static mlir::Attribute makeInteger(mlir::Builder &builder, int64_t value) {
  return builder.getIntegerAttr(builder.getIntegerType(64, /*isSigned=*/true), value);
}

static FailureOr<mlir::Attribute> convert(Inference &op, const AttributeProto &attribute, Kind kind, StringRef nodeName,
                                          TensorImporter &tensors, mlir::Location loc) {
  mlir::Builder builder(loc.getContext());
  switch (kind) {
  case Kind::Int:
    return makeInteger(builder, attribute.i());
  case Kind::Float:
    return mlir::Attribute(builder.getF32FloatAttr(attribute.f()));
  case Kind::String:
    return mlir::Attribute(builder.getStringAttr(attribute.s()));
  case Kind::Ints:
    return mlir::Attribute(
        builder.getI64ArrayAttr(llvm::ArrayRef<int64_t>(attribute.ints().data(), attribute.ints_size())));
  case Kind::Floats:
    return mlir::Attribute(
        builder.getF32ArrayAttr(llvm::ArrayRef<float>(attribute.floats().data(), attribute.floats_size())));
  case Kind::Tensor: {
    FailureOr<mlir::ElementsAttr> tensor = tensors.import(attribute.t(), nodeName, loc);
    return failed(tensor) ? FailureOr<mlir::Attribute>() : mlir::Attribute(*tensor);
  }
  case Kind::ElementType: {
    // Constants of four-bit integers are unpacked to bytes; computing them would want wrapping and saturation.
    const ElementType *elementType = findElementType(attribute.i());
    if (elementType && elementType->storedBits < 8)
      return op.error() << "a cast to " << elementType->name << " is not supported";
    FailureOr<mlir::Type> type =
        importElementType(attribute.i(), "attribute '" + attribute.name() + "' of node '" + nodeName + "'", loc);
    return failed(type) ? FailureOr<mlir::Attribute>() : mlir::Attribute(mlir::TypeAttr::get(*type));
  }
  }
  llvm_unreachable("all kinds handled");
}

LogicalResult importAttributes(Inference &op, const onnx::NodeProto &node, const Operator &spec,
                               TensorImporter &tensors, mlir::Location loc) {
  for (const AttributeProto &attribute : node.attribute()) {
    StringRef name = attribute.name();
    const auto *known = llvm::find_if(spec.attributes, [&](const AttributeSpec &spec) { return spec.name == name; });
    if (known == spec.attributes.end())
      return op.error() << "has no attribute '" << name << "'";
    if (!attribute.ref_attr_name().empty())
      return op.error() << "attribute '" << name << "' refers to a function's attribute, outside of any function";
    if (attribute.type() != protoType(known->kind))
      return op.error() << "expected attribute '" << name << "' of kind " << protoTypeName(protoType(known->kind))
                        << ", found " << protoTypeName(attribute.type());
    if (op.attributes.get(name))
      return op.error() << "attribute '" << name << "' is given twice";
    FailureOr<mlir::Attribute> value = convert(op, attribute, known->kind, node.name(), tensors, loc);
    if (failed(value))
      return failure();
    op.attributes.set(name, *value);
  }

  mlir::Builder builder(loc.getContext());
  for (const AttributeSpec &attribute : spec.attributes) {
    if (op.attributes.get(attribute.name))
      continue;
    if (attribute.isRequired)
      return op.error() << "expected an attribute '" << attribute.name << "', found none";
    if (const auto *value = std::get_if<int64_t>(&attribute.defaultValue))
      op.attributes.set(attribute.name, makeInteger(builder, *value));
    else if (const auto *value = std::get_if<float>(&attribute.defaultValue))
      op.attributes.set(attribute.name, builder.getF32FloatAttr(*value));
    else if (const auto *value = std::get_if<const char *>(&attribute.defaultValue))
      op.attributes.set(attribute.name, builder.getStringAttr(*value));
  }
  return mlir::success();
}

FailureOr<mlir::ElementsAttr> importConstantNode(const onnx::NodeProto &node, TensorImporter &tensors,
                                                 mlir::Location loc) {
  StringRef name = node.output(0);
  if (node.attribute_size() != 1)
    return mlir::emitError(loc) << "Constant '" << name << "': expected one attribute, its value, found "
                                << node.attribute_size();
  const AttributeProto &value = node.attribute(0);
  mlir::Builder builder(loc.getContext());
  auto tensorOf = [](mlir::Type elementType, llvm::ArrayRef<int64_t> shape) {
    return mlir::RankedTensorType::get(shape, elementType);
  };
  if (value.name() == "value" && value.type() == AttributeProto::TENSOR)
    return tensors.import(value.t(), name, loc);
  if (value.name() == "value_int")
    return mlir::ElementsAttr(mlir::DenseElementsAttr::get(tensorOf(builder.getI64Type(), {}), value.i()));
  if (value.name() == "value_float")
    return mlir::ElementsAttr(mlir::DenseElementsAttr::get(tensorOf(builder.getF32Type(), {}), value.f()));
  if (value.name() == "value_ints")
    return mlir::ElementsAttr(
        mlir::DenseElementsAttr::get(tensorOf(builder.getI64Type(), int64_t(value.ints_size())),
                                     llvm::ArrayRef<int64_t>(value.ints().data(), value.ints_size())));
  if (value.name() == "value_floats")
    return mlir::ElementsAttr(
        mlir::DenseElementsAttr::get(tensorOf(builder.getF32Type(), int64_t(value.floats_size())),
                                     llvm::ArrayRef<float>(value.floats().data(), value.floats_size())));
  return mlir::emitError(loc) << "Constant '" << name << "': expected value, value_int, value_ints, value_float or "
                              << "value_floats, found '" << value.name() << "'";
}

} // namespace sdq
