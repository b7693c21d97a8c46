//===- CompressTest.cpp ---------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that each weight takes its own recipe, activations included, and that an observer sees every weight once and
// may stand in for its passes or stop them.

#include "sdq/Dialect/SDQ/IR/Parts.h"
#include "sdq/Pipelines/Decompose.h"
#include "sdq/Pipelines/Register.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>

#include <mutex>

using namespace sdq;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

namespace {

constexpr llvm::StringLiteral text = R"(
  sdq.parameter @a : !sdq.weight<1x8xf16, #sdq.dense<f16>> = {values = dense<1.0> : tensor<1x8xf16>}
  sdq.parameter @b : !sdq.weight<1x8xf16, #sdq.dense<f16>> = {values = dense<2.0> : tensor<1x8xf16>}
  sdq.parameter @c attributes {sdq.origin = "head.weight"} : !sdq.weight<1x8xf16, #sdq.dense<f16>>
    = {values = dense<3.0> : tensor<1x8xf16>}
  func.func @main(%x: tensor<4x8xf32>) -> (tensor<4x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>) {
    %a = sdq.linear %x, @a : (tensor<4x8xf32>) -> tensor<4x1xf32>
    %b = sdq.linear %x, @b : (tensor<4x8xf32>) -> tensor<4x1xf32>
    %c = sdq.linear %x, @c : (tensor<4x8xf32>) -> tensor<4x1xf32>
    return %a, %b, %c : tensor<4x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>
  }
)";

Recipe recipe(llvm::StringRef name) { return llvm::cantFail(parseRecipe(name)); }
LayerPattern pattern(llvm::StringRef text) { return llvm::cantFail(LayerPattern::parse(text)); }

class CompressTest : public testing::Test {
protected:
  CompressTest() {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    registry.insert<mlir::func::FuncDialect>();
    context.appendDialectRegistry(registry);
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  }

