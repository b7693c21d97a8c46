//===- Invocation.cpp - One call of compiled code -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Invocation.h"

#include "sdq/Runtime/DeviceDriver.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace sdq;

struct Invocation::Header {
  Invocation *owner; // null: taken over, or allocated by a thread that is in no call
  Header *previous, *next;
  void *base;

  void *data() { return this + 1; }
  static Header *of(void *data) { return static_cast<Header *>(data) - 1; }
};

static constexpr size_t kMinimumAlignment = 64;

/// The call that this thread is in.
static thread_local Invocation *current = nullptr;

Invocation::~Invocation() {
  for (void *memory : onDevice)
    device.driver->free(memory, device.stream.value_or(nullptr));
  while (Header *header = allocations) {
    unlink(header);
    std::free(header->base);
  }
}

bool Invocation::run(void (*entry)(void **), void **parameters) {
  // No object with a destructor may live in this frame: `fail` jumps over it.
  if (setjmp(returnPoint) != 0) {
    current = nullptr;
    return false;
  }
  current = this;
  entry(parameters);
  current = nullptr;
  return true;
}

void Invocation::link(Header *header) {
  std::lock_guard<std::mutex> lock(mutex);
  header->owner = this;
  header->previous = nullptr;
  header->next = allocations;
  if (allocations)
    allocations->previous = header;
  allocations = header;
}

void Invocation::unlink(Header *header) {
  std::lock_guard<std::mutex> lock(mutex);
  (header->previous ? header->previous->next : allocations) = header->next;
  if (header->next)
    header->next->previous = header->previous;
  header->owner = nullptr;
}

std::shared_ptr<const void> Invocation::take(void *data) {
  if (onDevice.erase(data))
    return std::shared_ptr<const void>(data, [driver = device.driver, stream = device.stream](const void *memory) {
      driver->free(const_cast<void *>(memory), stream.value_or(nullptr));
    });
  for (Header *header = allocations; header; header = header->next)
    if (header->data() == data) {
      unlink(header);
      return std::shared_ptr<const void>(data, [](const void *p) { deallocate(const_cast<void *>(p)); });
    }
  return nullptr;
}

void *Invocation::allocateOnDevice(size_t size) {
  const DeviceCall &device = current->device;
  if (llvm::Expected<void *> memory = device.driver->allocate(size, device.stream.value_or(nullptr))) {
    current->onDevice.insert(*memory);
    return *memory;
  } else {
    note(llvm::toString(memory.takeError()).c_str());
  }
  return nullptr;
}

void *Invocation::allocate(size_t size, size_t alignment) {
  if (current && current->device.tensorsOnDevice) {
    // The error is gone before the jump: it would skip its destructor.
    if (void *memory = allocateOnDevice(size))
      return memory;
    fail(nullptr);
  }
  static_assert(sizeof(Header) <= kMinimumAlignment);
  alignment = std::max(alignment, kMinimumAlignment);
  // A negative size from an overflown shape arrives here as a huge one.
  if (size > size_t(PTRDIFF_MAX) - 2 * alignment)
    fail("out of memory: a tensor's size overflows");
  char *base = static_cast<char *>(std::aligned_alloc(alignment, llvm::alignTo(size, alignment) + alignment));
  if (!base)
    fail("out of memory");
  Header *header = Header::of(base + alignment);
  *header = {nullptr, nullptr, nullptr, base};
  if (current)
    current->link(header);
  return header->data();
}

void Invocation::deallocate(void *data) {
  if (!data)
    return;
  if (current && current->onDevice.erase(data))
    return current->device.driver->free(data, current->device.stream.value_or(nullptr));
  Header *header = Header::of(data);
  if (header->owner)
    header->owner->unlink(header);
  std::free(header->base);
}

void Invocation::note(const char *text) {
  if (current)
    current->failure = text;
  else
    std::fprintf(stderr, "%s\n", text);
}

void Invocation::fail(const char *text) {
  if (Invocation *call = current) {
    if (text)
      call->failure = text;
    std::longjmp(call->returnPoint, 1);
  }
  // A worker thread of a parallel region: its stack has no way back to the call.
  std::fprintf(stderr, "error: compiled code failed outside a call: %s\n", text ? text : "aborted");
  std::abort();
}

const DeviceCall &Invocation::deviceCall() {
  static const DeviceCall none;
  return current ? current->device : none;
}
void Invocation::holdOnDevice(void *memory) { current->onDevice.insert(memory); }
void Invocation::releaseOnDevice(void *memory) { current->onDevice.erase(memory); }
