//===- Compile.cpp - Compressing and compiling models in C ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq-c/compile.h"

#include "Messages.h"

#include "sdq/Compiler/Compile.h"
#include "sdq/Pipelines/Register.h"

#include "llvm/Support/ThreadPool.h"

using namespace mlir;
using namespace sdq;

namespace {

/// What the strings of sdq_compile ask for.
struct Options {
  CompileRequest request;
  DecomposeOptions decompose;
  unsigned threads = 0;
  bool targetsGiven = false;

  llvm::Error set(StringRef option);
};

llvm::Error expected(StringRef name, StringRef what, StringRef value) {
  return llvm::createStringError("option '" + name + "': expected " + what + ", found '" + value + "'");
}

llvm::Error setFlag(StringRef name, StringRef value, function_ref<void(bool)> set) {
  if (value != "true" && value != "false")
    return expected(name, "true or false", value);
  set(value == "true");
  return llvm::Error::success();
}

llvm::Error Options::set(StringRef option) {
  if (!option.contains('='))
    return llvm::createStringError("expected options as <name>=<value>, found '" + option + "'");
  auto [name, value] = option.split('=');
  auto text = [&, value = value](auto &target) {
    target = value.str();
    return llvm::Error::success();
  };
  if (name == "recipe")
    return text(decompose.recipe);
  if (name == "calibration")
    return text(decompose.calibration);
  if (name == "metric")
    return text(decompose.metric);
  if (name == "report")
    return text(request.report);
  if (name == "chip")
    return text(request.chip);
  if (name == "unweighted")
    return setFlag(name, value, [&](bool on) { decompose.unweighted = on; });
  if (name == "force")
    return setFlag(name, value, [&](bool on) { request.force = on; });
  if (name == "restart")
    return setFlag(name, value, [&](bool on) { request.restart = on; });
  if (name == "ignore") {
    decompose.ignore.push_back(value.str());
    return llvm::Error::success();
  }
  if (name == "target") {
    if (!std::exchange(targetsGiven, true))
      request.targets.clear();
    if (value != "none")
      request.targets.push_back(value.str());
    return llvm::Error::success();
  }
  if (name == "min-size") {
    int64_t elements;
    if (value.getAsInteger(10, elements) || elements < 0)
      return expected(name, "a number of elements", value);
    decompose.minSize = elements;
    return llvm::Error::success();
  }
  if (name == "threads")
    return value.getAsInteger(10, threads) ? expected(name, "a number of threads", value) : llvm::Error::success();
  return llvm::createStringError("option '" + name +
                                 "': expected recipe, calibration, metric, unweighted, min-size, "
                                 "ignore, target, chip, report, force, restart or threads");
}

} // namespace

int sdq_compile(const char *input, const char *output, const char *const *options, size_t num_options, char **table) {
  Options chosen;
  chosen.request.input = input;
  chosen.request.output = output;
  for (size_t i = 0; i < num_options; ++i)
    if (llvm::Error error = chosen.set(options[i])) {
      setLastError(std::move(error));
      return 1;
    }

  DialectRegistry registry;
  registerCompilerDialects(registry);
  std::optional<llvm::DefaultThreadPool> pool;
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  if (chosen.threads != 1) {
    pool.emplace(llvm::hardware_concurrency(chosen.threads));
    context.setThreadPool(*pool);
  }
  Diagnosed diagnosed(context);
  FailureOr<ModelReport> report = compileModel(chosen.request, chosen.decompose, context);
  if (failed(report)) {
    diagnosed.setLastError(std::string(input) + ": cannot be compiled");
    return 1;
  }
  if (table) {
    std::string text;
    llvm::raw_string_ostream os(text);
    report->print(os);
    *table = newString(text);
  }
  return 0;
}
