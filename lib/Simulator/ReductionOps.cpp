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

#include "Combine.h"
#include "Warp.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq::simulator;

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

/// All threads of the block come together, as at a barrier, and neighbours are combined in a tree: what the butterflies
/// of its lowering leave in the first lane.
static FailureOr<Execute> decodeAllReduce(Operation *op, Decoder &decoder) {
  auto reduction = cast<gpu::AllReduceOp>(op);
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  if (!reduction.getOp())
    return op->emitOpError() << "combines by a region, which the simulator does not know";
  auto combine = combinerOf(op, gpu::stringifyAllReduceOperation(*reduction.getOp()), op->getResult(0).getType());
  if (failed(combine))
    return failure();
  return Execute([slots = *slots, combine = *combine](BlockState &state) {
    for (unsigned warp = 0; warp < state.warps; ++warp)
      if (uint32_t missing = state.all[warp] & ~state.active[warp]) {
        state.report(FindingKind::DivergentBarrier, 32 * warp + unsigned(llvm::countr_zero(missing)),
                     "does not reach a reduction of the whole block");
        return;
      }
    const uint64_t *from = state.lanes(slots.operands[0].first);
    std::vector<uint64_t> codes(from, from + state.threads);
    for (unsigned step = 1; step < state.threads; step *= 2)
      for (unsigned thread = 0; thread + step < state.threads; thread += 2 * step)
        codes[thread] = combine(codes[thread], codes[thread + step]) & slots.result.mask();
    std::fill_n(state.lanes(slots.result.first), state.padded, codes.front());
    ++state.blockTime;
  });
}

void sdq::simulator::addReductionOps(Decoder &decoder) {
  decoder.add<vector::ReductionOp>(decodeVectorReduction);
  decoder.add<gpu::SubgroupReduceOp>(decodeSubgroupReduce);
  decoder.add<gpu::AllReduceOp>(decodeAllReduce);
}
