//===- CUDADriver.h - NVIDIA GPUs -------------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The CUDA driver (libcuda.so.1), opened when first asked for: nothing of CUDA is needed to build SDQ or to start it.
// Work is done in the GPU's primary context, the one that torch and the CUDA runtime use, so that addresses and streams
// pass between them and us as they are. Every call makes the context current and puts the thread's own back.
//
// Errors name the driver's function and give its reason: "cuMemAlloc_v2: out of memory (CUDA_ERROR_OUT_OF_MEMORY, 2)".
// The names and the numbers are those of the CUDA Driver API reference.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RUNTIME_CUDADRIVER_H
#define SDQ_RUNTIME_CUDADRIVER_H

#include "sdq/Runtime/DeviceDriver.h"

#include "llvm/ADT/StringRef.h"

#include <memory>
#include <string>

namespace sdq {

/// A GPU and what was loaded onto it, which is released with this object. Thread-safe.
class CUDADriver : public DeviceDriver {
public:
  /// GPU number `ordinal` of the driver in `library`. One error where there is no driver or no such GPU.
  static llvm::Expected<std::unique_ptr<CUDADriver>> open(int ordinal = 0, llvm::StringRef library = "libcuda.so.1");
  ~CUDADriver() override;

  /// "NVIDIA H200", and its compute capability: 9, 0.
  llvm::StringRef name() const;
  std::pair<int, int> capability() const;
  Device place() const override;

  /// Loads a cubin or a fatbin, or compiles PTX, which need not end in a zero. The error has the compiler's own words.
  llvm::Expected<void *> loadModule(llvm::ArrayRef<char> image);
  /// A kernel of a module, for `launch`.
  llvm::Expected<void *> findKernel(void *module, llvm::StringRef name);
  /// Device memory with these bytes, which stays as long as this object.
  llvm::Expected<void *> hold(llvm::ArrayRef<char> bytes);

  /// Streams are kept and handed out again: creating one takes longer than a small kernel.
  llvm::Expected<void *> openStream() override;
  llvm::Error synchronize(void *stream) override;
  void closeStream(void *stream) override;
  /// In the stream's order where the GPU has memory pools, else at once.
  llvm::Expected<void *> allocate(uint64_t bytes, void *stream) override;
  void free(void *memory, void *stream) override;
  llvm::Error copy(void *to, const void *from, uint64_t bytes, void *stream) override;
  llvm::Error launch(void *kernel, const LaunchShape &shape, void *stream,
                     llvm::ArrayRef<const void *> parameters) override;

private:
  struct Impl;
  explicit CUDADriver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace sdq

#endif // SDQ_RUNTIME_CUDADRIVER_H
