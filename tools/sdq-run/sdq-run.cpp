//===- sdq-run.cpp - Runs a compiled model on files -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Loader/Model.h"
#include "sdq/Pipelines/DialectPluginOption.h"
#include "sdq/Runtime/Npy.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"

#include <chrono>

using namespace sdq;
namespace cl = llvm::cl;

static cl::OptionCategory category("sdq-run options");
static DialectPluginOption dialectPlugins(category);
static cl::opt<std::string> modelPath(cl::Positional, cl::Required, cl::desc("<model.sdq>"), cl::cat(category));
static cl::list<std::string> inputFlags("input", cl::desc("An input: its name and the .npy file that holds it"),
                                        cl::value_desc("name=file.npy"), cl::cat(category));
static cl::opt<std::string> outputDirectory("output-dir", cl::desc("Write every output to <dir>/<name>.npy"),
                                            cl::value_desc("dir"), cl::cat(category));
static cl::opt<unsigned> repeat("repeat", cl::desc("Run N times and print how long a run takes"), cl::value_desc("N"),
                                cl::init(0), cl::cat(category));
static cl::opt<bool> describe("describe", cl::desc("Print the model's inputs and outputs and do not run it"),
                              cl::cat(category));
static cl::opt<bool> verify("verify", cl::desc("Compare all weights with their checksums first"), cl::cat(category));
static cl::opt<RunDevice> device("device", cl::desc("Where to run"), cl::init(RunDevice::CPU),
                                 cl::values(clEnumValN(RunDevice::CPU, "cpu", "this machine's processor"),
                                            clEnumValN(RunDevice::Simulator, "sim",
                                                       "GPU kernels, executed and checked by the simulator"),
                                            clEnumValN(RunDevice::CUDA, "cuda", "an NVIDIA GPU")),
                                 cl::cat(category));
static cl::opt<std::string> chip("chip", cl::desc("The chip that kernels are made for where the model has none for the "
                                                  "device (default: with sim sm_80, with cuda the GPU's own)"),
                                 cl::value_desc("sm_80"), cl::cat(category));
static cl::opt<int> gpu("gpu", cl::desc("With --device=cuda: the number of the GPU"), cl::value_desc("N"), cl::init(0),
                        cl::cat(category));
static cl::opt<bool> counts("counts", cl::desc("With --device=sim: print what each kernel did"), cl::cat(category));

static std::string listNames(llvm::ArrayRef<TensorSpec> specs) {
  return llvm::join(llvm::map_range(specs, [](const TensorSpec &spec) { return spec.name; }), ", ");
}

/// The arrays named by --input, in the model's order.
static llvm::Expected<std::vector<OwnedTensor>> readInputs(const Signature &signature) {
  llvm::StringMap<std::string> files;
  for (const std::string &flag : inputFlags) {
    // A name may contain '=', a path rarely does: the first one that ends an input's name counts.
    auto spec = llvm::find_if(signature.inputs,
                              [&](const TensorSpec &s) { return llvm::StringRef(flag).starts_with(s.name + "="); });
    if (spec == signature.inputs.end())
      return llvm::createStringError(llvm::StringRef(flag).contains('=')
                                         ? modelPath + ": no input named '" +
                                               llvm::StringRef(flag).split('=').first.str() + "'; expected " +
                                               listNames(signature.inputs)
                                         : "--input: expected name=file.npy, got '" + flag + "'");
    if (!files.try_emplace(spec->name, flag.substr(spec->name.size() + 1)).second)
      return llvm::createStringError("--input: '" + spec->name + "' is given twice");
  }
  std::vector<OwnedTensor> inputs;
  for (const TensorSpec &spec : signature.inputs) {
    auto file = files.find(spec.name);
    if (file == files.end())
      return llvm::createStringError(modelPath + ": input '" + spec.name + "' is missing; expected " + spec.format() +
                                     " as --input " + spec.name + "=file.npy");
    llvm::Expected<OwnedTensor> tensor = readNpy(file->second);
    if (!tensor)
      return tensor.takeError();
    inputs.push_back(std::move(*tensor));
  }
  return inputs;
}

/// The file of each output: its name, with what may not be in a file name replaced by '_'.
static llvm::Expected<std::vector<std::string>> outputPaths(const Signature &signature) {
  std::vector<std::string> paths;
  for (const TensorSpec &spec : signature.outputs) {
    std::string file = spec.name;
    for (char &c : file)
      if (!llvm::isAlnum(c) && !llvm::is_contained("._-", c))
        c = '_';
    if (file.empty() || file.front() == '.')
      file.insert(0, "_");
    llvm::SmallString<128> path(outputDirectory);
    llvm::sys::path::append(path, file + ".npy");
    if (llvm::is_contained(paths, path.str()))
      return llvm::createStringError("outputs '" + spec.name + "' and another would both be written to " + path);
    paths.push_back(path.str().str());
  }
  return paths;
}

