//===- FloatOps.cpp - arith and math of floats ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>

using namespace mlir;
using namespace sdq::simulator;

/// The number of a code as a double, and back with one rounding.
static double valueOf(std::optional<NumberKind> kind, uint64_t code) {
  return kind ? double(decode(*kind, uint32_t(code))) : llvm::bit_cast<double>(code);
}
static uint64_t codeOf(std::optional<NumberKind> kind, double value) {
  return kind ? encode(*kind, value) : llvm::bit_cast<uint64_t>(value);
}

/// The float type of a scalar or vector; an error if the simulator does not know it.
static FailureOr<std::optional<NumberKind>> floatKind(Operation *op, Type type) {
  Type element = getElementTypeOrSelf(type);
  std::optional<NumberKind> kind = numberKindOf(element);
  if (!kind && !element.isF64())
    return op->emitOpError() << "computes with " << element << ", which the simulator does not know";
  return kind;
}

/// A float op on values: f32 in f32 where `F` is exact to one rounding in its own type, all others by way of f64, which
/// is wide enough to round sums, products, quotients and roots of two narrow floats once.
template <auto F, typename... Slots>
static Execute onFloats(std::optional<NumberKind> kind, Slot result, Slots... operands) {
  if (kind == NumberKind::F32)
    return elementwise(
        [](auto... codes) -> uint64_t {
          float value = float(F(llvm::bit_cast<float>(uint32_t(codes))...));
          return value == value ? llvm::bit_cast<uint32_t>(value) : 0x7FFFFFFFu;
        },
        result, operands...);
  return elementwise([kind](auto... codes) -> uint64_t { return codeOf(kind, double(F(valueOf(kind, codes)...))); },
                     result, operands...);
}

template <auto F, unsigned Arity>
static FailureOr<Execute> decodeFloat(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  FailureOr<std::optional<NumberKind>> kind = floatKind(op, op->getResult(0).getType());
  if (failed(slots) || failed(kind))
    return failure();
  if constexpr (Arity == 1)
    return onFloats<F>(*kind, slots->result, slots->operands[0]);
  else
    return onFloats<F>(*kind, slots->result, slots->operands[0], slots->operands[1]);
}

static constexpr auto addF = [](auto a, auto b) { return a + b; };
static constexpr auto subF = [](auto a, auto b) { return a - b; };
static constexpr auto mulF = [](auto a, auto b) { return a * b; };
static constexpr auto divF = [](auto a, auto b) { return a / b; };
static constexpr auto remF = [](auto a, auto b) { return std::fmod(a, b); };
static constexpr auto maxNum = [](auto a, auto b) { return std::fmax(a, b); };
static constexpr auto minNum = [](auto a, auto b) { return std::fmin(a, b); };
static constexpr auto maximum = [](auto a, auto b) { return a != a || b != b ? a + b : std::fmax(a, b); };
static constexpr auto minimum = [](auto a, auto b) { return a != a || b != b ? a + b : std::fmin(a, b); };
static constexpr auto rootF = [](auto a) { return std::sqrt(a); };
// Transcendental functions of the CPU's library; hardware's approximations differ in the last places.
static constexpr auto reciprocalRoot = [](auto a) { return 1 / std::sqrt(double(a)); };
static constexpr auto expF = [](auto a) { return std::exp(double(a)); };
static constexpr auto exp2F = [](auto a) { return std::exp2(double(a)); };
static constexpr auto logF = [](auto a) { return std::log(double(a)); };
static constexpr auto log2F = [](auto a) { return std::log2(double(a)); };
static constexpr auto tanhF = [](auto a) { return std::tanh(double(a)); };
static constexpr auto log10F = [](auto a) { return std::log10(double(a)); };
static constexpr auto log1pF = [](auto a) { return std::log1p(double(a)); };
static constexpr auto expm1F = [](auto a) { return std::expm1(double(a)); };
static constexpr auto sinF = [](auto a) { return std::sin(double(a)); };
static constexpr auto cosF = [](auto a) { return std::cos(double(a)); };
static constexpr auto erfF = [](auto a) { return std::erf(double(a)); };
static constexpr auto powF = [](auto a, auto b) { return std::pow(double(a), double(b)); };
static constexpr auto truncF = [](auto a) { return std::trunc(a); };
static constexpr auto roundF = [](auto a) { return std::round(a); };
static constexpr auto copySign = [](auto a, auto b) { return std::copysign(a, b); };
static constexpr auto floorF = [](auto a) { return std::floor(a); };
static constexpr auto ceilF = [](auto a) { return std::ceil(a); };
static constexpr auto roundEven = [](auto a) { return std::nearbyint(a); };

