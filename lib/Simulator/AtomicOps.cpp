//===- AtomicOps.cpp - Atomic updates of memory ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Atomics of one instruction go lane after lane, warp after warp; those of different blocks in no order, so sums of
// floats may differ in the last place between runs, as on hardware. They race with no other atomic, but with plain
// accesses; they order nothing else. Every result is the value before the update, as LLVM's `atomicrmw` and PTX have it
// (and what `memref.atomic_rmw` is lowered to).
//
//===----------------------------------------------------------------------===//

#include "Access.h"
#include "Combine.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

#include <cstring>

using namespace mlir;
using namespace sdq::simulator;

/// The value in memory, as stored bytes of it, becomes `next(thread, old)`; `result` gets the old one.
template <typename Next>
static void update(BlockState &state, const Locate &locate, const Slot &result, unsigned bytes, Next next) {
  for (unsigned warp = 0; warp < state.warps; ++warp) {
    WarpAccess together;
    for (uint32_t left = state.active[warp]; left != 0; left &= left - 1) {
      unsigned lane = unsigned(llvm::countr_zero(left)), thread = 32 * warp + lane;
      std::optional<Position> at = locate(state, thread, bytes, bytes, "updates");
      uint64_t old = 0;
      if (at) {
        together.add(lane, *at);
        updateFor(state, *at, bytes, thread, [&](uint8_t *memory) {
          std::memcpy(&old, memory, bytes);
          uint64_t code = next(thread, old);
          std::memcpy(memory, &code, bytes);
        });
      }
      state.lanes(result.first)[thread] = old;
    }
    together.count(state, bytes, bytes);
  }
}

/// Bytes of a value that one atomic access can hold; an error for others.
static FailureOr<unsigned> atomicBytes(Operation *op, Type type) {
  unsigned bytes = isa<VectorType>(type) ? 0 : bytesOf(type);
  if (bytes == 0 || bytes > 8 || !llvm::isPowerOf2_32(bytes))
    return op->emitOpError() << "updates " << type << " at once; the simulator knows 1, 2, 4 and 8 bytes";
  return bytes;
}

static FailureOr<Execute> decodeUpdate(Operation *op, FailureOr<Locate> locate, Value value, llvm::StringRef name,
                                       Decoder &decoder) {
  FailureOr<Slot> operand = decoder.slotOf(value), result = decoder.slotOf(op->getResult(0));
  FailureOr<unsigned> bytes = atomicBytes(op, value.getType());
  if (failed(locate) || failed(operand) || failed(result) || failed(bytes))
    return failure();
  FailureOr<Combine> combine = combinerOf(op, name, value.getType());
  if (failed(combine))
    return failure();
  return Execute([=, locate = *locate, operand = *operand, result = *result, bytes = *bytes,
                  combine = *combine](BlockState &state) {
    update(state, locate, result, bytes, [&](unsigned thread, uint64_t old) {
      return combine(old, state.lanes(operand.first)[thread]) & result.mask();
    });
  });
}

static llvm::StringRef nameOf(arith::AtomicRMWKind kind) {
  switch (kind) {
  case arith::AtomicRMWKind::addf:
  case arith::AtomicRMWKind::addi:
    return "add";
  case arith::AtomicRMWKind::mulf:
  case arith::AtomicRMWKind::muli:
    return "mul";
  case arith::AtomicRMWKind::assign:
    return "xchg";
  case arith::AtomicRMWKind::maximumf:
    return "maximumf";
  case arith::AtomicRMWKind::maxnumf:
    return "maxnumf";
  case arith::AtomicRMWKind::minimumf:
    return "minimumf";
  case arith::AtomicRMWKind::minnumf:
    return "minnumf";
  case arith::AtomicRMWKind::maxs:
    return "maxsi";
  case arith::AtomicRMWKind::maxu:
    return "maxui";
  case arith::AtomicRMWKind::mins:
    return "minsi";
  case arith::AtomicRMWKind::minu:
    return "minui";
  case arith::AtomicRMWKind::ori:
    return "or";
  case arith::AtomicRMWKind::andi:
    return "and";
  case arith::AtomicRMWKind::xori:
    return "xor";
  }
  return "an unknown kind";
}

