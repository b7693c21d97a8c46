//===- sdq-simulate.cpp - Runs a GPU kernel without a GPU -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/AtomicFile.h"
#include "sdq/Runtime/Npy.h"
#include "sdq/Simulator/Report.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/Parser/Parser.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/WithColor.h"

#include <deque>
#include <random>

using namespace mlir;
using namespace sdq::simulator;
namespace cl = llvm::cl;

static cl::OptionCategory category("sdq-simulate options");
static cl::opt<std::string> inputPath(cl::Positional, cl::Required, cl::desc("<kernels.mlir>"), cl::cat(category));
static cl::opt<std::string> kernelName("kernel", cl::desc("The gpu.func to run; may be left out if there is one"),
                                       cl::cat(category));
static cl::list<unsigned> gridFlag("grid", cl::CommaSeparated, cl::desc("Blocks, up to three numbers (1)"),
                                   cl::cat(category));
static cl::list<unsigned> blockFlag("block", cl::CommaSeparated,
                                    cl::desc("Threads a block, up to three numbers (the kernel's known_block_size)"),
                                    cl::cat(category));
static cl::opt<unsigned> dynamicShared("dynamic-shared", cl::desc("Bytes of dynamic shared memory"), cl::init(0),
                                       cl::cat(category));
static cl::opt<unsigned> workers("workers", cl::desc("CPU threads (all cores)"), cl::init(0), cl::cat(category));
static cl::list<std::string>
    argumentFlags("arg",
                  cl::desc("The next argument: an integer, or a memref's content: a .npy file, or zeros, undefined or "
                           "random with its extents where they are dynamic"),
                  cl::value_desc("zeros[:4x8]"), cl::cat(category));
static cl::list<unsigned> printFlag("print", cl::CommaSeparated, cl::desc("Print these arguments afterwards"),
                                    cl::cat(category));
static cl::list<std::string> saveFlag("save", cl::desc("Write an argument to a .npy file afterwards"),
                                      cl::value_desc("2=y.npy"), cl::cat(category));
static cl::opt<bool> tableFlag("table", cl::desc("Print what was counted, in all and by source line"),
                               cl::cat(category));
static cl::opt<std::string> countsFlag("counts", cl::desc("Write what was counted, as JSON"),
                                       cl::value_desc("file.json or -"), cl::cat(category));
static cl::opt<std::string> findingsFlag("findings", cl::desc("Write the findings, as JSON"),
                                         cl::value_desc("file.json or -"), cl::cat(category));
static cl::opt<std::string> chipFlag("chip", cl::desc("Print an estimated time on this chip"), cl::cat(category));
static cl::list<std::string> detectFlag("detect", cl::CommaSeparated, cl::desc("Look for these findings only"),
                                        cl::value_desc("race,..."), cl::cat(category));
static cl::list<std::string> noDetectFlag("no-detect", cl::CommaSeparated, cl::desc("Do not look for these findings"),
                                          cl::value_desc("race,..."), cl::cat(category));
static cl::opt<unsigned> findingLimit("max-findings", cl::desc("Report this many findings at most (100)"),
                                      cl::init(100), cl::cat(category));

static llvm::Error invalid(const llvm::Twine &what) { return llvm::createStringError(what); }

static llvm::Expected<std::array<unsigned, 3>> extents(llvm::ArrayRef<unsigned> given, llvm::StringRef flag) {
  std::array<unsigned, 3> result = {1, 1, 1};
  if (given.size() > 3)
    return invalid("--" + flag + ": expected up to three numbers, got " + llvm::Twine(given.size()));
  llvm::copy(given, result.begin());
  return result;
}

/// What the kernel's memrefs refer to.
static std::deque<std::vector<uint8_t>> memories;

/// Memref argument `index` from "zeros", "undefined" or "random", perhaps with extents.
static llvm::Expected<Buffer> makeBuffer(MemRefType type, llvm::StringRef text, size_t index) {
  auto [content, shape] = text.split(':');
  Buffer buffer;
  if (shape.empty() && type.getRank() != 0) {
    if (!type.hasStaticShape())
      return invalid("--arg " + text + ": expected extents, as in zeros:4x8, for a dynamic memref");
    buffer.shape.assign(type.getShape().begin(), type.getShape().end());
  } else {
    llvm::SmallVector<llvm::StringRef> numbers;
    if (!shape.empty())
      shape.split(numbers, 'x');
    for (llvm::StringRef number : numbers)
      if (number.getAsInteger(10, buffer.shape.emplace_back()) || buffer.shape.back() < 0)
        return invalid("--arg " + text + ": expected extents, as in zeros:4x8, got '" + shape + "'");
  }
  unsigned bits = type.getElementType().isIndex() ? 64 : type.getElementTypeBitWidth();
  buffer.bytes = memories.emplace_back(size_t(ShapedType::getNumElements(buffer.shape)) * ((bits + 7) / 8));
  if (content == "undefined") {
    buffer.initialized = false;
  } else if (content == "random") {
    // The same in every run, but not in every argument.
    std::mt19937 random(unsigned(1 + index));
    for (uint8_t &byte : buffer.bytes)
      byte = uint8_t(random());
  } else if (content != "zeros") {
    return invalid("--arg " + text + ": expected zeros, undefined or random");
  }
  return buffer;
}

