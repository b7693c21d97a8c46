//===- Hessian.h - What every Hessian must be -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_HESSIAN_H
#define SDQ_LIB_CORE_HESSIAN_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace sdq {

/// An n×n matrix must be symmetric (to the rounding of single precision) with a diagonal that is not negative; if not,
/// an error that names the place and `label`.
llvm::Error checkHessian(llvm::ArrayRef<float> hessian, int64_t n, llvm::StringRef label);

} // namespace sdq

#endif // SDQ_LIB_CORE_HESSIAN_H
