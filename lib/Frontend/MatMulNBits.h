//===- MatMulNBits.h - onnxruntime's product with a packed weight -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// com.microsoft.MatMulNBits (onnxruntime, docs/ContribOperators.md): Y = A·Wᵀ with W [N, K] in blocks along K.
//
//   A            …×K float
//   B            uint8 [N, blocks, block_size·bits/8]; at 4 bits the even element of a byte is its low half
//   scales       float, N·blocks
//   zero_points  uint8, packed like B with each row of blocks padded to bytes, or float N·blocks; absent: 2^(bits−1)
//   attributes   K, N, bits (4 or 8 here), block_size
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_FRONTEND_MATMULNBITS_H
#define SDQ_LIB_FRONTEND_MATMULNBITS_H

#include "ONNXNode.h"

namespace sdq {

/// The product, its weight dequantized to A's element type so as to be compressed anew; failure and a reason where it
/// has operands (g_idx, bias) or widths that are not understood, or is not all constant.
mlir::FailureOr<Product> matMulNBits(const ONNXNode &node, std::string &reason);

} // namespace sdq

#endif // SDQ_LIB_FRONTEND_MATMULNBITS_H
