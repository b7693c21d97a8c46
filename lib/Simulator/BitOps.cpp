//===- BitOps.cpp - Byte permutes, dot products, packed conversions as ops -===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Warp.h"

#include "sdq/Simulator/Bits.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace sdq::simulator;

/// An op whose operands and result each are the bits of one register, by a function of these.
template <typename F>
static FailureOr<Execute> onRegisters(Operation *op, Decoder &decoder, F f) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  return Execute([=, slots = *slots](BlockState &state) {
    const Slot &result = slots.result;
    for (unsigned thread = 0; thread < state.padded; ++thread) {
      std::array<uint32_t, 3> operands{};
      for (auto [number, operand] : llvm::enumerate(slots.operands))
        for (unsigned component = 0; component < operand.components; ++component)
          operands[number] |= uint32_t(state.lanes(operand.first + component)[thread]) << (component * operand.bits);
      uint32_t code = f(operands);
      for (unsigned component = 0; component < result.components; ++component)
        state.lanes(result.first + component)[thread] = code >> (component * result.bits) & result.mask();
    }
  });
}
using Registers = std::array<uint32_t, 3>;

static FailureOr<Execute> decodeDot4(Operation *op, Decoder &decoder) {
  auto dot = cast<NVVM::DotAccumulate4WayOp>(op);
  bool aSigned = dot.getAType() == NVVM::DotAccumulateType::SIGNED;
  bool bSigned = dot.getBType() == NVVM::DotAccumulateType::SIGNED;
  return onRegisters(op, decoder, [=](const Registers &r) { return dotOfBytes(r[0], aSigned, r[1], bSigned, r[2]); });
}

static FailureOr<Execute> decodeDot2(Operation *op, Decoder &decoder) {
  auto dot = cast<NVVM::DotAccumulate2WayOp>(op);
  bool aSigned = dot.getAType() == NVVM::DotAccumulateType::SIGNED;
  bool bSigned = dot.getBType() == NVVM::DotAccumulateType::SIGNED, high = dot.getBHi();
  return onRegisters(op, decoder,
                     [=](const Registers &r) { return dotOfHalves(r[0], aSigned, r[1], bSigned, r[2], high); });
}

static FailureOr<Execute> decodePermute(Operation *op, Decoder &decoder) {
  auto permute = cast<NVVM::PermuteOp>(op);
  auto mode = PermuteMode(unsigned(permute.getMode()));
  bool two = bool(permute.getHi());
  return onRegisters(op, decoder, [=](const Registers &r) {
    return two ? permuteBytes(r[0], r[1], r[2], mode) : permuteBytes(r[0], r[0], r[1], mode);
  });
}

/// The number of a type that an attribute names; an error for those without.
static FailureOr<NumberKind> kindOf(Operation *op, Type type) {
  if (std::optional<NumberKind> kind = numberKindOf(type))
    return *kind;
  return op->emitOpError() << "converts " << type << ", which the simulator does not know";
}

/// Two f32, the first of which becomes the high half.
template <typename Op>
static FailureOr<Execute> decodePack(Operation *op, Decoder &decoder) {
  auto convert = cast<Op>(op);
  Type type;
  auto overflow = Overflow::Saturate;
  if constexpr (std::is_same_v<Op, NVVM::ConvertF32x2ToF4x2Op>) {
    type = convert.getDstTy();
  } else {
    if constexpr (std::is_same_v<Op, NVVM::ConvertF32x2ToF8x2Op>)
      type = convert.getDstTy();
    else
      type = getElementTypeOrSelf(convert.getType());
    if (convert.getRnd() != NVVM::FPRoundingMode::RN)
      return op->emitOpError() << "rounds by " << NVVM::stringifyFPRoundingMode(convert.getRnd())
                               << "; the simulator knows rn";
    overflow = convert.getSat() == NVVM::SaturationMode::SATFINITE ? Overflow::Saturate : Overflow::NonFinite;
  }
  FailureOr<NumberKind> kind = kindOf(op, type);
  if (failed(kind))
    return failure();
  return onRegisters(op, decoder, [kind = *kind, overflow, relu = convert.getRelu()](const Registers &r) {
    return packPair(kind, llvm::bit_cast<float>(r[1]), llvm::bit_cast<float>(r[0]), overflow, relu);
  });
}

/// A packed pair to another, each number by itself.
static FailureOr<Execute> repack(Operation *op, Decoder &decoder, Type source, Type target, bool relu) {
  FailureOr<NumberKind> from = kindOf(op, source), to = kindOf(op, target);
  if (failed(from) || failed(to))
    return failure();
  // What is narrower than f16 saturates.
  Overflow overflow = bitsOf(*to) < 16 ? Overflow::Saturate : Overflow::NonFinite;
  return onRegisters(op, decoder, [from = *from, to = *to, overflow, relu](const Registers &r) {
    auto [low, high] = unpackPair(from, r[0]);
    return packPair(to, low, high, overflow, relu);
  });
}

template <typename Op>
static FailureOr<Execute> decodeNarrow(Operation *op, Decoder &decoder) {
  auto convert = cast<Op>(op);
  bool relu = false;
  if constexpr (std::is_same_v<Op, NVVM::ConvertF16x2ToF8x2Op>)
    relu = convert.getRelu();
  return repack(op, decoder, getElementTypeOrSelf(convert.getA().getType()), convert.getDstTy(), relu);
}

template <typename Op>
static FailureOr<Execute> decodeWiden(Operation *op, Decoder &decoder) {
  auto convert = cast<Op>(op);
  bool relu = false;
  if constexpr (!std::is_same_v<Op, NVVM::ConvertF8x2ToBF16x2Op>)
    relu = convert.getRelu();
  return repack(op, decoder, convert.getSrcType(), getElementTypeOrSelf(convert.getType()), relu);
}

void sdq::simulator::addBitOps(Decoder &decoder) {
  decoder.add<NVVM::DotAccumulate4WayOp>(decodeDot4);
  decoder.add<NVVM::DotAccumulate2WayOp>(decodeDot2);
  decoder.add<NVVM::PermuteOp>(decodePermute);
  decoder.add<NVVM::ConvertF32x2ToF4x2Op>(decodePack<NVVM::ConvertF32x2ToF4x2Op>);
  decoder.add<NVVM::ConvertF32x2ToF8x2Op>(decodePack<NVVM::ConvertF32x2ToF8x2Op>);
  decoder.add<NVVM::ConvertF32x2ToF16x2Op>(decodePack<NVVM::ConvertF32x2ToF16x2Op>);
  decoder.add<NVVM::ConvertF32x2ToBF16x2Op>(decodePack<NVVM::ConvertF32x2ToBF16x2Op>);
  decoder.add<NVVM::ConvertF16x2ToF8x2Op>(decodeNarrow<NVVM::ConvertF16x2ToF8x2Op>);
  decoder.add<NVVM::ConvertF8x2ToF16x2Op>(decodeWiden<NVVM::ConvertF8x2ToF16x2Op>);
  decoder.add<NVVM::ConvertF8x2ToBF16x2Op>(decodeWiden<NVVM::ConvertF8x2ToBF16x2Op>);
  decoder.add<NVVM::ConvertF4x2ToF16x2Op>(decodeWiden<NVVM::ConvertF4x2ToF16x2Op>);
}
