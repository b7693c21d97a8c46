//===- DeviceDriver.h - Where a program's kernels run -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a compiled program asks of a device, by the names that MLIR's lowering of the gpu dialect gives it
// (`mgpuMemAlloc`, `mgpuLaunchKernel`, …). A driver's errors end the call with its message.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RUNTIME_DEVICEDRIVER_H
#define SDQ_RUNTIME_DEVICEDRIVER_H

#include "sdq/Runtime/Tensor.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <array>

namespace sdq {

/// Blocks of a launch, threads of a block, and bytes of dynamic shared memory.
struct LaunchShape {
  std::array<uint64_t, 3> grid, block;
  uint64_t sharedBytes;
};

class DeviceDriver {
public:
  virtual ~DeviceDriver();

  /// Where tensors in the device's memory say that they are.
  virtual Device place() const { return {}; }

  /// A stream of the driver's, on which what follows is done in order. None is needed where all is done at once.
  virtual llvm::Expected<void *> openStream() { return nullptr; }
  virtual llvm::Error synchronize(void *stream) { return llvm::Error::success(); }
  virtual void closeStream(void *stream) {}

  virtual llvm::Expected<void *> allocate(uint64_t bytes, void *stream) = 0;
  virtual void free(void *memory, void *stream) = 0;
  /// Between the host and the device, either way, or within one.
  virtual llvm::Error copy(void *to, const void *from, uint64_t bytes, void *stream) = 0;
  /// `parameters`: of each of the kernel's, the address of its bits.
  virtual llvm::Error launch(void *kernel, const LaunchShape &shape, void *stream,
                             llvm::ArrayRef<const void *> parameters) = 0;
};

} // namespace sdq

#endif // SDQ_RUNTIME_DEVICEDRIVER_H
