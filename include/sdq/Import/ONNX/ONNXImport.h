//===- ONNXImport.h - .onnx files to MLIR -----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads an ONNX model into `onnx.*` operations in onnx-mlir's generic spelling, so that one set of patterns serves
// our importer and onnx-mlir's own output:
//
//   func.func @main_graph(%arg0: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dim_params = "0:batch,1:sequence"})
//       -> (tensor<?x?x256xf32> {onnx.name = "logits", onnx.dim_params = "0:batch,1:sequence"}) {
//     %0 = "onnx.Constant"() {value = dense_resource<…> : tensor<256x256xf16>, onnx.name = "wte"} : () -> …
//     %1 = "onnx.Gather"(%0, %arg0) {axis = 0 : si64, onnx_node_name = "…"} : …
//     …
//   }
//   "onnx.EntryPoint"() {func = @main_graph} : () -> ()
//
// What the output promises:
//   * every tensor is ranked; an extent is static wherever it follows from the model (shape arithmetic included);
//   * an operator always has the form of the newest opset understood (see maximumOpset): `axes` of a reduction is an
//     operand, even where the model's opset had an attribute. The exception are reductions over all axes: no operand;
//   * attributes with a default are written out; an omitted operand is `"onnx.NoValue"() : () -> none`;
//   * `Cast`'s `to` is a type; ints are si64, floats f32, lists of ints I64ArrayAttr, as in onnx-mlir;
//   * initializers and Constant nodes are one `onnx.Constant` each, `onnx.name` holding the value's name;
//   * int4 and uint4 tensors are unpacked to i8 and ui8, one value a byte;
//   * locations are NameLoc(node or initializer name, file), so that later errors can name the node.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_IMPORT_ONNX_ONNXIMPORT_H
#define SDQ_IMPORT_ONNX_ONNXIMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace sdq {

/// The opsets of the default domain whose operators are understood.
inline constexpr int64_t minimumOpset = 13;
inline constexpr int64_t maximumOpset = 23;

/// Imports the model at `path`. Constants of more than 64 elements become resources that refer to the mapped file
/// (the .onnx or its external data): only tensors that are misaligned there, or stored in protobuf's typed fields, are
/// copied. The mappings live as long as `context`.
///
/// `context` must know an `onnx` dialect, ours (registerONNXStub) or onnx-mlir's. On failure exactly one error is
/// emitted to `context`, and null returned.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(llvm::StringRef path, mlir::MLIRContext &context);

} // namespace sdq

#endif // SDQ_IMPORT_ONNX_ONNXIMPORT_H
