//===- ShallowJSON.cpp - JSON from files nobody vouches for ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ShallowJSON.h"

#include <algorithm>

/// How deep objects and arrays lie within one another.
static unsigned nestingDepth(llvm::StringRef json) {
  unsigned depth = 0, deepest = 0;
  bool inString = false;
  for (size_t i = 0; i < json.size(); ++i) {
    char c = json[i];
    if (inString) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        inString = false;
    } else if (c == '"') {
      inString = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth) {
      --depth;
    }
  }
  return deepest;
}

llvm::Expected<llvm::json::Value> sdq::parseShallowJSON(llvm::StringRef text) {
  if (nestingDepth(text) > 16)
    return llvm::createStringError("objects and arrays more than 16 deep");
  return llvm::json::parse(text);
}
