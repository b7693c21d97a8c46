//===- Names.h - Words that recipe names are made of ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_RECIPE_NAMES_H
#define SDQ_LIB_RECIPE_NAMES_H

#include "sdq/Core/Format.h"

namespace sdq {

/// A number format in a recipe's words: fp4 for e2m1, fp8 for e4m3.
struct TypeName {
  llvm::StringLiteral word;
  ElementKind kind;
};
inline constexpr TypeName kTypeNames[] = {
    {"int4", ElementKind::Int4}, {"int8", ElementKind::Int8},    {"fp4", ElementKind::E2M1},
    {"fp8", ElementKind::E4M3},  {"fp8e5m2", ElementKind::E5M2}, {"fp16", ElementKind::F16},
    {"bf16", ElementKind::BF16},
};

/// Inputs that share a scale where a name does not say.
inline constexpr int64_t kDefaultVector = 16;

} // namespace sdq

#endif // SDQ_LIB_RECIPE_NAMES_H
