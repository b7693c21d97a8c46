//===- Model.cpp - Model files ready to run -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Loader/Model.h"
#include "ProgramSignature.h"
#include "SimulatedDriver.h"

#include "sdq/Dialect/SDQ/IR/Parts.h"
#include "sdq/Loader/Checksums.h"
#include "sdq/Loader/MapModule.h"
#include "sdq/Pipelines/CompileCPU.h"
#include "sdq/Pipelines/Register.h"
#include "sdq/Runtime/Executable.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace sdq;

/// What MLIR puts before a function's name for its C interface.
static constexpr llvm::StringLiteral kInterfacePrefix = "_mlir_ciface_";

struct Model::Impl {
  std::unique_ptr<MLIRContext> context; // owns the weights
  OwningOpRef<ModuleOp> module, kernels;
  std::unique_ptr<SimulatedDriver> device;
  std::unique_ptr<Executable> executable;
};

Model::Model(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Model::~Model() = default;
const Signature &Model::signature() const { return impl->executable->signature(); }

llvm::Expected<std::vector<OwnedTensor>> Model::invoke(llvm::ArrayRef<TensorView> inputs) const {
  return impl->executable->invoke(inputs);
}

std::vector<std::pair<std::string, simulator::KernelWork>> Model::kernelWork() const {
  return impl->device ? impl->device->work() : std::vector<std::pair<std::string, simulator::KernelWork>>();
}

static std::unique_ptr<MLIRContext> createContext() {
  DialectRegistry registry;
  registerCompilerDialects(registry);
  // One module, one function: threads would only cost their start.
  auto context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->printOpOnDiagnostic(false);
  return context;
}

/// The executable in `module` that fits this machine best, or null. `reasons`: why the others do not.
static llvm::Expected<ExecutableOp> selectExecutable(ModuleOp module, std::string &reasons) {
  ExecutableOp best;
  unsigned bestUsed = 0;
  for (auto executable : module.getOps<ExecutableOp>()) {
    llvm::Expected<HostFit> fit =
        fitToHost({executable.getTriple().str(), executable.getCpu().str(), executable.getFeatures().str()});
    if (!fit)
      return llvm::createStringError("sdq.executable @" + executable.getSymName() + ": " +
                                     llvm::toString(fit.takeError()));
    if (!fit->runs())
      reasons += "; @" + executable.getSymName().str() + " lacks " + llvm::join(fit->missing, ", ");
    else if (!best || fit->used > bestUsed)
      best = executable, bestUsed = fit->used;
  }
  return best;
}

/// Addresses of the constants in the table `sdq_buffers`.
static FailureOr<std::vector<const void *>> findBuffers(ExecutableOp code, SimulatedDriver *device) {
  std::vector<const void *> addresses;
  for (auto [i, attribute] : llvm::enumerate(code.getBuffers())) {
    auto onDevice = dyn_cast<OnDeviceAttr>(attribute);
    auto kernel = dyn_cast<SymbolRefAttr>(attribute);
    if ((onDevice || kernel) && !device)
      return code.emitError() << "entry " << i << " of its table is for a device, and none was given";
    if (kernel) {
      FailureOr<void *> handle = device->load(kernel);
      if (failed(handle))
        return failure();
      addresses.push_back(*handle);
      continue;
    }
    auto elements = onDevice ? onDevice.getValue() : cast<ElementsAttr>(attribute);
    ShapedType type = elements.getShapedType();
    std::optional<ArrayRef<char>> bytes = rawBytes(elements);
    if (!bytes)
      return code.emitError() << "buffer " << i << " has no data: " << type;
    // Bools and other odd widths take whole bytes in memory.
    int64_t width = (type.getElementType().getIntOrFloatBitWidth() + 7) / 8;
    int64_t expected = type.getNumElements() * width;
    if (int64_t(bytes->size()) < expected)
      return code.emitError() << "buffer " << i << ": expected " << expected << " bytes for " << type << ", found "
                              << bytes->size();
    if (reinterpret_cast<uintptr_t>(bytes->data()) % width != 0)
      return code.emitError() << "buffer " << i << ": expected " << width << "-byte alignment for " << type;
    addresses.push_back(onDevice ? device->hold(bytes->take_front(expected)) : bytes->data());
  }
  return addresses;
}

llvm::Expected<std::unique_ptr<Model>> Model::load(llvm::StringRef path, const LoadOptions &options) {
  auto impl = std::make_unique<Impl>();
  impl->context = createContext();
  FirstError errors(path, impl->context.get());
  impl->module = mapModule(path, impl->context.get());
  if (!impl->module)
    return errors.take("not a readable model file");
  ModuleOp module = *impl->module;

  if (options.verify) {
    llvm::Expected<ChecksumCount> count = verifyChecksums(module);
    if (!count)
      return llvm::createStringError(path + ": " + llvm::toString(count.takeError()));
    if (options.note)
      options.note(llvm::formatv("{0}: {1} weights are what their checksums say, {2} have none", path, count->verified,
                                 count->without));
  }

  std::string reasons;
  ExecutableOp code;
  if (options.device == RunDevice::Simulator) {
    FailureOr<ExecutableOp> compiled =
        compileForGPU(module, CPUTarget::host(), options.chip, "sdq.compiled_at_load", impl->kernels);
    if (failed(compiled))
      return errors.take("cannot be compiled");
    code = *compiled;
    impl->device = std::make_unique<SimulatedDriver>(*impl->kernels);
  } else {
    llvm::Expected<ExecutableOp> selected = selectExecutable(module, reasons);
    if (!selected)
      return llvm::createStringError(path + ": " + llvm::toString(selected.takeError()));
    code = *selected;
  }
  if (!code) {
    if (options.note)
      options.note(path.str() + ": no code for this machine in the file" + reasons + "; compiling it now");
    FailureOr<ExecutableOp> compiled = compileForCPU(module, CPUTarget::host(), "sdq.compiled_at_load");
    if (failed(compiled))
      return errors.take("cannot be compiled");
    code = *compiled;
  }

  StringRef name = code.getEntry();
  auto function = name.consume_front(kInterfacePrefix) ? module.lookupSymbol<func::FuncOp>(name) : func::FuncOp();
  std::optional<ArrayRef<char>> object = rawBytes(code.getCode());
  if (!function || !object)
    return llvm::createStringError(path + ": sdq.executable @" + code.getSymName() +
                                   (object ? ": no function for its entry '" + code.getEntry() + "'" : " has no code"));
  if (std::optional<uint64_t> checksum = code.getChecksum();
      checksum && *checksum != llvm::xxh3_64bits(StringRef(object->data(), object->size())))
    return llvm::createStringError(path + ": the code of sdq.executable @" + code.getSymName() +
                                   " is damaged: its checksum differs");
  FailureOr<Signature> signature = signatureOf(function);
  FailureOr<std::vector<const void *>> buffers = findBuffers(code, impl->device.get());
  if (failed(signature) || failed(buffers))
    return errors.take("malformed");
  auto executable = Executable::load(llvm::MemoryBufferRef({object->data(), object->size()}, path), code.getEntry(),
                                     std::move(*signature), *buffers, impl->device.get());
  if (!executable)
    return executable.takeError();
  impl->executable = std::move(*executable);
  return std::unique_ptr<Model>(new Model(std::move(impl)));
}
