//===- ConstantView.h - From a product's operand to its constant -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Transposes, reshapes and broadcasts between a constant and a product change nothing but how the constant's bytes are
// walked. So an operand is a view of the constant: for each of its extents a stride, in elements, over the row-major
// values. tensor<6xf16> read as 2×3, transposed and repeated 4 times is {4, 0}, {3, 1}, {2, 3}.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_FRONTEND_CONSTANTVIEW_H
#define SDQ_LIB_FRONTEND_CONSTANTVIEW_H

#include "sdq/Frontend/Interfaces.h"

namespace sdq {

struct Axis {
  int64_t extent; // kDynamic only where the stride is 0
  int64_t stride; // 0: the same values again and again
};

struct ConstantView {
  WeightConstant constant;
  llvm::SmallVector<Axis> axes;
  /// The element type at the product; the constant's own is at most as wide.
  mlir::Type element;
};

/// Where a value begins, followed back through passages.
struct WeightOrigin {
  enum class Kind { Computed, Constant, NoWeight } kind = Kind::Computed;
  std::optional<WeightConstant> constant;
  llvm::SmallVector<WeightPassage> passages; // the last one first
  std::string reason;                        // NoWeight
};

WeightOrigin findOrigin(mlir::Value value);

/// The view that a value with a constant origin is of it; nullopt and a reason where it is none that a weight can take.
std::optional<ConstantView> viewOf(const WeightOrigin &origin, std::string &reason);

/// Whether an operation is unused and may be erased.
bool isErasable(mlir::Operation *op);

/// Whether a float type holds every value of another (or is the same).
bool holds(mlir::Type wide, mlir::Type narrow);

} // namespace sdq

#endif // SDQ_LIB_FRONTEND_CONSTANTVIEW_H
