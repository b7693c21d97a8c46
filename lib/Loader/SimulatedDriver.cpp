//===- SimulatedDriver.cpp - A GPU that the simulator plays ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SimulatedDriver.h"

#include "llvm/Support/FormatVariadic.h"

#include <cstring>

using namespace mlir;
using namespace sdq;

/// What cudaMalloc aligns to; kernels may count on it.
static constexpr size_t kAlignment = 256;

SimulatedDriver::~SimulatedDriver() = default;

FailureOr<void *> SimulatedDriver::load(SymbolRefAttr symbol) {
  auto function = SymbolTable::lookupNearestSymbolFrom<gpu::GPUFuncOp>(kernels, symbol);
  if (!function)
    return kernels.emitError() << "there is no kernel " << symbol;
  FailureOr<simulator::Kernel> kernel = simulator::Kernel::decode(function);
  if (failed(kernel))
    return failure();
  loaded.push_back(std::make_unique<Loaded>(Loaded{*kernel}));
  return static_cast<void *>(loaded.back().get());
}

FailureOr<const void *> SimulatedDriver::hold(llvm::ArrayRef<char> bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  allocations[reinterpret_cast<const uint8_t *>(bytes.data())] = {bytes.size(), /*written=*/true};
  return static_cast<const void *>(bytes.data());
}

llvm::Expected<void *> SimulatedDriver::allocate(uint64_t bytes, void *) {
  void *memory = bytes > PTRDIFF_MAX - kAlignment
                     ? nullptr
                     : std::aligned_alloc(kAlignment, llvm::alignTo(std::max<uint64_t>(bytes, 1), kAlignment));
  if (!memory)
    return llvm::createStringError("the simulated device has no " + llvm::Twine(bytes) + " bytes left");
  std::lock_guard<std::mutex> lock(mutex);
  allocations[static_cast<uint8_t *>(memory)] = {size_t(bytes), /*written=*/false};
  return memory;
}

void SimulatedDriver::free(void *memory, void *) {
  std::lock_guard<std::mutex> lock(mutex);
  allocations.erase(static_cast<uint8_t *>(memory));
  std::free(memory);
}

llvm::Error SimulatedDriver::copy(void *to, const void *from, uint64_t bytes, void *) {
  std::memcpy(to, from, bytes);
  std::lock_guard<std::mutex> lock(mutex);
  auto written = allocations.find(static_cast<uint8_t *>(to));
  if (written != allocations.end())
    written->second.written = true;
  return llvm::Error::success();
}

llvm::Expected<std::vector<simulator::Argument>> SimulatedDriver::bind(gpu::GPUFuncOp function,
                                                                       llvm::ArrayRef<const void *> parameters) {
  if (function.getNumArguments() != parameters.size())
    return llvm::createStringError("kernel '" + function.getName() + "' takes " +
                                   llvm::Twine(function.getNumArguments()) + " arguments, got " +
                                   llvm::Twine(parameters.size()));
  std::vector<simulator::Argument> arguments;
  std::lock_guard<std::mutex> lock(mutex);
  for (auto [index, parameter] : llvm::enumerate(parameters)) {
    uint64_t bits;
    std::memcpy(&bits, parameter, sizeof(bits));
    auto type = dyn_cast<MemRefType>(function.getArgument(index).getType());
    if (!type) {
      arguments.push_back(bits);
      continue;
    }
    auto *address = reinterpret_cast<uint8_t *>(bits);
    auto allocation = allocations.find(address);
    if (allocation == allocations.end())
      return llvm::createStringError(
          llvm::formatv("argument {0} of kernel '{1}' is {2}, where no memory of the device begins", index,
                        function.getName(), static_cast<void *>(address))
              .str());
    // A bare pointer reaches as far as its allocation; extents in the type say how much of it is meant.
    size_t size = allocation->second.bytes;
    unsigned width = std::max(1u, type.getElementTypeBitWidth() / 8);
    simulator::Buffer buffer{{}, {}, allocation->second.written};
    if (type.getRank() == 0)
      buffer.shape = {int64_t(size / width)};
    else
      buffer.shape.assign(type.getShape().begin(), type.getShape().end());
    size_t needed = size_t(ShapedType::getNumElements(buffer.shape)) * width;
    if (needed > size)
      return llvm::createStringError(llvm::formatv("argument {0} of kernel '{1}' takes {2} bytes, got {3}", index,
                                                   function.getName(), needed, size)
                                         .str());
    buffer.bytes = {address, needed};
    arguments.push_back(buffer);
    allocation->second.written = true;
  }
  return arguments;
}

/// All findings, each with its place.
static std::string describe(const simulator::SimulationReport &report) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (const simulator::Finding &finding : report.findings) {
    os << "\n  ";
    if (auto place = finding.op->getLoc()->findInstanceOf<FileLineColLoc>())
      os << place.getFilename().getValue() << ':' << place.getLine() << ':' << place.getColumn() << ": ";
    os << '\'' << finding.op->getName() << "': " << nameOf(finding.kind) << ": " << finding.message;
    if (finding.occurrences > 1)
      os << " (and " << finding.occurrences - 1 << " more)";
  }
  return text;
}

llvm::Error SimulatedDriver::launch(void *handle, const LaunchShape &shape, void *,
                                    llvm::ArrayRef<const void *> parameters) {
  const simulator::Kernel &kernel = static_cast<Loaded *>(handle)->kernel;
  gpu::GPUFuncOp function = kernel.function();
  llvm::Expected<std::vector<simulator::Argument>> arguments = bind(function, parameters);
  if (!arguments)
    return arguments.takeError();
  simulator::LaunchConfig config;
  llvm::copy(shape.grid, config.grid.begin());
  llvm::copy(shape.block, config.block.begin());
  config.dynamicSharedBytes = shape.sharedBytes;
  std::string refused;
  ScopedDiagnosticHandler handler(function.getContext(), [&](Diagnostic &diagnostic) { refused = diagnostic.str(); });
  FailureOr<simulator::SimulationReport> report = kernel.run(config, *arguments);
  if (failed(report))
    return llvm::createStringError("kernel '" + function.getName() + "': " + refused);
  if (!report->findings.empty())
    return llvm::createStringError("kernel '" + function.getName() + "' does what it may not:" + describe(*report));
  std::lock_guard<std::mutex> lock(mutex);
  done.emplace_back(function.getName().str(), report->work);
  return llvm::Error::success();
}

std::vector<std::pair<std::string, simulator::KernelWork>> SimulatedDriver::work() const {
  std::lock_guard<std::mutex> lock(mutex);
  return done;
}
