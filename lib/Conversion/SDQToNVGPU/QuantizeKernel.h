//===- QuantizeKernel.h - Kernels that round activations --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Activations that meet a term quantized are rounded by a kernel of their own first, (x, buffers …, tokens):
//
//   form      buffers                                                    for
//   --------  ---------------------------------------------------------  -----------------------------------------
//   values    f32, tokens × K: code · scale                              kernels that decode
//   packed    codes i32, tokens × words; scales f32, tokens × ⌈K / Q⌉    kernels that multiply codes (KernelFamily.h)
//
// A packed row is a little-endian stream of 8-bit codes, or of 4-bit ones for elements of up to four bits, in the order
// of the inputs, and ends with zeros at a multiple of kPackedInputs inputs, so that whole instructions may read it.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_QUANTIZEKERNEL_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_QUANTIZEKERNEL_H

#include "LinearKernel.h"

namespace sdq {

/// The inputs of the longest instruction.
inline constexpr int64_t kPackedInputs = 128;
inline int64_t packedInputs(int64_t columns) { return llvm::alignTo(columns, kPackedInputs); }
/// Bits of a packed code.
inline unsigned packedWidth(ActivationFormatAttr activation) {
  return bitWidth(*elementKindOf(activation.getElement())) <= 4 ? 4 : 8;
}

/// The buffers of one rounded activation, tokens × …, as arguments of the kernels that write and read them.
llvm::SmallVector<KernelArgument> roundedBuffers(ActivationFormatAttr activation, int64_t columns, bool packed);

/// A kernel that rounds, at the builder's insertion point inside a gpu.module. Its attribute says {activation =
/// #sdq.activation<…>, columns = …, block = …, vectors_per_block = …, arguments = […]}; it is launched on
/// ⌈tokens · ⌈columns / vector⌉ / vectors_per_block⌉ blocks.
mlir::gpu::GPUFuncOp buildQuantizeKernel(mlir::OpBuilder &builder, mlir::Location location,
                                         ActivationFormatAttr activation, int64_t columns, mlir::Type type,
                                         bool packed);
/// Vectors that a block rounds: a thread one as values, a warp one packed.
int64_t vectorsPerBlock(bool packed);

// The bodies, filled in where the vector `number` of `token` is to be rounded; `buffers` and x at their full shapes.
struct VectorToRound {
  mlir::Value x;
  llvm::ArrayRef<mlir::Value> buffers;
  mlir::Value token, number;
  ActivationFormatAttr activation;
  int64_t columns;
};
void buildRoundToValues(mlir::OpBuilder &builder, mlir::Location location, const VectorToRound &vector);
void buildRoundToCodes(mlir::OpBuilder &builder, mlir::Location location, const VectorToRound &vector);

/// |value| of an f32, without a call of libdevice.
mlir::Value emitMagnitude(mlir::OpBuilder &builder, mlir::Location location, mlir::Value value);

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_QUANTIZEKERNEL_H
