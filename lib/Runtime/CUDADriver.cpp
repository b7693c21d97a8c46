//===- CUDADriver.cpp - NVIDIA GPUs ---------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Runtime/CUDADriver.h"
#include "CUDALibrary.h"

#include "llvm/ADT/SmallVector.h"

#include <cstring>
#include <limits>
#include <mutex>

using namespace sdq;

/// A block may use so much dynamic shared memory without asking.
static constexpr uint64_t kSharedWithoutAsking = 48 << 10;

struct CUDADriver::Impl {
  CUDALibrary cuda;
  int ordinal = 0, device = 0, major = 0, minor = 0;
  std::string name;
  void *context = nullptr, *pool = nullptr;
  std::mutex mutex;
  llvm::SmallVector<void *> modules, streams, idleStreams, held;

  explicit Impl(CUDALibrary cuda) : cuda(std::move(cuda)) {}
  ~Impl();
  llvm::Error open(int ordinal);
  llvm::Error openPool();

  /// What `work` gives, done with the GPU's context current.
  template <typename Work>
  auto inContext(Work work) -> decltype(work()) {
    if (llvm::Error error = cuda.call(cuda.contextPush, context))
      return error;
    auto result = work();
    void *popped;
    llvm::consumeError(cuda.call(cuda.contextPop, &popped)); // fails only where what matters has failed
    return result;
  }
};

llvm::Error CUDADriver::Impl::open(int number) {
  int count = 0;
  if (llvm::Error error = cuda.call(cuda.init, 0))
    return error;
  if (llvm::Error error = cuda.call(cuda.deviceGetCount, &count))
    return error;
  if (number < 0 || number >= count)
    return llvm::createStringError("no GPU number " + llvm::Twine(number) + ": the CUDA driver has " +
                                   llvm::Twine(count));
  ordinal = number;
  char text[256] = {};
  if (llvm::Error error = cuda.call(cuda.deviceGet, &device, ordinal))
    return error;
  if (llvm::Error error = cuda.call(cuda.deviceGetName, text, int(sizeof(text) - 1), device))
    return error;
  name = text;
  if (llvm::Error error = cuda.call(cuda.deviceGetAttribute, &major, kComputeCapabilityMajor, device))
    return error;
  if (llvm::Error error = cuda.call(cuda.deviceGetAttribute, &minor, kComputeCapabilityMinor, device))
    return error;
  if (llvm::Error error = cuda.call(cuda.primaryContextRetain, &context, device))
    return error;
  return inContext([&] { return openPool(); });
}

llvm::Error CUDADriver::Impl::openPool() {
  int supported = 0;
  if (!cuda.hasPools())
    return llvm::Error::success();
  if (llvm::Error error = cuda.call(cuda.deviceGetAttribute, &supported, kMemoryPoolsSupported, device))
    return error;
  if (!supported)
    return llvm::Error::success();
  // A pool of our own: it keeps what is freed, which would be rude to do to the process' default one.
  MemoryPoolProperties properties;
  properties.locationID = device;
  if (llvm::Error error = cuda.call(cuda.poolCreate, &pool, &properties))
    return error;
  uint64_t threshold = std::numeric_limits<uint64_t>::max();
  return cuda.call(cuda.poolSetAttribute, pool, kPoolReleaseThreshold, &threshold);
}

CUDADriver::Impl::~Impl() {
  if (!context)
    return;
  // Nobody is left to tell of a failure here.
  llvm::consumeError(inContext([&]() -> llvm::Error {
    for (void *stream : streams)
      llvm::consumeError(cuda.call(cuda.streamDestroy, stream));
    for (void *memory : held)
      llvm::consumeError(cuda.call(cuda.memoryFree, reinterpret_cast<DeviceAddress>(memory)));
    for (void *module : modules)
      llvm::consumeError(cuda.call(cuda.moduleUnload, module));
    if (pool)
      llvm::consumeError(cuda.call(cuda.poolDestroy, pool));
    return llvm::Error::success();
  }));
  llvm::consumeError(cuda.call(cuda.primaryContextRelease, device));
}

