//===- ShallowJSON.h - JSON from files nobody vouches for -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_SHALLOWJSON_H
#define SDQ_LIB_CORE_SHALLOWJSON_H

#include "llvm/Support/JSON.h"

namespace sdq {

/// Parses JSON whose objects and arrays lie at most 16 deep within one another. LLVM's parser recurses without a limit
/// of its own, so that a file of brackets would exhaust the stack.
llvm::Expected<llvm::json::Value> parseShallowJSON(llvm::StringRef text);

} // namespace sdq

#endif // SDQ_LIB_CORE_SHALLOWJSON_H
