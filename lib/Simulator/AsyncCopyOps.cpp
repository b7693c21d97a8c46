//===- AsyncCopyOps.cpp - Copies from global to shared memory in groups ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA "cp.async": a thread's copies since its last commit are a group; waiting with n lets at most n of the
// thread's newest groups be unfinished. A wait says nothing of other threads' copies: they need their own wait and then
// a barrier.
//
//===----------------------------------------------------------------------===//

#include "Access.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sdq::simulator;

/// A copy of `size` bytes by each active thread. `available`: how many units of `unit` bytes the source has; the rest
/// becomes zeros.
static Execute copyBytes(Locate source, Locate target, unsigned size, std::optional<Slot> available, unsigned unit) {
  return [=](BlockState &state) {
    for (unsigned warp = 0; warp < state.warps; ++warp) {
      WarpAccess reads, writes;
      for (uint32_t left = state.active[warp]; left != 0; left &= left - 1) {
        unsigned lane = unsigned(llvm::countr_zero(left)), thread = 32 * warp + lane, taken = size;
        if (available)
          taken = unsigned(std::min<uint64_t>(state.lanes(available->first)[thread], size / unit)) * unit;
        std::optional<Position> to = target(state, thread, size, size, "copies to shared memory");
        uint8_t bytes[16] = {};
        PendingCopy copy;
        if (taken > 0) {
          std::optional<Position> from = source(state, thread, taken, size, "copies from global memory");
          if (!from)
            continue;
          readFor(state, *from, taken, thread, bytes);
          reads.add(lane, *from);
          startRead(*from->object, from->offset, taken, state.stamp(thread), state.block);
          copy.source = from->object;
          copy.sourceOffset = from->offset;
          copy.sourceSize = taken;
        }
        if (!to)
          continue;
        if (to->object->space != Space::Shared) {
          state.report(FindingKind::OutOfBounds, thread, "copies to memory that is not shared");
          continue;
        }
        AccessFault fault = startCopy(*to->object, to->offset, size, state.stamp(thread), bytes);
        reportFault(state, *to, fault, thread, "copies to");
        copy.object = to->object;
        copy.offset = to->offset;
        copy.size = size;
        state.copies[thread].push_back(copy);
        writes.add(lane, *to);
      }
      reads.count(state, size, size);
      writes.count(state, size, size);
    }
  };
}

static LogicalResult verifySize(Operation *op, unsigned size) {
  return size == 4 || size == 8 || size == 16 ? success()
                                              : op->emitOpError() << "copies " << size << " bytes; expected 4, 8 or 16";
}

/// The slot of an optional operand.
static FailureOr<std::optional<Slot>> optionalSlot(Value value, Decoder &decoder) {
  if (!value)
    return std::optional<Slot>();
  FailureOr<Slot> slot = decoder.slotOf(value);
  if (failed(slot))
    return failure();
  return std::optional<Slot>(*slot);
}

static FailureOr<Execute> decodeCopy(Operation *op, Decoder &decoder) {
  auto copy = cast<nvgpu::DeviceAsyncCopyOp>(op);
  FailureOr<Locate> source = locatorOf(op, copy.getSrc(), copy.getSrcIndices(), decoder),
                    target = locatorOf(op, copy.getDst(), copy.getDstIndices(), decoder);
  FailureOr<std::optional<Slot>> available = optionalSlot(copy.getSrcElements(), decoder);
  if (failed(source) || failed(target) || failed(available) || failed(decoder.slotOf(copy.getAsyncToken())))
    return failure();
  unsigned unit = bytesOf(cast<MemRefType>(copy.getDst().getType()).getElementType());
  unsigned size = unsigned(copy.getDstElements().getZExtValue()) * unit;
  if (failed(verifySize(op, size)))
    return failure();
  return copyBytes(*source, *target, size, *available, unit);
}

/// `cp.async` of a pointer, whose `src-size` counts bytes.
static FailureOr<Execute> decodePointerCopy(Operation *op, Decoder &decoder) {
  auto copy = cast<NVVM::CpAsyncOp>(op);
  FailureOr<Locate> source = locatorOf(op, copy.getSrc(), decoder), target = locatorOf(op, copy.getDst(), decoder);
  FailureOr<std::optional<Slot>> available = optionalSlot(copy.getCpSize(), decoder);
  if (failed(source) || failed(target) || failed(available) || failed(verifySize(op, copy.getSize())))
    return failure();
  return copyBytes(*source, *target, copy.getSize(), *available, /*unit=*/1);
}

static void commit(BlockState &state) {
  state.forEachActive([&](unsigned thread) {
    for (PendingCopy &copy : state.copies[thread])
      if (copy.group == kNobody)
        copy.group = state.groups[thread];
    ++state.groups[thread];
  });
}

/// Waits until at most `unfinished` of each active thread's groups are in flight.
static void wait(BlockState &state, unsigned unfinished) {
  state.forEachActive([&](unsigned thread) {
    uint32_t groups = state.groups[thread], finished = groups > unfinished ? groups - unfinished : 0;
    llvm::erase_if(state.copies[thread], [&](const PendingCopy &copy) {
      if (copy.group == kNobody || copy.group >= finished)
        return false;
      finishCopy(*copy.object, copy.offset, copy.size, state.stamp(thread));
      if (copy.source)
        finishRead(*copy.source, copy.sourceOffset, copy.sourceSize, state.stamp(thread), state.block);
      return true;
    });
  });
}

static FailureOr<Execute> decodeCommit(Operation *op, Decoder &decoder) {
  if (op->getNumResults() == 1 && failed(decoder.slotOf(op->getResult(0))))
    return failure();
  return Execute([](BlockState &state) { commit(state); });
}

static FailureOr<Execute> decodeWait(Operation *op, Decoder &decoder) {
  unsigned unfinished = 0;
  if (auto wait = dyn_cast<nvgpu::DeviceAsyncWaitOp>(op))
    unfinished = wait.getNumGroups().value_or(0);
  else
    unfinished = cast<NVVM::CpAsyncWaitGroupOp>(op).getN();
  return Execute([unfinished](BlockState &state) { wait(state, unfinished); });
}

void sdq::simulator::addAsyncCopyOps(Decoder &decoder) {
  decoder.add<nvgpu::DeviceAsyncCopyOp>(decodeCopy);
  decoder.add<NVVM::CpAsyncOp>(decodePointerCopy);
  decoder.add<nvgpu::DeviceAsyncCreateGroupOp, NVVM::CpAsyncCommitGroupOp>(decodeCommit);
  decoder.add<nvgpu::DeviceAsyncWaitOp, NVVM::CpAsyncWaitGroupOp>(decodeWait);
}
