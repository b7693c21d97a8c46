//===- Executable.h - Compiled models in this process -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a compiled model is. One object file, from `compileObject`, of a module with
//
//   void _mlir_ciface_<name>(results, argument0, argument1, …)     MLIR's C interface of a function on memrefs
//   ptr sdq_buffers[n] = {null…}                                   filled at load with the weights' addresses, on the
//                                                                  host or a device, and handles of kernels
//
// Each argument points to a strided memref descriptor of its rank,
//
//   struct { T *allocated; T *aligned; int64_t offset; int64_t sizes[rank]; int64_t strides[rank]; }
//
// and `results` to the results' descriptors, one behind the other (the pointer is absent without results). Compiled
// code only reads its arguments and the weights, and writes no global: any number of threads may be in it.
//
// Memory. `malloc`, `aligned_alloc`, `calloc` and `free` in compiled code are the runtime's own: what a call allocated
// and did not return is released when the call ends, so a function may leak without harm. A result may be a view of an
// allocation of the call (then the buffer is handed over, not copied) or of an argument or a weight (then it is
// copied), and two results may share an allocation.
//
// Errors. A failed `cf.assert` (which MLIR lowers to `puts(message)`, `abort()`) and `sdq_fail(const char *message)`
// end the call, release its memory, and come back as an error of `invoke`: control leaves compiled code by longjmp,
// which is sound because its frames own nothing. They must not be reached on another thread than the caller's, that is
// inside a parallel region; there they end the process with the message.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RUNTIME_EXECUTABLE_H
#define SDQ_RUNTIME_EXECUTABLE_H

#include "sdq/Runtime/DeviceDriver.h"
#include "sdq/Runtime/Signature.h"

#include "llvm/Support/MemoryBufferRef.h"

namespace sdq {

/// Where a program's kernels run.
struct ExecutableDevice {
  /// Null where it launches none. Results keep it alive.
  std::shared_ptr<DeviceDriver> driver = nullptr;
  /// Inputs and results are in the device's memory: the program does nothing on the host but launch kernels.
  bool tensorsOnDevice = false;
};

/// A compiled model, linked into this process.
class Executable {
public:
  /// Links `objectFile`, which may be released afterwards. `entry` is the name that `compileObject` was given.
  /// `buffers` go into `sdq_buffers` and must outlive the executable.
  static llvm::Expected<std::unique_ptr<Executable>> load(llvm::MemoryBufferRef objectFile, llvm::StringRef entry,
                                                          Signature signature, llvm::ArrayRef<const void *> buffers,
                                                          ExecutableDevice device = {});
  ~Executable();

  const Signature &signature() const;

  /// Runs the model. Inputs are checked against the signature (`checkInputs`); those that are not dense row-major or
  /// not aligned to their element are copied first. Thread-safe.
  ///
  /// `stream`: one of the device's, on which all is done; else the driver's own are used. With tensors on the device,
  /// results may not be ready before what is on the stream is done; they are released in the stream's order, and must
  /// be before the stream is.
  llvm::Expected<std::vector<OwnedTensor>> invoke(llvm::ArrayRef<TensorView> inputs,
                                                  std::optional<void *> stream = std::nullopt) const;

private:
  struct Impl;
  explicit Executable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace sdq

#endif // SDQ_RUNTIME_EXECUTABLE_H
