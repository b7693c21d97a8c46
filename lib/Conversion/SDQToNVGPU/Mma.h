//===- Mma.h - Tensor-core instructions of kernels --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A warp's D = A·B + C, of 16 rows and 8 tokens. What a lane's registers hold of A and B says PTX ISA, "Matrix
// Fragments", and each kernel's head for what it multiplies; C and D are four sums a lane (OutputTile.h).
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_MMA_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_MMA_H

#include "IntegerTerms.h"

namespace sdq {

/// The register of an mma that `pair`, a vector<2xf16> or vector<2xbf16>, is.
mlir::Value asMmaRegister(mlir::OpBuilder &builder, mlir::Location location, mlir::Value pair);

/// Of f16 or bf16, `type`, with f32 sums: mma.m16n8k16 of four registers and two, or, with `metadata` (i32, selector
/// 0), mma.sp.m16n8k32 of four and four.
llvm::SmallVector<mlir::Value> emitFloatMma(mlir::OpBuilder &builder, mlir::Location location, mlir::Type type,
                                            mlir::ValueRange a, mlir::ValueRange x, mlir::ValueRange c,
                                            mlir::Value metadata = {});

/// By the path's instruction; `metadata`: of sparse ones; `scales`: of the block-scaled one's weights.
llvm::SmallVector<mlir::Value> emitIntegerMma(mlir::OpBuilder &builder, mlir::Location location, IntegerPath path,
                                              mlir::ValueRange a, mlir::ValueRange x, mlir::Value metadata,
                                              mlir::Value scales, mlir::ValueRange c);

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_MMA_H
