//===- WarpOps.cpp - Shuffles, votes, matches, reductions as ops ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Warp.h"

#include "sdq/Simulator/Collectives.h"
#include "sdq/Simulator/Shuffle.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sdq::simulator;

/// Moves each active lane's components from its source; reports lanes that read an inactive one.
static void shuffle(BlockState &state, const Slot &result, const Slot &value, const ShuffleSources &sources,
                    unsigned warp) {
  for (unsigned component = 0; component < value.components; ++component) {
    std::array<uint64_t, 32> codes;
    std::copy_n(state.lanes(value.first + component) + 32 * warp, 32, codes.begin());
    uint64_t *to = state.lanes(result.first + component) + 32 * warp;
    for (unsigned lane = 0; lane < kLanes; ++lane)
      if (state.active[warp] >> lane & 1)
        to[lane] = codes[sources.lane[lane]];
  }
  if (sources.fromInactive != 0) {
    unsigned lane = unsigned(llvm::countr_zero(sources.fromInactive));
    state.report(FindingKind::InactiveLane, 32 * warp + lane,
                 llvm::formatv("shuffles from lane {0} of its warp, which is not active", sources.lane[lane]).str());
  }
}

static FailureOr<Execute> decodeGPUShuffle(Operation *op, Decoder &decoder) {
  auto shuffled = cast<gpu::ShuffleOp>(op);
  FailureOr<llvm::SmallVector<Slot, 4>> operands = decoder.slotsOf(op->getOperands()),
                                        results = decoder.slotsOf(op->getResults());
  if (failed(operands) || failed(results))
    return failure();
  ShuffleMode mode = ShuffleMode::Index;
  switch (shuffled.getMode()) {
  case gpu::ShuffleMode::XOR:
    mode = ShuffleMode::Xor;
    break;
  case gpu::ShuffleMode::UP:
    mode = ShuffleMode::Up;
    break;
  case gpu::ShuffleMode::DOWN:
    mode = ShuffleMode::Down;
    break;
  case gpu::ShuffleMode::IDX:
    break;
  }
  return Execute([=, operands = *operands, results = *results](BlockState &state) {
    auto widthOf = [&](unsigned warp) {
      unsigned first = 32 * warp + unsigned(llvm::countr_zero(state.active[warp]));
      return unsigned(state.lanes(operands[2].first)[first]);
    };
    forEachWarp(
        state,
        [&](unsigned warp) {
          unsigned width = widthOf(warp);
          return width >= 32 ? ~0u : (1u << width) - 1;
        },
        [&](unsigned warp) {
          unsigned width = std::clamp(widthOf(warp), 1u, 32u);
          ShuffleSources sources =
              shuffleSources(mode, registerOf(state, operands[1].first, warp), width, state.active[warp]);
          shuffle(state, results[0], operands[0], sources, warp);
          uint64_t *valid = state.lanes(results[1].first) + 32 * warp;
          for (unsigned lane = 0; lane < kLanes; ++lane)
            valid[lane] = sources.valid >> lane & 1;
        });
  });
}

/// Every lane takes the value of one: the first active lane, or that which an operand numbers.
static FailureOr<Execute> decodeBroadcast(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  return Execute([slots = *slots](BlockState &state) {
    forEachWarp(
        state, [&](unsigned) { return 0u; },
        [&](unsigned warp) {
          unsigned first = unsigned(llvm::countr_zero(state.active[warp])), source = first;
          if (slots.operands.size() > 1)
            source = unsigned(state.lanes(slots.operands[1].first)[32 * warp + first]) % kLanes;
          ShuffleSources sources;
          sources.lane.fill(uint8_t(source));
          sources.fromInactive = state.active[warp] >> source & 1 ? 0 : state.active[warp];
          shuffle(state, slots.result, slots.operands[0], sources, warp);
        });
  });
}

