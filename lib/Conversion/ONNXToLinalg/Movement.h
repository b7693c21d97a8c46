//===- Movement.h - Moving elements without computing -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_ONNXTOLINALG_MOVEMENT_H
#define SDQ_LIB_CONVERSION_ONNXTOLINALG_MOVEMENT_H

#include "Extents.h"
#include "Node.h"

namespace sdq::onnx {

/// Result dimension i is dimension permutation[i] of `tensor`.
Value transposed(ImplicitLocOpBuilder &b, Value tensor, llvm::ArrayRef<int64_t> permutation);

/// `tensor` with these extents, row-major order kept; without a copy where the extents allow it. Nothing checks that
/// the number of elements stays the same.
Value reshaped(ImplicitLocOpBuilder &b, Value tensor, llvm::ArrayRef<Extent> extents);

/// An integer as an index counted from the front: negative ones count from `extent`.
Value normalizedIndex(ImplicitLocOpBuilder &b, Value integer, Value extent, bool isUnsigned);

/// Checks at run time that every element of `indices` lies in [-extent, extent).
LogicalResult requireInRange(Node &node, Value indices, Extent extent, bool isUnsigned);

/// Checks, at run time where it is not known before, that indices of extents `shape` reach beyond no dimension of data
/// of extents `source`, except along `axis`, which the indices' values address.
LogicalResult requireWithin(Node &node, const Extents &shape, const Extents &source, int64_t axis);

/// Checks that entry j of every tuple in the last dimension of `indices` lies in [-extents[j], extents[j]); returns the
/// extents as values.
mlir::FailureOr<llvm::SmallVector<Value>> requireTuplesInRange(Node &node, Value indices,
                                                               llvm::ArrayRef<Extent> extents);

/// Nested sequential loops, the last innermost, carrying `state`.
llvm::SmallVector<Value>
sequentialLoops(ImplicitLocOpBuilder &b, llvm::ArrayRef<Extent> extents, ValueRange state,
                llvm::function_ref<llvm::SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange, ValueRange)> body);

} // namespace sdq::onnx

#endif // SDQ_LIB_CONVERSION_ONNXTOLINALG_MOVEMENT_H
