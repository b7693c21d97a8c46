//===- Model.cpp - Model files ready to run -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Loader/Model.h"
#include "CUDATable.h"
#include "sdq/Loader/ProgramSignature.h"
#include "SimulatedDriver.h"

#include "sdq/Dialect/SDQ/IR/Parts.h"
#include "sdq/Loader/Checksums.h"
#include "sdq/Loader/MapModule.h"
#include "sdq/Pipelines/CompileCPU.h"
#include "sdq/Pipelines/CompileCUDA.h"
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
  std::shared_ptr<SimulatedDriver> simulated;
  std::shared_ptr<CUDADriver> cuda;
  std::unique_ptr<Executable> executable;
};

Model::Model(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Model::~Model() = default;
const Signature &Model::signature() const { return impl->executable->signature(); }

llvm::Expected<std::vector<OwnedTensor>> Model::invoke(llvm::ArrayRef<TensorView> inputs,
                                                       std::optional<void *> stream) const {
  return impl->executable->invoke(inputs, stream);
}

std::vector<std::pair<std::string, simulator::KernelWork>> Model::kernelWork() const {
  return impl->simulated ? impl->simulated->work() : std::vector<std::pair<std::string, simulator::KernelWork>>();
}

static std::unique_ptr<MLIRContext> createContext() {
  DialectRegistry registry;
  registerCompilerDialects(registry);
  // One module, one function: threads would only cost their start.
  auto context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->printOpOnDiagnostic(false);
  return context;
}

/// The executable in `module` that fits this machine, and the GPU if there is one, best; or null. `reasons`: why the
/// others do not.
static llvm::Expected<ExecutableOp> selectExecutable(ModuleOp module, const CUDADriver *gpu, std::string &reasons) {
  ExecutableOp best;
  std::tuple<Capability, bool, unsigned> bestRank;
  for (auto executable : module.getOps<ExecutableOp>()) {
    llvm::Expected<HostFit> fit =
        fitToHost({executable.getTriple().str(), executable.getCpu().str(), executable.getFeatures().str()});
    if (!fit)
      return llvm::createStringError("sdq.executable @" + executable.getSymName() + ": " +
                                     llvm::toString(fit.takeError()));
    gpu::BinaryOp kernels = kernelsOf(executable);
    if (!fit->runs()) {
      reasons += "; @" + executable.getSymName().str() + " lacks " + llvm::join(fit->missing, ", ");
      continue;
    }
    if (bool(kernels) != bool(gpu))
      continue; // for another kind of device
    std::tuple<Capability, bool, unsigned> rank({}, false, fit->used);
    if (gpu) {
      gpu::ObjectAttr object = selectObject(kernels, gpu->capability());
      if (!object) {
        reasons += "; @" + executable.getSymName().str() + " is for " + listChips(kernels);
        continue;
      }
      auto chip = ChipName::parse(chipOf(object));
      rank = {chip->capability, chip->exact, fit->used};
    }
    if (!best || rank > bestRank)
      best = executable, bestRank = rank;
  }
  return best;
}

/// Addresses of the constants in the table `sdq_buffers`.
static FailureOr<std::vector<const void *>> findBuffers(ExecutableOp code, DeviceTable *device) {
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
    if (!onDevice) {
      addresses.push_back(bytes->data());
      continue;
    }
    FailureOr<const void *> held = device->hold(bytes->take_front(expected));
    if (failed(held))
      return failure();
    addresses.push_back(*held);
  }
  return addresses;
}

llvm::Expected<std::unique_ptr<Model>> Model::load(llvm::StringRef path, const LoadOptions &options) {
  return load(path, [&](MLIRContext *context) { return mapModule(path, context); }, options);
}

llvm::Expected<std::unique_ptr<Model>> Model::load(llvm::MemoryBufferRef data, const LoadOptions &options) {
  return load(data.getBufferIdentifier(), [&](MLIRContext *context) { return mapModule(data, context); }, options);
}

llvm::Expected<std::unique_ptr<Model>> Model::load(llvm::StringRef path, Reader read, const LoadOptions &options) {
  auto impl = std::make_unique<Impl>();
  impl->context = createContext();
  FirstError errors(path, impl->context.get());
  impl->module = read(impl->context.get());
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
    StringRef chip = options.chip.empty() ? StringRef("sm_80") : StringRef(options.chip);
    FailureOr<ExecutableOp> compiled =
        compileForGPU(module, CPUTarget::host(), chip, "sdq.compiled_at_load", impl->kernels);
    if (failed(compiled))
      return errors.take("cannot be compiled");
    code = *compiled;
    impl->simulated = std::make_shared<SimulatedDriver>(*impl->kernels);
  } else {
    if (options.device == RunDevice::CUDA) {
      llvm::Expected<std::unique_ptr<CUDADriver>> opened = CUDADriver::open(options.ordinal);
      if (!opened)
        return opened.takeError();
      impl->cuda = std::move(*opened);
    }
    if (options.tensorsOnDevice && !impl->cuda)
      return llvm::createStringError(path + ": expected a CUDA device for tensors in a device's memory");
    // Code in files is for tensors on the host.
    llvm::Expected<ExecutableOp> selected =
        options.tensorsOnDevice ? llvm::Expected<ExecutableOp>(ExecutableOp())
                                : selectExecutable(module, impl->cuda.get(), reasons);
    if (!selected)
      return llvm::createStringError(path + ": " + llvm::toString(selected.takeError()));
    code = *selected;
  }
  if (!code) {
    if (options.note && !options.tensorsOnDevice)
      options.note(path.str() + ": no code for " + (impl->cuda ? impl->cuda->name().str() : "this machine") +
                   " in the file" + reasons + "; compiling it now");
    FailureOr<ExecutableOp> compiled = failure();
    if (impl->cuda) {
      llvm::Expected<const Chip *> chip = options.chip.empty() ? chipFor(impl->cuda->capability())
                                                               : findChip(options.chip);
      if (!chip)
        return chip.takeError();
      // The driver assembles PTX itself.
      compiled = compileForCUDA(module, CPUTarget::host(), **chip, GPUCodeFormat::ISA, "sdq.compiled_at_load",
                                options.tensorsOnDevice);
    } else {
      compiled = compileForCPU(module, CPUTarget::host(), "sdq.compiled_at_load");
    }
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
  std::optional<CUDATable> gpuTable;
  DeviceTable *table = impl->simulated.get();
  ExecutableDevice device{impl->simulated, options.tensorsOnDevice};
  if (impl->cuda) {
    table = &gpuTable.emplace(module, *impl->cuda);
    device.driver = impl->cuda;
  }
  FailureOr<std::vector<const void *>> buffers = findBuffers(code, table);
  if (failed(signature) || failed(buffers))
    return errors.take("malformed");
  auto executable = Executable::load(llvm::MemoryBufferRef({object->data(), object->size()}, path), code.getEntry(),
                                     std::move(*signature), *buffers, std::move(device));
  if (!executable)
    return executable.takeError();
  impl->executable = std::move(*executable);
  return std::unique_ptr<Model>(new Model(std::move(impl)));
}