/// Lane i of each `width` neighbours takes the value of lane i + offset of them, around; the first `width` are valid.
static FailureOr<Execute> decodeRotate(Operation *op, Decoder &decoder) {
  auto rotate = cast<gpu::RotateOp>(op);
  FailureOr<Slot> value = decoder.slotOf(rotate.getValue()), result = decoder.slotOf(rotate.getRotateResult()),
                  valid = decoder.slotOf(rotate.getValid());
  if (failed(value) || failed(result) || failed(valid))
    return failure();
  unsigned width = rotate.getWidth(), offset = rotate.getOffset();
  if (width > kLanes)
    return op->emitOpError() << "rotates " << width << " lanes; a warp has " << kLanes;
  return Execute([=, value = *value, result = *result, valid = *valid](BlockState &state) {
    forEachWarp(
        state, [&](unsigned) { return ~0u >> (kLanes - width); },
        [&](unsigned warp) {
          ShuffleSources sources;
          for (unsigned lane = 0; lane < kLanes; ++lane) {
            sources.lane[lane] = uint8_t(((lane + offset) & (width - 1)) + (lane & ~(width - 1)));
            // Beyond the first `width` the result is poison whatever it came from.
            if (lane < width && !(state.active[warp] >> sources.lane[lane] & 1))
              sources.fromInactive |= 1u << lane & state.active[warp];
            state.lanes(valid.first)[32 * warp + lane] = lane < width;
          }
          shuffle(state, result, value, sources, warp);
        });
  });
}

/// The lanes a mask operand names, as the first active lane has it.
static uint32_t namedLanes(BlockState &state, const Slot &mask, unsigned warp) {
  return uint32_t(state.lanes(mask.first)[32 * warp + unsigned(llvm::countr_zero(state.active[warp]))]);
}

static FailureOr<Execute> decodeNVVMShuffle(Operation *op, Decoder &decoder) {
  auto shuffled = cast<NVVM::ShflOp>(op);
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  static const ShuffleMode modes[] = {ShuffleMode::Xor, ShuffleMode::Up, ShuffleMode::Down, ShuffleMode::Index};
  ShuffleMode mode = modes[unsigned(shuffled.getKind())];
  bool withPredicate = shuffled.getReturnValueAndIsValid().value_or(false);
  return Execute([=, slots = *slots](BlockState &state) {
    forEachWarp(
        state, [&](unsigned warp) { return namedLanes(state, slots.operands[0], warp); },
        [&](unsigned warp) {
          ShuffleSources sources = shuffleSources(mode, registerOf(state, slots.operands[2].first, warp),
                                                  registerOf(state, slots.operands[3].first, warp), state.active[warp]);
          shuffle(state, slots.result, slots.operands[1], sources, warp);
          if (!withPredicate)
            return;
          uint64_t *valid = state.lanes(slots.result.first + 1) + 32 * warp;
          for (unsigned lane = 0; lane < kLanes; ++lane)
            valid[lane] = sources.valid >> lane & 1;
        });
  });
}

/// A result that is the same in all lanes of a mask: `F(op, values, lanes)`.
template <typename F>
static Execute collective(Slot result, Slot mask, Slot value, F f) {
  return [=](BlockState &state) {
    forEachWarp(
        state, [&](unsigned warp) { return namedLanes(state, mask, warp); },
        [&](unsigned warp) {
          uint32_t lanes = namedLanes(state, mask, warp) & state.active[warp];
          uint64_t code = lanes == 0 ? 0 : f(registerOf(state, value.first, warp), lanes);
          uint64_t *to = state.lanes(result.first) + 32 * warp;
          for (unsigned lane = 0; lane < kLanes; ++lane)
            if (state.active[warp] >> lane & 1)
              to[lane] = code & result.mask();
        });
  };
}

static FailureOr<Execute> decodeVote(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  static const VoteKind kinds[] = {VoteKind::Any, VoteKind::All, VoteKind::Ballot, VoteKind::Uniform};
  VoteKind kind = kinds[unsigned(cast<NVVM::VoteSyncOp>(op).getKind())];
  return collective(slots->result, slots->operands[0], slots->operands[1],
                    [kind](const WarpRegister &values, uint32_t lanes) {
                      uint32_t predicates = 0;
                      for (unsigned lane = 0; lane < kLanes; ++lane)
                        predicates |= (values[lane] & 1) << lane;
                      return vote(kind, predicates, lanes);
                    });
}

