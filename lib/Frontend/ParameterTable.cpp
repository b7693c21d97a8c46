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

StringRef sdq::nameOf(Operation *constant) {
  if (auto name = constant->getAttrOfType<StringAttr>("onnx.name"); name && !name.empty())
    return name;
  if (auto location = constant->getLoc()->findInstanceOf<NameLoc>())
    return location.getName();
  return "";
}

ParameterOp ParameterTable::getOrCreate(const WeightSource &source, bool transposed) {
  Operation *table = SymbolTable::getNearestSymbolTable(source.constant);
  StringRef origin = nameOf(source.constant);
  auto resource = dyn_cast<DenseResourceElementsAttr>(source.values);
  const void *identity = resource ? static_cast<const void *>(resource.getRawHandle().getResource())
                                  : Attribute(source.values).getAsOpaquePointer();
  Key key(table, identity, resource ? "" : origin.str(), transposed, source.rows, source.columns);
  if (auto known = parameters.find(key); known != parameters.end())
    return known->second;

  MLIRContext *context = source.constant->getContext();
  std::string name = origin.empty() ? "weight_" + std::to_string(unnamed++) : origin.str();
  Type element = source.values.getElementType();
  DenseFormat layout{Encoding{*elementKindOf(element)}, transposed};
  auto type = WeightType::get(context, transposed ? source.columns : source.rows,
                              transposed ? source.rows : source.columns, element, formatAttr(context, layout));
  ElementsAttr values = storedValues(source, type.getPartTypes().front(), name);
  auto scope = scopes.find(table);
  if (scope == scopes.end())
    scope = scopes.emplace(table, Scope{SymbolTable(table), nullptr}).first;
  OpBuilder builder(context);
  auto parts = builder.getDictionaryAttr(builder.getNamedAttr("values", values));
  auto parameter = ParameterOp::create(builder, source.constant->getLoc(), builder.getStringAttr(name),
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

ElementsAttr ParameterTable::storedValues(const WeightSource &source, RankedTensorType type, StringRef name) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(source.values)) {
    if (resource.getType() == type)
      return resource;
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  }
  auto dense = cast<DenseElementsAttr>(source.values);
  ArrayRef<char> raw = dense.getRawData();
  AlignedBytes bytes;
  if (dense.isSplat())
    for (int64_t i = 0; i < dense.getNumElements(); ++i)
      bytes.insert(bytes.end(), raw.begin(), raw.end());
  else
    bytes.assign(raw.begin(), raw.end());
  return makeResource(type, ("sdq:" + name + ".dense.values").str(), std::move(bytes));
}
