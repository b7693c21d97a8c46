//===- Invocation.h - One call of compiled code -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Keeps what a call into compiled code allocates, and brings the call back when it fails (Executable.h says how both
// look from inside). An allocation is preceded by a header:
//
//   base                       data (aligned)
//   | … unused … | Header      | size bytes … |
//
// so that any thread can free it, and its owner can find and unlink it.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_RUNTIME_INVOCATION_H
#define SDQ_LIB_RUNTIME_INVOCATION_H

#include "llvm/ADT/SmallPtrSet.h"

#include <csetjmp>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace sdq {

class DeviceDriver;

/// Where a call's kernels run, and what it is given there.
struct DeviceCall {
  /// Null where no kernels are launched.
  std::shared_ptr<DeviceDriver> driver = nullptr;
  /// Inputs and results are in the device's memory, and so is all that the call allocates.
  bool tensorsOnDevice = false;
  /// The caller's stream, on which everything is done; it is not waited for where tensors are on the device.
  std::optional<void *> stream = std::nullopt;
};

class Invocation {
public:
  explicit Invocation(DeviceCall device = {}) : device(std::move(device)) {}
  Invocation(const Invocation &) = delete;
  Invocation &operator=(const Invocation &) = delete;
  /// Releases what the call left behind.
  ~Invocation();

  /// Calls `entry(parameters)` on this thread. False if the call failed; `message` says why.
  bool run(void (*entry)(void **), void **parameters);
  const std::string &message() const { return failure; }

  /// Takes over a live allocation of this call by its data pointer; null if it is none.
  std::shared_ptr<const void> take(void *data);

  // What compiled code calls.
  /// Memory aligned to at least 64 bytes; fails the call when there is none.
  static void *allocate(size_t size, size_t alignment);
  static void deallocate(void *data);
  /// Notes a message for a `fail` that has none.
  static void note(const char *text);
  [[noreturn]] static void fail(const char *text);
  /// The call's device; its driver is null outside a call.
  static const DeviceCall &deviceCall();
  /// Memory of the device that the call holds, and holds no longer.
  static void holdOnDevice(void *memory);
  static void releaseOnDevice(void *memory);

private:
  struct Header;
  /// Null where there is none; the message is noted.
  static void *allocateOnDevice(size_t size);
  void link(Header *header);
  void unlink(Header *header);

  std::mutex mutex;
  Header *allocations = nullptr;
  DeviceCall device;
  llvm::SmallPtrSet<void *, 8> onDevice;
  std::jmp_buf returnPoint;
  std::string failure;
};

} // namespace sdq

#endif // SDQ_LIB_RUNTIME_INVOCATION_H
