//===- SampleTime.cpp - How long rows take -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SampleTime.h"

#include "sdq/Compiler/Report.h"
#include "sdq/Core/Pack.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"
#include "sdq/Pipelines/Compress.h"

#include "mlir/Pass/PassManager.h"

#include <chrono>

using namespace mlir;
using namespace sdq;

/// Enough that a clock can tell, few enough that nobody waits: a codebook takes a microsecond an element.
static constexpr int64_t kSampleElements = 1 << 17;

/// The recipe with choices that need no statistics in place of others that cost the same.
static Recipe withoutStatistics(Recipe recipe) {
  auto replace = [](std::string &metric) {
    if (metric == "wanda" || metric == "product" || metric == "fisher")
      metric = "magnitude";
  };
  if (recipe.sparsify)
    replace(recipe.sparsify->metric);
  for (Recipe::Term &term : recipe.terms)
    if (term.metric)
      replace(*term.metric);
  recipe.quantize.weights = "none";
  recipe.unweighted = true;
  return recipe;
}

/// Rows taken evenly from a weight, as a parameter of `module`.
static FailureOr<ParameterOp> addSample(ModuleOp module, ParameterOp parameter) {
  FailureOr<WeightView> weight = viewWeight(parameter);
  if (failed(weight))
    return failure();
  auto dense = cast<DenseFormatAttr>(Attribute(parameter.getWeightType().getFormat()));
  Shape whole = weight->shape();
  Shape shape{std::clamp<int64_t>(kSampleElements / whole.columns, 1, whole.rows), whole.columns};
  DenseFormat layout = dense.getLayout();
  layout.transposed = false;
  StoredWeight stored = StoredWeight::allocate(layout, shape);
  std::vector<float> row(shape.columns);
  for (int64_t r = 0; r < shape.rows; ++r) {
    weight->readRow(r * whole.rows / shape.rows, row);
    if (llvm::Error error = storeRow(layout, shape, stored.parts, r, row))
      return parameter.emitError(llvm::toString(std::move(error)));
  }
  MLIRContext *context = module.getContext();
  // By these names the passes take them for imported resources, and leave them to be measured against.
  SmallVector<NamedAttribute> parts;
  for (Part &part : stored.parts)
    parts.emplace_back(StringAttr::get(context, part.spec.name),
                       makeResource(RankedTensorType::get(part.spec.shape, typeOf(context, part.spec.type)),
                                    "sample." + part.spec.name, std::move(part.data)));
  WeightType type = WeightType::get(context, shape.rows, shape.columns, parameter.getWeightType().getElementType(),
                                    formatAttr(context, layout));
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  return ParameterOp::create(builder, parameter.getLoc(), parameter.getSymNameAttr(), /*sym_visibility=*/StringAttr(),
                             TypeAttr::get(type), DictionaryAttr::get(context, parts));
}

llvm::Expected<double> sdq::timeRows(ParameterOp parameter, const Recipe &recipe) {
  MLIRContext *context = parameter.getContext();
  std::string firstError;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error && firstError.empty())
      firstError = diagnostic.str();
  });
  OwningOpRef<ModuleOp> module = ModuleOp::create(parameter.getLoc());
  FailureOr<ParameterOp> sample = addSample(*module, parameter);
  if (failed(sample))
    return llvm::createStringError(firstError);
  OriginalWeight original{sample->getWeightType(), sample->getParts()};
  auto model = std::make_shared<ModelRecipe>();
  model->recipe = withoutStatistics(recipe);
  PassManager manager(context);
  manager.addNestedPass<ParameterOp>(createCompress({}, model));
  auto begin = std::chrono::steady_clock::now();
  if (failed(manager.run(*module)) || failed(measureLayer(*sample, original, /*calibration=*/nullptr)))
    return llvm::createStringError(firstError);
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  return seconds.count() / sample->getWeightType().getRows();
}