CUDADriver::CUDADriver(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
CUDADriver::~CUDADriver() = default;
llvm::StringRef CUDADriver::name() const { return impl->name; }
std::pair<int, int> CUDADriver::capability() const { return {impl->major, impl->minor}; }
Device CUDADriver::place() const { return {DeviceType::CUDA, impl->ordinal}; }

llvm::Expected<std::unique_ptr<CUDADriver>> CUDADriver::open(int ordinal, llvm::StringRef library) {
  llvm::Expected<CUDALibrary> cuda = CUDALibrary::open(library);
  if (!cuda)
    return cuda.takeError();
  auto impl = std::make_unique<Impl>(std::move(*cuda));
  if (llvm::Error error = impl->open(ordinal))
    return error;
  return std::unique_ptr<CUDADriver>(new CUDADriver(std::move(impl)));
}

//===----------------------------------------------------------------------===//
// Code and constants
//===----------------------------------------------------------------------===//

llvm::Expected<void *> CUDADriver::loadModule(llvm::ArrayRef<char> image) {
  // PTX is a C string to the driver.
  llvm::SmallVector<char, 0> bytes(image.begin(), image.end());
  bytes.push_back('\0');
  return impl->inContext([&]() -> llvm::Expected<void *> {
    char log[8192] = {};
    int options[] = {kJITErrorLogBuffer, kJITErrorLogBufferBytes};
    void *values[] = {log, reinterpret_cast<void *>(uintptr_t(sizeof(log) - 1))};
    void *module = nullptr;
    if (llvm::Error error = impl->cuda.call(impl->cuda.moduleLoad, &module, bytes.data(), 2, options, values)) {
      llvm::StringRef words = llvm::StringRef(log).trim();
      return words.empty() ? std::move(error)
                           : llvm::createStringError(llvm::toString(std::move(error)) + ":\n" + words);
    }
    std::lock_guard<std::mutex> lock(impl->mutex);
    impl->modules.push_back(module);
    return module;
  });
}

llvm::Expected<void *> CUDADriver::findKernel(void *module, llvm::StringRef name) {
  return impl->inContext([&]() -> llvm::Expected<void *> {
    void *kernel = nullptr;
    if (llvm::Error error = impl->cuda.call(impl->cuda.moduleGetFunction, &kernel, module, name.str().c_str()))
      return llvm::createStringError("kernel '" + name + "': " + llvm::toString(std::move(error)));
    return kernel;
  });
}

llvm::Expected<void *> CUDADriver::hold(llvm::ArrayRef<char> bytes) {
  return impl->inContext([&]() -> llvm::Expected<void *> {
    DeviceAddress address = 0;
    // An allocation of nothing is refused.
    if (llvm::Error error =
            impl->cuda.call(impl->cuda.memoryAllocate, &address, std::max<size_t>(bytes.size(), 1)))
      return error;
    auto *memory = reinterpret_cast<void *>(address);
    {
      std::lock_guard<std::mutex> lock(impl->mutex);
      impl->held.push_back(memory);
    }
    if (bytes.empty())
      return memory;
    if (llvm::Error error = impl->cuda.call(impl->cuda.copyToDevice, address, bytes.data(), bytes.size()))
      return error;
    return memory;
  });
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

llvm::Expected<void *> CUDADriver::openStream() {
  {
    std::lock_guard<std::mutex> lock(impl->mutex);
    if (!impl->idleStreams.empty())
      return impl->idleStreams.pop_back_val();
  }
  return impl->inContext([&]() -> llvm::Expected<void *> {
    void *stream = nullptr;
    if (llvm::Error error = impl->cuda.call(impl->cuda.streamCreate, &stream, /*flags=*/0))
      return error;
    std::lock_guard<std::mutex> lock(impl->mutex);
    impl->streams.push_back(stream);
    return stream;
  });
}

void CUDADriver::closeStream(void *stream) {
  std::lock_guard<std::mutex> lock(impl->mutex);
  impl->idleStreams.push_back(stream);
}

llvm::Error CUDADriver::synchronize(void *stream) {
  return impl->inContext([&] { return impl->cuda.call(impl->cuda.streamSynchronize, stream); });
}

//===----------------------------------------------------------------------===//
// Memory and launches
//===----------------------------------------------------------------------===//

llvm::Expected<void *> CUDADriver::allocate(uint64_t bytes, void *stream) {
  return impl->inContext([&]() -> llvm::Expected<void *> {
    const CUDALibrary &cuda = impl->cuda;
    DeviceAddress address = 0;
    size_t size = std::max<uint64_t>(bytes, 1);
    llvm::Error error = impl->pool ? cuda.call(cuda.poolAllocate, &address, size, impl->pool, stream)
                                   : cuda.call(cuda.memoryAllocate, &address, size);
    if (error)
      return llvm::createStringError(llvm::Twine(bytes) + " bytes of GPU memory: " + llvm::toString(std::move(error)));
    return reinterpret_cast<void *>(address);
  });
}

void CUDADriver::free(void *memory, void *stream) {
  auto address = reinterpret_cast<DeviceAddress>(memory);
  const CUDALibrary &cuda = impl->cuda;
  // What fails here has failed before: the next call that can say so does.
  llvm::consumeError(impl->inContext([&] {
    return impl->pool ? cuda.call(cuda.poolFree, address, stream) : cuda.call(cuda.memoryFree, address);
  }));
}

llvm::Error CUDADriver::copy(void *to, const void *from, uint64_t bytes, void *stream) {
  if (bytes == 0)
    return llvm::Error::success();
  // Addresses are unified: the driver knows which side is the GPU's.
  return impl->inContext([&] {
    return impl->cuda.call(impl->cuda.memoryCopy, reinterpret_cast<DeviceAddress>(to),
                           reinterpret_cast<DeviceAddress>(from), size_t(bytes), stream);
  });
}

llvm::Error CUDADriver::launch(void *kernel, const LaunchShape &shape, void *stream,
                               llvm::ArrayRef<const void *> parameters) {
  constexpr uint64_t most = std::numeric_limits<unsigned>::max();
  for (uint64_t extent : {shape.grid[0], shape.grid[1], shape.grid[2], shape.block[0], shape.block[1], shape.block[2],
                          shape.sharedBytes})
    if (extent > most)
      return llvm::createStringError("cuLaunchKernel: expected extents below 2^32, got " + llvm::Twine(extent));
  return impl->inContext([&]() -> llvm::Error {
    const CUDALibrary &cuda = impl->cuda;
    if (shape.sharedBytes > kSharedWithoutAsking)
      if (llvm::Error error =
              cuda.call(cuda.functionSetAttribute, kernel, kMaxDynamicSharedBytes, int(shape.sharedBytes)))
        return error;
    return cuda.call(cuda.launchKernel, kernel, shape.grid[0], shape.grid[1], shape.grid[2], shape.block[0],
                     shape.block[1], shape.block[2], shape.sharedBytes, stream,
                     const_cast<void **>(parameters.data()),
                     static_cast<void **>(nullptr));
  });
}
