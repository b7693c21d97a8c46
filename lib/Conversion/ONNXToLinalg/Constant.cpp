//===- Constant.cpp - Constant tensors ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extents.h"
#include "Node.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

namespace sdq::onnx {

/// The same elements as a signless tensor; resources keep their blob.
static TypedAttr signlessElements(ElementsAttr elements) {
  auto type = cast<RankedTensorType>(elements.getType());
  auto target = cast<RankedTensorType>(signless(type));
  if (target == type)
    return elements;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return DenseResourceElementsAttr::get(target, resource.getRawHandle());
  if (auto dense = dyn_cast<DenseElementsAttr>(elements))
    return dense.bitcast(target.getElementType());
  return nullptr;
}

static LogicalResult constantTensor(Node &node) {
  TypedAttr value;
  ImplicitLocOpBuilder &b = node.b;
  Type element = node.resultType().getElementType();
  if (auto elements = node.op->getAttrOfType<ElementsAttr>("value")) {
    if (!isa<RankedTensorType>(elements.getType()))
      return node.error("value must be a tensor of known rank");
    value = signlessElements(elements);
  } else if (auto real = node.op->getAttrOfType<FloatAttr>("value_float")) {
    value = DenseElementsAttr::get(RankedTensorType::get({}, b.getF32Type()), real.getValue());
  } else if (node.hasAttribute("value_int")) {
    value = DenseElementsAttr::get(RankedTensorType::get({}, b.getI64Type()), node.integer("value_int", 0));
  } else if (auto integers = node.integers("value_ints")) {
    auto type = RankedTensorType::get({static_cast<int64_t>(integers->size())}, b.getI64Type());
    value = DenseElementsAttr::get(type, ArrayRef<int64_t>(*integers));
  } else if (auto reals = node.op->getAttrOfType<ArrayAttr>("value_floats")) {
    SmallVector<float> floats;
    for (Attribute entry : reals)
      if (auto real = dyn_cast<FloatAttr>(entry))
        floats.push_back(real.getValueAsDouble());
    if (floats.size() == reals.size())
      value = DenseElementsAttr::get(RankedTensorType::get({static_cast<int64_t>(floats.size())}, b.getF32Type()),
                                     ArrayRef<float>(floats));
  }
  if (!value)
    return node.error("expected one of the attributes value (a dense tensor), value_float, value_floats, value_int, "
                      "value_ints");
  if (cast<RankedTensorType>(value.getType()).getElementType() != element)
    return node.error("its value and its result differ in element type");
  return node.replace(arith::ConstantOp::create(b, value).getResult());
}

void addConstantLowerings(LoweringTable &table) { table["Constant"] = constantTensor; }

} // namespace sdq::onnx
