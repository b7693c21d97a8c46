//===- LinearKernel.h - A kernel that multiplies by a weight ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One kernel serves every layer of one format, extent and activation type. It is called with the layer's buffers:
//
//   arguments of a kernel                                       in the kernel's IR              in PTX
//   ----------------------------------------------------------  ------------------------------  -------
//   each part of the format, in its order                       memref of the part's shape      pointer
//   x, tokens × K, row-major                                    memref<T>, viewed as ?xK        pointer
//   x rounded to each quantized #sdq.activation, as values,     memref<f32>, viewed as ?xK      pointer
//   or packed, as codes and scales (QuantizeKernel.h)           memref<i32>, memref<f32>        pointers
//   y, tokens × N, row-major                                    memref<T>, viewed as ?xN        pointer
//   tokens                                                      i64                             .u64
//   the extent of each part whose extent is not in the type     i64                             .u64
//
// Parts and activations begin at multiples of 16 bytes, as all that the driver allocates does. A pointer is passed
// bare, which needs a static shape: a buffer with a dynamic extent travels as the memref of its first element and is
// viewed at its full shape inside.
//
// The attribute `sdq.kernel` of a kernel, and of the host function that launches it, says all this to a caller:
//
//   {format = #sdq.lut<4, f16>, rows = 5, columns = 13, block = array<i64: 32, 4, 1>,
//    rows_per_block = 4, tokens_per_block = 8,
//    arguments = [{name = "codes", type = memref<5x7xi8>}, …, {name = "tokens", type = i64}]}
//
// It is launched on a grid of (⌈rows / rows_per_block⌉ · max(1, ⌈tokens / tokens_per_block⌉), 1, 1) blocks.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_LINEARKERNEL_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_LINEARKERNEL_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace sdq {

/// The discardable attribute described above.
inline constexpr llvm::StringLiteral kKernelAttributeName = "sdq.kernel";

/// What a kernel is made for.
struct LinearKernelSpec {
  WeightFormat format;
  Shape shape;
  mlir::Type activation; // f16, bf16 or f32
  /// What each term meets the activations as; null where all take them as they come.
  mlir::ArrayAttr activations = nullptr;
  /// Whether quantized activations come as codes and scales, which some families multiply, or as values.
  bool packed = false;

  /// The quantized ones among `activations`, each once, in the order of first mention.
  llvm::SmallVector<ActivationFormatAttr> rounded() const;
};

/// A buffer handed to a kernel, at its full shape, or, where `buffer` is null, an i64.
struct KernelArgument {
  std::string name;
  mlir::MemRefType buffer;
};

/// The arguments of a kernel, in the order of the table above.
struct KernelSignature {
  llvm::SmallVector<KernelArgument> arguments;
  size_t partCount = 0, roundedCount = 0;

  llvm::ArrayRef<KernelArgument> parts() const { return llvm::ArrayRef(arguments).take_front(partCount); }
  const KernelArgument &x() const { return arguments[partCount]; }
  llvm::ArrayRef<KernelArgument> rounded() const {
    return llvm::ArrayRef(arguments).slice(partCount + 1, roundedCount);
  }
  const KernelArgument &y() const { return arguments[partCount + 1 + roundedCount]; }
};

struct KernelFamily;
struct FamilyKernel;
struct Chip;

/// The signature of the spec's kernel, or nothing where a part has a dynamic extent that is not its first one.
std::optional<KernelSignature> kernelSignature(const LinearKernelSpec &spec);

/// How an argument is declared: the buffer itself, the address of its first element, or an i64.
mlir::Type passedType(mlir::MLIRContext *context, const KernelArgument &argument);

/// The attribute that describes the kernel.
mlir::DictionaryAttr describeKernel(const LinearKernelSpec &spec, const KernelSignature &signature,
                                    const KernelFamily &family);

mlir::ArrayAttr describeArguments(mlir::MLIRContext *context, llvm::ArrayRef<KernelArgument> arguments);

/// Readable symbols: "linear_lut_4_f16_5x13_f32", "quantize_activation_i8_16_13_f32", "pack_activation_i8_128_….
std::string kernelName(const LinearKernelSpec &spec);
std::string quantizeKernelName(ActivationFormatAttr activation, int64_t columns, mlir::Type type, bool packed);

/// Emits a family's kernel at the builder's insertion point inside a gpu.module.
mlir::gpu::GPUFuncOp buildLinearKernel(mlir::OpBuilder &builder, mlir::Location location, const LinearKernelSpec &spec,
                                       const KernelSignature &signature, const KernelFamily &family, const Chip &chip);

/// Emits the host function (x : tensor<?xKxT>, device memrefs of the parts) → tensor<?xNxT> that copies the activations
/// to the device, launches the kernel that suits the number of tokens, and copies the result back, all on one stream.
/// `kernels`: by rising `fromTokens`, the first from 1; `quantizers`: one for each
/// of the spec's rounded activations, launched before.
mlir::func::FuncOp buildLaunchFunction(mlir::OpBuilder &builder, mlir::Location location, llvm::StringRef name,
                                       llvm::ArrayRef<FamilyKernel> kernels,
                                       llvm::ArrayRef<mlir::gpu::GPUFuncOp> quantizers, const LinearKernelSpec &spec,
                                       const KernelSignature &signature);

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_LINEARKERNEL_H
