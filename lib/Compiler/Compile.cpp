//===- Compile.cpp - From a model to a compressed, compiled one -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/Compile.h"

#include "FinishedWeights.h"

#include "sdq/Compiler/ModelFile.h"
#include "sdq/Compiler/Placement.h"
#include "sdq/Core/AtomicFile.h"
#include "sdq/Pipelines/CompileCPU.h"
#include "sdq/Pipelines/CompileCUDA.h"

#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace sdq;

namespace {

class Compilation {
public:
  Compilation(const CompileRequest &request, const DecomposeOptions &options, MLIRContext &context)
      : request(request), options(options), context(context),
        reportPath(request.report.empty() ? request.output + ".report.json" : request.report) {}

  FailureOr<ModelReport> run() {
    // Nothing is written before all that was asked for has been read.
    std::string folder = request.output + ".partial";
    if (!llvm::sys::fs::exists(folder) && (failed(refuseToOverwrite(request.output)) || failed(refuseToOverwrite(reportPath))))
      return failure();
    if (failed(readRequest()))
      return failure();
    OwningOpRef<ModuleOp> module = readModel(request.input, context);
    PassManager raise(&context);
    buildRaise(raise, options);
    if (!module || failed(raise.run(*module)))
      return failure();
    if (request.emit == EmitKind::Header) // says nothing that compression would change
      return failed(emitHeader(*module, symbolOf(request.output), request.output)) ? FailureOr<ModelReport>(failure())
                                                                                   : std::move(report);

    llvm::Expected<WeightStore> opened = WeightStore::open(folder);
    if (!opened)
      return fail(llvm::toString(opened.takeError()));
    WeightStore store(std::move(*opened));
    LogicalResult result = compile(*module, store);
    if (failed(result) && !store.empty()) {
      if (llvm::Error error = store.sweep())
        emitWarning(UnknownLoc::get(&context)) << llvm::toString(std::move(error));
      if (begun)
        emitRemark(UnknownLoc::get(&context)) << "finished weights are kept in '" << folder << "' for the same command";
      return failure();
    }
    if (llvm::Error error = store.remove())
      emitWarning(UnknownLoc::get(&context)) << llvm::toString(std::move(error));
    if (failed(result))
      return failure();
    return std::move(report);
  }

private:
  LogicalResult fail(const Twine &message) { return emitError(UnknownLoc::get(&context), message); }
  LogicalResult fail(llvm::Error error) { return fail(llvm::toString(std::move(error))); }

  LogicalResult refuseToOverwrite(StringRef path) {
    if (!request.force && llvm::sys::fs::exists(path))
      return fail("'" + path + "' exists already: expected --force to overwrite it");
    return success();
  }

  LogicalResult readRequest() {
    for (const std::string &target : request.targets) {
      if (target == "cpu")
        continue;
      const Chip *gpu = llvm::find_if(knownChips(), [&](const Chip &known) { return known.name == target; });
      if (gpu == knownChips().end())
        return fail("unknown target '" + target + "': expected cpu, or a GPU: " +
                    llvm::join(llvm::map_range(knownChips(), [](const Chip &known) { return known.name; }), ", "));
      gpus.push_back(gpu);
    }
    if (emitsKernels() && gpus.size() != 1)
      return fail("kernels are emitted for one GPU: expected one --target such as sm_90, got " + Twine(gpus.size()));
    if (!request.chip.empty()) {
      llvm::Expected<const Chip *> found = findChip(request.chip);
      if (!found)
        return fail(found.takeError());
      chip = *found;
    }
    llvm::Expected<std::shared_ptr<const ModelRecipe>> resolved =
        resolveRecipe(options.recipe, options.metric, options.unweighted);
    if (!resolved)
      return fail(resolved.takeError());
    recipe = std::move(*resolved);
    if (options.calibration.empty())
      return success();
    llvm::Expected<std::shared_ptr<const Calibration>> opened = Calibration::share(options.calibration);
    if (!opened)
      return fail(opened.takeError());
    calibration = std::move(*opened);
    return success();
  }

  /// What would make the same output, in words.
  std::string requestText() const {
    std::string text = request.input + " -> " + request.output + " for [" + llvm::join(request.targets, ", ") + "] as " +
                       std::to_string(int(request.emit)) + " ";
    llvm::raw_string_ostream os(text);
    options.print(os);
    return text;
  }

