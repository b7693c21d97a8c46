//===- Extents.h - What is known of shapes, statically or not ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Models compute shapes with the same tensors they compute numbers with: Shape, Gather, Mul, Concat, Reshape. Such
// small integer tensors are kept as `tensor.from_elements` of scalars, so that an extent can be followed from the
// Reshape that uses it back to the argument it was read from. Two extents are *equal* when they are computed alike.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_ONNXTOLINALG_EXTENTS_H
#define SDQ_LIB_CONVERSION_ONNXTOLINALG_EXTENTS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OpDefinition.h"

#include <optional>

namespace sdq::onnx {

/// An extent or an index: an attribute where static, a value of type index where not.
using Extent = mlir::OpFoldResult;
using Extents = llvm::SmallVector<Extent>;

/// Looks through tensor.cast for the same value with more static extents.
mlir::Value mostStatic(mlir::Value tensor);

/// The extent of a dimension, followed back to where it comes from.
Extent extentOf(mlir::ImplicitLocOpBuilder &b, mlir::Value tensor, int64_t dimension);
Extents extentsOf(mlir::ImplicitLocOpBuilder &b, mlir::Value tensor);

/// The static value of an extent.
std::optional<int64_t> staticExtent(Extent extent);
bool isStatic(Extent extent, int64_t value);
Extent fixed(mlir::ImplicitLocOpBuilder &b, int64_t value);
mlir::Value asIndex(mlir::ImplicitLocOpBuilder &b, Extent extent);
/// An integer scalar as an index, and back as an integer of `type`.
Extent asExtent(mlir::ImplicitLocOpBuilder &b, mlir::Value integer, bool isUnsigned = false);
mlir::Value asInteger(mlir::ImplicitLocOpBuilder &b, Extent extent, mlir::Type type);

/// Whether two extents are equal whatever the inputs; false means only that it is not known.
bool equal(Extent lhs, Extent rhs);
bool equal(llvm::ArrayRef<Extent> lhs, llvm::ArrayRef<Extent> rhs);
/// Whether two values are computed alike.
bool computedAlike(mlir::Value lhs, mlir::Value rhs, unsigned depth = 8);
/// Whether an index or integer is known not to be negative.
bool isNonNegative(mlir::Value value, unsigned depth = 8);

Extent add(mlir::ImplicitLocOpBuilder &b, Extent lhs, Extent rhs);
Extent subtract(mlir::ImplicitLocOpBuilder &b, Extent lhs, Extent rhs);
Extent multiply(mlir::ImplicitLocOpBuilder &b, Extent lhs, Extent rhs);
Extent product(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<Extent> factors);
/// product(numerator) / product(denominator), common factors cancelled; null when it is known not to divide.
Extent ratio(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<Extent> numerator, llvm::ArrayRef<Extent> denominator);
/// Whether product(lhs) == product(rhs) whatever the inputs.
bool equalProducts(llvm::ArrayRef<Extent> lhs, llvm::ArrayRef<Extent> rhs);
/// lhs == rhs as an i1.
mlir::Value compareEqual(mlir::ImplicitLocOpBuilder &b, Extent lhs, Extent rhs);

/// The type of a tensor with these extents.
mlir::RankedTensorType tensorType(llvm::ArrayRef<Extent> extents, mlir::Type element);
mlir::Value emptyTensor(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<Extent> extents, mlir::Type element);
/// Whether a tensor of these extents is known to have no elements. Slices of such tensors do not verify.
bool isEmpty(llvm::ArrayRef<Extent> extents);
/// Where `declared` is static and `extents` is not, the declared extent.
Extents refine(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<Extent> extents, mlir::RankedTensorType declared);

/// The elements, row-major, of a small tensor (at most 16) whose elements are known as scalars.
std::optional<llvm::SmallVector<mlir::Value>> scalarsOf(mlir::ImplicitLocOpBuilder &b, mlir::Value tensor);
/// The elements, row-major, of a tensor of static shape: as scalarsOf, or read from memory.
llvm::SmallVector<mlir::Value> elementsOf(mlir::ImplicitLocOpBuilder &b, mlir::Value tensor);
mlir::Value fromScalars(mlir::ImplicitLocOpBuilder &b, mlir::RankedTensorType type,
                        llvm::ArrayRef<mlir::Value> scalars);
/// Whether a tensor of this type is small enough to be kept as scalars.
bool isSmall(mlir::RankedTensorType type);

} // namespace sdq::onnx

#endif // SDQ_LIB_CONVERSION_ONNXTOLINALG_EXTENTS_H
