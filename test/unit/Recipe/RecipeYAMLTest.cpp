//===- RecipeYAMLTest.cpp -------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that recipes in YAML mean what their names mean, print complete and back to the same structure, and are
// refused with file, line and column where they must be.

#include "sdq/Recipe/ModelRecipe.h"

#include <gmock/gmock.h>

using namespace sdq;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

Recipe named(llvm::StringRef name) { return llvm::cantFail(parseRecipe(name)); }

ModelRecipe read(llvm::StringRef text) {
  auto model = parseYAML({text, "r.yaml"});
  if (!model) {
    ADD_FAILURE() << llvm::toString(model.takeError()) << "\n" << text.str();
    return {};
  }
  return *model;
}

std::string errorOf(llvm::StringRef text) {
  auto model = parseYAML({text, "r.yaml"});
  return model ? "accepted as\n" + printYAML(*model) : llvm::toString(model.takeError());
}

TEST(RecipeYAML, NamesComeBackFromYAML) {
  for (const char *name : {"SDQ-W7:8-1:8int8-6:8fp4",
                           "SDQ-W7:8-1:8int8-6:8fp4-a16",
                           "SDQ-W4:8p-1:8int8-3:8int4-q128",
                           "SDQ-W6:8-2:8fp16-2:8fp8e5m2-2:8fp8-qK-a8",
                           "SDQ-W2:4-2:4int4-a4",
                           "SDQ-W32:32-32:32bf16",
                           "SDQ-W4:8p-4:8fp4",
                           "SDQ-W4:8-4:8fp16-a16",
                           "SDQ-W2:4-2:4int2",
                           "SqueezeLLM-w3",
                           "SqueezeLLM-w4-s0.45",
                           "SqueezeLLM-w2-s0.000001",
                           "SqueezeLLM-w4-s0.03",
                           "LNQ-w2-s0.45",
                           "W2",
                           "W3-g32",
                           "W4",
                           "W4-g128",
                           "W8-a8",
                           "W4-g64-a4",
                           "dense"}) {
    ModelRecipe model{named(name), {}, {}};
    EXPECT_EQ(model, read(printYAML(model))) << printYAML(model);
    EXPECT_EQ(model.recipe, read("recipe: " + std::string(name) + "\n").recipe);
    EXPECT_EQ(name, printRecipe(read(printYAML(model)).recipe));
  }
}

TEST(RecipeYAML, PrintsEverythingInTheOrderOfThePipeline) {
  EXPECT_EQ("recipe:\n"
            "  sparsify: {pattern: '7:8', pairwise: false, metric: magnitude}\n"
            "  terms: [{pattern: '1:8', type: int8, metric: magnitude}, {pattern: '6:8', type: fp4}]\n"
            "  quantize: {vector: 16, scale: f8E4M3FN, scale_choice: absmax, weights: none, feedback: 0}\n"
            "  activations: {bits: 0, granularity: vector}\n"
            "  unweighted: false\n"
            "ignore: []\n"
            "overrides: []\n",
            printYAML({named("SDQ-W7:8-1:8int8-6:8fp4"), {}, {}}));
}

TEST(RecipeYAML, SectionsAreStepsAndWhatIsLeftOutIsDefault) {
  EXPECT_EQ(named("SDQ-W7:8-1:8int8-6:8fp4-q32"), read(R"(
recipe:
  sparsify:
    pattern: 7:8
  terms:
  - pattern: 1:8
    type: int8
  - {pattern: "6:8", type: fp4}
  quantize: {group_size: 32}   # as Hugging Face calls it
  activations: {bits: 0}
)")
                                                      .recipe);
  EXPECT_EQ(named("W8-g128"), read("recipe: {terms: [{type: int8}], quantize: {vector: 128, scale: f16}}").recipe);
  EXPECT_EQ(named("W8"), read("recipe: {terms: [{type: int8}], quantize: {vector: K, scale: f16}}").recipe);
  EXPECT_EQ(named("SqueezeLLM-w3-s0.45"),
            read("recipe: {codebook: {bits: 3}, outliers: {percent: 0.45, sensitive: 0.05}}").recipe);
  EXPECT_EQ(named("dense"), read("recipe: {}").recipe);
  // A file may be a recipe by itself; JSON is YAML.
  EXPECT_EQ((ModelRecipe{named("SqueezeLLM-w3"), {}, {}}), read("codebook:\n  bits: 3\n"));
  EXPECT_EQ(named("SqueezeLLM-w3"), read("{\"codebook\": {\"bits\": 3}}").recipe);
}