  LogicalResult compile(ModuleOp module, WeightStore &store) {
    if (!wasPlaced(store.placementPath(), requestText(), request.output) &&
        (failed(refuseToOverwrite(request.output)) || failed(refuseToOverwrite(reportPath))))
      return failure();
    if (request.restart)
      store.clear();
    if (failed(compress(module, store)))
      return failure();
    module->setAttr("sdq.recipe", StringAttr::get(&context, options.recipe.getValue()));
    if (!emitsKernels() && failed(compileTargets(module)))
      return failure();

    report.model = request.input;
    report.recipe = options.recipe;
    report.chip = request.chip;
    for (auto [layer, parameter] : llvm::zip_equal(report.layers, module.getOps<ParameterOp>()))
      describeRecipe(layer, recipe->of(weightName(parameter)), chip);
    std::string output = store.stagedPath("output"), stagedReport = store.stagedPath("report");
    if (failed(writeOutput(module, store, output)))
      return failure();
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    report.peakMemoryBytes = peakMemory();
    llvm::Error error = writeFileAtomically(stagedReport, [&](llvm::raw_ostream &out) -> llvm::Error {
      out << llvm::formatv("{0:2}\n", report.toJSON());
      return llvm::Error::success();
    });
    if (!error)
      error = notePlacement(store.placementPath(), requestText(), output);
    if (!error)
      error = moveToPlace(output, request.output);
    if (!error)
      error = moveToPlace(stagedReport, reportPath);
    return error ? fail(std::move(error)) : success();
  }

  bool emitsKernels() const {
    return request.emit == EmitKind::PTX || request.emit == EmitKind::Cubin || request.emit == EmitKind::Fatbin;
  }

  LogicalResult compileTargets(ModuleOp module) {
    if (gpus.size() != request.targets.size() && failed(compileForCPU(module, CPUTarget::host(), "cpu")))
      return failure();
    GPUCodeFormat format = gpus.empty() ? GPUCodeFormat::ISA : bestCodeFormat(UnknownLoc::get(&context));
    for (const Chip *gpu : gpus)
      if (failed(compileForCUDA(module, CPUTarget::host(), *gpu, format, gpu->name)))
        return failure();
    return success();
  }

  /// Completes what was asked for at `path`, and puts the kernels' description into its place.
  LogicalResult writeOutput(ModuleOp module, const WeightStore &store, StringRef path) {
    if (request.emit == EmitKind::Model)
      return writeModel(module, path);
    if (emitsKernels())
      return emitKernels(module, *gpus.front(), request.emit, store.stagedPath("kernels"), path, request.output + ".json");
    std::string model = store.stagedPath("model");
    if (failed(writeModel(module, model)))
      return failure();
    llvm::Error error = emitObject(model, symbolOf(request.output), path);
    llvm::sys::fs::remove(model);
    return error ? fail(std::move(error)) : success();
  }

  LogicalResult compress(ModuleOp module, const WeightStore &store) {
    SmallVector<ParameterOp> parameters(module.getOps<ParameterOp>());
    Progress progress(parameters, context.getNumThreads(), llvm::errs(), request.progress);
    FinishedWeights weights(&context, parameters, *recipe, calibration.get(), store, progress);
    if (failed(weights.findEarlier()))
      return failure();
    if (size_t earlier = weights.earlier())
      emitRemark(UnknownLoc::get(&context)) << "resuming: " << earlier << " of " << parameters.size()
                                            << " weights are finished in '" << store.folder() << "'";
    begun = true;
    PassManager manager(&context);
    buildCompress(manager, recipe, options, &weights);
    LogicalResult result = manager.run(module);
    progress.finish();
    if (succeeded(result))
      report.layers = weights.takeReports();
    return result;
  }

  const CompileRequest &request;
  const DecomposeOptions &options;
  MLIRContext &context;
  const Chip *chip = nullptr;
  /// Of the targets.
  std::vector<const Chip *> gpus;
  std::string reportPath;
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  std::shared_ptr<const ModelRecipe> recipe;
  std::shared_ptr<const Calibration> calibration;
  ModelReport report;
  /// Whether this run may have finished weights.
  bool begun = false;
};

} // namespace

FailureOr<ModelReport> sdq::compileModel(const CompileRequest &request, const DecomposeOptions &options,
                                         MLIRContext &context) {
  return Compilation(request, options, context).run();
}
