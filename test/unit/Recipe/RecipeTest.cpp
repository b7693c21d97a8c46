//===- RecipeTest.cpp -----------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that recipe names mean what the grammar says, print back, and are refused with the reason where they must be.

#include "sdq/Recipe/Recipe.h"

#include "llvm/Support/Error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace sdq;
using testing::HasSubstr;

namespace {

Recipe parse(llvm::StringRef name) {
  auto recipe = parseRecipe(name);
  if (!recipe) {
    ADD_FAILURE() << llvm::toString(recipe.takeError());
    return {};
  }
  return *recipe;
}

std::string errorOf(llvm::StringRef name) {
  auto recipe = parseRecipe(name);
  if (recipe)
    return "accepted as " + printRecipe(*recipe);
  return llvm::toString(recipe.takeError());
}

TEST(Recipe, NamesPrintBack) {
  for (const char *name : {"SDQ-W7:8-1:8int8-6:8fp4",
                           "SDQ-W7:8-1:8int8-6:8fp4-a16",
                           "SDQ-W4:8p-1:8int8-3:8int4-q128",
                           "SDQ-W6:8-2:8fp16-2:8fp8e5m2-2:8fp8-qK-a8",
                           "SDQ-W2:4-2:4int4-a4",
                           "SDQ-W32:32-32:32bf16",
                           "SDQ-W4:8p-4:8fp4",
                           "SqueezeLLM-w3",
                           "SqueezeLLM-w4-s0.45",
                           "SqueezeLLM-w8-s12",
                           "LNQ-w2",
                           "LNQ-w4-s0.45",
                           "SqueezeLLM-w2-s0.000001",
                           "W2",
                           "W3-g32",
                           "W4",
                           "W4-g128",
                           "W8-g2147483647",
                           "W8-a8",
                           "W4-g128-a4",
                           "dense"})
    EXPECT_EQ(name, printRecipe(parse(name)));
}

TEST(Recipe, SpelledOutDefaultsAreDropped) {
  EXPECT_EQ("SDQ-W7:8-1:8int8-6:8fp4-a16", printRecipe(parse("SDQ-W7:8-1:8int8-6:8fp4-q16-a16")));
  EXPECT_EQ("SqueezeLLM-w4-s0.45", printRecipe(parse("SqueezeLLM-w4-s0.450")));
  EXPECT_EQ("W4-g128", printRecipe(parse("W4-g128-a16")));
}

TEST(Recipe, NamesParseToTheirStructure) {
  Recipe sdq;
  sdq.sparsify = {{4, 8}, true, "magnitude"};
  sdq.terms = {{Recipe::Pattern{1, 8}, ElementKind::Int8, "magnitude"}, {Recipe::Pattern{3, 8}, ElementKind::E2M1, {}}};
  sdq.quantize.vector = 128;
  sdq.activations.bits = 16;
  EXPECT_EQ(sdq, parse("SDQ-W4:8p-1:8int8-3:8fp4-q128-a16"));

  Recipe lone;
  lone.sparsify = {{7, 8}, false, "magnitude"};
  lone.terms = {{Recipe::Pattern{7, 8}, ElementKind::E4M3, {}}};
  lone.activations.bits = 0;
  EXPECT_EQ(lone, parse("SDQ-W7:8-7:8fp8"));

  Recipe codebook;
  codebook.outliers = {0.45, 0.05};
  codebook.codebook = {3, "kmeans"};
  EXPECT_EQ(codebook, parse("SqueezeLLM-w3-s0.45"));

  codebook.codebook->solver = "lnq";
  EXPECT_EQ(codebook, parse("LNQ-w3-s0.45"));

  Recipe round;
  round.terms = {{{}, ElementKind::Int4, {}}};
  round.quantize.vector = 128;
  round.quantize.scale = ScaleKind::F16;
  EXPECT_EQ(round, parse("W4-g128"));
  round.terms.front().type = ElementKind::Int8;
  round.quantize.vector = 0;
  round.activations.bits = 8;
  EXPECT_EQ(round, parse("W8-a8"));

  EXPECT_EQ(Recipe(), parse("dense"));
  EXPECT_TRUE(parse("dense").isDense());
}

TEST(Recipe, WhatNoNameSaysHasNone) {
  Recipe recipe = parse("SDQ-W7:8-1:8int8-6:8fp4");
  recipe.sparsify->metric = "wanda";
  EXPECT_EQ(std::nullopt, nameOf(recipe));
  recipe = parse("SDQ-W7:8-1:8int8-6:8fp4");
  recipe.terms[0].metric = "fisher";
  EXPECT_EQ(std::nullopt, nameOf(recipe));
  recipe = parse("SqueezeLLM-w3-s0.45");
  recipe.outliers->sensitive = 0.1;
  EXPECT_EQ(std::nullopt, nameOf(recipe));
  recipe = parse("W4-g128");
  recipe.quantize.scale = ScaleKind::F32;
  EXPECT_EQ(std::nullopt, nameOf(recipe));
  recipe = parse("W4-g128");
  recipe.terms[0].type = ElementKind::E2M1; // W4 is int4
  EXPECT_EQ(std::nullopt, nameOf(recipe));
}

TEST(Recipe, SensitiveValuesComeOutOfThePercentage) {
  EXPECT_DOUBLE_EQ(0.05, parse("SqueezeLLM-w4-s0.45").outliers->sensitive);
  EXPECT_DOUBLE_EQ(0.03, parse("SqueezeLLM-w4-s0.03").outliers->sensitive);
  // 0.05 % and 0.40 % of 256 x 768 values, each rounded: 98.3 and 786.4.
  EXPECT_EQ(98 + 786, outlierCount(parse("SqueezeLLM-w4-s0.45"), {256, 768}));
  Recipe unweighted = parse("SqueezeLLM-w4-s0.45");
  unweighted.unweighted = true;
  EXPECT_EQ(885, outlierCount(unweighted, {256, 768})); // 884.7 at once
  EXPECT_EQ(0, outlierCount(parse("SqueezeLLM-w4"), {256, 768}));
}

TEST(Recipe, AMetricGoesWhereItIsKnown) {
  Recipe recipe = parse("SDQ-W7:8-1:8int8-1:8int4-5:8fp4");
  EXPECT_FALSE(replaceMetric(recipe, "wanda"));
  EXPECT_EQ("wanda", recipe.sparsify->metric);
  EXPECT_EQ("magnitude", recipe.terms[0].metric);
  EXPECT_FALSE(replaceMetric(recipe, "product"));
  EXPECT_EQ("wanda", recipe.sparsify->metric);
  EXPECT_FALSE(replaceMetric(recipe, "fisher"));
  EXPECT_EQ("fisher", recipe.sparsify->metric);
  EXPECT_EQ("fisher", recipe.terms[0].metric);
  EXPECT_EQ("fisher", recipe.terms[1].metric);
  EXPECT_EQ(std::nullopt, recipe.terms[2].metric);
  EXPECT_FALSE(verifyRecipe(recipe));
  EXPECT_THAT(llvm::toString(replaceMetric(recipe, "size")), HasSubstr("product or error, found 'size'"));
}

TEST(Recipe, TargetFormats) {
  Shape shape{4096, 11008};
  DenseFormat imported{{ElementKind::F16}, true};
  auto target = [&](llvm::StringRef name) { return targetFormat(parse(name), shape, imported); };
  Encoding int8{ElementKind::Int8, 16, ScaleKind::E4M3}, fp4{ElementKind::E2M1, 16, ScaleKind::E4M3};
  EXPECT_EQ(Format(SumFormat{{NMFormat{1, 8, false, int8}, NMFormat{6, 8, false, fp4}}}),
            target("SDQ-W7:8-1:8int8-6:8fp4-a16"));
  EXPECT_EQ(Format(NMFormat{8, 8, false, {ElementKind::BF16}}), target("SDQ-W8:8-8:8bf16"));
  EXPECT_EQ(Format(NMFormat{4, 8, true, {ElementKind::Int4, 11008, ScaleKind::E4M3}}), target("SDQ-W4:8p-4:8int4-qK"));
  // One of a pair may be an outlier: terms of a pairwise sparsification hold single values.
  Encoding int8q{ElementKind::Int8, 128, ScaleKind::E4M3}, int4q{ElementKind::Int4, 128, ScaleKind::E4M3};
  EXPECT_EQ(Format(SumFormat{{NMFormat{1, 8, false, int8q}, NMFormat{3, 8, false, int4q}}}),
            target("SDQ-W4:8p-1:8int8-3:8int4-q128"));
  EXPECT_EQ(Format(SumFormat{{CSRFormat{ElementKind::F16}, LUTFormat{3, ElementKind::F16}}}),
            target("SqueezeLLM-w3-s0.45"));
  EXPECT_EQ(Format(LUTFormat{4, ElementKind::F16}), target("SqueezeLLM-w4"));
  EXPECT_EQ(Format(DenseFormat{{ElementKind::Int4, 128, ScaleKind::F16}}), target("W4-g128"));
  EXPECT_EQ(Format(DenseFormat{{ElementKind::Int8, 11008, ScaleKind::F16}}), target("W8"));
  EXPECT_EQ(Format(DenseFormat{{ElementKind::Int3, 32, ScaleKind::F16}}), target("W3-g32"));
  EXPECT_EQ(Format(imported), target("dense"));
  Recipe mixed = parse("SDQ-W6:8-6:8fp4-a16"); // exact values of the whole matrix before a term
  mixed.outliers = {12.5, 0};
  EXPECT_EQ(Format(SumFormat{{CSRFormat{ElementKind::F16}, NMFormat{6, 8, false, fp4}}}),
            targetFormat(mixed, shape, {{ElementKind::F32}}));
  // Exact values and tables are of the imported element.
  EXPECT_EQ(Format(SumFormat{{CSRFormat{ElementKind::F32}, LUTFormat{3, ElementKind::F32}}}),
            targetFormat(parse("SqueezeLLM-w3-s0.45"), shape, {{ElementKind::F32}}));
}

TEST(Recipe, ThroughputWorkedByHand) {
  auto ideal = [](llvm::StringRef name) { return effectiveThroughput(parse(name)); };
  EXPECT_DOUBLE_EQ(4.0, ideal("SDQ-W7:8-1:8int8-6:8fp4"));      // 1 / (1/16 + 6/32)
  EXPECT_DOUBLE_EQ(4.0, ideal("SDQ-W7:8-1:8int8-6:8fp4-a16"));  // the paper's T, whatever is executed
  EXPECT_DOUBLE_EQ(4.0, ideal("SDQ-W6:8-2:8int8-4:8fp4"));      // 1 / (2/16 + 4/32)
  EXPECT_DOUBLE_EQ(32.0 / 9, ideal("SDQ-W8:8-1:8int8-7:8fp4")); // 1 / (1/16 + 7/32) = 3.56
  EXPECT_DOUBLE_EQ(8.0, ideal("SDQ-W2:4-2:4int4"));             // 1 / (2/4 · 1/4)
  EXPECT_DOUBLE_EQ(2.0, ideal("W8"));
  EXPECT_DOUBLE_EQ(4.0, ideal("W4-g128"));
  EXPECT_DOUBLE_EQ(1.0, ideal("dense"));
  EXPECT_DOUBLE_EQ(1.0, ideal("SqueezeLLM-w3"));
  EXPECT_DOUBLE_EQ(1 / 1.0045, ideal("SqueezeLLM-w3-s0.45"));
  // f16 activations: every product runs at the 16-bit rate; 8-bit ones hold int8 where it is and slow fp4 to it.
  EXPECT_DOUBLE_EQ(8.0 / 7, effectiveThroughput(parse("SDQ-W7:8-1:8int8-6:8fp4"), 16));
  EXPECT_DOUBLE_EQ(16.0 / 7, effectiveThroughput(parse("SDQ-W7:8-1:8int8-6:8fp4"), 8));
  EXPECT_DOUBLE_EQ(1.0, effectiveThroughput(parse("W8"), 16));
}

TEST(RecipeInvalid, EachConstraintNamesItself) {
  struct Case {
    const char *name, *label, *says;
  } cases[] = {
      {"GPTQ-w4", "recipe_c1", "SDQ-W7:8-1:8int8-6:8fp4"},
      {"", "recipe_c1", "SqueezeLLM-w4-s0.45"},
      {"sdq-W7:8-7:8fp4", "recipe_c1", "W4-g128"},
      {"LNQ", "recipe_c2", "as in LNQ-w4"},
      {"LNQ-w9", "recipe_c9", "found 9 in 'w9'"},
      {"LNQ-w4-g128", "recipe_c2", "'g128'"},
      {"SDQ-W7:8", "recipe_c2", "at least one term"},
      {"SDQ-W7:8-q16", "recipe_c2", "at least one term"},
      {"SDQ-7:8-7:8fp4", "recipe_c2", "found '7:8'"},
      {"SDQ-W7-7:8fp4", "recipe_c2", "'W7'"},
      {"SDQ-W7:8x-7:8fp4", "recipe_c2", "'W7:8x'"},
      {"SDQ-W7:8--7:8fp4", "recipe_c2", "at least one term"},
      {"SDQ-W7:8-7:8fp4-", "recipe_c2", "unexpected field ''"},
      {"SDQ-W7:8-7:8fp4-q", "recipe_c2", "found 'q'"},
      {"SDQ-W7:8-7:8fp4-q8-q8", "recipe_c2", "'q8'"},
      {"SDQ-W7:8-7:8fp4-a12", "recipe_c2", "'a12'"},
      {"SDQ-W7:8-7:8fp4-a8-a8", "recipe_c2", "'a8'"},
      {"SDQ-W7:8-7:8fp4-q8-1:8fp4", "recipe_c2", "'1:8fp4'"},
      {"SDQ-W0:8-1:8fp4", "recipe_c3", "found N = 0 and M = 8 in 'W0:8'"},
      {"SDQ-W9:8-8:8fp4", "recipe_c3", "found N = 9 and M = 8"},
      {"SDQ-W1:33-1:33fp4", "recipe_c3", "M = 33"},
      {"SDQ-W7:8-0:8int8-7:8fp4", "recipe_c3", "N = 0 and M = 8 in '0:8int8'"},
      {"SDQ-W99999999999999999999:8-1:8fp4", "recipe_c2", "pattern"},
      {"SDQ-W7:8-1:8int8-6:16fp4", "recipe_c4", "expected M = 8 as in the sparsification, found M = 16 in '6:16fp4'"},
      {"SDQ-W7:8-1:8int8-5:8fp4", "recipe_c5", "N = 7 of every 8, the terms have room for Σn = 6"},
      {"SDQ-W3:8p-1:8int8-2:8fp4", "recipe_c6", "even N, found 3"},
      {"SDQ-W2:7p-1:7int8-1:7fp4", "recipe_c6", "even M, found 7"},
      {"SDQ-W4:8p-5:8fp4", "recipe_c6", "found 5"},
      {"SDQ-W7:8-7:8fp6", "recipe_c7", "found 'fp6'"},
      {"SDQ-W7:8-7:8", "recipe_c7", "int2, int3, int4, int8, fp4, fp8, fp8e5m2, fp16 or bf16"},
      {"SDQ-W7:8-7:8fp4-q0", "recipe_c8", "found '0'"},
      {"W4-g0", "recipe_c8", "found '0'"},
      {"W4-g2147483648", "recipe_c8", "found '2147483648'"},
      {"SqueezeLLM", "recipe_c2", "bits"},
      {"SqueezeLLM-wx", "recipe_c2", "'wx'"},
      {"SqueezeLLM-w1", "recipe_c9", "2 to 8 bits a code, found 1 in 'w1'"},
      {"SqueezeLLM-w9", "recipe_c9", "found 9"},
      {"SqueezeLLM-w4-s", "recipe_c2", "'s'"},
      {"SqueezeLLM-w4-snan", "recipe_c2", "'snan'"},
      {"SqueezeLLM-w4-s0", "recipe_c10", "found 0 in 's0'"},
      {"SqueezeLLM-w4-s100", "recipe_c10", "found 100 in 's100'"},
      {"SqueezeLLM-w4-s1-s1", "recipe_c2", "'s1'"},
      {"W5", "recipe_c9", "W2, W3, W4 or W8, found W5"},
      {"W8-a16-a8", "recipe_c2", "'a8'"},
      {"W8-a12", "recipe_c2", "'a12'"},
      {"W8-a8-g8", "recipe_c2", "'g8'"},
      {"W4-128", "recipe_c2", "'128'"},
      {"W4-g128-g128", "recipe_c2", "'g128'"},
      {"dense-q16", "recipe_c2", "'q16'"},
  };
  for (const Case &each : cases) {
    std::string message = errorOf(each.name);
    EXPECT_THAT(message, HasSubstr("recipe '" + std::string(each.name) + "'"));
    EXPECT_THAT(message, HasSubstr(std::string("(") + each.label + ")"));
    EXPECT_THAT(message, HasSubstr(each.says));
  }
}

} // namespace
