//===- ExternalData.h - Tensors stored beside the model ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_EXTERNALDATA_H
#define SDQ_LIB_IMPORT_ONNX_EXTERNALDATA_H

#include "MappedFile.h"
#include "Proto.h"
#include "mlir/IR/Location.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringMap.h"

namespace sdq {

/// The files beside a model that hold its tensors, each mapped once.
///
/// A model may come from anywhere, so a location is followed only within the model's folder: neither an absolute
/// path, nor `..`, nor a symbolic link may lead out of it.
class ExternalData {
public:
  explicit ExternalData(llvm::StringRef modelPath);

  /// The bytes of `tensor` (TensorProto.external_data: location, offset, length), which must be `size`. Emits an
  /// error at `loc` that names tensor and file if they are not there.
  mlir::FailureOr<OwnedBytes> read(const onnx::TensorProto &tensor, uint64_t size, mlir::Location loc);

private:
  mlir::FailureOr<std::shared_ptr<MappedFile>> open(llvm::StringRef tensor, llvm::StringRef location,
                                                    mlir::Location loc);

  std::string folder;
  llvm::StringMap<std::shared_ptr<MappedFile>> files;
};

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_EXTERNALDATA_H
