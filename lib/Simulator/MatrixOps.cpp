//===- MatrixOps.cpp - mma as ops -----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Warp.h"

#include "sdq/Simulator/MmaOps.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

#include "llvm/Support/FormatVariadic.h"

#include <cstring>

using namespace mlir;
using namespace sdq::simulator;

llvm::SmallVector<WarpRegister, 8> sdq::simulator::packed(BlockState &state, llvm::ArrayRef<Slot> slots,
                                                          unsigned warp) {
  llvm::SmallVector<WarpRegister, 8> registers;
  unsigned filled = 32;
  for (const Slot &slot : slots)
    for (unsigned component = 0; component < slot.components; ++component) {
      if (filled == 32) {
        registers.push_back(WarpRegister{});
        filled = 0;
      }
      const uint64_t *codes = state.lanes(slot.first + component) + 32 * warp;
      for (unsigned lane = 0; lane < kLanes; ++lane)
        registers.back()[lane] |= uint32_t(codes[lane]) << filled;
      filled += slot.bits;
    }
  return registers;
}

void sdq::simulator::unpack(BlockState &state, const Slot &slot, llvm::ArrayRef<WarpRegister> registers,
                            unsigned warp) {
  unsigned perRegister = 32 / slot.bits;
  for (unsigned component = 0; component < slot.components; ++component) {
    uint64_t *codes = state.lanes(slot.first + component) + 32 * warp;
    for (unsigned lane = 0; lane < kLanes; ++lane)
      if (state.active[warp] >> lane & 1)
        codes[lane] = registers[component / perRegister][lane] >> (component % perRegister * slot.bits) & slot.mask();
  }
}

namespace {
/// Slots of an mma's operands.
struct MmaSlots {
  llvm::SmallVector<Slot, 4> a, b, c;
  Slot result;
  std::optional<Slot> metadata, selector;
  unsigned constantSelector = 0;
  struct Scale {
    Slot data, byteId, threadId;
  };
  std::optional<std::pair<Scale, Scale>> scales;
};
} // namespace

/// The slots of several groups of operands, the last failure kept.
static LogicalResult take(Decoder &decoder, ValueRange values, llvm::SmallVector<Slot, 4> &to) {
  FailureOr<llvm::SmallVector<Slot, 4>> slots = decoder.slotsOf(values);
  if (succeeded(slots))
    to = *slots;
  return slots;
}

template <typename Op>
static LogicalResult takeOperands(Op op, Decoder &decoder, MmaSlots &slots) {
  llvm::SmallVector<Slot, 4> extra;
  if constexpr (std::is_same_v<Op, nvgpu::MmaSyncOp> || std::is_same_v<Op, nvgpu::MmaSparseSyncOp>) {
    if (failed(take(decoder, op.getMatrixA(), slots.a)) || failed(take(decoder, op.getMatrixB(), slots.b)) ||
        failed(take(decoder, op.getMatrixC(), slots.c)))
      return failure();
  } else {
    if (failed(take(decoder, op.getOperandA(), slots.a)) || failed(take(decoder, op.getOperandB(), slots.b)) ||
        failed(take(decoder, op.getOperandC(), slots.c)))
      return failure();
  }
  if constexpr (std::is_same_v<Op, nvgpu::MmaSparseSyncOp>) {
    slots.constantSelector = op.getSparsitySelector();
    if (failed(take(decoder, op.getSparseMetadata(), extra)))
      return failure();
    slots.metadata = extra[0];
  }
  if constexpr (std::is_same_v<Op, NVVM::MmaSpOp> || std::is_same_v<Op, NVVM::MmaSpBlockScaleOp>) {
    if (failed(take(decoder, {op.getSparseMetadata(), op.getSparsitySelector()}, extra)))
      return failure();
    slots.metadata = extra[0];
    slots.selector = extra[1];
  }
  if constexpr (std::is_same_v<Op, NVVM::MmaBlockScaleOp> || std::is_same_v<Op, NVVM::MmaSpBlockScaleOp>) {
    if (failed(take(decoder,
                    {op.getScaleAData(), op.getByteIdA(), op.getThreadIdA(), op.getScaleBData(), op.getByteIdB(),
                     op.getThreadIdB()},
                    extra)))
      return failure();
    slots.scales = {{extra[0], extra[1], extra[2]}, {extra[3], extra[4], extra[5]}};
  }
  FailureOr<Slot> result = decoder.slotOf(op.getRes());
  if (succeeded(result))
    slots.result = *result;
  return result;
}