/// Sign operations act on the code.
template <bool Clear>
static FailureOr<Execute> decodeSign(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  uint64_t sign = uint64_t(1) << (slots->result.bits - 1);
  return elementwise([sign](uint64_t a) { return Clear ? a & ~sign : a ^ sign; }, slots->result, slots->operands[0]);
}

static FailureOr<Execute> decodeFma(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  FailureOr<std::optional<NumberKind>> kind = floatKind(op, op->getResult(0).getType());
  if (failed(slots) || failed(kind))
    return failure();
  const auto &operands = slots->operands;
  if (*kind == NumberKind::F16 || *kind == NumberKind::BF16)
    return elementwise(
        [kind = **kind](uint64_t a, uint64_t b, uint64_t c) -> uint64_t {
          return sdq::simulator::fma(kind, uint32_t(a), uint32_t(b), uint32_t(c));
        },
        slots->result, operands[0], operands[1], operands[2]);
  return onFloats<[](auto a, auto b, auto c) { return std::fma(a, b, c); }>(*kind, slots->result, operands[0],
                                                                            operands[1], operands[2]);
}

static FailureOr<Execute> decodeConvertFloat(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  FailureOr<std::optional<NumberKind>> from = floatKind(op, op->getOperand(0).getType());
  FailureOr<std::optional<NumberKind>> to = floatKind(op, op->getResult(0).getType());
  if (failed(slots) || failed(from) || failed(to))
    return failure();
  return elementwise([from = *from, to = *to](uint64_t a) { return codeOf(to, valueOf(from, a)); }, slots->result,
                     slots->operands[0]);
}

template <bool Signed>
static FailureOr<Execute> decodeToFloat(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  FailureOr<std::optional<NumberKind>> to = floatKind(op, op->getResult(0).getType());
  if (failed(slots) || failed(to))
    return failure();
  unsigned bits = slots->operands[0].bits;
  if (bits > 53 && *to)
    return op->emitOpError() << "converts an integer of " << bits << " bits, the simulator knows up to 53";
  return elementwise(
      [bits, to = *to](uint64_t a) { return codeOf(to, Signed ? double(signExtend(a, bits)) : double(a)); },
      slots->result, slots->operands[0]);
}

template <bool Signed>
static FailureOr<Execute> decodeFromFloat(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  FailureOr<std::optional<NumberKind>> from = floatKind(op, op->getOperand(0).getType());
  if (failed(slots) || failed(from))
    return failure();
  // Beyond the integer's range, where MLIR leaves the result open, it saturates as `cvt` does; NaN is 0.
  double limit = std::ldexp(1.0, int(slots->result.bits) - (Signed ? 1 : 0)), low = Signed ? -limit : 0;
  uint64_t largest = slots->result.mask() >> (Signed ? 1 : 0),
           smallest = Signed ? uint64_t(1) << (slots->result.bits - 1) : 0;
  return elementwise(
      [=, from = *from](uint64_t a) -> uint64_t {
        double value = std::trunc(valueOf(from, a));
        if (value != value)
          return 0;
        if (value >= limit)
          return largest;
        if (value <= low)
          return smallest;
        return Signed ? uint64_t(int64_t(value)) : uint64_t(value);
      },
      slots->result, slots->operands[0]);
}