TEST(RecipeYAML, ANameIsAStart) {
  Recipe expected = named("SDQ-W7:8-1:8int8-6:8fp4");
  expected.sparsify->metric = "wanda";
  expected.quantize.scale = ScaleKind::U8;
  EXPECT_EQ(expected,
            read("recipe: {name: 'SDQ-W7:8-1:8int8-6:8fp4', quantize: {scale: u8}, sparsify: {metric: wanda}}").recipe);
}

TEST(RecipeYAML, WhatNoNameSaysPrintsInOneLineAndBack) {
  Recipe recipe = named("SDQ-W7:8-1:8int8-6:8fp4");
  recipe.terms[0].metric = "fisher";
  std::string line = printRecipe(recipe);
  EXPECT_THAT(line, StartsWith("{sparsify: {pattern: '7:8',"));
  EXPECT_EQ(recipe, llvm::cantFail(readModelRecipe(line)).recipe);
}

TEST(RecipeYAML, ResidualTermsOweEachOtherNothing) {
  Recipe recipe = read("recipe: {residual: {}, terms: [{pattern: '1:8', type: int8}, {pattern: '2:4', type: fp4}], "
                       "quantize: {weights: fisher}}")
                      .recipe;
  EXPECT_EQ(std::nullopt, nameOf(recipe));
  EXPECT_EQ(recipe, llvm::cantFail(readModelRecipe(printRecipe(recipe))).recipe);
  EXPECT_EQ(Format(SumFormat{{NMFormat{1, 8, false, {ElementKind::Int8, 16, ScaleKind::E4M3}},
                              NMFormat{2, 4, false, {ElementKind::E2M1, 16, ScaleKind::E4M3}}}}),
            targetFormat(recipe, {4, 16}, {}));
}

TEST(RecipeYAML, OverridesAndWhatIsIgnored) {
  ModelRecipe model = read(R"(
recipe: W4-g128
ignore: [lm_head, 're:.*layers\.0\..*']
overrides:
  - targets: [down_proj, "it's"]
    recipe: W8
  - targets: ['re:.*o_proj']
    recipe: {name: W8, quantize: {group_size: 32}}
)");
  EXPECT_EQ(named("W4-g128"), model.of("model.layers.1.mlp.up_proj.weight"));
  EXPECT_EQ(named("W8"), model.of("model.layers.1.mlp.down_proj.weight"));
  EXPECT_EQ(named("W8-g32"), model.of("model.layers.1.self_attn.o_proj.weight"));
  EXPECT_TRUE(model.of("model.layers.0.mlp.down_proj.weight").isDense());
  EXPECT_TRUE(model.of("lm_head.weight").isDense());
  EXPECT_EQ(model, read(printYAML(model))) << printYAML(model);
}

