// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is forecast is what the report then says: bits to the last one, formats, shapes.

#include "sdq/Compiler/DryRun.h"

#include "../Core/TemporaryFolder.h"

#include "sdq/Pipelines/Register.h"

#include <random>

using namespace sdq;
using namespace sdq::test;

namespace {

/// Two weights, 24x64 in f16 and 40x96 in f32, and a constant of 10 numbers that is none.
std::string makeProgram() {
  std::mt19937 generator(1);
  std::student_t_distribution<float> heavy(5);
  std::string text;
  llvm::raw_string_ostream os(text);
  auto parameter = [&](const char *name, int rows, int columns, const char *type) {
    os << "sdq.parameter @" << name << " : !sdq.weight<" << rows << "x" << columns << "x" << type << ", #sdq.dense<"
       << type << ">> = {values = dense<[";
    for (int r = 0; r < rows; ++r) {
      os << (r ? ", [" : "[");
      for (int c = 0; c < columns; ++c)
        os << (c ? ", " : "") << llvm::format("%.6e", heavy(generator));
      os << "]";
    }
    os << "]> : tensor<" << rows << "x" << columns << "x" << type << ">}\n";
  };
  parameter("a", 24, 64, "f16");
  parameter("b", 40, 96, "f32");
  os << "func.func @main_graph(%x: tensor<?x64xf32>, %z: tensor<?x96xf32>)\n"
        "    -> (tensor<?x24xf32>, tensor<?x40xf32>, tensor<10xf32>) {\n"
        "  %y = sdq.linear %x, @a : (tensor<?x64xf32>) -> tensor<?x24xf32>\n"
        "  %w = sdq.linear %z, @b : (tensor<?x96xf32>) -> tensor<?x40xf32>\n"
        "  %c = arith.constant dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]> : tensor<10xf32>\n"
        "  return %y, %w, %c : tensor<?x24xf32>, tensor<?x40xf32>, tensor<10xf32>\n}\n";
  return text;
}

class DryRunTest : public testing::TestWithParam<const char *> {
protected:
  TemporaryFolder folder;
  mlir::DialectRegistry registry;
  std::string input = folder.write("model.mlir", makeProgram());
  DecomposeOptions options;
  std::string errors;

  DryRunTest() {
    registerCompilerDialects(registry);
    options.minSize = 1;
  }
  mlir::FailureOr<Forecast> forecast(mlir::MLIRContext &context) {
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) { errors += diagnostic.str(); });
    return forecastCompression(input, options, context);
  }
};

TEST_P(DryRunTest, ForecastsTheBitsOfTheReport) {
  options.recipe = GetParam();
  options.unweighted = llvm::StringRef(GetParam()).starts_with("SqueezeLLM");
  mlir::MLIRContext first(registry), second(registry);
  mlir::FailureOr<Forecast> before = forecast(first);
  ASSERT_TRUE(mlir::succeeded(before)) << errors;
  EXPECT_EQ(std::vector<std::string>{"model.mlir"}, folder.files()) << "a dry run writes nothing";

  CompileRequest request;
  request.input = input;
  request.output = folder.path("model.sdq");
  request.targets = {};
  mlir::FailureOr<ModelReport> after = compileModel(request, options, second);
  ASSERT_TRUE(mlir::succeeded(after));
  ASSERT_EQ(2u, before->layers.size());
  ASSERT_EQ(2u, after->layers.size());
  for (size_t i = 0; i < 2; ++i) {
    const LayerForecast &told = before->layers[i];
    const LayerReport &found = after->layers[i];
    EXPECT_EQ(found.name, told.name);
    EXPECT_EQ(found.format, told.format);
    EXPECT_EQ(found.shape, told.shape);
    EXPECT_EQ(found.bits.values, told.bits.values) << found.name;
    EXPECT_EQ(found.bits.metadata, told.bits.metadata) << found.name;
    EXPECT_EQ(found.bits.scales, told.bits.scales) << found.name;
    EXPECT_EQ(found.bits.tables, told.bits.tables) << found.name;
    EXPECT_TRUE(told.seconds);
  }
  EXPECT_EQ(after->bits().total(), before->bits().total());
  EXPECT_EQ(40, before->otherBytes);
  ASSERT_TRUE(before->seconds);
  EXPECT_GT(*before->seconds, 0);
  EXPECT_TRUE(before->untimed.empty());
}

INSTANTIATE_TEST_SUITE_P(Recipes, DryRunTest,
                         testing::Values("SDQ-W7:8-1:8int8-6:8fp4", "SDQ-W4:8p-4:8int4-q32", "SDQ-W2:4-2:4fp8",
                                         "SDQ-W6:8-2:8int8-4:8fp4-q16-a16", "SqueezeLLM-w3", "SqueezeLLM-w4-s0.45",
                                         "SqueezeLLM-w3-s0.05", "SqueezeLLM-w2-s3.7", "W4-g128", "W8", "dense"));

// A recipe that cannot do without statistics gets everything but a time, and the reason.
TEST_F(DryRunTest, SaysWhatItCannotTime) {
  options.recipe = "SDQ-W4:8-4:8int4";
  options.metric = "sparsegpt";
  mlir::MLIRContext context(registry);
  mlir::FailureOr<Forecast> told = forecast(context);
  ASSERT_TRUE(mlir::succeeded(told)) << errors;
  EXPECT_FALSE(told->seconds);
  ASSERT_EQ(1u, told->untimed.size());
  EXPECT_NE(std::string::npos, told->untimed.begin()->second.find("needs a Hessian")) << told->untimed.begin()->second;
  std::string text;
  llvm::raw_string_ostream os(text);
  told->print(os);
  EXPECT_NE(std::string::npos, text.find("time to compress: not estimated")) << text;
}

TEST_F(DryRunTest, RefusesWhatCompressionWouldRefuse) {
  mlir::MLIRContext context(registry);
  options.recipe = "SDQ-W7:8-1:8int8-5:8fp4";
  EXPECT_TRUE(mlir::failed(forecast(context)));
  EXPECT_NE(std::string::npos, errors.find("Σn = 6")) << errors;
}

} // namespace
