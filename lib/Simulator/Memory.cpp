//===- Memory.cpp - Bytes with a shadow that says who touched them --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory.h"

#include <algorithm>
#include <cstring>

using namespace sdq::simulator;

void SharedRecord::addReader(const Stamp &who) {
  if (reader.thread == who.thread) {
    reader = who;
    return;
  }
  // The other reader is worth keeping if it is of this epoch and of another warp than both of those at hand.
  bool keeps = otherReader.thread != kNobody && otherReader.blockTime == who.blockTime &&
               otherReader.warp() != who.warp() && reader.warp() == who.warp();
  if (!keeps)
    otherReader = reader;
  reader = who;
}

void GlobalRecord::addReader(const GlobalStamp &who) {
  if (reader.block == who.block && reader.thread == who.thread) {
    reader = who;
    return;
  }
  // The other reader is worth keeping if it is a stranger to `who`, and this reader is none.
  bool sameBlock = reader.block == who.block;
  bool keeps = otherReader.block != who.block ? sameBlock && otherReader.block != kNobody
                                              : sameBlock && otherReader.blockTime == who.blockTime &&
                                                    otherReader.warp() != who.warp() && reader.warp() == who.warp();
  if (!keeps)
    otherReader = reader;
  reader = who;
}

MemoryObject::MemoryObject(uint64_t address, llvm::MutableArrayRef<uint8_t> bytes, bool written)
    : space(Space::Global), address(address), bytes(bytes), pages(llvm::divideCeil(bytes.size(), kPageBytes)),
      written(written) {}

MemoryObject::MemoryObject(Space space, uint64_t address, size_t size)
    : space(space), address(address), storage(size),
      local(std::make_unique<Shadow<SharedRecord>>(size, SharedRecord())) {
  bytes = storage;
}

MemoryObject::~MemoryObject() {
  for (std::atomic<GlobalPage *> &page : pages)
    delete page.load();
}

GlobalPage &MemoryObject::touchedPageOf(uint64_t offset) {
  std::atomic<GlobalPage *> &place = pages[offset / kPageBytes];
  if (GlobalPage *page = place.load(std::memory_order_acquire))
    return *page;
  GlobalRecord initial;
  initial.written = written;
  std::unique_ptr<GlobalPage> fresh(new GlobalPage{{}, {kPageBytes, initial}});
  GlobalPage *expected = nullptr;
  if (place.compare_exchange_strong(expected, fresh.get(), std::memory_order_acq_rel))
    return *fresh.release();
  return *expected;
}

/// The first fault found stays.
static void note(AccessFault &fault, AccessFault::Kind kind, uint32_t other = kNobody, uint32_t otherBlock = kNobody) {
  if (fault.kind == AccessFault::None)
    fault = {kind, other, otherBlock};
}

/// Calls `visit(offset, size)` for what lies in each page.
template <typename Visit>
static void forEachPage(uint64_t offset, unsigned size, Visit visit) {
  while (size != 0) {
    unsigned piece = unsigned(std::min<uint64_t>(size, MemoryObject::kPageBytes - offset % MemoryObject::kPageBytes));
    visit(offset, piece);
    offset += piece;
    size -= piece;
  }
}

static AccessFault readGlobal(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, uint32_t block,
                              uint8_t *to) {
  AccessFault fault;
  forEachPage(offset, size, [&](uint64_t at, unsigned piece) {
    GlobalPage *page = object.tracksReads ? &object.touchedPageOf(at) : object.pageOf(at);
    if (!page) {
      if (!object.initialized())
        note(fault, AccessFault::Uninitialized);
      std::memcpy(to + (at - offset), object.bytes.data() + at, piece);
      return;
    }
    std::lock_guard<std::mutex> lock(page->mutex);
    std::memcpy(to + (at - offset), object.bytes.data() + at, piece);
    GlobalStamp reader{who, block};
    for (GlobalRecord &record : page->shadow.of(at % MemoryObject::kPageBytes, piece)) {
      if (!record.written)
        note(fault, AccessFault::Uninitialized);
      else if (record.writer.races(reader))
        note(fault, AccessFault::RaceWithWrite, record.writer.thread, record.writer.block);
      if (object.tracksReads)
        record.addReader(reader);
    }
  });
  return fault;
}

/// What a write or an atomic update meets that its value has no part in.
static void noteReaders(AccessFault &fault, const GlobalRecord &record, const GlobalStamp &who) {
  if (record.copier != kNobody && record.copierBlock == who.block)
    note(fault, AccessFault::Unwaited, record.copier, who.block);
  else if (record.reader.races(who))
    note(fault, AccessFault::RaceWithRead, record.reader.thread, record.reader.block);
  else if (record.otherReader.races(who))
    note(fault, AccessFault::RaceWithRead, record.otherReader.thread, record.otherReader.block);
}

static AccessFault writeGlobal(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, uint32_t block,
                               const uint8_t *from) {
  AccessFault fault;
  forEachPage(offset, size, [&](uint64_t at, unsigned piece) {
    GlobalPage &page = object.touchedPageOf(at);
    std::lock_guard<std::mutex> lock(page.mutex);
    uint8_t *target = object.bytes.data() + at;
    const uint8_t *source = from + (at - offset);
    llvm::MutableArrayRef<GlobalRecord> records = page.shadow.of(at % MemoryObject::kPageBytes, piece);
    unsigned granule = page.shadow.granule();
    GlobalStamp writer{who, block};
    for (size_t i = 0; i < records.size(); ++i) {
      GlobalRecord &record = records[i];
      if (record.writer.races(writer) && std::memcmp(target + i * granule, source + i * granule, granule) != 0)
        note(fault, AccessFault::Conflict, record.writer.thread, record.writer.block);
      noteReaders(fault, record, writer);
      record.written = true;
      record.writer = writer;
    }
    std::memcpy(target, source, piece);
  });
  return fault;
}

