//===- Compile.cpp - From a model to a compressed, compiled one -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/Compile.h"

#include "Progress.h"

#include "sdq/Compiler/ModelFile.h"
#include "sdq/Core/AtomicFile.h"
#include "sdq/Pipelines/CompileCPU.h"

#include "mlir/IR/Threading.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace sdq;

namespace {

class Compilation {
public:
  Compilation(const CompileRequest &request, const DecomposeOptions &options, MLIRContext &context)
      : request(request), options(options), context(context) {}

  FailureOr<ModelReport> run() {
    auto begin = std::chrono::steady_clock::now();
    std::string reportPath = request.report.empty() ? request.output + ".report.json" : request.report;
    if (failed(refuseToOverwrite(request.output)) || failed(refuseToOverwrite(reportPath)))
      return failure();
    for (const std::string &target : request.targets)
      if (target != "cpu")
        return fail("unknown target '" + target + "': expected cpu");
    if (!request.chip.empty()) {
      llvm::Expected<const Chip *> found = findChip(request.chip);
      if (!found)
        return fail(llvm::toString(found.takeError()));
      chip = *found;
    }
    llvm::Expected<std::shared_ptr<const ModelRecipe>> resolved =
        resolveRecipe(options.recipe, options.metric, options.unweighted);
    if (!resolved)
      return fail(llvm::toString(resolved.takeError()));
    recipe = std::move(*resolved);
    if (!options.calibration.empty()) {
      llvm::Expected<std::shared_ptr<const Calibration>> opened = Calibration::share(options.calibration);
      if (!opened)
        return fail(llvm::toString(opened.takeError()));
      calibration = std::move(*opened);
    }

    OwningOpRef<ModuleOp> module = readModel(request.input, context);
    if (!module || failed(compress(*module)))
      return failure();
    module->getOperation()->setAttr("sdq.recipe", StringAttr::get(&context, options.recipe.getValue()));
    for ([[maybe_unused]] const std::string &target : request.targets)
      if (failed(compileForCPU(*module, CPUTarget::host(), "cpu")))
        return failure();

    report.model = request.input;
    report.recipe = options.recipe;
    report.chip = request.chip;
    for (auto [layer, parameter] : llvm::zip_equal(report.layers, module->getOps<ParameterOp>()))
      describeRecipe(layer, recipe->of(weightName(parameter)), chip);
    if (failed(writeModel(*module, request.output)))
      return failure();
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    report.peakMemoryBytes = peakMemory();
    llvm::Error error = writeFileAtomically(reportPath, [&](llvm::raw_ostream &out) -> llvm::Error {
      out << llvm::formatv("{0:2}\n", report.toJSON());
      return llvm::Error::success();
    });
    if (error)
      return fail(llvm::toString(std::move(error)));
    return std::move(report);
  }

private:
  LogicalResult fail(const Twine &message) { return emitError(UnknownLoc::get(&context), message); }

  LogicalResult refuseToOverwrite(StringRef path) {
    if (!request.force && llvm::sys::fs::exists(path))
      return fail("'" + path + "' exists already: expected --force to overwrite it");
    return success();
  }

  LogicalResult compress(ModuleOp module) {
    PassManager raise(&context);
    buildRaise(raise, options);
    if (failed(raise.run(module)))
      return failure();
    SmallVector<ParameterOp> parameters(module.getOps<ParameterOp>());
    std::vector<OriginalWeight> originals;
    for (ParameterOp parameter : parameters)
      originals.push_back({parameter.getWeightType(), parameter.getParts()});

    PassManager manager(&context);
    buildCompress(manager, recipe, options);
    auto instrumentation = std::make_unique<Progress>(parameters.size(), llvm::errs(), request.progress);
    Progress &progress = *instrumentation;
    manager.addInstrumentation(std::move(instrumentation));
    LogicalResult result = manager.run(module);
    progress.finish();
    if (failed(result))
      return failure();

    report.layers.resize(parameters.size());
    return failableParallelForEachN(&context, 0, parameters.size(), [&](size_t i) {
      FailureOr<LayerReport> layer = measureLayer(parameters[i], originals[i], calibration.get());
      if (failed(layer))
        return failure();
      layer->seconds = progress.secondsOn(parameters[i]);
      report.layers[i] = std::move(*layer);
      return success();
    });
  }

  const CompileRequest &request;
  const DecomposeOptions &options;
  MLIRContext &context;
  const Chip *chip = nullptr;
  std::shared_ptr<const ModelRecipe> recipe;
  std::shared_ptr<const Calibration> calibration;
  ModelReport report;
};

} // namespace

FailureOr<ModelReport> sdq::compileModel(const CompileRequest &request, const DecomposeOptions &options,
                                         MLIRContext &context) {
  return Compilation(request, options, context).run();
}