static void printSignature(const Signature &signature) {
  for (const TensorSpec &spec : signature.inputs)
    llvm::outs() << "input " << spec.name << ' ' << spec.format() << '\n';
  for (const TensorSpec &spec : signature.outputs)
    llvm::outs() << "output " << spec.name << ' ' << spec.format() << '\n';
}

static void printTimes(std::vector<double> &milliseconds) {
  llvm::sort(milliseconds);
  llvm::outs() << milliseconds.size() << " runs: "
               << llvm::format("fastest %.3f ms, median %.3f ms, slowest %.3f ms\n", milliseconds.front(),
                               milliseconds[milliseconds.size() / 2], milliseconds.back());
}

/// One line a kernel, over all its launches.
static void printCounts(const Model &model) {
  llvm::MapVector<llvm::StringRef, std::vector<const simulator::KernelWork *>> kernels;
  auto launches = model.kernelWork();
  for (const auto &[name, work] : launches)
    kernels[name].push_back(&work);
  llvm::StringRef simulatedChip = chip.empty() ? "sm_80" : llvm::StringRef(chip);
  auto product = llvm::find_if(simulator::knownChips(),
                               [&](const simulator::ChipModel &known) { return known.architecture == simulatedChip; });
  bool known = product != simulator::knownChips().end();
  for (const auto &[name, works] : kernels) {
    uint64_t instructions = 0, sectors = 0, passes = 0;
    double seconds = 0;
    for (const simulator::KernelWork *work : works) {
      instructions += work->warpInstructions;
      sectors += work->globalSectors;
      passes += work->sharedPasses;
      seconds += known ? simulator::estimate(*product, *work).binding().seconds : 0;
    }
    llvm::outs() << "kernel " << name << ": launches " << works.size() << ", warp instructions " << instructions
                 << ", global sectors " << sectors << ", shared passes " << passes;
    if (known)
      llvm::outs() << llvm::format(", %.1f us on ", 1e6 * seconds) << product->product
                   << " (an estimate, not a measurement)";
    llvm::outs() << '\n';
  }
}

static llvm::Error run() {
  LoadOptions options;
  options.device = device;
  options.chip = chip;
  options.ordinal = gpu;
  options.note = [](const std::string &text) { llvm::WithColor::note(llvm::errs(), "sdq-run") << text << '\n'; };
  options.verify = verify;
  if (llvm::Error error = dialectPlugins.load())
    return error;
  llvm::Expected<std::unique_ptr<Model>> model = Model::load(modelPath, options);
  if (!model)
    return model.takeError();
  const Signature &signature = (*model)->signature();
  if (describe) {
    printSignature(signature);
    return llvm::Error::success();
  }
  if (verify && outputDirectory.empty())
    return llvm::Error::success();
  llvm::Expected<std::vector<OwnedTensor>> inputs = readInputs(signature);
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<std::vector<std::string>> paths = outputPaths(signature);
  if (!paths)
    return paths.takeError();
  std::vector<TensorView> views;
  for (const OwnedTensor &input : *inputs)
    views.push_back(input.view);
  std::vector<OwnedTensor> outputs;
  std::vector<double> milliseconds;
  for (unsigned i = 0; i < std::max<unsigned>(repeat, 1); ++i) {
    auto start = std::chrono::steady_clock::now();
    llvm::Expected<std::vector<OwnedTensor>> results = (*model)->invoke(views);
    milliseconds.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    if (!results)
      return llvm::createStringError(modelPath + ": " + llvm::toString(results.takeError()));
    outputs = std::move(*results);
  }
  if (std::error_code code = llvm::sys::fs::create_directories(outputDirectory))
    return llvm::createFileError(outputDirectory, code);
  for (auto [spec, output, path] : llvm::zip_equal(signature.outputs, outputs, *paths)) {
    if (llvm::Error error = writeNpy(path, output.view))
      return error;
    llvm::outs() << spec.name << ' ' << name(output.view.dtype) << formatExtents(output.view.shape) << " -> " << path
                 << '\n';
  }
  if (repeat)
    printTimes(milliseconds);
  if (counts)
    printCounts(**model);
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Runs a model that sdq-compile made, on NumPy files\n");
  if (!describe && !verify && outputDirectory.empty()) {
    llvm::WithColor::error(llvm::errs(), "sdq-run") << "expected --output-dir=<dir> (or --describe, or --verify)\n";
    return 1;
  }
  if (llvm::Error error = run()) {
    llvm::WithColor::error(llvm::errs(), "sdq-run") << llvm::toString(std::move(error)) << '\n';
    return 1;
  }
  return 0;
}
