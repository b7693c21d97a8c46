//===- SafetensorsTypes.h - Element types of safetensors --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_SAFETENSORSTYPES_H
#define SDQ_LIB_CORE_SAFETENSORSTYPES_H

#include "sdq/Core/Safetensors.h"

#include <optional>

namespace sdq {

/// The type that a header spells `name`.
std::optional<SafetensorsType> safetensorsTypeNamed(llvm::StringRef name);

/// All spellings, for an error message.
std::string safetensorsTypeNames();

/// The header's entry that is no tensor.
inline constexpr llvm::StringLiteral kSafetensorsMetadata = "__metadata__";

} // namespace sdq

#endif // SDQ_LIB_CORE_SAFETENSORSTYPES_H
