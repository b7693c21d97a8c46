//===- TensorCoreTerms.h - A weight's terms as operands of mma --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_TENSORCORETERMS_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_TENSORCORETERMS_H

#include "LinearKernel.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

namespace sdq {

/// Terms that one run along K multiplies: a 2:4 term by itself, or all those whose element is found by its place.
class TensorCoreTerms {
public:
  TensorCoreTerms(Shape shape, llvm::ArrayRef<TermValues> terms, bool isSparse)
      : shape(shape), terms(terms), isSparse(isSparse) {}

  bool sparse() const { return isSparse; }
  /// Inputs that one mma covers.
  int64_t step() const { return isSparse ? 32 : 16; }
  /// The weight, f32, at `row` and column `slot`, of type index: an input, or of a 2:4 term what is stored there. Zero
  /// beyond the last.
  mlir::Value emitWeight(mlir::OpBuilder &builder, mlir::Location location, mlir::Value row, mlir::Value slot) const;
  /// The metadata that a lane hands to the mma.sp of inputs k0 to k0 + 31, an i32; `rows`: g and g + 8.
  mlir::Value emitMetadata(mlir::OpBuilder &builder, mlir::Location location, mlir::ValueRange rows,
                           mlir::Value quarter, mlir::Value k0) const;

private:
  Shape shape;
  llvm::SmallVector<TermValues, 2> terms;
  bool isSparse;
};

struct SplitTerms {
  llvm::SmallVector<TensorCoreTerms, 2> multiplied;
  /// Those that can only be visited.
  llvm::SmallVector<TermValues, 2> visited;
};

/// The weight's terms; `parts`: of the whole format.
SplitTerms splitTerms(const LinearKernelSpec &spec, mlir::ValueRange parts);

/// Whether a term could be multiplied.
bool canMultiply(WeightFormat format);

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_TENSORCORETERMS_H