static llvm::StringRef nameOf(LLVM::AtomicBinOp kind) {
  switch (kind) {
  case LLVM::AtomicBinOp::add:
  case LLVM::AtomicBinOp::fadd:
    return "add";
  case LLVM::AtomicBinOp::sub:
  case LLVM::AtomicBinOp::fsub:
    return "sub";
  case LLVM::AtomicBinOp::_and:
    return "and";
  case LLVM::AtomicBinOp::_or:
    return "or";
  case LLVM::AtomicBinOp::_xor:
    return "xor";
  case LLVM::AtomicBinOp::max:
    return "maxsi";
  case LLVM::AtomicBinOp::min:
    return "minsi";
  case LLVM::AtomicBinOp::umax:
    return "maxui";
  case LLVM::AtomicBinOp::umin:
    return "minui";
  case LLVM::AtomicBinOp::fmax:
    return "maxnumf";
  case LLVM::AtomicBinOp::fmin:
    return "minnumf";
  case LLVM::AtomicBinOp::fmaximum:
    return "maximumf";
  case LLVM::AtomicBinOp::fminimum:
    return "minimumf";
  default:
    return LLVM::stringifyAtomicBinOp(kind);
  }
}

static FailureOr<Execute> decodeMemrefUpdate(Operation *op, Decoder &decoder) {
  auto update = cast<memref::AtomicRMWOp>(op);
  return decodeUpdate(op, locatorOf(op, update.getMemref(), update.getIndices(), decoder), update.getValue(),
                      nameOf(update.getKind()), decoder);
}

static FailureOr<Execute> decodePointerUpdate(Operation *op, Decoder &decoder) {
  auto update = cast<LLVM::AtomicRMWOp>(op);
  return decodeUpdate(op, locatorOf(op, update.getPtr(), decoder), update.getVal(), nameOf(update.getBinOp()), decoder);
}

/// The value becomes another where it is the expected one; whether it did is the result's second member.
static FailureOr<Execute> decodeCompareExchange(Operation *op, Decoder &decoder) {
  auto exchange = cast<LLVM::AtomicCmpXchgOp>(op);
  FailureOr<Locate> locate = locatorOf(op, exchange.getPtr(), decoder);
  FailureOr<Slot> expected = decoder.slotOf(exchange.getCmp()), value = decoder.slotOf(exchange.getVal()),
                  result = decoder.slotOf(exchange.getRes());
  FailureOr<unsigned> bytes = atomicBytes(op, exchange.getVal().getType());
  if (failed(locate) || failed(expected) || failed(value) || failed(result) || failed(bytes))
    return failure();
  return Execute(
      [=, locate = *locate, expected = *expected, value = *value, result = *result, bytes = *bytes](BlockState &state) {
        update(state, locate, result, bytes, [&](unsigned thread, uint64_t old) {
          bool same = old == state.lanes(expected.first)[thread];
          state.lanes(result.first + 1)[thread] = same;
          return same ? state.lanes(value.first)[thread] : old;
        });
      });
}

/// An update by a region, which one thread after the other runs.
static FailureOr<Execute> decodeGenericUpdate(Operation *op, Decoder &decoder) {
  auto generic = cast<memref::GenericAtomicRMWOp>(op);
  FailureOr<Locate> locate = locatorOf(op, generic.getMemref(), generic.getIndices(), decoder);
  FailureOr<Slot> result = decoder.slotOf(generic.getResult()), current = decoder.slotOf(generic.getCurrentValue());
  FailureOr<unsigned> bytes = atomicBytes(op, generic.getResult().getType());
  if (failed(locate) || failed(result) || failed(current) || failed(bytes))
    return failure();
  FailureOr<Sequence> sequence = decoder.decode(*generic.getBody());
  if (failed(sequence))
    return failure();
  FailureOr<Slot> yielded = decoder.slotOf(generic.getBody()->getTerminator()->getOperand(0));
  if (failed(yielded))
    return failure();
  auto body = std::make_shared<Sequence>(std::move(*sequence));
  return Execute([=, locate = *locate, result = *result, current = *current, yielded = *yielded,
                  bytes = *bytes](BlockState &state) {
    std::vector<uint32_t> before = state.active;
    const Instruction *self = state.current;
    update(state, locate, result, bytes, [&](unsigned thread, uint64_t old) {
      state.active.assign(state.warps, 0);
      state.active[thread / 32] = 1u << thread % 32;
      state.lanes(current.first)[thread] = old;
      state.run(*body);
      state.active = before;
      state.current = self;
      return state.lanes(yielded.first)[thread];
    });
  });
}

void sdq::simulator::addAtomicOps(Decoder &decoder) {
  decoder.add<memref::AtomicRMWOp>(decodeMemrefUpdate);
  decoder.add<memref::GenericAtomicRMWOp>(decodeGenericUpdate);
  decoder.add<LLVM::AtomicRMWOp>(decodePointerUpdate);
  decoder.add<LLVM::AtomicCmpXchgOp>(decodeCompareExchange);
}
