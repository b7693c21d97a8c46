//===- DeclaredType.cpp - What a model says of its values -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeclaredType.h"

#include "ElementTypes.h"

namespace sdq {

mlir::FailureOr<DeclaredType> readDeclaredType(const onnx::ValueInfoProto &value, Extents &extents,
                                               mlir::Location loc) {
  if (!value.type().has_tensor_type())
    return mlir::emitError(loc)
           << "value '" << value.name()
           << "': expected a tensor; sequences, maps, optional and sparse values are not supported";
  const onnx::TypeProto::Tensor &tensor = value.type().tensor_type();
  DeclaredType result;
  const ElementType *elementType = findElementType(tensor.elem_type());
  if (elementType && elementType->storedBits < 8)
    return mlir::emitError(loc) << "value '" << value.name() << "': " << elementType->name
                                << " is supported for constants only";
  mlir::FailureOr<mlir::Type> type = importElementType(tensor.elem_type(), "value '" + value.name() + "'", loc);
  if (mlir::failed(type))
    return mlir::failure();
  result.elementType = *type;
  if (!tensor.has_shape())
    return result;
  result.shape.emplace();
  for (auto [i, dim] : llvm::enumerate(tensor.shape().dim())) {
    if (dim.has_dim_value() && dim.dim_value() >= 0) {
      result.shape->push_back(dim.dim_value());
    } else if (dim.has_dim_param() && !dim.dim_param().empty()) {
      result.shape->push_back(extents.named(dim.dim_param()));
      result.dimParams += (result.dimParams.empty() ? "" : ",") + std::to_string(i) + ":" + dim.dim_param();
    } else { // nothing, or a negative number, which some exporters write for it
      result.shape->push_back(extents.unknown());
    }
  }
  return result;
}

mlir::LogicalResult refine(TensorInfo &inferred, const DeclaredType &declared, const Extents &extents,
                           llvm::StringRef name, mlir::Location loc) {
  auto contradict = [&]() {
    return mlir::emitError(loc) << "value '" << name << "': the operators give " << inferred.elementType << " "
                                << extents.print(inferred.shape) << ", the model declares " << declared.elementType
                                << " " << (declared.shape ? extents.print(*declared.shape) : "of any shape");
  };
  if (inferred.elementType != declared.elementType)
    return contradict();
  if (!declared.shape)
    return mlir::success();
  if (inferred.shape.size() != declared.shape->size())
    return contradict();
  for (auto [known, said] : llvm::zip_equal(inferred.shape, *declared.shape)) {
    if (known.isStatic() && said.isStatic() && !(known == said))
      return contradict();
    if (extents.isUnknown(known))
      known = said;
  }
  return mlir::success();
}

} // namespace sdq