static FailureOr<Execute> decodeRedux(Operation *op, Decoder &decoder) {
  auto redux = cast<NVVM::ReduxOp>(op);
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  static const std::pair<NVVM::ReduxKind, ReduceKind> kinds[] = {
      {NVVM::ReduxKind::ADD, ReduceKind::Add},   {NVVM::ReduxKind::AND, ReduceKind::And},
      {NVVM::ReduxKind::OR, ReduceKind::Or},     {NVVM::ReduxKind::XOR, ReduceKind::Xor},
      {NVVM::ReduxKind::MIN, ReduceKind::Min},   {NVVM::ReduxKind::MAX, ReduceKind::Max},
      {NVVM::ReduxKind::UMIN, ReduceKind::UMin}, {NVVM::ReduxKind::UMAX, ReduceKind::UMax},
      {NVVM::ReduxKind::FMIN, ReduceKind::FMin}, {NVVM::ReduxKind::FMAX, ReduceKind::FMax}};
  ReduceKind kind = llvm::find_if(kinds, [&](auto &entry) { return entry.first == redux.getKind(); })->second;
  bool absolute = redux.getAbs(), nan = redux.getNan();
  return collective(
      slots->result, slots->operands[1], slots->operands[0],
      [=](const WarpRegister &values, uint32_t lanes) { return reduce(kind, values, lanes, absolute, nan); });
}

/// The lanes with the same value; of `all`, whether it is that of every lane as well.
static FailureOr<Execute> decodeMatch(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  bool all = cast<NVVM::MatchSyncOp>(op).getKind() == NVVM::MatchSyncKind::all;
  return Execute([=, slots = *slots](BlockState &state) {
    forEachWarp(
        state, [&](unsigned warp) { return namedLanes(state, slots.operands[0], warp); },
        [&](unsigned warp) {
          uint32_t lanes = namedLanes(state, slots.operands[0], warp) & state.active[warp];
          std::array<uint64_t, 32> values;
          std::copy_n(state.lanes(slots.operands[1].first) + 32 * warp, 32, values.begin());
          std::array<uint32_t, 32> same;
          if (all)
            same.fill(matchAll(values, lanes));
          else
            same = matchAny(values, lanes);
          for (unsigned lane = 0; lane < kLanes; ++lane) {
            if (!(state.active[warp] >> lane & 1))
              continue;
            state.lanes(slots.result.first)[32 * warp + lane] = same[lane];
            if (all)
              state.lanes(slots.result.first + 1)[32 * warp + lane] = same[lane] != 0;
          }
        });
  });
}

/// True in the first lane of those named; without a mask, of the warp.
static FailureOr<Execute> decodeElect(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  return Execute([=, slots = *slots](BlockState &state) {
    auto named = [&](unsigned warp) {
      return slots.operands.empty() ? state.all[warp] : namedLanes(state, slots.operands[0], warp);
    };
    forEachWarp(state, named, [&](unsigned warp) {
      uint32_t lanes = named(warp) & state.active[warp], leader = lanes & (~lanes + 1);
      for (unsigned lane = 0; lane < kLanes; ++lane)
        if (state.active[warp] >> lane & 1)
          state.lanes(slots.result.first)[32 * warp + lane] = leader >> lane & 1;
    });
  });
}

void sdq::simulator::addWarpOps(Decoder &decoder) {
  decoder.add<gpu::ShuffleOp>(decodeGPUShuffle);
  decoder.add<gpu::SubgroupBroadcastOp>(decodeBroadcast);
  decoder.add<gpu::RotateOp>(decodeRotate);
  decoder.add<NVVM::ShflOp>(decodeNVVMShuffle);
  decoder.add<NVVM::VoteSyncOp>(decodeVote);
  decoder.add<NVVM::ReduxOp>(decodeRedux);
  decoder.add<NVVM::MatchSyncOp>(decodeMatch);
  decoder.add<NVVM::ElectSyncOp>(decodeElect);
}