/// The type that elements of a .npy file have for this type in MLIR: the unsigned one for codes that NumPy has no type
/// for.
static sdq::DType dtypeOf(Type element) {
  if (element.isF16())
    return sdq::DType::F16;
  if (element.isBF16())
    return sdq::DType::BF16;
  if (element.isF32())
    return sdq::DType::F32;
  if (element.isF64())
    return sdq::DType::F64;
  if (element.isIndex())
    return sdq::DType::I64;
  if (element.isInteger(1))
    return sdq::DType::Bool;
  unsigned bits = element.getIntOrFloatBitWidth();
  bool isInteger = isa<IntegerType>(element);
  return bits == 64   ? sdq::DType::I64
         : bits == 32 ? sdq::DType::I32
         : bits == 16 ? sdq::DType::I16
                      : (isInteger ? sdq::DType::I8 : sdq::DType::U8);
}

static bool isInteger(sdq::DType dtype) {
  return !llvm::is_contained({sdq::DType::F16, sdq::DType::BF16, sdq::DType::F32, sdq::DType::F64}, dtype);
}

/// A memref argument from a file, whose elements must be of the memref's type; integers of either sign.
static llvm::Expected<Buffer> readBuffer(MemRefType type, llvm::StringRef path) {
  llvm::Expected<sdq::OwnedTensor> tensor = sdq::readNpy(path);
  if (!tensor)
    return tensor.takeError();
  sdq::DType expected = dtypeOf(type.getElementType()), found = tensor->view.dtype;
  if (expected != found &&
      !(isInteger(expected) && isInteger(found) && sdq::byteWidth(expected) == sdq::byteWidth(found)))
    return invalid(path + ": expected elements of " + sdq::name(expected) + ", found " + sdq::name(found));
  sdq::OwnedTensor dense = sdq::copyDense(tensor->view);
  Buffer buffer;
  buffer.shape.assign(dense.view.shape.begin(), dense.view.shape.end());
  const auto *bytes = static_cast<const uint8_t *>(dense.view.data);
  buffer.bytes = memories.emplace_back(bytes, bytes + dense.view.numBytes());
  return buffer;
}

static void printElements(llvm::raw_ostream &out, Type element, const Buffer &buffer) {
  unsigned bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth(), bytes = (bits + 7) / 8;
  for (size_t at = 0; at < buffer.bytes.size(); at += bytes) {
    uint64_t code = 0;
    std::copy_n(buffer.bytes.data() + at, bytes, reinterpret_cast<uint8_t *>(&code));
    out << (at == 0 ? "" : " ");
    llvm::APInt value(bits, code, false, true);
    if (auto type = dyn_cast<FloatType>(element)) {
      llvm::SmallString<16> text;
      llvm::APFloat(type.getFloatSemantics(), value).toString(text);
      out << text;
    } else {
      out << value.getSExtValue();
    }
  }
  out << '\n';
}

/// Writes JSON to a file, or, for "-", to stdout.
static llvm::Error writeJSON(llvm::StringRef path, const llvm::json::Value &value) {
  auto write = [&](llvm::raw_ostream &out) -> llvm::Error {
    out << llvm::formatv("{0:2}\n", value);
    return llvm::Error::success();
  };
  return path == "-" ? write(llvm::outs()) : sdq::writeFileAtomically(path, write);
}

/// What was counted, as the flags ask for it.
static llvm::Error printReport(llvm::StringRef kernel, const SimulationReport &report) {
  // The chip that the table of lines is sorted for where none is named.
  llvm::Expected<const ChipModel *> chip = findChip(chipFlag.empty() ? "h200" : llvm::StringRef(chipFlag));
  if (!chip)
    return chip.takeError();
  bool hasChip = !chipFlag.empty();
  if (tableFlag) {
    OpCounts total = report.total();
    llvm::outs() << llvm::formatv("warp instructions {0}, of lanes {1}; global transactions {2}, sectors {3}; shared "
                                  "passes {4}, bank conflicts {5}\n",
                                  total.warps, total.lanes, total.transactions, total.sectors, total.sharedPasses,
                                  total.bankConflicts);
    printLines(llvm::outs(), report, **chip);
  }
  if (hasChip && countsFlag != "-")
    printEstimate(llvm::outs(), **chip, report.work);
  if (!countsFlag.empty())
    if (llvm::Error error = writeJSON(countsFlag, countsAsJSON(kernel, report, hasChip ? *chip : nullptr)))
      return error;
  if (!findingsFlag.empty())
    return writeJSON(findingsFlag, findingsAsJSON(kernel, report));
  return llvm::Error::success();
}

