//===- CUDALibrary.h - The CUDA driver's functions --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Types and numbers from the CUDA Driver API reference; the functions have had these forms since CUDA 11.2 and older
// ones keep theirs under the suffix _v2.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_RUNTIME_CUDALIBRARY_H
#define SDQ_LIB_RUNTIME_CUDALIBRARY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace sdq {

/// CUdeviceptr.
using DeviceAddress = uint64_t;

/// CUmemPoolProps of memory on one GPU, shared with no other process.
struct MemoryPoolProperties {
  int allocationType = 1; // CU_MEM_ALLOCATION_TYPE_PINNED
  int handleTypes = 0;
  int locationType = 1; // CU_MEM_LOCATION_TYPE_DEVICE
  int locationID = 0;
  void *securityAttributes = nullptr;
  size_t maxSize = 0;
  unsigned char reserved[56] = {};
};

enum : int {
  kComputeCapabilityMajor = 75, // CUdevice_attribute
  kComputeCapabilityMinor = 76,
  kMemoryPoolsSupported = 115,
  kPoolReleaseThreshold = 4,     // CUmemPool_attribute
  kMaxDynamicSharedBytes = 8,    // CUfunction_attribute
  kJITErrorLogBuffer = 5,        // CUjit_option
  kJITErrorLogBufferBytes = 6,
};

/// A function of the driver; a result that is not 0 is an error.
template <typename... Arguments>
struct CUDAFunction {
  const char *name;
  int (*function)(Arguments...) = nullptr;
};

/// The driver, opened.
class CUDALibrary {
public:
  static llvm::Expected<CUDALibrary> open(llvm::StringRef path);

  /// Calls a function; its failure with the driver's reason.
  template <typename... Arguments, typename... Given>
  llvm::Error call(const CUDAFunction<Arguments...> &what, Given... given) const {
    int result = what.function(static_cast<Arguments>(given)...);
    return result == 0 ? llvm::Error::success() : describe(what.name, result);
  }

  CUDAFunction<unsigned> init{"cuInit"};
  CUDAFunction<int *> deviceGetCount{"cuDeviceGetCount"};
  CUDAFunction<int *, int> deviceGet{"cuDeviceGet"};
  CUDAFunction<char *, int, int> deviceGetName{"cuDeviceGetName"};
  CUDAFunction<int *, int, int> deviceGetAttribute{"cuDeviceGetAttribute"};
  CUDAFunction<void **, int> primaryContextRetain{"cuDevicePrimaryCtxRetain"};
  CUDAFunction<int> primaryContextRelease{"cuDevicePrimaryCtxRelease_v2"};
  CUDAFunction<void *> contextPush{"cuCtxPushCurrent_v2"};
  CUDAFunction<void **> contextPop{"cuCtxPopCurrent_v2"};
  CUDAFunction<void **, const void *, unsigned, int *, void **> moduleLoad{"cuModuleLoadDataEx"};
  CUDAFunction<void *> moduleUnload{"cuModuleUnload"};
  CUDAFunction<void **, void *, const char *> moduleGetFunction{"cuModuleGetFunction"};
  CUDAFunction<void *, int, int> functionSetAttribute{"cuFuncSetAttribute"};
  CUDAFunction<void **, unsigned> streamCreate{"cuStreamCreate"};
  CUDAFunction<void *> streamSynchronize{"cuStreamSynchronize"};
  CUDAFunction<void *> streamDestroy{"cuStreamDestroy_v2"};
  CUDAFunction<DeviceAddress *, size_t> memoryAllocate{"cuMemAlloc_v2"};
  CUDAFunction<DeviceAddress> memoryFree{"cuMemFree_v2"};
  CUDAFunction<DeviceAddress, DeviceAddress, size_t, void *> memoryCopy{"cuMemcpyAsync"};
  CUDAFunction<DeviceAddress, const void *, size_t> copyToDevice{"cuMemcpyHtoD_v2"};
  CUDAFunction<void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **>
      launchKernel{"cuLaunchKernel"};
  CUDAFunction<int, const char **> getErrorName{"cuGetErrorName"};
  CUDAFunction<int, const char **> getErrorString{"cuGetErrorString"};
  // Of CUDA 11.2; older drivers say that no GPU supports pools.
  CUDAFunction<void **, const MemoryPoolProperties *> poolCreate{"cuMemPoolCreate"};
  CUDAFunction<void *> poolDestroy{"cuMemPoolDestroy"};
  CUDAFunction<void *, int, void *> poolSetAttribute{"cuMemPoolSetAttribute"};
  CUDAFunction<DeviceAddress *, size_t, void *, void *> poolAllocate{"cuMemAllocFromPoolAsync"};
  CUDAFunction<DeviceAddress, void *> poolFree{"cuMemFreeAsync"};

  bool hasPools() const {
    return poolCreate.function && poolDestroy.function && poolSetAttribute.function && poolAllocate.function &&
           poolFree.function;
  }

private:
  llvm::Error describe(const char *function, int result) const;

  llvm::sys::DynamicLibrary library;
};

} // namespace sdq

#endif // SDQ_LIB_RUNTIME_CUDALIBRARY_H
