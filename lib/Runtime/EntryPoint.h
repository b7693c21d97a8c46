//===- EntryPoint.h - Names that compiled code and loader share -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_RUNTIME_ENTRYPOINT_H
#define SDQ_LIB_RUNTIME_ENTRYPOINT_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace sdq {

/// The table of pointers to the weights' buffers.
inline constexpr llvm::StringLiteral kBuffersSymbol = "sdq_buffers";

/// The function that takes the parameters of `entry` as one array of pointers.
inline std::string packedEntryName(llvm::StringRef entry) { return (entry + "_packed").str(); }

} // namespace sdq

#endif // SDQ_LIB_RUNTIME_ENTRYPOINT_H