/// Reports the illegal codes of a warp.
static void reportCodes(BlockState &state, const MmaInstruction &mma, llvm::ArrayRef<IllegalCode> codes,
                        unsigned warp) {
  for (const IllegalCode &illegal : codes)
    state.report(
        FindingKind::IllegalMetadata, 32 * warp + illegal.lane,
        llvm::formatv("holds metadata code {0:x-} in bits {1} to {2}, for row {3}, k {4} and up of A; expected {5}",
                      illegal.code, 4 * illegal.index, 4 * illegal.index + 3, illegal.group.row, illegal.group.column,
                      mma.orderedMetadata ? "4, 8, 9, c, d or e" : "two different positions")
            .str());
}

template <typename Op>
static FailureOr<Execute> decodeMma(Operation *op, Decoder &decoder) {
  FailureOr<MmaInstruction> instruction = readMma(op);
  MmaSlots slots;
  if (failed(instruction) || failed(takeOperands(cast<Op>(op), decoder, slots)))
    return failure();
  MmaShape shape = instruction->shape;
  return Execute([=, mma = *instruction](BlockState &state) {
    forEachWarp(
        state, [](unsigned) { return ~0u; },
        [&](unsigned warp) {
          auto a = packed(state, slots.a, warp), b = packed(state, slots.b, warp), c = packed(state, slots.c, warp);
          TensorWork &work = state.tensor[state.current->op];
          work.shape = shape;
          ++work.operations;
          // What is the same in all lanes is read from the first that is here.
          unsigned first = unsigned(llvm::countr_zero(state.active[warp]));
          auto uniform = [&](const Slot &slot) { return unsigned(state.lanes(slot.first)[32 * warp + first]); };
          std::optional<BlockScales> scales;
          if (slots.scales) {
            auto &[ofA, ofB] = *slots.scales;
            scales = BlockScales{*mma.scales,
                                 registerOf(state, ofA.data.first, warp),
                                 registerOf(state, ofB.data.first, warp),
                                 {uniform(ofA.byteId), uniform(ofA.threadId)},
                                 {uniform(ofB.byteId), uniform(ofB.threadId)}};
            for (auto [selector, limit, name] :
                 {std::tuple(scales->selectA, 2u, "A"), std::tuple(scales->selectB, 4u, "B")})
              if (!isDefined(selector, *mma.scales, limit))
                return state.report(
                    FindingKind::UndefinedSelector, 32 * warp + first,
                    llvm::formatv("takes the scales of {0} from byte {1} of thread {2}; expected a byte "
                                  "below 4 that is a multiple of {3} and a thread below {4}",
                                  name, selector.byteId, selector.threadId, mma.scales->count, limit)
                        .str());
          }
          if (!shape.sparse) {
            sdq::simulator::mma(shape, a, b, c, c, mma.overflow, scales ? &*scales : nullptr);
          } else {
            unsigned selector = slots.selector ? uniform(*slots.selector) : slots.constantSelector;
            if (selector >= definedSelectors(shape))
              return state.report(
                  FindingKind::UndefinedSelector, 32 * warp + first,
                  llvm::formatv("uses sparsity selector {0}; PTX defines those below {1} for {2} of {3}", selector,
                                definedSelectors(shape), shape.name(), nameOf(shape.a))
                      .str());
            Metadata metadata{packed(state, *slots.metadata, warp)[0], selector, mma.orderedMetadata};
            auto illegal = mmaSparse(shape, a, b, c, metadata, c, mma.overflow, scales ? &*scales : nullptr);
            reportCodes(state, mma, illegal, warp);
          }
          unpack(state, slots.result, c, warp);
        });
  });
}

void sdq::simulator::addMatrixOps(Decoder &decoder) {
  decoder.add<nvgpu::MmaSyncOp>(decodeMma<nvgpu::MmaSyncOp>);
  decoder.add<nvgpu::MmaSparseSyncOp>(decodeMma<nvgpu::MmaSparseSyncOp>);
  decoder.add<NVVM::MmaOp>(decodeMma<NVVM::MmaOp>);
  decoder.add<NVVM::MmaSpOp>(decodeMma<NVVM::MmaSpOp>);
  decoder.add<NVVM::MmaBlockScaleOp>(decodeMma<NVVM::MmaBlockScaleOp>);
  decoder.add<NVVM::MmaSpBlockScaleOp>(decodeMma<NVVM::MmaSpBlockScaleOp>);
}
