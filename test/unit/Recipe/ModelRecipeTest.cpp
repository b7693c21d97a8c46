//===- ModelRecipeTest.cpp ------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that names of layers match as in compressed-tensors, and that the first of the rules that match counts.

#include "sdq/Recipe/ModelRecipe.h"

#include <gmock/gmock.h>

using namespace sdq;
using testing::HasSubstr;

namespace {

LayerPattern pattern(llvm::StringRef text) {
  auto parsed = LayerPattern::parse(text);
  if (!parsed)
    llvm::report_fatal_error(parsed.takeError());
  return *parsed;
}

bool matches(llvm::StringRef text, llvm::StringRef weight) { return pattern(text).matches(weight); }

std::string errorOf(llvm::StringRef text) {
  auto parsed = LayerPattern::parse(text);
  return parsed ? "accepted" : llvm::toString(parsed.takeError());
}

constexpr llvm::StringLiteral down = "model.layers.10.mlp.down_proj.weight";

TEST(LayerPattern, PlainNamesAreModulesOrEndsOfTheirPaths) {
  EXPECT_TRUE(matches("model.layers.10.mlp.down_proj", down));
  EXPECT_TRUE(matches("model.layers.10.mlp.down_proj.weight", down));
  EXPECT_TRUE(matches("down_proj", down));
  EXPECT_TRUE(matches("mlp.down_proj", down));
  EXPECT_TRUE(matches("down_proj.weight", down));
  EXPECT_TRUE(matches("lm_head", "lm_head"));
  EXPECT_TRUE(matches("Linear", down));
  EXPECT_FALSE(matches("proj", down));            // no whole name of the path
  EXPECT_FALSE(matches("model.layers.10", down)); // a module above
  EXPECT_FALSE(matches("model.layers.1.mlp.down_proj", down));
  EXPECT_FALSE(matches("0.mlp.down_proj", down));
  EXPECT_FALSE(matches("model.layers.10.mlp.down.proj", down)); // no regular expression
  EXPECT_FALSE(matches("Embedding", down));
}

TEST(LayerPattern, RegularExpressionsBeginAtTheFirstLetter) {
  EXPECT_TRUE(matches("re:.*down_proj", down));
  EXPECT_TRUE(matches("re:.*down_proj$", down)); // the module, without .weight
  EXPECT_TRUE(matches("re:.*\\.(9|10)\\.mlp", down));
  EXPECT_TRUE(matches("re:model", down));
  EXPECT_TRUE(matches("re:.*\\.[0-9]+\\.mlp\\.[a-z_]+$", down));
  EXPECT_FALSE(matches("re:down_proj", down));
  EXPECT_FALSE(matches("re:lm_head|layers", down)); // both branches begin at the first letter
}

TEST(LayerPattern, WhatIsNoPatternIsRefused) {
  EXPECT_THAT(errorOf(""), HasSubstr("found nothing"));
  EXPECT_THAT(errorOf("re:(a"), HasSubstr("parentheses not balanced"));
  EXPECT_THAT(errorOf("re:layers\\.\\d+"), HasSubstr("[0-9], found '\\d'"));
  EXPECT_EQ("accepted", errorOf("re:(a)\\1\\\\d")); // a back reference, and a backslash before a d
}

TEST(ModelRecipe, TheFirstRuleThatMatchesCounts) {
  auto recipe = [](llvm::StringRef name) { return llvm::cantFail(parseRecipe(name)); };
  Recipe w4 = recipe("W4-g128"), w8 = recipe("W8"), codebook = recipe("SqueezeLLM-w3-s0.45");
  ModelRecipe model{
      w4,
      {pattern("lm_head"), pattern("re:.*layers\\.0\\.")},
      {{{pattern("re:.*layers\\.1\\..*down_proj"), pattern("q_proj")}, w8}, {{pattern("down_proj")}, codebook}}};
  EXPECT_EQ(w4, model.of("model.layers.1.mlp.up_proj.weight"));
  EXPECT_EQ(w8, model.of("model.layers.1.mlp.down_proj.weight"));
  EXPECT_EQ(w8, model.of("model.layers.2.self_attn.q_proj.weight"));
  EXPECT_EQ(codebook, model.of("model.layers.2.mlp.down_proj.weight"));
  EXPECT_EQ(Recipe(), model.of("lm_head.weight"));
  EXPECT_EQ(Recipe(), model.of("model.layers.0.mlp.down_proj.weight")); // ignored before overridden
  EXPECT_EQ(3u, model.all().size());
}

} // namespace
