//===- ModelFile.h - A model parsed around its weights ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Protobuf copies every `bytes` field into a string of its own, so parsing a model copies its weights, and messages
// over 2 GB do not parse at all. Therefore the mapped file is rewritten first, without the raw bytes of its larger
// tensors: a pass over the wire format, which is a tree of (field number, wire type, payload), that descends to the
// tensors of the main graph and notes where their raw data lie. What is left is small, and goes to protobuf.
//
//   ModelProto.graph = 7 → GraphProto.initializer = 5 → TensorProto.raw_data = 9
//                          GraphProto.node = 1 → NodeProto.attribute = 5 → AttributeProto.t = 5 → raw_data
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_MODELFILE_H
#define SDQ_LIB_IMPORT_ONNX_MODELFILE_H

#include "MappedFile.h"
#include "Proto.h"
#include "mlir/IR/Location.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/DenseMap.h"

namespace sdq {

/// A parsed .onnx file.
class ModelFile {
public:
  /// Reads the file at `path`; emits an error at `loc` if it is unreadable, truncated or no ONNX model.
  static mlir::FailureOr<std::unique_ptr<ModelFile>> open(llvm::StringRef path, mlir::Location loc);

  const onnx::ModelProto &getModel() const { return model; }

  /// The raw data of a tensor of this model, in the mapped file where it was taken out, in the message otherwise.
  /// Either way `owner` is the file: a message's bytes must be copied before the ModelFile goes.
  bool isMapped(const onnx::TensorProto &tensor) const { return mappedData.contains(&tensor); }
  OwnedBytes rawData(const onnx::TensorProto &tensor) const;

private:
  std::shared_ptr<MappedFile> file;
  onnx::ModelProto model;
  llvm::DenseMap<const onnx::TensorProto *, llvm::StringRef> mappedData;
};

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_MODELFILE_H