TEST(RecipeYAMLInvalid, ErrorsSayWhereAndWhat) {
  struct Case {
    const char *text, *at, *says;
  } cases[] = {
      {"", "1:1", "expected a recipe file to be a mapping with the key 'recipe', found nothing (recipe_c14)"},
      {"W4", "1:1", "found 'W4' (recipe_c14)"},
      {"- W4", "1:1", "found a list (recipe_c14)"},
      {"recipes: W4", "1:1", "or unweighted, found 'recipes' (recipe_c2)"},
      {"ignore: []", "1:1", "expected the key 'recipe' (recipe_c14)"},
      {"recipe: W4\nlayers: []", "2:1", "expected a key of recipe, ignore or overrides, found 'layers' (recipe_c2)"},
      {"recipe: W4\nrecipe: W8", "2:1", "the key 'recipe' is given twice (recipe_c2)"},
      {"recipe: W5", "1:9", "recipe 'W5': expected W2, W3, W4 or W8, found W5 (recipe_c9)"},
      {"recipe: [W4]", "1:9", "expected the name of a recipe or a mapping, found a list (recipe_c2)"},
      {"recipe: {name: [W4]}", "1:16", "found a list (recipe_c2)"},
      {"recipe:\n  sparsify: {pattern: '7:8'}\n  quantise: {}", "3:3",
       "expected a key of name, outliers, sparsify, residual, terms, quantize, codebook, format, activations or "
       "unweighted, "
       "found "
       "'quantise' (recipe_c2)"},
      {"recipe: {sparsify: '7:8'}", "1:20", "expected a mapping, found '7:8' (recipe_c2)"},
      {"recipe: {sparsify: {}}", "1:20", "expected the key 'pattern' (recipe_c2)"},
      {"recipe: {sparsify: {pattern: 428}}", "1:30", "expected a pattern such as 7:8, found '428' (recipe_c2)"},
      {"recipe: {sparsify: {pattern: '7:8', pairwise: 2}}", "1:47", "expected true or false, found '2' (recipe_c2)"},
      {"recipe: {sparsify: {pattern: '7:8'}}", "1:20",
       "expected terms for what sparsification keeps, found none "
       "(recipe_c11)"},
      {"recipe: {terms: {type: int4}}", "1:17", "expected a list of terms, found a mapping (recipe_c2)"},
      {"recipe: {terms: [{pattern: '7:8'}]}", "1:18", "expected the key 'type' (recipe_c2)"},
      {"recipe: {terms: [{type: int5}]}", "1:25",
       "expected int2, int3, int4, int8, fp4, fp8, fp8e5m2, fp16 or bf16, found 'int5' (recipe_c2)"},
      {"recipe: {terms: [{type: int4, pattern: '7:8'}]}", "1:18",
       "expected no pattern where nothing is sparsified, found 7:8 (recipe_c11)"},
      {"recipe: {terms: [{type: int4}, {type: int4}]}", "1:32",
       "expected one term where nothing is sparsified, found 2 (recipe_c11)"},
      {"recipe: {terms: [{type: int4}], codebook: {bits: 4}}", "1:43",
       "expected either terms or a codebook, found both (recipe_c11)"},
      {"recipe: {residual: {}}", "1:20",
       "expected the patterns and types of residual terms, found no terms (recipe_c11)"},
      {"recipe: {name: 'SDQ-W7:8-7:8fp4', residual: {}}", "1:45",
       "expected either residual terms or a sparsification, found both (recipe_c11)"},
      {"recipe: {residual: {}, terms: [{type: int4}]}", "1:32", "expected a pattern"},
      {"recipe: {residual: {}, outliers: {percent: 1}, terms: [{pattern: '1:8', type: int4}]}", "1:34",
       "expected no outliers beside residual terms, found some (recipe_c11)"},
      {"recipe: {residual: {}, terms: [{pattern: '0:8', type: int4}]}", "1:42", "found N = 0 and M = 8 (recipe_c3)"},
      {"recipe: {residual: {pairwise: true}, terms: [{pattern: '1:8', type: int4}]}", "1:56",
       "pairs of neighbours need an even N and M, found 1:8 (recipe_c6)"},
      {"recipe: {residual: {}, terms: [{pattern: '1:8', type: int4, metric: error}]}", "1:69",
       "expected no metric for a residual term, which takes the largest errors, found 'error' (recipe_c12)"},
      {"recipe: {residual: {}, terms: [{pattern: '1:8', type: int4}], quantize: {feedback: 2}}", "1:84",
       "expected no feedback between residual terms, found 2 rounds (recipe_c13)"},
      {"recipe: {residual: {}, terms: [{pattern: '1:8', type: int4}], quantize: {scale_choice: mse}}", "1:88",
       "expected absmax for residual terms, found 'mse' (recipe_c13)"},
      {"recipe: {outliers: {percent: 1}}", "1:20",
       "expected terms or a codebook for what outliers leave, found neither (recipe_c11)"},
      {"recipe: {name: W4, quantize: {scale_choice: best}}", "1:45",
       "expected a scale_choice of absmax or mse, found 'best' (recipe_c12)"},
      {"recipe: {name: W4, quantize: {weights: hessian, feedback: 1}}", "1:40",
       "expected weights of none, activation or fisher, found 'hessian' (recipe_c12)"},
      {"recipe: {name: W4, quantize: {weights: fisher}}", "1:40",
       "scale_choice: mse or feedback; found 'fisher' and nothing of the kind (recipe_c13)"},
      {"recipe: {name: W4, activations: {bits: 8, granularity: row}}", "1:56",
       "expected a granularity of vector or token, found 'row' (recipe_c12)"},
      {"recipe:\n  sparsify: {pattern: '7:8'}\n  terms:\n  - {pattern: '1:8', type: int8}\n  - {type: fp4}", "5:5",
       "expected a pattern, as the recipe sparsifies or takes residuals; found none (recipe_c11)"},
      {"recipe: {sparsify: {pattern: '9:8'}, terms: [{pattern: '8:8', type: fp4}]}", "1:30",
       "expected 1 ≤ N ≤ M ≤ 32, found N = 9 and M = 8 (recipe_c3)"},
      {"recipe: {sparsify: {pattern: '2:4'}, terms: [{pattern: '2:8', type: fp4}]}", "1:56",
       "expected M = 4 as in the sparsification, found M = 8 (recipe_c4)"},
      {"recipe: {sparsify: {pattern: '7:8'}, terms: [{pattern: '6:8', type: fp4}]}", "1:45",
       "sparsification keeps N = 7 of every 8, the terms have room for Σn = 6 (recipe_c5)"},
      {"recipe: {sparsify: {pattern: '3:8', pairwise: true}, terms: [{pattern: '4:8', type: fp4}]}", "1:30",
       "pairs of neighbours need an even N, found 3 (recipe_c6)"},
      {"recipe: {sparsify: {pattern: '7:8', metric: size}, terms: [{pattern: '7:8', type: fp4}]}", "1:45",
       "or fisher, found 'size' (recipe_c12)"},
      {"recipe: {sparsify: {pattern: '7:8'}, terms: [{pattern: '7:8', type: fp4, metric: fisher}]}", "1:82",
       "expected no metric for the last term, which takes what the others leave, found 'fisher' (recipe_c12)"},
      {"recipe: {name: W4, quantize: {vector: 0}}", "1:39",
       "expected 1 to 2147483647 inputs a scale, or K for all of a row, found '0' (recipe_c8)"},
      {"recipe: {name: W4, quantize: {vector: 8, group_size: 8}}", "1:54",
       "expected either 'vector' or 'group_size', found both (recipe_c2)"},
      {"recipe: {name: W4, quantize: {scale: f8}}", "1:38",
       "expected f8E4M3FN, u8, f8E8M0FNU, f16 or f32, found 'f8' (recipe_c2)"},
      {"recipe: {codebook: {bits: 9}}", "1:27", "expected 2 to 8 bits a code, found 9 (recipe_c9)"},
      {"recipe: {codebook: {bits: 4, solver: lloyd}}", "1:38",
       "expected a solver of kmeans or lnq, found 'lloyd' (recipe_c12)"},
      {"recipe: {codebook: {bits: -4}}", "1:27", "expected a whole number, found '-4' (recipe_c2)"},
      {"recipe: {codebook: {bits: 4}, outliers: {percent: 100}}", "1:51",
       "expected more than 0 and less than 100 percent of exact values, found 100 (recipe_c10)"},
      {"recipe: {codebook: {bits: 4}, outliers: {percent: nan}}", "1:51",
       "expected a number such as 0.45, found 'nan' (recipe_c2)"},
      {"recipe: {codebook: {bits: 4}, outliers: {percent: 1, sensitive: 2}}", "1:65",
       "expected at most the 1 percent of all exact values, found 2 (recipe_c10)"},
      {"recipe: {name: W4, activations: {bits: 5}}", "1:40",
       "expected 0 (each term's own precision), 4, 8 or 16 bits for activations, found 5 (recipe_c9)"},
      {"recipe: {name: SqueezeLLM-w4, activations: {bits: 8}}", "1:51",
       "expected 16 bits for activations where no term is quantized, found 8 (recipe_c13)"},
      {"recipe: {name: W4, unweighted: true}", "1:32",
       "expected outliers or a codebook, which Fisher information weighs, found neither (recipe_c13)"},
      {"recipe: W4\nignore: lm_head", "2:9", "expected a list of names of layers, found 'lm_head' (recipe_c14)"},
      {"recipe: W4\nignore: [[a]]", "2:10", "expected the name of a layer, found a list (recipe_c14)"},
      {"recipe: W4\nignore: ['re:(']", "2:10", "found '(': parentheses not balanced (recipe_c15)"},
      {"recipe: W4\noverrides: {}", "2:12", "expected a list of overrides, found a mapping (recipe_c14)"},
      {"recipe: W4\noverrides:\n- {targets: [a]}", "3:3", "expected the key 'recipe' (recipe_c14)"},
      {"recipe: W4\noverrides:\n- {targets: [], recipe: W8}", "3:13",
       "expected at least one target, found none (recipe_c14)"},
      {"recipe: W4\noverrides:\n- {target: [a], recipe: W8}", "3:4",
       "expected a key of targets or recipe, found 'target' (recipe_c2)"},
      {"recipe: W4\noverrides:\n- targets: [a]\n  recipe: {name: W8, bits: 4}", "4:22", "found 'bits' (recipe_c2)"},
      {"recipe: {", "1:", "expected YAML, found: "},
      {"recipe: W4\n\tignore: []", "2:", "expected YAML, found: "},
      {"recipe: W4\n---\nrecipe: W8\n", "4:1", "expected one YAML document, found another"},
      {"recipe: &a W4\nignore: [*a]", "2:10", "expected a value, found an alias"},
      {"recipe: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "1:", "expected at most 16 levels"},
  };
  for (const Case &each : cases) {
    std::string message = errorOf(each.text);
    EXPECT_THAT(message, StartsWith(std::string("r.yaml:") + each.at)) << each.text;
    EXPECT_THAT(message, HasSubstr(each.says)) << each.text;
  }
}

TEST(RecipeYAMLInvalid, NoFile) {
  auto model = readModelRecipe("/nonexistent/recipe.yaml");
  EXPECT_EQ("cannot read the recipe '/nonexistent/recipe.yaml': No such file or directory",
            llvm::toString(model.takeError()));
}

} // namespace
