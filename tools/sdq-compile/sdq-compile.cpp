//===- sdq-compile.cpp - Compresses and compiles a model -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/Compile.h"
#include "sdq/Compiler/DryRun.h"
#include "sdq/Compiler/ToolDiagnostics.h"
#include "sdq/Pipelines/DialectPluginOption.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/WithColor.h"

namespace cl = llvm::cl;

static cl::OptionCategory category("sdq-compile options");
static sdq::DialectPluginOption dialectPlugins(category);
static cl::opt<std::string> input(cl::Positional, cl::desc("<model.onnx|.mlir|.mlirbc>"), cl::cat(category));
static cl::opt<std::string> output("o", cl::value_desc("file"), cl::desc("What is written: a compressed model (.sdq), or see --emit"), cl::cat(category));
static cl::opt<std::string> recipe("recipe", cl::init(sdq::defaultRecipe.str()), cl::value_desc("name|file.yaml"),
                                   cl::desc("What becomes of the weights: a name such as SDQ-W7:8-1:8int8-6:8fp4, "
                                            "SqueezeLLM-w4-s0.45, W4-g128 or dense, or a file of recipes"),
                                   cl::cat(category));
static cl::opt<std::string> printedRecipe("print-recipe", cl::value_desc("name|file.yaml"),
                                          cl::desc("Print all that the recipe stands for as YAML, and do nothing else"),
                                          cl::cat(category));
static cl::opt<std::string> calibration("calibration", cl::value_desc("file"),
                                        cl::desc("Statistics (safetensors): <weight>.fisher [N,K]"), cl::cat(category));
static cl::opt<std::string> metric("metric", cl::value_desc("name"),
                                   cl::desc("What a value is worth (magnitude, wanda, product, fisher, …), in place of "
                                            "the recipe's wherever a step knows the word"),
                                   cl::cat(category));
static cl::opt<bool> unweighted("unweighted", cl::desc("Codebooks: go without Fisher information"), cl::cat(category));
static cl::opt<int64_t> minSize("min-size", cl::init(4096), cl::value_desc("elements"),
                                cl::desc("Leave smaller weights alone"), cl::cat(category));
static cl::list<std::string> ignore("ignore", cl::value_desc("regex"),
                                    cl::desc("Leave weights with such names alone (repeatable)"), cl::cat(category));
static cl::list<std::string> targets("target", cl::value_desc("name"),
                                     cl::desc("What to compile code for (repeatable): cpu (default), a GPU such as "
                                              "sm_90, or none"),
                                     cl::cat(category));
static cl::opt<sdq::EmitKind> emitKind(
    "emit", cl::desc("What to write:"), cl::init(sdq::EmitKind::Model),
    cl::values(clEnumValN(sdq::EmitKind::Model, "model", "a compressed model for sdq-run and libSDQ-C (default)"),
               clEnumValN(sdq::EmitKind::PTX, "ptx", "the kernels for a --target as PTX, and <output>.json on them"),
               clEnumValN(sdq::EmitKind::Cubin, "cubin", "the same as machine code; needs ptxas"),
               clEnumValN(sdq::EmitKind::Fatbin, "fatbin", "both in one; needs ptxas and fatbinary"),
               clEnumValN(sdq::EmitKind::Object, "object", "an object file with the model, to link with libSDQ-C"),
               clEnumValN(sdq::EmitKind::Header, "header", "C declarations for the object file of the same name")),
    cl::cat(category));
static cl::opt<std::string> chip("chip", cl::value_desc("name"),
                                 cl::desc("The GPU whose throughput the report gives, such as sm_90"),
                                 cl::cat(category));
static cl::opt<std::string> report("report", cl::value_desc("file"),
                                   cl::desc("Report as JSON (default: <output>.report.json)"), cl::cat(category));
static cl::opt<bool> force("force", cl::desc("Overwrite existing files"), cl::cat(category));
static cl::opt<bool> dryRun("dry-run", cl::desc("Say what it would take (bits, memory, time), and write nothing"),
                            cl::cat(category));
static cl::opt<bool> restart("restart", cl::desc("Discard what an interrupted run has finished (<output>.partial)"),
                             cl::cat(category));

static int fail(const llvm::Twine &message) {
  llvm::WithColor::error(llvm::errs(), "sdq-compile") << message << '\n';
  return 1;
}

/// Prints a recipe as YAML; metric and unweighted count as they do when it is used.
static int printRecipe() {
  auto model = sdq::resolveRecipe(printedRecipe, metric, unweighted);
  if (!model)
    return fail(llvm::toString(model.takeError()));
  llvm::outs() << sdq::printYAML(**model);
  return 0;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  // LLVM's libraries bring an option of this name, which our command line has no use for.
  if (cl::Option *foreign = cl::getRegisteredOptions().lookup("threads"))
    foreign->removeArgument();
  cl::opt<unsigned> threads("threads", cl::init(0), cl::value_desc("N"),
                            cl::desc("Compress so many weights at once (default: as many as there are cores)"),
                            cl::cat(category));
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Compresses the weights of a model and compiles it\n");
  if (printedRecipe.getNumOccurrences())
    return printRecipe();
  if (input.empty() || (output.empty() && !dryRun))
    return fail("expected a model and -o <file>; see --help");

  if (llvm::Error error = dialectPlugins.load())
    return fail(llvm::toString(std::move(error)));
  mlir::DialectRegistry registry;
  sdq::registerCompilerDialects(registry);
  std::optional<llvm::DefaultThreadPool> pool;
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  if (threads != 1) {
    pool.emplace(llvm::hardware_concurrency(threads));
    context.setThreadPool(*pool);
  }
  sdq::ToolDiagnostics diagnostics(context);

  sdq::CompileRequest request;
  request.input = input;
  request.output = output;
  request.report = report;
  request.chip = chip;
  request.emit = emitKind;
  request.force = force;
  request.restart = restart;
  request.progress = llvm::sys::Process::StandardErrIsDisplayed() ? sdq::ShowProgress::Bar : sdq::ShowProgress::Lines;
  if (!targets.empty())
    request.targets = {targets.begin(), targets.end()};
  llvm::erase(request.targets, "none");

  sdq::DecomposeOptions options;
  options.recipe = recipe;
  options.calibration = calibration;
  options.metric = metric;
  options.unweighted = unweighted;
  options.minSize = minSize;
  options.ignore = ignore;

  if (dryRun) {
    mlir::FailureOr<sdq::Forecast> forecast = sdq::forecastCompression(input, options, context);
    if (mlir::failed(forecast))
      return 1;
    forecast->print(llvm::outs());
    return 0;
  }
  mlir::FailureOr<sdq::ModelReport> result = sdq::compileModel(request, options, context);
  if (mlir::failed(result))
    return 1;
  if (emitKind != sdq::EmitKind::Header) // which compresses nothing
    result->print(llvm::outs());
  return 0;
}
