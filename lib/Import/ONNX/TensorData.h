//===- TensorData.h - ONNX tensors as attributes ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_TENSORDATA_H
#define SDQ_LIB_IMPORT_ONNX_TENSORDATA_H

#include "ExternalData.h"
#include "ModelFile.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace sdq {

/// Tensors of more elements than this become resources, which MLIR neither hashes nor copies.
inline constexpr int64_t maximumInlineElements = 64;

/// Turns the tensors of one model into attributes.
class TensorImporter {
public:
  TensorImporter(const ModelFile &model, ExternalData &externalData) : model(model), externalData(externalData) {}

  /// `name` is for errors, and the hint for the resource's key.
  mlir::FailureOr<mlir::ElementsAttr> import(const onnx::TensorProto &tensor, llvm::StringRef name, mlir::Location loc);

private:
  const ModelFile &model;
  ExternalData &externalData;
};

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_TENSORDATA_H
