//===- Reduction.h - Reducing over axes -------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_ONNXTOLINALG_REDUCTION_H
#define SDQ_LIB_CONVERSION_ONNXTOLINALG_REDUCTION_H

#include "LoopNest.h"
#include "Scalar.h"

namespace sdq::onnx {

/// The dimensions of an operand that a reduction keeps, and how they are named in loops over all of them.
struct Kept {
  Extents extents;
  Subscripts subscripts;

  Kept(llvm::ArrayRef<Extent> all, llvm::ArrayRef<int64_t> axes);
};

/// Sums of floats may be reordered, so that LLVM can vectorise them; it makes them more exact, if anything.
constexpr auto reorderable = mlir::arith::FastMathFlags::reassoc | mlir::arith::FastMathFlags::contract;

/// Σ body(x) over `axes`, in wideType: a tensor of the kept dimensions. `nest` reads what body sees.
Value sumOver(ImplicitLocOpBuilder &b, LoopNest nest, llvm::ArrayRef<Extent> extents, llvm::ArrayRef<int64_t> axes,
              Type element, ScalarBody body);
/// The largest element over `axes`, widened.
Value maxOver(ImplicitLocOpBuilder &b, Value tensor, llvm::ArrayRef<int64_t> axes);
/// The number of elements one sum runs over.
Extent countOver(ImplicitLocOpBuilder &b, llvm::ArrayRef<Extent> extents, llvm::ArrayRef<int64_t> axes);
/// An extent as a scalar of a float or integer type.
Value extentAsScalar(ImplicitLocOpBuilder &b, Extent extent, Type type);

} // namespace sdq::onnx

#endif // SDQ_LIB_CONVERSION_ONNXTOLINALG_REDUCTION_H
