//===- Executable.cpp - Compiled models in this process -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Runtime/Executable.h"
#include "EntryPoint.h"
#include "Invocation.h"
#include "RuntimeSymbols.h"

#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>

using namespace sdq;
namespace orc = llvm::orc;

struct Executable::Impl {
  Signature signature;
  std::unique_ptr<orc::LLJIT> jit;
  void (*entry)(void **) = nullptr;
  ExecutableDevice device;
};

Executable::Executable(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Executable::~Executable() = default;
const Signature &Executable::signature() const { return impl->signature; }

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

static llvm::Error invalidObject(llvm::MemoryBufferRef object, const llvm::Twine &message) {
  return llvm::createStringError(object.getBufferIdentifier() + ": " + message);
}

/// Bytes that `name` occupies in the object file, 0 if it is not defined there.
static llvm::Expected<uint64_t> symbolSize(llvm::MemoryBufferRef buffer, llvm::StringRef name) {
  auto object = llvm::object::ObjectFile::createELFObjectFile(buffer);
  if (!object)
    return object.takeError();
  for (const llvm::object::ELFSymbolRef symbol : llvm::cast<llvm::object::ELFObjectFileBase>(**object).symbols()) {
    llvm::Expected<llvm::StringRef> symbolName = symbol.getName();
    if (!symbolName)
      return symbolName.takeError();
    if (*symbolName == name)
      return symbol.getSize();
  }
  return 0;
}

/// A linker that knows the runtime's functions and the process' symbols, and runs no platform set-up.
static llvm::Expected<std::unique_ptr<orc::LLJIT>> createLinker() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
  auto jit = orc::LLJITBuilder()
                 .setObjectLinkingLayerCreator(
                     [](orc::ExecutionSession &session) { return std::make_unique<orc::ObjectLinkingLayer>(session); })
                 .setPlatformSetUp(orc::setUpInactivePlatform)
                 .setLinkProcessSymbolsByDefault(false)
                 .create();
  if (!jit)
    return jit.takeError();
  orc::SymbolMap symbols;
  for (const RuntimeSymbol &symbol : llvm::concat<const RuntimeSymbol>(runtimeSymbols(), deviceSymbols()))
    symbols[(*jit)->mangleAndIntern(symbol.name)] = {orc::ExecutorAddr::fromPtr(symbol.address),
                                                     llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  auto runtime = (*jit)->createJITDylib("sdq");
  if (!runtime)
    return runtime.takeError();
  if (llvm::Error error = runtime->define(orc::absoluteSymbols(std::move(symbols))))
    return error;
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess((*jit)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  runtime->addGenerator(std::move(*process));
  (*jit)->getMainJITDylib().addToLinkOrder(*runtime);
  return jit;
}

/// `error`, said once: what the session reported meanwhile is the cause of the failed lookup.
static llvm::Error withCause(llvm::Error error, std::string &reported) {
  if (reported.empty())
    return error;
  llvm::consumeError(std::move(error));
  return llvm::createStringError("cannot link the compiled model: " + reported);
}

llvm::Expected<std::unique_ptr<Executable>> Executable::load(llvm::MemoryBufferRef objectFile, llvm::StringRef entry,
                                                             Signature signature,
                                                             llvm::ArrayRef<const void *> buffers,
                                                             ExecutableDevice device) {
  llvm::Expected<uint64_t> tableBytes = symbolSize(objectFile, kBuffersSymbol);
  if (!tableBytes)
    return invalidObject(objectFile, "not a readable object file: " + llvm::toString(tableBytes.takeError()));
  // A program without weights may have a table of one entry that nobody reads.
  bool unused = buffers.empty() && *tableBytes == sizeof(void *);
  if (*tableBytes != buffers.size() * sizeof(void *) && !unused)
    return invalidObject(objectFile, "expected " + llvm::Twine(*tableBytes / sizeof(void *)) +
                                         " weight buffers as in the compiled code, got " + llvm::Twine(buffers.size()));

  auto jit = createLinker();
  if (!jit)
    return jit.takeError();
  std::string reported;
  orc::ExecutionSession &session = (*jit)->getExecutionSession();
  session.setErrorReporter(
      [&](llvm::Error error) { reported += (reported.empty() ? "" : "; ") + llvm::toString(std::move(error)); });
  // The linker keeps the object while it links; a copy makes the caller free to release his.
  if (llvm::Error error = (*jit)->addObjectFile(
          llvm::MemoryBuffer::getMemBufferCopy(objectFile.getBuffer(), objectFile.getBufferIdentifier())))
    return withCause(std::move(error), reported);
  auto address = (*jit)->lookup(packedEntryName(entry));
  if (!address)
    return withCause(address.takeError(), reported);
  if (!buffers.empty()) {
    auto table = (*jit)->lookup(kBuffersSymbol);
    if (!table)
      return withCause(table.takeError(), reported);
    std::copy(buffers.begin(), buffers.end(), table->toPtr<const void **>());
  }
  session.setErrorReporter([](llvm::Error error) { llvm::consumeError(std::move(error)); });

  auto impl = std::make_unique<Impl>();
  impl->signature = std::move(signature);
  impl->device = std::move(device);
  impl->entry = address->toPtr<void (*)(void **)>();
  impl->jit = std::move(*jit);
  return std::unique_ptr<Executable>(new Executable(std::move(impl)));
}

//===----------------------------------------------------------------------===//
// Calling
//===----------------------------------------------------------------------===//

/// Words of a memref descriptor.
static size_t descriptorWords(size_t rank) { return 3 + 2 * rank; }

static void writeDescriptor(const TensorView &tensor, intptr_t *words) {
  words[0] = words[1] = reinterpret_cast<intptr_t>(tensor.data);
  words[2] = 0;
  llvm::copy(tensor.shape, words + 3);
  llvm::copy(tensor.strides, words + 3 + tensor.shape.size());
}

/// Data pointer and extents of a result, strided as compiled code left it.
static TensorView readDescriptor(const TensorSpec &spec, const intptr_t *words) {
  size_t rank = spec.shape.size();
  TensorView view;
  view.dtype = spec.dtype;
  view.data = reinterpret_cast<const char *>(words[1]) + words[2] * byteWidth(spec.dtype);
  view.shape.assign(words + 3, words + 3 + rank);
  view.strides.assign(words + 3 + rank, words + 3 + 2 * rank);
  return view;
}

/// A dense copy, where the tensor is.
static llvm::Expected<OwnedTensor> copyInPlace(const TensorView &view, const DeviceCall &device) {
  if (!device.tensorsOnDevice)
    return copyDense(view);
  if (!view.isContiguous())
    return llvm::createStringError("a result is a strided view of device memory, which nothing here can copy");
  llvm::Expected<void *> memory = device.driver->allocate(view.numBytes(), device.stream.value_or(nullptr));
  if (!memory)
    return memory.takeError();
  OwnedTensor copy{view, {*memory, [driver = device.driver, stream = device.stream](const void *p) {
                            driver->free(const_cast<void *>(p), stream.value_or(nullptr));
                          }}};
  copy.view.data = *memory;
  copy.view.strides = rowMajorStrides(view.shape);
  if (llvm::Error error = device.driver->copy(*memory, view.data, view.numBytes(), device.stream.value_or(nullptr)))
    return error;
  return copy;
}

/// The results, each owning its memory.
static llvm::Expected<std::vector<OwnedTensor>> takeResults(const Signature &signature, const intptr_t *words,
                                                            Invocation &call, const DeviceCall &device) {
  std::vector<OwnedTensor> results;
  llvm::SmallVector<std::pair<void *, std::shared_ptr<const void>>> taken;
  for (const TensorSpec &spec : signature.outputs) {
    TensorView view = readDescriptor(spec, words);
    if (device.tensorsOnDevice)
      view.device = device.driver->place();
    void *allocated = reinterpret_cast<void *>(words[0]);
    words += descriptorWords(spec.shape.size());
    std::shared_ptr<const void> storage;
    for (const auto &[data, owner] : taken)
      if (data == allocated)
        storage = owner;
    if (!storage && (storage = call.take(allocated)))
      taken.emplace_back(allocated, storage);
    // Neither ours nor taken: an argument or a weight, which the caller must not come to own. Strided: made dense.
    if (storage && view.isContiguous()) {
      view.strides = rowMajorStrides(view.shape);
      results.push_back({std::move(view), std::move(storage)});
    } else {
      llvm::Expected<OwnedTensor> copy = copyInPlace(view, device);
      if (!copy)
        return copy.takeError();
      results.push_back(std::move(*copy));
    }
  }
  return results;
}

static bool isAligned(const TensorView &tensor) {
  return reinterpret_cast<uintptr_t>(tensor.data) % byteWidth(tensor.dtype) == 0;
}

llvm::Expected<std::vector<OwnedTensor>> Executable::invoke(llvm::ArrayRef<TensorView> inputs,
                                                            std::optional<void *> stream) const {
  const Signature &signature = impl->signature;
  const auto &[driver, tensorsOnDevice] = impl->device;
  if (llvm::Error error = checkInputs(signature, inputs, tensorsOnDevice ? driver->place() : Device{}))
    return error;

  size_t words = 0;
  for (const std::vector<TensorSpec> *specs : {&signature.outputs, &signature.inputs})
    for (const TensorSpec &spec : *specs)
      words += descriptorWords(spec.shape.size());
  std::vector<intptr_t> descriptors(words, 0);
  std::vector<void *> parameters;
  intptr_t *next = descriptors.data();
  if (!signature.outputs.empty())
    parameters.push_back(next);
  for (const TensorSpec &spec : signature.outputs)
    next += descriptorWords(spec.shape.size());
  std::vector<OwnedTensor> copies;
  for (const TensorView &input : inputs) {
    TensorView dense = input;
    bool usable = input.isContiguous() && isAligned(input);
    if (!usable && tensorsOnDevice)
      return llvm::createStringError("input " + llvm::Twine(parameters.size() - !signature.outputs.empty()) +
                                     ": expected a dense row-major tensor in device memory, aligned to its element");
    if (!usable)
      dense = copies.emplace_back(copyDense(input)).view;
    dense.strides = rowMajorStrides(dense.shape);
    writeDescriptor(dense, next);
    parameters.push_back(next);
    next += descriptorWords(dense.shape.size());
  }

  DeviceCall device{driver, tensorsOnDevice, stream};
  Invocation call(device);
  if (!call.run(impl->entry, parameters.data()))
    return llvm::createStringError(call.message().empty() ? "the model aborted" : call.message());
  return takeResults(signature, descriptors.data(), call, device);
}
