//===- Dequantize.h - Weights that ONNX holds quantized ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_FRONTEND_DEQUANTIZE_H
#define SDQ_LIB_FRONTEND_DEQUANTIZE_H

#include "ONNXNode.h"

namespace sdq {

/// y = (x − zero point) · scale of a DequantizeLinear whose operands are constants: a float weight to compress anew. x
/// is of 8-bit integers; scale and zero point are one number, one for each index of `axis`, or one for each block of
/// `block_size` along it. nullopt where x is computed.
std::optional<WeightStep> dequantize(const ONNXNode &node, mlir::RankedTensorType result);

} // namespace sdq

#endif // SDQ_LIB_FRONTEND_DEQUANTIZE_H