/// 0, or 1 where something was found.
static llvm::Expected<int> run(ModuleOp module) {
  llvm::SmallVector<gpu::GPUFuncOp> kernels;
  module.walk([&](gpu::GPUFuncOp function) {
    if (kernelName.empty() || function.getName() == kernelName)
      kernels.push_back(function);
  });
  if (kernels.size() != 1)
    return invalid(inputPath + ": expected one gpu.func" + (kernelName.empty() ? "" : " named '" + kernelName + "'") +
                   ", found " + llvm::Twine(kernels.size()));
  gpu::GPUFuncOp kernel = kernels.front();
  auto grid = extents(gridFlag, "grid"), block = extents(blockFlag, "block");
  if (!grid)
    return grid.takeError();
  if (!block)
    return block.takeError();
  std::optional<llvm::ArrayRef<std::string>> only;
  if (detectFlag.getNumOccurrences() != 0)
    only = llvm::ArrayRef<std::string>(detectFlag);
  llvm::Expected<Detectors> detects = Detectors::parse(only, noDetectFlag);
  if (!detects)
    return detects.takeError();
  LaunchConfig config{*grid, *block, dynamicShared, workers, *detects};
  if (auto known = kernel.getKnownBlockSize(); known && blockFlag.empty())
    for (unsigned dimension = 0; dimension < 3; ++dimension)
      config.block[dimension] = unsigned((*known)[dimension]);
  if (argumentFlags.size() != kernel.getNumArguments())
    return invalid(inputPath + ": '" + kernel.getName() + "' takes " + llvm::Twine(kernel.getNumArguments()) +
                   " arguments, got " + llvm::Twine(argumentFlags.size()) + " --arg");
  std::vector<Argument> arguments;
  for (auto [value, text] :
       llvm::zip_equal(kernel.getArguments().take_front(kernel.getNumArguments()), argumentFlags)) {
    if (auto type = dyn_cast<MemRefType>(value.getType())) {
      llvm::Expected<Buffer> buffer =
          llvm::StringRef(text).ends_with(".npy") ? readBuffer(type, text) : makeBuffer(type, text, arguments.size());
      if (!buffer)
        return buffer.takeError();
      arguments.push_back(std::move(*buffer));
      continue;
    }
    int64_t number;
    if (llvm::StringRef(text).getAsInteger(0, number))
      return invalid("--arg " + text + ": expected an integer");
    arguments.push_back(uint64_t(number));
  }
  FailureOr<SimulationReport> report = simulate(kernel, config, arguments);
  if (failed(report))
    return 1;
  if (size_t hidden = emitFindings(*report, findingLimit))
    llvm::WithColor::note(llvm::errs(), "sdq-simulate")
        << hidden << " of " << report->findings.size() << " findings suppressed by --max-findings\n";
  for (unsigned index : printFlag) {
    if (index >= arguments.size() || !std::holds_alternative<Buffer>(arguments[index]))
      return invalid("--print " + llvm::Twine(index) + ": expected the number of a memref argument");
    llvm::outs() << "argument " << index << ": ";
    printElements(llvm::outs(), cast<MemRefType>(kernel.getArgument(index).getType()).getElementType(),
                  std::get<Buffer>(arguments[index]));
  }
  for (llvm::StringRef text : saveFlag) {
    auto [number, path] = text.split('=');
    unsigned index;
    if (number.getAsInteger(10, index) || index >= arguments.size() || path.empty() ||
        !std::holds_alternative<Buffer>(arguments[index]))
      return invalid("--save " + text + ": expected the number of a memref argument and a file, as in 2=y.npy");
    const Buffer &buffer = std::get<Buffer>(arguments[index]);
    Type element = cast<MemRefType>(kernel.getArgument(index).getType()).getElementType();
    if (llvm::Error error =
            sdq::writeNpy(path, sdq::TensorView::dense(buffer.bytes.data(), dtypeOf(element), buffer.shape)))
      return std::move(error);
  }
  if (llvm::Error error = printReport(kernel.getName(), *report))
    return std::move(error);
  return report->findings.empty() ? 0 : 1;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Runs a GPU kernel on the CPU, checks and counts what it does.\n");
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  // Host code around the kernels may be of any dialect, in generic form; in a kernel an unknown op is an error.
  context.allowUnregisteredDialects();
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(inputPath, sources, &context);
  if (!module)
    return 1;
  llvm::Expected<int> code = run(*module);
  if (code)
    return *code;
  llvm::WithColor::error(llvm::errs(), "sdq-simulate") << llvm::toString(code.takeError()) << '\n';
  return 1;
}
