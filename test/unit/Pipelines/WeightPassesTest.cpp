//===- WeightPassesTest.cpp -----------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that everything a recipe says reaches the passes, in order, as their options.

#include "sdq/Pipelines/Decompose.h"
#include "sdq/Pipelines/Register.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassInstrumentation.h"

#include <gmock/gmock.h>

using namespace sdq;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

/// Notes the passes that run on parameters, with their options.
struct Notes : mlir::PassInstrumentation {
  explicit Notes(std::vector<std::string> &passes) : passes(passes) {}
  void runBeforePass(mlir::Pass *pass, mlir::Operation *op) override {
    if (!llvm::isa<ParameterOp>(op) || pass->getArgument() == "sdq-compress")
      return;
    llvm::raw_string_ostream out(passes.emplace_back());
    pass->printAsTextualPipeline(out);
  }
  std::vector<std::string> &passes;
};

std::vector<std::string> passesOf(llvm::StringRef recipe) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "sdq.parameter @w : !sdq.weight<2x64xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<2x64xf16>}", &context);
  std::vector<std::string> passes;
  mlir::PassManager manager(&context);
  manager.addInstrumentation(std::make_unique<Notes>(passes));
  buildCompress(manager, llvm::cantFail(resolveRecipe(recipe)), DecomposeOptions());
  EXPECT_TRUE(mlir::succeeded(manager.run(*module))) << recipe.str();
  return passes;
}

/// A pass with all of these options.
template <typename... Options>
auto pass(std::string name, Options... options) {
  return AllOf(StartsWith(name), HasSubstr(options)...);
}
const auto verification = StartsWith("sdq-verify-weights");

TEST(WeightPasses, OfNames) {
  EXPECT_THAT(passesOf("dense"), ElementsAre(verification));
  EXPECT_THAT(passesOf("W3-g32"),
              ElementsAre(pass("sdq-quantize", "types={i3}", "vector=32", "scale=f16"), verification));
  EXPECT_THAT(passesOf("W8"), ElementsAre(pass("sdq-quantize", "types={i8}", "vector=0"), verification));
  EXPECT_THAT(passesOf("SDQ-W7:8-1:8int8-2:8fp8-4:8fp4-q32"),
              ElementsAre(pass("sdq-sparsify", "pattern=7:8", "pairwise=false", "metric=magnitude"),
                          pass("sdq-extract-outliers", "pattern=1:8", "metric=magnitude"),
                          pass("sdq-extract-outliers", "pattern=2:8", "rest=4:8"),
                          pass("sdq-quantize", "types={i8,f8E4M3FN,f4E2M1FN}", "vector=32", "scale=f8E4M3FN"),
                          verification));
}

TEST(WeightPasses, OfEveryKey) {
  EXPECT_THAT(passesOf("{sparsify: {pattern: '4:8', pairwise: true}, terms: [{pattern: '4:8', type: int4}], "
                       "quantize: {vector: K, scale: u8, scale_choice: mse, feedback: 3}}"),
              ElementsAre(pass("sdq-sparsify", "pattern=4:8", "pairwise=true"),
                          pass("sdq-quantize", "types={i4}", "vector=0", "scale=u8", "scale-choice=mse", "weights=none",
                               "feedback=3"),
                          verification));
  EXPECT_THAT(
      passesOf("{residual: {pairwise: true}, terms: [{pattern: '2:8', type: int8}, {pattern: '2:4', type: int4}], "
               "quantize: {vector: 32, scale: f16}}"),
      ElementsAre(pass("sdq-residual-terms", "patterns={2:8,2:4}", "types={i8,i4}", "pairwise=true", "vector=32",
                       "scale=f16", "weights=none"),
                  verification));
  EXPECT_THAT(
      passesOf("{name: 'SDQ-W7:8-1:8int8-2:8fp8-4:8fp4', terms: [{pattern: '1:8', type: int8, metric: error}, "
               "{pattern: '2:8', type: fp8}, {pattern: '4:8', type: fp4}], quantize: {vector: 32, scale: f16}}"),
      ElementsAre(pass("sdq-sparsify", "pattern=7:8"),
                  pass("sdq-extract-outliers", "pattern=1:8", "metric=error", "types={i8,f4E2M1FN}", "vector=32",
                       "scale=f16", "weights=none"),
                  pass("sdq-extract-outliers", "pattern=2:8", "rest=4:8", "metric=magnitude"),
                  pass("sdq-quantize", "types={i8,f8E4M3FN,f4E2M1FN}"), verification));
  EXPECT_THAT(passesOf("{outliers: {percent: 12.5}, sparsify: {pattern: '6:8'}, terms: [{pattern: '6:8', type: fp4}]}"),
              ElementsAre(pass("sdq-extract-outliers", "percent=1.25"), pass("sdq-sparsify", "pattern=6:8"),
                          pass("sdq-quantize", "types={f16,f4E2M1FN}"), verification));
  // Exact values come first and stay f16.
  EXPECT_THAT(passesOf("{outliers: {percent: 12.5}, terms: [{type: fp4}], quantize: {scale: f8E8M0FNU}}"),
              ElementsAre(pass("sdq-extract-outliers", "percent=1.25", "sensitive=0"),
                          pass("sdq-quantize", "types={f16,f4E2M1FN}", "scale=f8E8M0FNU"), verification));
  EXPECT_THAT(passesOf("{outliers: {percent: 12.5, sensitive: 2}, codebook: {bits: 3}, unweighted: true}"),
              ElementsAre(pass("sdq-extract-outliers", "percent=1.25", "sensitive=2", "unweighted=true"),
                          pass("sdq-quantize", "codebook=3", "solver=kmeans", "unweighted=true"), verification));
}

} // namespace
