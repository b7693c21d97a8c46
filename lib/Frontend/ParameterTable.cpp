//===- ParameterTable.cpp - One parameter for each weight -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ParameterTable.h"

#include "sdq/Dialect/SDQ/IR/Parts.h"
#include "sdq/Frontend/Passes.h"

using namespace mlir;
using namespace sdq;

static std::string resourceName(StringRef parameter) { return ("sdq:" + parameter + ".dense.values").str(); }

StringRef sdq::nameOf(Operation *owner) {
  for (StringRef attribute : {StringRef("onnx.name"), SymbolTable::getSymbolAttrName()})
    if (auto name = owner->getAttrOfType<StringAttr>(attribute); name && !name.empty())
      return name;
  if (auto location = owner->getLoc()->findInstanceOf<NameLoc>())
    return location.getName();
  return "";
}

ParameterOp ParameterTable::getOrCreate(const LinearPlan &plan, std::string &reason) {
  const WeightConstant &constant = plan.weight.constant;
  Operation *owner = constant.owner;
  Operation *table = SymbolTable::getNearestSymbolTable(owner);
  StringRef origin = nameOf(owner);
  // What is computed is told from other weights by the operation that begins it.
  auto resource = dyn_cast_if_present<DenseResourceElementsAttr>(constant.values);
  const void *identity = resource          ? static_cast<const void *>(resource.getRawHandle().getResource())
                         : constant.values ? Attribute(constant.values).getAsOpaquePointer()
                                           : owner;
  Key key(table, identity, resource ? "" : origin.str(), plan.weightTransposed, plan.outputs, plan.inputs);
  if (auto known = parameters.find(key); known != parameters.end())
    return known->second;
  std::optional<AlignedBytes> computed;
  if (!constant.values && !(computed = constant.compute(reason)))
    return nullptr;

  MLIRContext *context = owner->getContext();
  std::string name = origin.empty() ? "weight_" + std::to_string(unnamed++) : origin.str();
  Type element = constant.type.getElementType();
  bool transposed = plan.weightTransposed;
  DenseFormat layout{Encoding{*elementKindOf(element)}, transposed};
  auto type = WeightType::get(context, plan.outputs, plan.inputs, element, formatAttr(context, layout));
  RankedTensorType partType = type.getPartTypes().front();
  ElementsAttr values = computed ? makeResource(partType, resourceName(name), std::move(*computed))
                                 : storedValues(constant.values, partType, name);
  auto scope = scopes.find(table);
  if (scope == scopes.end())
    scope = scopes.emplace(table, Scope{SymbolTable(table), nullptr}).first;
  OpBuilder builder(context);
  auto parts = builder.getDictionaryAttr(builder.getNamedAttr("values", values));
  auto parameter = ParameterOp::create(builder, owner->getLoc(), builder.getStringAttr(name),
                                       /*sym_visibility=*/nullptr, TypeAttr::get(type), parts);
  if (!origin.empty())
    parameter->setAttr(kOriginAttr, builder.getStringAttr(origin));
  if (!origin.empty() && transposed)
    parameter->setAttr(kOriginTransposedAttr, builder.getUnitAttr());
  ParameterOp &last = scope->second.last;
  Block &block = table->getRegion(0).front();
  scope->second.symbols.insert(parameter, last ? std::next(Block::iterator(last)) : block.begin());
  return parameters[key] = last = parameter;
}

ElementsAttr ParameterTable::storedValues(ElementsAttr values, RankedTensorType type, StringRef name) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(values)) {
    if (resource.getType() == type)
      return resource;
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  }
  auto dense = cast<DenseElementsAttr>(values);
  ArrayRef<char> raw = dense.getRawData();
  AlignedBytes bytes;
  if (dense.isSplat())
    for (int64_t i = 0; i < dense.getNumElements(); ++i)
      bytes.insert(bytes.end(), raw.begin(), raw.end());
  else
    bytes.assign(raw.begin(), raw.end());
  return makeResource(type, resourceName(name), std::move(bytes));
}
