//===- Kernels.h - Functions that the generated code calls -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTOCPU_KERNELS_H
#define SDQ_LIB_CONVERSION_SDQTOCPU_KERNELS_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sdq {

/// Output channels that a kernel decodes at a time: one AVX-512 register of f32.
inline constexpr int64_t kChannelBlock = 16;
/// Tokens that share one pass over the decoded block: their accumulators stay in registers.
inline constexpr int64_t kTokenBlock = 8;

/// The kernel y = x · Wᵀ for a weight type and activation formats (null: none), made on first use:
/// (x : memref<?xKxT>, one memref a part, y : memref<?xNxT>).
mlir::func::FuncOp linearKernel(mlir::ModuleOp module, WeightType weight, mlir::Type element,
                                mlir::ArrayAttr activations);

/// The kernel that decodes a whole weight: (one memref a part, out : memref<NxKxT>).
mlir::func::FuncOp decodeKernel(mlir::ModuleOp module, WeightType weight, mlir::Type element);

/// The function that rounds activations to a quantized format and back (METHODS: dynamic VS-Quant), made on first
/// use: (x : memref<?xKxT>, out : memref<?xKxf32>).
mlir::func::FuncOp quantizeActivationKernel(mlir::ModuleOp module, ActivationFormatAttr format, int64_t columns,
                                            mlir::Type element);

/// Looks up a private function, or makes it and leaves the builder at the start of its empty body. Second: made now.
std::pair<mlir::func::FuncOp, bool> getOrCreateKernel(mlir::OpBuilder &builder, mlir::ModuleOp module,
                                                      const std::string &name, mlir::TypeRange arguments);

/// A symbol for a kernel: `prefix` and the printed attributes and types, everything but letters and digits as '_'.
std::string kernelName(llvm::StringRef prefix, llvm::ArrayRef<std::string> details);
template <typename T>
std::string printed(const T &value) {
  std::string text;
  llvm::raw_string_ostream(text) << value;
  return text;
}

/// One memref a part of the weight, dynamic extents dynamic.
llvm::SmallVector<mlir::Type> partMemRefs(WeightType weight);

/// value : f32 ↔ element type.
mlir::Value toF32(mlir::OpBuilder &builder, mlir::Location location, mlir::Value value);
mlir::Value fromF32(mlir::OpBuilder &builder, mlir::Location location, mlir::Value value, mlir::Type element);

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTOCPU_KERNELS_H
