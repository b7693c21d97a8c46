//===- ReductionOps.cpp - Sums, minima and the like over components or lanes -===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `vector.reduction` goes from the first element to the last. Reductions over lanes or threads go in a butterfly of
// each cluster, as their lowering to shuffles does; floats are rounded to their type at each step.
//
//===----------------------------------------------------------------------===//

#include "Warp.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace sdq::simulator;

using Combine = std::function<uint64_t(uint64_t, uint64_t)>;

/// A combining function of codes of `type`; an error at `op` for types that the simulator does not know.
static FailureOr<Combine> combinerOf(Operation *op, llvm::StringRef name, Type type) {
  type = getElementTypeOrSelf(type);
  if (isa<FloatType>(type)) {
    std::optional<NumberKind> kind = numberKindOf(type);
    if (!kind && !type.isF64())
      return op->emitOpError() << "reduces " << type << ", which the simulator does not know";
    auto onFloats = [kind](auto f) -> Combine {
      return [=](uint64_t a, uint64_t b) -> uint64_t {
        if (!kind)
          return llvm::bit_cast<uint64_t>(double(f(llvm::bit_cast<double>(a), llvm::bit_cast<double>(b))));
        return encode(*kind, double(f(double(decode(*kind, uint32_t(a))), double(decode(*kind, uint32_t(b))))));
      };
    };
    if (name == "add")
      return onFloats([](double a, double b) { return a + b; });
    if (name == "mul")
      return onFloats([](double a, double b) { return a * b; });
    if (name == "minnumf")
      return onFloats([](double a, double b) { return std::fmin(a, b); });
    if (name == "maxnumf")
      return onFloats([](double a, double b) { return std::fmax(a, b); });
    if (name == "minimumf")
      return onFloats([](double a, double b) { return a != a || b != b ? a + b : std::fmin(a, b); });
    if (name == "maximumf")
      return onFloats([](double a, double b) { return a != a || b != b ? a + b : std::fmax(a, b); });
    return op->emitOpError() << "reduces " << type << " by " << name << ", which the simulator does not know";
  }
  unsigned bits = type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
  auto smaller = [bits](uint64_t a, uint64_t b) { return signExtend(a, bits) < signExtend(b, bits); };
  return llvm::StringSwitch<FailureOr<Combine>>(name)
      .Case("add", Combine([](uint64_t a, uint64_t b) { return a + b; }))
      .Case("mul", Combine([](uint64_t a, uint64_t b) { return a * b; }))
      .Case("and", Combine([](uint64_t a, uint64_t b) { return a & b; }))
      .Case("or", Combine([](uint64_t a, uint64_t b) { return a | b; }))
      .Case("xor", Combine([](uint64_t a, uint64_t b) { return a ^ b; }))
      .Case("minui", Combine([](uint64_t a, uint64_t b) { return std::min(a, b); }))
      .Case("maxui", Combine([](uint64_t a, uint64_t b) { return std::max(a, b); }))
      .Case("minsi", Combine([=](uint64_t a, uint64_t b) { return smaller(b, a) ? b : a; }))
      .Case("maxsi", Combine([=](uint64_t a, uint64_t b) { return smaller(a, b) ? b : a; }))
      .Default(failure());
}

static FailureOr<Execute> decodeVectorReduction(Operation *op, Decoder &decoder) {
  auto reduction = cast<vector::ReductionOp>(op);
  auto operands = decoder.slotsOf(op->getOperands());
  FailureOr<Slot> result = decoder.slotOf(op->getResult(0));
  auto combine = combinerOf(op, vector::stringifyCombiningKind(reduction.getKind()), op->getResult(0).getType());
  if (failed(operands) || failed(result) || failed(combine))
    return failure();
  return Execute([operands = *operands, result = *result, combine = *combine](BlockState &state) {
    Slot from = operands[0];
    for (unsigned thread = 0; thread < state.padded; ++thread) {
      // An accumulator comes first.
      bool accumulates = operands.size() > 1;
      uint64_t sum = state.lanes(accumulates ? operands[1].first : from.first)[thread];
      for (unsigned component = accumulates ? 0 : 1; component < from.components; ++component)
        sum = combine(sum, state.lanes(from.first + component)[thread]) & result.mask();
      state.lanes(result.first)[thread] = sum;
    }
  });
}

/// A cluster with lanes missing, as the last warp of a block may have, has no butterfly: its lanes in order.
static uint64_t inOrder(const uint64_t *codes, uint32_t lanes, const Combine &combine, const Slot &result) {
  uint64_t sum = codes[llvm::countr_zero(lanes)];
  for (uint32_t left = lanes & (lanes - 1); left != 0; left &= left - 1)
    sum = combine(sum, codes[llvm::countr_zero(left)]) & result.mask();
  return sum;
}

static FailureOr<Execute> decodeSubgroupReduce(Operation *op, Decoder &decoder) {
  auto reduction = cast<gpu::SubgroupReduceOp>(op);
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  auto combine = combinerOf(op, gpu::stringifyAllReduceOperation(reduction.getOp()), op->getResult(0).getType());
  if (failed(slots) || failed(combine))
    return failure();
  unsigned cluster = reduction.getClusterSize().value_or(32), stride = reduction.getClusterStride();
  if (cluster * stride > 32)
    return op->emitOpError() << "reduces clusters of " << cluster << " lanes " << stride
                             << " apart; a warp has 32 lanes";
  return Execute([=, slots = *slots, combine = *combine](BlockState &state) {
    forEachWarp(
        state, [&](unsigned warp) { return state.all[warp]; },
        [&](unsigned warp) {
          uint32_t lanes = state.active[warp];
          for (unsigned component = 0; component < slots.result.components; ++component) {
            std::array<uint64_t, 32> codes, next;
            std::copy_n(state.lanes(slots.operands[0].first + component) + 32 * warp, 32, codes.begin());
            for (unsigned step = stride; step < cluster * stride; step *= 2) {
              next = codes;
              for (unsigned lane = 0; lane < kLanes; ++lane)
                if (lanes >> lane & lanes >> (lane ^ step) & 1)
                  next[lane] = combine(codes[lane], codes[lane ^ step]) & slots.result.mask();
              codes = next;
            }
            uint64_t *to = state.lanes(slots.result.first + component) + 32 * warp;
            const uint64_t *from = state.lanes(slots.operands[0].first + component) + 32 * warp;
            for (unsigned lane = 0; lane < kLanes; ++lane) {
              if (!(lanes >> lane & 1))
                continue;
              uint32_t members = 0;
              for (unsigned i = 0; i < cluster; ++i)
                members |= 1u << ((lane & ~((cluster - 1) * stride)) | i * stride);
              to[lane] = (members & ~lanes) == 0 ? codes[lane] : inOrder(from, members & lanes, combine, slots.result);
            }
          }
        });
  });
}

void sdq::simulator::addReductionOps(Decoder &decoder) {
  decoder.add<vector::ReductionOp>(decodeVectorReduction);
  decoder.add<gpu::SubgroupReduceOp>(decodeSubgroupReduce);
}
