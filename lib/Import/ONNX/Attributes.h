//===- Attributes.h - A node's attributes -----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_ATTRIBUTES_H
#define SDQ_LIB_IMPORT_ONNX_ATTRIBUTES_H

#include "Operators.h"
#include "TensorData.h"

namespace sdq {

/// Fills `op.attributes` from a node's, in onnx-mlir's types: ints si64, floats f32, lists of ints I64ArrayAttr,
/// element types TypeAttr. Checks kinds and presence against `spec`, and writes the defaults out.
mlir::LogicalResult importAttributes(Inference &op, const onnx::NodeProto &node, const Operator &spec,
                                     TensorImporter &tensors, mlir::Location loc);

/// The value of a Constant node.
mlir::FailureOr<mlir::ElementsAttr> importConstantNode(const onnx::NodeProto &node, TensorImporter &tensors,
                                                       mlir::Location loc);

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_ATTRIBUTES_H
