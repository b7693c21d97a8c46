//===- Passes.h - torch-mlir's import form to onnx --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CONVERSION_TORCHTOONNX_PASSES_H
#define SDQ_CONVERSION_TORCHTOONNX_PASSES_H

#include <memory>

namespace mlir {
class Pass;
}

namespace sdq {

/// Creates `--sdq-torch-to-onnx` (on builtin.module): what torch-mlir's importers write, on builtin tensors and in
/// onnx-mlir's spelling, so that `--sdq-lower-cpu` compiles it.
///
///   before                                                       after
///   !torch.vtensor<[?,8],f32>                                     tensor<?x8xf32>, function signatures included
///   "torch.operator"(%x) <{name = "onnx.Softmax"}>                "onnx.Softmax"(%x) {axis = 1 : si64}
///       {torch.onnx.axis = 1 : si64}
///   "torch.vtensor.literal"() <{value = dense_resource<w> …}>     "onnx.Constant"() {value = dense_resource<w> …}
///   "torch.aten.mm", "matmul", "linear", "t"                      "onnx.MatMul", "onnx.Transpose", "onnx.Add"
///   "torch.constant.none"                                         "onnx.NoValue"
///   torch_c.to_builtin_tensor, from_builtin_tensor                nothing
///
/// Any other operation of `torch`, and a tensor whose extents or elements are not known, is one error that names it.
std::unique_ptr<mlir::Pass> createTorchToONNXPass();

/// Registers `--sdq-torch-to-onnx`.
void registerTorchToONNXPasses();

} // namespace sdq

#endif // SDQ_CONVERSION_TORCHTOONNX_PASSES_H
