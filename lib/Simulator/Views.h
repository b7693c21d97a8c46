//===- Views.h - Offsets, sizes and strides of views ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_VIEWS_H
#define SDQ_LIB_SIMULATOR_VIEWS_H

#include "Engine.h"

namespace sdq::simulator {

/// A constant, or an operand.
using Extent = std::variant<int64_t, Slot>;
using Extents = llvm::SmallVector<Extent, 4>;

/// Offsets, sizes or strides that are partly operands.
mlir::FailureOr<Extents> mixed(llvm::ArrayRef<mlir::OpFoldResult> values, Decoder &decoder);

inline int64_t valueFor(BlockState &state, const Extent &value, unsigned thread) {
  if (const int64_t *constant = std::get_if<int64_t>(&value))
    return *constant;
  return int64_t(state.lanes(std::get<Slot>(value).first)[thread]);
}

/// A size or stride, which must be the same in all active threads: that of the first.
int64_t uniform(BlockState &state, const Extent &value);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_VIEWS_H
