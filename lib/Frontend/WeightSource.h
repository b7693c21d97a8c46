//===- WeightSource.h - From a matmul's side back to its constant -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_FRONTEND_WEIGHTSOURCE_H
#define SDQ_LIB_FRONTEND_WEIGHTSOURCE_H

#include "sdq/Frontend/MatmulFrontend.h"

namespace sdq {

/// A constant matrix as its blob holds it.
struct WeightSource {
  mlir::Operation *constant = nullptr;
  mlir::ElementsAttr values;
  /// The values read row-major: `rows` × `columns`, which the matmul's side sees swapped where `swapped` says so.
  int64_t rows = 0, columns = 0;
  bool swapped = false;
  /// The element type at the matmul; the values' own is at most as wide.
  mlir::Type elementAtMatmul;
};

/// Whether `value` derives from a constant by passages that frontends understand.
bool isConstant(mlir::Value value);

/// The constant behind a value for which that holds; nullopt and a reason where it is no matrix that can be a weight.
std::optional<WeightSource> traceConstant(mlir::Value value, std::string &reason);

/// Whether an operation may be erased once it is unused.
bool isErasable(mlir::Operation *op);

/// Whether a float type holds every value of another (or is the same).
bool holds(mlir::Type wide, mlir::Type narrow);

} // namespace sdq

#endif // SDQ_LIB_FRONTEND_WEIGHTSOURCE_H
