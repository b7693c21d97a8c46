//===- ParameterOp.cpp - sdq.parameter -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/SDQ.h"

using namespace mlir;
using namespace sdq;

SmallVector<ElementsAttr> ParameterOp::getPartsInOrder() {
  return llvm::map_to_vector(getWeightType().getFormat().getParts(getWeightType().getShape()),
                             [&](const PartSpec &part) { return getPart(part.name); });
}

LogicalResult ParameterOp::verify() {
  WeightType type = getWeightType();
  std::vector<PartSpec> specs = type.getFormat().getParts(type.getShape());
  SmallVector<RankedTensorType> types = type.getPartTypes();
  auto names = [&] {
    return llvm::join(llvm::map_range(specs, [](const PartSpec &spec) { return spec.name; }), ", ");
  };
  for (auto [spec, expected] : llvm::zip_equal(specs, types)) {
    Attribute attribute = getParts().get(spec.name);
    if (!attribute)
      return emitOpError("parameter_c1: expected the parts ") << names() << "; '" << spec.name << "' is missing";
    auto part = dyn_cast<ElementsAttr>(attribute);
    if (!part)
      return emitOpError("parameter_c2: part '") << spec.name << "' expected elements of " << expected << ", found "
                                                 << attribute;
    auto found = dyn_cast<RankedTensorType>(part.getType());
    if (!found || !found.hasStaticShape() || found.getElementType() != expected.getElementType() ||
        failed(verifyCompatibleShape(found, expected)))
      return emitOpError("parameter_c2: part '")
             << spec.name << "' expected " << expected << ", found " << part.getType();
  }
  if (getParts().size() != specs.size())
    for (NamedAttribute part : getParts())
      if (llvm::none_of(specs, [&](const PartSpec &spec) { return spec.name == part.getName(); }))
        return emitOpError("parameter_c1: expected the parts ")
               << names() << "; found another one, '" << part.getName().getValue() << "'";
  return success();
}
