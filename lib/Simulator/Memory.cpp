//===- Memory.cpp - Bytes with a shadow that says who touched them --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory.h"

#include <cstring>

using namespace sdq::simulator;

MemoryObject::MemoryObject(Space space, uint64_t address, size_t size, bool written)
    : space(space), address(address), bytes(size) {
  if (space == Space::Shared) {
    SharedByte byte;
    byte.written = written;
    shared.assign(size, byte);
  } else {
    GlobalByte byte;
    byte.written = written;
    global.assign(size, byte);
  }
}

/// The first fault found stays.
static void note(AccessFault &fault, AccessFault::Kind kind, uint32_t other = kNobody, uint32_t otherBlock = 0) {
  if (fault.kind == AccessFault::None)
    fault = {kind, other, otherBlock};
}

AccessFault sdq::simulator::readBytes(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who,
                                      uint32_t block, uint8_t *to) {
  AccessFault fault;
  std::memcpy(to, object.bytes.data() + offset, size);
  for (uint64_t i = offset; i < offset + size; ++i) {
    if (object.space == Space::Global) {
      const GlobalByte &byte = object.global[i];
      if (!byte.written)
        note(fault, AccessFault::Uninitialized);
      else if (byte.block == block && byte.writer.races(who))
        note(fault, AccessFault::RaceWithWrite, byte.writer.thread);
      continue;
    }
    SharedByte &byte = object.shared[i];
    if (byte.copier != kNobody)
      note(fault, AccessFault::Unwaited, byte.copier);
    else if (!byte.written)
      note(fault, AccessFault::Uninitialized);
    else if (byte.writer.races(who))
      note(fault, AccessFault::RaceWithWrite, byte.writer.thread);
    byte.reader = who;
  }
  return fault;
}

static AccessFault touchForWriting(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who) {
  AccessFault fault;
  for (uint64_t i = offset; i < offset + size; ++i) {
    SharedByte &byte = object.shared[i];
    if (byte.copier != kNobody)
      note(fault, AccessFault::Unwaited, byte.copier);
    else if (byte.writer.races(who))
      note(fault, AccessFault::RaceWithWrite, byte.writer.thread);
    else if (byte.reader.races(who))
      note(fault, AccessFault::RaceWithRead, byte.reader.thread);
    byte.writer = who;
    byte.written = true;
  }
  return fault;
}

AccessFault sdq::simulator::writeBytes(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who,
                                       uint32_t block, const uint8_t *from) {
  AccessFault fault;
  if (object.space == Space::Shared) {
    fault = touchForWriting(object, offset, size, who);
    std::memcpy(object.bytes.data() + offset, from, size);
    return fault;
  }
  std::lock_guard<std::mutex> lock(object.mutex);
  for (unsigned i = 0; i < size; ++i) {
    GlobalByte &byte = object.global[offset + i];
    bool unordered = byte.block != kNobody && (byte.block != block || byte.writer.races(who));
    if (unordered && object.bytes[offset + i] != from[i])
      note(fault, AccessFault::Conflict, byte.writer.thread, byte.block);
    byte = {true, block, who};
  }
  std::memcpy(object.bytes.data() + offset, from, size);
  return fault;
}

AccessFault sdq::simulator::startCopy(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who,
                                      const uint8_t *from) {
  AccessFault fault = touchForWriting(object, offset, size, who);
  std::memcpy(object.bytes.data() + offset, from, size);
  for (uint64_t i = offset; i < offset + size; ++i)
    object.shared[i].copier = who.thread;
  return fault;
}

void sdq::simulator::finishCopy(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who) {
  for (uint64_t i = offset; i < offset + size; ++i) {
    SharedByte &byte = object.shared[i];
    if (byte.copier == who.thread)
      byte.copier = kNobody;
    byte.writer = who;
  }
}
