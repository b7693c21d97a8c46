//===- Compress.cpp - Each weight by its own recipe -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/Compress.h"

#include "WeightPasses.h"

#include "sdq/Core/Calibration.h"
#include "sdq/Dialect/SDQ/IR/NamedFormat.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_COMPRESS
#include "sdq/Pipelines/Passes.h.inc"
} // namespace sdq

namespace {

struct Compress : sdq::impl::CompressBase<Compress> {
  using CompressBase::CompressBase;
  Compress(CompressOptions options, std::shared_ptr<const ModelRecipe> model, CompressionObserver *observer)
      : CompressBase(std::move(options)), model(std::move(model)), observer(observer) {}

  /// Formats that recipes name may be of dialects that nothing else has loaded.
  void getDependentDialects(DialectRegistry &registry) const override {
    std::shared_ptr<const ModelRecipe> known = model;
    if (!known) {
      llvm::Expected<std::shared_ptr<const ModelRecipe>> read = resolveRecipe(recipe, metric, unweighted);
      if (!read)
        return llvm::consumeError(read.takeError()); // initialize() reports it
      known = std::move(*read);
    }
    for (const Recipe *each : known->all())
      if (each->format)
        dependOnFormat(registry, *each->format);
  }

  LogicalResult initialize(MLIRContext *context) override {
    auto fail = [&](const Twine &message) { return emitError(UnknownLoc::get(context), message); };
    if (!model) {
      llvm::Expected<std::shared_ptr<const ModelRecipe>> read = resolveRecipe(recipe, metric, unweighted);
      if (!read)
        return fail(llvm::toString(read.takeError()));
      model = std::move(*read);
    }
    if (calibration.empty())
      return success();
    // Held open, so that the passes of every weight share it.
    llvm::Expected<std::shared_ptr<const Calibration>> opened = Calibration::share(calibration);
    if (!opened)
      return fail(llvm::toString(opened.takeError()));
    statistics = std::move(*opened);
    return success();
  }

  void runOnOperation() override {
    ParameterOp parameter = getOperation();
    const Recipe &own = model->of(weightName(parameter));
    if (failed(compress(parameter, own)))
      return signalPassFailure();
    const Recipe::Activations &activations = own.activations;
    if (activations.bits == 16)
      return;
    Builder builder(&getContext());
    NamedAttribute options[] = {builder.getNamedAttr("bits", builder.getI64IntegerAttr(activations.bits)),
                                builder.getNamedAttr("granularity", builder.getStringAttr(activations.granularity))};
    parameter->setAttr(kActivationsAttr, builder.getDictionaryAttr(options));
  }

  LogicalResult compress(ParameterOp parameter, const Recipe &own) {
    if (observer) {
      FailureOr<bool> restored = observer->restore(parameter, own);
      if (failed(restored) || *restored)
        return restored;
    }
    OpPassManager passes(ParameterOp::getOperationName());
    buildWeightPasses(passes, own, calibration);
    if (failed(runPipeline(passes, parameter)))
      return failure();
    return observer ? observer->finished(parameter, own) : success();
  }

  /// Shared by the copies of the pass that run on several threads.
  std::shared_ptr<const ModelRecipe> model;
  std::shared_ptr<const Calibration> statistics;
  CompressionObserver *observer = nullptr;
};

} // namespace

std::unique_ptr<Pass> sdq::createCompress(CompressOptions options, std::shared_ptr<const ModelRecipe> model,
                                          CompressionObserver *observer) {
  return std::make_unique<Compress>(std::move(options), std::move(model), observer);
}

llvm::Expected<std::shared_ptr<const ModelRecipe>> sdq::resolveRecipe(StringRef text, StringRef metric,
                                                                      bool unweighted) {
  llvm::Expected<ModelRecipe> model = readModelRecipe(text);
  if (!model)
    return model.takeError();
  for (Recipe *recipe : model->all()) {
    if (!metric.empty())
      if (llvm::Error failure = replaceMetric(*recipe, metric))
        return failure;
    recipe->unweighted |= unweighted && (recipe->codebook || recipe->outliers);
  }
  return std::make_shared<const ModelRecipe>(std::move(*model));
}

StringRef sdq::weightName(ParameterOp parameter) {
  auto origin = parameter->getAttrOfType<StringAttr>(kOriginAttr);
  return origin ? origin.getValue() : parameter.getSymName();
}
