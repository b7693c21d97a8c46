//===- DeviceSymbols.cpp - What compiled code asks of a device ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled code calls functions without MLIR's C wrappers through wrappers of that name, hence the prefix. A failure
// jumps over the frames between here and the call, so nothing with a destructor may live in them.
//
//===----------------------------------------------------------------------===//

#include "RuntimeSymbols.h"
#include "Invocation.h"

#include "sdq/Runtime/DeviceDriver.h"

using namespace sdq;

DeviceDriver::~DeviceDriver() = default;

/// Ends the call with the error's message, if it is one.
static void check(llvm::Error error) {
  if (!error)
    return;
  Invocation::note(llvm::toString(std::move(error)).c_str());
  Invocation::fail(nullptr);
}

template <typename T>
static T check(llvm::Expected<T> result) {
  if (result)
    return *result;
  Invocation::note(llvm::toString(result.takeError()).c_str());
  Invocation::fail(nullptr);
}

static DeviceDriver &driver() {
  if (DeviceDriver *driver = Invocation::deviceCall().driver.get())
    return *driver;
  Invocation::fail("the program launches kernels, and no device was given to run them on");
}

static void *streamCreate() {
  const std::optional<void *> &given = Invocation::deviceCall().stream;
  return given ? *given : check(driver().openStream());
}

static void streamSynchronize(void *stream) {
  const DeviceCall &call = Invocation::deviceCall();
  // What is on the device is the caller's to wait for, on his stream.
  if (!call.stream || !call.tensorsOnDevice)
    check(driver().synchronize(stream));
}

static void streamDestroy(void *stream) {
  if (!Invocation::deviceCall().stream)
    driver().closeStream(stream);
}

static void *memAlloc(uint64_t bytes, void *stream, uint64_t /*isHostShared*/) {
  void *memory = check(driver().allocate(bytes, stream));
  Invocation::holdOnDevice(memory);
  return memory;
}

static void memFree(void *memory, void *stream) {
  Invocation::releaseOnDevice(memory);
  driver().free(memory, stream);
}

static void memcpyOnDevice(void *to, const void *from, uint64_t bytes, void *stream) {
  check(driver().copy(to, from, bytes, stream));
}

static void launchKernel(void *kernel, uint64_t gridX, uint64_t gridY, uint64_t gridZ, uint64_t blockX,
                         uint64_t blockY, uint64_t blockZ, uint64_t sharedBytes, void *stream, const void **parameters,
                         void ** /*extra*/, uint64_t count) {
  LaunchShape shape = {{gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes};
  check(driver().launch(kernel, shape, stream, {parameters, size_t(count)}));
}

template <typename Function>
static void *address(Function *function) {
  return reinterpret_cast<void *>(function);
}

llvm::ArrayRef<RuntimeSymbol> sdq::deviceSymbols() {
  static const RuntimeSymbol symbols[] = {
      {"_mlir_ciface_mgpuStreamCreate", address(streamCreate)},
      {"_mlir_ciface_mgpuStreamSynchronize", address(streamSynchronize)},
      {"_mlir_ciface_mgpuStreamDestroy", address(streamDestroy)},
      {"_mlir_ciface_mgpuMemAlloc", address(memAlloc)},
      {"_mlir_ciface_mgpuMemFree", address(memFree)},
      {"_mlir_ciface_mgpuMemcpy", address(memcpyOnDevice)},
      {"_mlir_ciface_mgpuLaunchKernel", address(launchKernel)},
  };
  return symbols;
}
