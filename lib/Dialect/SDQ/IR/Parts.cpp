//===- Parts.cpp - Between a parameter's attributes and plain buffers -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/Parts.h"

#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace sdq;

/// Resources that we made, and hence may release, carry this prefix.
static constexpr StringLiteral ownPrefix = "sdq:";

std::optional<ArrayRef<char>> sdq::rawBytes(ElementsAttr attribute) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    return blob->getData();
  }
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute))
    if (!dense.isSplat() || dense.getNumElements() == 1)
      return dense.getRawData();
  return std::nullopt;
}

FailureOr<std::vector<PartView>> sdq::viewParts(ParameterOp parameter) {
  WeightType type = parameter.getWeightType();
  std::vector<PartView> views;
  for (PartSpec &spec : type.getFormat().getParts(type.getShape())) {
    ElementsAttr attribute = parameter.getPart(spec.name);
    std::optional<ArrayRef<char>> bytes = rawBytes(attribute);
    if (!bytes) {
      parameter.emitOpError("part '") << spec.name << "' has no bytes: expected a resource or dense elements";
      return failure();
    }
    spec.shape.assign(attribute.getShapedType().getShape().begin(), attribute.getShapedType().getShape().end());
    uint64_t expected = attribute.getNumElements() * (bitWidth(spec.type) / 8);
    if (bytes->size() < expected) {
      parameter.emitOpError("part '") << spec.name << "' is too short: expected " << expected << " bytes, found "
                                      << bytes->size();
      return failure();
    }
    views.push_back({std::move(spec), bytes->take_front(expected)});
  }
  return views;
}

void sdq::replaceParts(ParameterOp parameter, WeightFormat format, std::vector<PartBytes> parts, StringRef stage) {
  MLIRContext *context = parameter.getContext();
  DictionaryAttr old = parameter.getParts();
  SmallVector<NamedAttribute> next;
  for (PartBytes &part : parts) {
    auto type = RankedTensorType::get(part.spec.shape, typeOf(context, part.spec.type));
    std::string name = (ownPrefix + parameter.getSymName() + "." + stage + "." + part.spec.name).str();
    next.emplace_back(StringAttr::get(context, part.spec.name),
                      DenseResourceElementsAttr::get(type, name, std::move(part.bytes)));
  }
  parameter.setType(parameter.getWeightType().withFormat(format));
  parameter.setPartsAttr(DictionaryAttr::get(context, next));
  for (NamedAttribute part : old) {
    auto resource = dyn_cast<DenseResourceElementsAttr>(part.getValue());
    if (!resource || !resource.getRawHandle().getKey().starts_with(ownPrefix))
      continue;
    // Another part may go on using the same blob; only one that is gone for good is released.
    bool kept = llvm::any_of(next, [&](NamedAttribute n) { return n.getValue() == resource; });
    if (!kept)
      if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
        *blob = AsmResourceBlob();
  }
}