  mlir::LogicalResult compress(ModelRecipe model, CompressionObserver *observer = nullptr) {
    mlir::PassManager manager(&context);
    buildCompress(manager, std::make_shared<const ModelRecipe>(std::move(model)), DecomposeOptions(), observer);
    return manager.run(*module);
  }
  std::string formatOf(llvm::StringRef name) {
    std::string format;
    llvm::raw_string_ostream(format) << mlir::Attribute(
        module->lookupSymbol<ParameterOp>(name).getWeightType().getFormat());
    return format;
  }
  /// The element types of the activations of every sdq.linear, in order; none for one that takes them as they come.
  std::vector<std::string> activations() {
    std::vector<std::string> types;
    module->walk([&](LinearOp linear) {
      llvm::raw_string_ostream out(types.emplace_back());
      if (auto formats = linear.getActivationsAttr())
        for (auto format : formats.getAsRange<ActivationFormatAttr>())
          out << format.getElement();
    });
    return types;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(CompressTest, EachWeightTakesItsOwnRecipe) {
  ModelRecipe model{recipe("W4"), {}, {{{pattern("b")}, recipe("SDQ-W8:8-8:8int8-q8")}}};
  model.overrides.push_back({{pattern("head")}, recipe("SDQ-W4:8-4:8fp4-qK-a8")}); // by its name in the model
  ASSERT_TRUE(mlir::succeeded(compress(model)));
  EXPECT_EQ("#sdq.dense<i4, vector = 8, scale = f16>", formatOf("a"));
  EXPECT_EQ("#sdq.nm<8:8, i8, vector = 8, scale = f8E4M3FN>", formatOf("b"));
  EXPECT_EQ("#sdq.nm<4:8, f4E2M1FN, vector = 8, scale = f8E4M3FN>", formatOf("c"));
  EXPECT_THAT(activations(), ElementsAre("", "i8", "i8"));
  for (ParameterOp parameter : module->getOps<ParameterOp>())
    EXPECT_FALSE(parameter->hasAttr(kActivationsAttr));
}

TEST_F(CompressTest, WhatIsIgnoredStaysAsItWas) {
  ASSERT_TRUE(mlir::succeeded(compress({recipe("W8"), {pattern("a"), pattern("head")}, {}})));
  EXPECT_EQ("#sdq.dense<f16>", formatOf("a"));
  EXPECT_EQ("#sdq.dense<i8, vector = 8, scale = f16>", formatOf("b"));
  EXPECT_EQ("#sdq.dense<f16>", formatOf("c"));
}

TEST_F(CompressTest, WeightsBecomeWhatIsExpectedOfThem) {
  Shape shape{5, 40};
  DenseFormat imported{{ElementKind::F32}};
  std::string values;
  for (int64_t i = 0; i < shape.rows * shape.columns; ++i)
    values += (i % shape.columns ? ", " : i ? "], [" : "[") + std::to_string(double(i * 7919 % 401 - 200) / 64);
  std::string weight = "sdq.parameter @w : !sdq.weight<5x40xf32, #sdq.dense<f32>> = {values = dense<[" + values +
                       "]]> : tensor<5x40xf32>}";
  for (const char *text :
       {"dense", "W2", "W3-g16", "W4-g128", "W8-a8", "SDQ-W7:8-1:8int8-6:8fp4", "SDQ-W4:8p-4:8int4-qK-a16",
        "SDQ-W6:8-2:8fp16-2:8fp8e5m2-2:8fp8-q8", "SDQ-W9:32-9:32bf16", "{codebook: {bits: 3}, unweighted: true}",
        "{outliers: {percent: 5}, codebook: {bits: 2}, unweighted: true}",
        "{outliers: {percent: 0.1}, codebook: {bits: 2}, unweighted: true}", // none of 200
        "{outliers: {percent: 3}, terms: [{type: int4}], quantize: {vector: K, scale: f16}}",
        "{outliers: {percent: 3}, sparsify: {pattern: '6:8'}, terms: [{pattern: '6:8', type: fp4}]}",
        "{outliers: {percent: 3}, name: 'SDQ-W7:8-1:8int8-6:8fp4', quantize: {scale: u8, scale_choice: mse}}",
        "{residual: {}, terms: [{pattern: '1:8', type: int8}, {pattern: '2:4', type: fp4}]}"}) {
    SCOPED_TRACE(text);
    module = mlir::parseSourceString<mlir::ModuleOp>(weight, &context);
    ModelRecipe model = llvm::cantFail(readModelRecipe(text));
    ASSERT_TRUE(mlir::succeeded(compress(model)));
    auto parameter = module->lookupSymbol<ParameterOp>("w");
    EXPECT_EQ(targetFormat(model.recipe, shape, imported), *layoutOf(parameter.getWeightType().getFormat()));
    std::vector<PartSpec> found;
    mlir::FailureOr<WeightView> view = viewWeight(parameter);
    ASSERT_TRUE(mlir::succeeded(view));
    for (const PartView &each : view->parts)
      found.push_back(each.spec);
    EXPECT_EQ(expectedParts(model.recipe, shape, imported), found);
  }
}

/// Gives @a the finished parts of another run, and notes what else is compressed.
struct Store : CompressionObserver {
  mlir::FailureOr<bool> restore(ParameterOp parameter, const Recipe &own) override {
    std::lock_guard lock(mutex);
    asked.push_back(parameter.getSymName().str() + " " + printRecipe(own));
    if (parameter.getSymName() == broken) {
      parameter.emitError("the store is broken");
      return mlir::failure();
    }
    return parameter.getSymName() == "a";
  }
  mlir::LogicalResult finished(ParameterOp parameter, const Recipe &) override {
    std::lock_guard lock(mutex);
    compressed.push_back(parameter.getSymName().str());
    return mlir::success();
  }
  std::mutex mutex;
  std::string broken;
  std::vector<std::string> asked, compressed;
};

TEST_F(CompressTest, AnObserverStandsInForThePasses) {
  Store store;
  ASSERT_TRUE(mlir::succeeded(compress({recipe("SDQ-W8:8-8:8int8"), {pattern("head")}, {}}, &store)));
  EXPECT_THAT(store.asked, UnorderedElementsAre("a SDQ-W8:8-8:8int8", "b SDQ-W8:8-8:8int8", "c dense"));
  EXPECT_THAT(store.compressed, UnorderedElementsAre("b", "c"));
  EXPECT_EQ("#sdq.dense<f16>", formatOf("a")); // as the observer left it
  EXPECT_EQ("#sdq.nm<8:8, i8, vector = 16, scale = f8E4M3FN>", formatOf("b"));
  EXPECT_THAT(activations(), ElementsAre("", "i8", ""));
}

TEST_F(CompressTest, AnObserverThatFailsEndsTheCompression) {
  std::vector<std::string> messages;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    messages.push_back(diagnostic.str());
    return mlir::success();
  });
  Store store;
  store.broken = "b";
  EXPECT_TRUE(mlir::failed(compress({recipe("W4"), {}, {}}, &store)));
  EXPECT_THAT(messages, ElementsAre("the store is broken"));
  EXPECT_THAT(store.compressed, testing::Not(testing::Contains("b")));
}

} // namespace
