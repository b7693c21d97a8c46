//===- CheckRecipe.cpp - Names in a recipe that no weight has -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/Compress.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_CHECKRECIPE
#include "sdq/Pipelines/Passes.h.inc"
} // namespace sdq

namespace {

struct CheckRecipe : sdq::impl::CheckRecipeBase<CheckRecipe> {
  using CheckRecipeBase::CheckRecipeBase;
  CheckRecipe(CheckRecipeOptions options, std::shared_ptr<const ModelRecipe> model)
      : CheckRecipeBase(std::move(options)), model(std::move(model)) {}

  LogicalResult initialize(MLIRContext *context) override {
    if (model)
      return success();
    llvm::Expected<std::shared_ptr<const ModelRecipe>> read = resolveRecipe(recipe);
    if (!read)
      return emitError(UnknownLoc::get(context), llvm::toString(read.takeError()));
    model = std::move(*read);
    return success();
  }

  void runOnOperation() override {
    SmallVector<StringRef> weights;
    for (ParameterOp parameter : getOperation().getOps<ParameterOp>())
      weights.push_back(weightName(parameter));
    auto check = [&](const LayerPattern &pattern, StringRef what) {
      if (llvm::none_of(weights, [&](StringRef weight) { return pattern.matches(weight); }))
        emitWarning(UnknownLoc::get(&getContext())) << "the recipe " << what << " '" << pattern.text()
                                                    << "', which matches none of the " << weights.size() << " weights";
    };
    for (const LayerPattern &pattern : model->ignore)
      check(pattern, "ignores");
    for (const ModelRecipe::Override &each : model->overrides)
      for (const LayerPattern &pattern : each.targets)
        check(pattern, "overrides");
    markAllAnalysesPreserved();
  }

  std::shared_ptr<const ModelRecipe> model;
};

} // namespace

std::unique_ptr<Pass> sdq::createCheckRecipe(CheckRecipeOptions options, std::shared_ptr<const ModelRecipe> model) {
  return std::make_unique<CheckRecipe>(std::move(options), std::move(model));
}
