//===- Signature.h - What a model takes and returns -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RUNTIME_SIGNATURE_H
#define SDQ_RUNTIME_SIGNATURE_H

#include "sdq/Runtime/Tensor.h"

#include "llvm/Support/Error.h"

#include <vector>

namespace sdq {

/// Size of a dimension that each call chooses.
inline constexpr int64_t kDynamicSize = -1;

/// One input or output.
struct TensorSpec {
  std::string name;
  DType dtype = DType::F32;
  Extents shape; // kDynamicSize where the call chooses
  /// Names of dynamic dimensions, "" where there is none; empty or one a dimension. Equal names are equal sizes.
  llvm::SmallVector<std::string, 4> symbols;

  /// "f32[batch, ?, 64]"
  std::string format() const;
};

/// Inputs and outputs, in the order of the compiled function's arguments and results.
struct Signature {
  std::vector<TensorSpec> inputs, outputs;
};

/// The first of these that fails:
///   call_c1  as many inputs as the signature has
///   call_c2  each at the `place`, its dtype and rank the signature's
///   call_c3  no negative size; data present unless the tensor is empty; one stride a dimension
///   call_c4  static sizes as in the signature
///   call_c5  dimensions with the same symbol have the same size
llvm::Error checkInputs(const Signature &signature, llvm::ArrayRef<TensorView> inputs, Device place = {});

} // namespace sdq

#endif // SDQ_RUNTIME_SIGNATURE_H