AccessFault sdq::simulator::readBytes(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who,
                                      uint32_t block, uint8_t *to) {
  if (object.space == Space::Global)
    return readGlobal(object, offset, size, who, block, to);
  AccessFault fault;
  std::memcpy(to, object.bytes.data() + offset, size);
  for (SharedRecord &record : object.shared().of(offset, size)) {
    if (record.copier != kNobody)
      note(fault, AccessFault::Unwaited, record.copier);
    else if (!record.written)
      note(fault, AccessFault::Uninitialized);
    else if (record.writer.races(who))
      note(fault, AccessFault::RaceWithWrite, record.writer.thread);
    else if (record.reader.atomic && record.reader.races(who))
      note(fault, AccessFault::RaceWithWrite, record.reader.thread);
    record.addReader(who);
  }
  return fault;
}

static AccessFault touchForWriting(llvm::MutableArrayRef<SharedRecord> records, const Stamp &who) {
  AccessFault fault;
  for (SharedRecord &record : records) {
    if (record.copier != kNobody)
      note(fault, AccessFault::Unwaited, record.copier);
    else if (record.writer.races(who))
      note(fault, AccessFault::RaceWithWrite, record.writer.thread);
    else if (record.reader.races(who))
      note(fault, AccessFault::RaceWithRead, record.reader.thread);
    else if (record.otherReader.races(who))
      note(fault, AccessFault::RaceWithRead, record.otherReader.thread);
    record.writer = who;
    record.written = true;
  }
  return fault;
}

AccessFault sdq::simulator::writeBytes(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who,
                                       uint32_t block, const uint8_t *from) {
  if (object.space == Space::Global)
    return writeGlobal(object, offset, size, who, block, from);
  AccessFault fault = touchForWriting(object.shared().of(offset, size), who);
  std::memcpy(object.bytes.data() + offset, from, size);
  return fault;
}

AccessFault sdq::simulator::updateBytes(MemoryObject &object, uint64_t offset, unsigned size, Stamp who, uint32_t block,
                                        llvm::function_ref<void(uint8_t *bytes)> modify) {
  who.atomic = 1;
  AccessFault fault;
  uint8_t *bytes = object.bytes.data() + offset;
  if (object.space != Space::Global) {
    for (const SharedRecord &record : object.shared().of(offset, size))
      if (!record.written && record.copier == kNobody)
        note(fault, AccessFault::Uninitialized);
    AccessFault written = touchForWriting(object.shared().of(offset, size), who);
    for (SharedRecord &record : object.shared().of(offset, size))
      record.addReader(who);
    modify(bytes);
    return fault.kind == AccessFault::None ? written : fault;
  }
  GlobalStamp updater{who, block};
  GlobalPage &page = object.touchedPageOf(offset);
  std::lock_guard<std::mutex> lock(page.mutex);
  for (GlobalRecord &record : page.shadow.of(offset % MemoryObject::kPageBytes, size)) {
    if (!record.written)
      note(fault, AccessFault::Uninitialized);
    else if (record.writer.races(updater))
      note(fault, AccessFault::RaceWithWrite, record.writer.thread, record.writer.block);
    noteReaders(fault, record, updater);
    record.written = true;
    record.writer = updater;
  }
  modify(bytes);
  return fault;
}

AccessFault sdq::simulator::startCopy(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who,
                                      const uint8_t *from) {
  llvm::MutableArrayRef<SharedRecord> records = object.shared().of(offset, size);
  AccessFault fault = touchForWriting(records, who);
  std::memcpy(object.bytes.data() + offset, from, size);
  for (SharedRecord &record : records)
    record.copier = who.thread;
  return fault;
}

void sdq::simulator::finishCopy(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who) {
  for (SharedRecord &record : object.shared().of(offset, size)) {
    if (record.copier == who.thread)
      record.copier = kNobody;
    record.writer = who;
  }
}

/// Calls `visit(record)` for bytes of global memory that are shadowed.
template <typename Visit>
static void forEachTracked(MemoryObject &object, uint64_t offset, unsigned size, Visit visit) {
  if (object.space != Space::Global || !object.tracksReads)
    return;
  forEachPage(offset, size, [&](uint64_t at, unsigned piece) {
    GlobalPage &page = object.touchedPageOf(at);
    std::lock_guard<std::mutex> lock(page.mutex);
    for (GlobalRecord &record : page.shadow.of(at % MemoryObject::kPageBytes, piece))
      visit(record);
  });
}

void sdq::simulator::startRead(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who, uint32_t block) {
  forEachTracked(object, offset, size, [&](GlobalRecord &record) {
    record.copier = who.thread;
    record.copierBlock = block;
  });
}

void sdq::simulator::finishRead(MemoryObject &object, uint64_t offset, unsigned size, const Stamp &who,
                                uint32_t block) {
  forEachTracked(object, offset, size, [&](GlobalRecord &record) {
    if (record.copier == who.thread && record.copierBlock == block)
      record.copier = record.copierBlock = kNobody;
    // It may have been read as late as this.
    record.addReader({who, block});
  });
}
