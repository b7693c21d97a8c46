//===- ElementTypes.h - ONNX's element types --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_ELEMENTTYPES_H
#define SDQ_LIB_IMPORT_ONNX_ELEMENTTYPES_H

#include "mlir/IR/Location.h"
#include "mlir/IR/Types.h"
#include "mlir/Support/LLVM.h"
#include <string>

namespace sdq {

/// How one of ONNX's element types (TensorProto.DataType) is stored there, and what it becomes here.
struct ElementType {
  /// In which of TensorProto's typed fields values stand that are not in raw_data.
  enum class Field { Float, Double, Int32, Int64, UInt64 };

  int32_t number;
  llvm::StringLiteral name;
  /// Bits of one element in raw data; below 8, elements are packed, the first in the low bits.
  unsigned storedBits;
  Field field;
  mlir::Type (*make)(mlir::MLIRContext *);

  mlir::Type type(mlir::MLIRContext *context) const { return make(context); }
  bool isSignedNibble() const;
};

/// The element type of that number, or null if it is unknown or unsupported.
const ElementType *findElementType(int32_t number);

/// ONNX's name of any element type, supported or not; the number for one that has no name here.
std::string elementTypeName(int32_t number);

/// The MLIR type of an element type; emits "`what` has the unsupported element type …" if there is none.
mlir::FailureOr<mlir::Type> importElementType(int32_t number, const llvm::Twine &what, mlir::Location loc);

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_ELEMENTTYPES_H
