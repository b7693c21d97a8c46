//===- compress.cpp - SDQ's passes from C++ -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds y = x·W as linalg, compresses W by a recipe, compiles the program, runs it, and compares with a product by the
// weights as they decode. Prints how far the two are apart. Usage: compress <recipe> <scratch.mlirbc>
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/Compress.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"
#include "sdq/Loader/Model.h"
#include "sdq/Pipelines/Decompose.h"
#include "sdq/Pipelines/Register.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

static constexpr int64_t kInputs = 32, kOutputs = 16, kTokens = 3;

/// A function that multiplies by a constant, inputs × outputs.
static std::string program() {
  std::string weights, text;
  for (int64_t k = 0; k < kInputs; ++k) {
    weights += k ? ", [" : "[";
    for (int64_t n = 0; n < kOutputs; ++n)
      weights += (n ? ", " : "") + std::to_string(std::sin(double(k * kOutputs + n)));
    weights += "]";
  }
  llvm::raw_string_ostream(text) << llvm::formatv(R"mlir(
    func.func @main_graph(%x: tensor<{2}x{0}xf32>) -> tensor<{2}x{1}xf32> {{
      %w = arith.constant dense<[{3}]> : tensor<{0}x{1}xf32>
      %zero = arith.constant 0.0 : f32
      %empty = tensor.empty() : tensor<{2}x{1}xf32>
      %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<{2}x{1}xf32>) -> tensor<{2}x{1}xf32>
      %y = linalg.matmul ins(%x, %w : tensor<{2}x{0}xf32>, tensor<{0}x{1}xf32>)
                         outs(%init : tensor<{2}x{1}xf32>) -> tensor<{2}x{1}xf32>
      return %y : tensor<{2}x{1}xf32>
    })mlir",
                                                  kInputs, kOutputs, kTokens, weights);
  return text;
}

static llvm::Error run(llvm::StringRef recipe, llvm::StringRef scratch) {
  mlir::DialectRegistry registry;
  sdq::registerCompilerDialects(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(program(), &context);
  if (!module)
    return llvm::createStringError("the program does not parse");

  // Compress.
  sdq::DecomposeOptions options;
  options.minSize = 1;
  options.recipe = recipe.str();
  auto resolved = sdq::resolveRecipe(recipe, /*metric=*/"", /*unweighted=*/false);
  if (!resolved)
    return resolved.takeError();
  mlir::PassManager passes(&context);
  sdq::buildRaise(passes, options);
  sdq::buildCompress(passes, *resolved, options);
  if (mlir::failed(passes.run(*module)))
    return llvm::createStringError("compression failed");

  // What the weights have become.
  auto parameters = llvm::to_vector(module->getOps<sdq::ParameterOp>());
  if (parameters.size() != 1)
    return llvm::createStringError("expected one parameter, found " + llvm::Twine(parameters.size()));
  mlir::FailureOr<sdq::WeightView> weight = sdq::viewWeight(parameters.front());
  if (mlir::failed(weight))
    return llvm::createStringError("the weight cannot be read");
  llvm::outs() << weight->type << '\n';

  // Run.
  std::error_code failure;
  llvm::raw_fd_ostream file(scratch, failure);
  if (failure || mlir::failed(mlir::writeBytecodeToFile(*module, file)))
    return llvm::createStringError("cannot write " + scratch);
  file.close();
  auto model = sdq::Model::load(scratch);
  if (!model)
    return model.takeError();
  std::vector<float> x(kTokens * kInputs);
  for (auto [i, value] : llvm::enumerate(x))
    value = std::cos(double(i));
  auto outputs = (*model)->invoke(sdq::TensorView::dense(x.data(), sdq::DType::F32, {kTokens, kInputs}));
  if (!outputs)
    return outputs.takeError();

  const float *y = static_cast<const float *>(outputs->front().view.data);
  double largest = 0, error = 0;
  std::vector<float> row(kInputs);
  for (int64_t n = 0; n < kOutputs; ++n) {
    weight->readRow(n, row);
    for (int64_t t = 0; t < kTokens; ++t) {
      double expected = 0;
      for (int64_t k = 0; k < kInputs; ++k)
        expected += double(x[t * kInputs + k]) * row[k];
      largest = std::max(largest, std::fabs(expected));
      error = std::max(error, std::fabs(y[t * kOutputs + n] - expected));
    }
  }
  if (!(error < 1e-5 && largest > 1))
    return llvm::createStringError(llvm::formatv("largest |y| {0}, error {1}", largest, error).str());
  llvm::outs() << llvm::formatv("largest |y| {0:F2}, error less than 1e-5\n", largest);
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  if (argc != 3)
    return llvm::errs() << "usage: compress <recipe> <scratch.mlirbc>\n", 2;
  if (llvm::Error error = run(argv[1], argv[2]))
    return llvm::errs() << "error: " << llvm::toString(std::move(error)) << '\n', 1;
  return 0;
}