static FailureOr<Execute> decodeCompareFloats(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  FailureOr<std::optional<NumberKind>> kind = floatKind(op, op->getOperand(0).getType());
  if (failed(slots) || failed(kind))
    return failure();
  // The set of outcomes it accepts: equal 1, greater 2, less 4, unordered 8. MLIR numbers the ordered predicates so,
  // and ueq to une (8 to 13) after oeq to one (1 to 6).
  unsigned predicate = unsigned(cast<arith::CmpFOp>(op).getPredicate());
  unsigned accepted = predicate < 8 || predicate == 15 ? predicate : predicate == 14 ? 8 : 8 | (predicate - 7);
  return elementwise(
      [accepted, kind = *kind](uint64_t a, uint64_t b) -> uint64_t {
        double x = valueOf(kind, a), y = valueOf(kind, b);
        unsigned outcome = x == y ? 1 : x > y ? 2 : x < y ? 4 : 8;
        return (accepted & outcome) != 0;
      },
      slots->result, slots->operands[0], slots->operands[1]);
}

void sdq::simulator::addFloatOps(Decoder &decoder) {
  decoder.add<arith::AddFOp>(decodeFloat<addF, 2>);
  decoder.add<arith::SubFOp>(decodeFloat<subF, 2>);
  decoder.add<arith::MulFOp>(decodeFloat<mulF, 2>);
  decoder.add<arith::DivFOp>(decodeFloat<divF, 2>);
  decoder.add<arith::RemFOp>(decodeFloat<remF, 2>);
  decoder.add<arith::MaxNumFOp>(decodeFloat<maxNum, 2>);
  decoder.add<arith::MinNumFOp>(decodeFloat<minNum, 2>);
  decoder.add<arith::MaximumFOp>(decodeFloat<maximum, 2>);
  decoder.add<arith::MinimumFOp>(decodeFloat<minimum, 2>);
  decoder.add<arith::NegFOp>(decodeSign<false>);
  decoder.add<math::AbsFOp>(decodeSign<true>);
  decoder.add<arith::ExtFOp, arith::TruncFOp>(decodeConvertFloat);
  decoder.add<arith::SIToFPOp>(decodeToFloat<true>);
  decoder.add<arith::UIToFPOp>(decodeToFloat<false>);
  decoder.add<arith::FPToSIOp>(decodeFromFloat<true>);
  decoder.add<arith::FPToUIOp>(decodeFromFloat<false>);
  decoder.add<arith::CmpFOp>(decodeCompareFloats);
  decoder.add<math::FmaOp>(decodeFma);
  decoder.add("vector.fma", decodeFma);
  decoder.add<math::SqrtOp>(decodeFloat<rootF, 1>);
  decoder.add<math::RsqrtOp>(decodeFloat<reciprocalRoot, 1>);
  decoder.add<math::ExpOp>(decodeFloat<expF, 1>);
  decoder.add<math::Exp2Op>(decodeFloat<exp2F, 1>);
  decoder.add<math::LogOp>(decodeFloat<logF, 1>);
  decoder.add<math::Log2Op>(decodeFloat<log2F, 1>);
  decoder.add<math::TanhOp>(decodeFloat<tanhF, 1>);
  decoder.add<math::FloorOp>(decodeFloat<floorF, 1>);
  decoder.add<math::CeilOp>(decodeFloat<ceilF, 1>);
  decoder.add<math::RoundEvenOp>(decodeFloat<roundEven, 1>);
  decoder.add<math::TruncOp>(decodeFloat<truncF, 1>);
  decoder.add<math::RoundOp>(decodeFloat<roundF, 1>);
  decoder.add<math::Log10Op>(decodeFloat<log10F, 1>);
  decoder.add<math::Log1pOp>(decodeFloat<log1pF, 1>);
  decoder.add<math::ExpM1Op>(decodeFloat<expm1F, 1>);
  decoder.add<math::SinOp>(decodeFloat<sinF, 1>);
  decoder.add<math::CosOp>(decodeFloat<cosF, 1>);
  decoder.add<math::ErfOp>(decodeFloat<erfF, 1>);
  decoder.add<math::PowFOp>(decodeFloat<powF, 2>);
  decoder.add<math::CopySignOp>(decodeFloat<copySign, 2>);
}
