//===- ReadYAML.h - Recipes from YAML ---------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_RECIPE_READYAML_H
#define SDQ_LIB_RECIPE_READYAML_H

#include "YAMLTree.h"

#include "sdq/Recipe/Recipe.h"

namespace sdq {

/// A recipe's name, or a mapping of its sections. Errors begin with file, line and column.
llvm::Expected<Recipe> readRecipe(const YAMLTree &tree, const YAMLNode &node);

/// Checks that every key of the mapping is one of `known`.
llvm::Error checkKeys(const YAMLTree &tree, const YAMLNode &mapping, llvm::ArrayRef<llvm::StringRef> known);

} // namespace sdq

#endif // SDQ_LIB_RECIPE_READYAML_H
