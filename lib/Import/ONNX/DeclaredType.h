//===- DeclaredType.h - What a model says of its values ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_DECLAREDTYPE_H
#define SDQ_LIB_IMPORT_ONNX_DECLAREDTYPE_H

#include "Inference.h"
#include "Proto.h"

namespace sdq {

/// A value's type as the model declares it: for inputs all there is, for other values to be held against inference.
struct DeclaredType {
  mlir::Type elementType;
  std::optional<Shape> shape; // absent: rank not declared
  /// "0:batch,1:sequence": the axes with a name.
  std::string dimParams;
};

/// Reads the type of an input, output or value_info. Only tensors are supported.
mlir::FailureOr<DeclaredType> readDeclaredType(const onnx::ValueInfoProto &value, Extents &extents, mlir::Location loc);

/// Holds an inferred type against the declared one. An extent of which inference knows nothing is taken from the
/// declaration; where the two contradict, an error names the value. An extent that inference derived from the inputs'
/// names stays dynamic even if a number is declared, which exporters do by tracing one example.
mlir::LogicalResult refine(TensorInfo &inferred, const DeclaredType &declared, const Extents &extents,
                           llvm::StringRef name, mlir::Location loc);

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_DECLAREDTYPE_H
