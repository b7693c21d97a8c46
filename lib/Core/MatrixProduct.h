//===- MatrixProduct.h - Products of float matrices, fast anywhere -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_MATRIXPRODUCT_H
#define SDQ_LIB_CORE_MATRIXPRODUCT_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace sdq {

/// A matrix somewhere in memory: element (i, j) is data[i·rowStride + j·columnStride].
struct MatrixView {
  const float *data;
  int64_t rowStride, columnStride = 1;
};

/// C −= A·B with A rows×inner, B inner×columns, and C row-major with rows `stride` apart, overlapping neither. Uses the
/// widest vectors this CPU has (docs/Rationale.md). A row of C depends on that row of A alone, bit for bit.
void subtractProduct(int64_t rows, int64_t inner, int64_t columns, MatrixView a, MatrixView b, float *c,
                     int64_t stride);

/// The variants that this CPU can run, the widest first: for tests.
llvm::ArrayRef<decltype(&subtractProduct)> subtractProductVariants();

} // namespace sdq

#endif // SDQ_LIB_CORE_MATRIXPRODUCT_H
