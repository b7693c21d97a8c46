//===- ArithOps.cpp - arith and math --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace sdq::simulator;

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

/// An op of two integers by a function of their codes.
template <auto F>
static FailureOr<Execute> decodeUnsigned(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  return elementwise([](uint64_t a, uint64_t b) { return F(a, b); }, slots->result, slots->operands[0],
                     slots->operands[1]);
}

/// The same of their values as signed numbers.
template <auto F>
static FailureOr<Execute> decodeSigned(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  unsigned bits = slots->operands[0].bits;
  return elementwise([bits](uint64_t a, uint64_t b) { return uint64_t(F(signExtend(a, bits), signExtend(b, bits))); },
                     slots->result, slots->operands[0], slots->operands[1]);
}

/// A division, which `decode` decodes, by what must not be zero in an active thread.
template <auto Decode>
static FailureOr<Execute> decodeDivision(Operation *op, Decoder &decoder) {
  FailureOr<Execute> divide = Decode(op, decoder);
  if (failed(divide))
    return failure();
  APInt constant;
  if (matchPattern(op->getOperand(1), m_ConstantInt(&constant)) && !constant.isZero())
    return divide;
  FailureOr<Slot> divisor = decoder.slotOf(op->getOperand(1));
  if (failed(divisor))
    return failure();
  return Execute([divide = *divide, divisor = *divisor](BlockState &state) {
    for (unsigned component = 0; component < divisor.components; ++component) {
      const uint64_t *by = state.lanes(divisor.first + component);
      state.forEachActive([&](unsigned thread) {
        if (by[thread] == 0)
          state.report(FindingKind::DivisionByZero, thread, "divides by zero");
      });
    }
    divide(state);
  });
}

// What MLIR leaves undefined (a division by zero, a shift past the width) gives 0, or the sign for an arithmetic shift.
static uint64_t add(uint64_t a, uint64_t b) { return a + b; }
static uint64_t sub(uint64_t a, uint64_t b) { return a - b; }
static uint64_t mul(uint64_t a, uint64_t b) { return a * b; }
static uint64_t bitAnd(uint64_t a, uint64_t b) { return a & b; }
static uint64_t bitOr(uint64_t a, uint64_t b) { return a | b; }
static uint64_t bitXor(uint64_t a, uint64_t b) { return a ^ b; }
static uint64_t divU(uint64_t a, uint64_t b) { return b == 0 ? 0 : a / b; }
static uint64_t remU(uint64_t a, uint64_t b) { return b == 0 ? 0 : a % b; }
static uint64_t ceilDivU(uint64_t a, uint64_t b) { return b == 0 ? 0 : a / b + (a % b != 0); }
static uint64_t minU(uint64_t a, uint64_t b) { return std::min(a, b); }
static uint64_t maxU(uint64_t a, uint64_t b) { return std::max(a, b); }
static uint64_t shiftLeft(uint64_t a, uint64_t b) { return b > 63 ? 0 : a << b; }
static uint64_t shiftRightU(uint64_t a, uint64_t b) { return b > 63 ? 0 : a >> b; }
static int64_t divS(int64_t a, int64_t b) { return b == 0 ? 0 : b == -1 ? int64_t(-uint64_t(a)) : a / b; }
static int64_t remS(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }
static int64_t floorDivS(int64_t a, int64_t b) { return divS(a, b) - (remS(a, b) != 0 && (a < 0) != (b < 0)); }
static int64_t ceilDivS(int64_t a, int64_t b) { return divS(a, b) + (remS(a, b) != 0 && (a < 0) == (b < 0)); }
static int64_t minS(int64_t a, int64_t b) { return std::min(a, b); }
static int64_t maxS(int64_t a, int64_t b) { return std::max(a, b); }
static int64_t shiftRightS(int64_t a, int64_t b) { return a >> (b < 0 || b > 63 ? 63 : b); }

static FailureOr<Execute> decodeCompareIntegers(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  Slot a = slots->operands[0], b = slots->operands[1], result = slots->result;
  unsigned bits = a.bits;
  auto onSigned = [&](auto compare) {
    return elementwise(
        [=](uint64_t x, uint64_t y) { return uint64_t(compare(signExtend(x, bits), signExtend(y, bits))); }, result, a,
        b);
  };
  auto onUnsigned = [&](auto compare) {
    return elementwise([=](uint64_t x, uint64_t y) { return uint64_t(compare(x, y)); }, result, a, b);
  };
  switch (cast<arith::CmpIOp>(op).getPredicate()) {
  case arith::CmpIPredicate::eq:
    return onUnsigned(std::equal_to<>());
  case arith::CmpIPredicate::ne:
    return onUnsigned(std::not_equal_to<>());
  case arith::CmpIPredicate::slt:
    return onSigned(std::less<>());
  case arith::CmpIPredicate::sle:
    return onSigned(std::less_equal<>());
  case arith::CmpIPredicate::sgt:
    return onSigned(std::greater<>());
  case arith::CmpIPredicate::sge:
    return onSigned(std::greater_equal<>());
  case arith::CmpIPredicate::ult:
    return onUnsigned(std::less<>());
  case arith::CmpIPredicate::ule:
    return onUnsigned(std::less_equal<>());
  case arith::CmpIPredicate::ugt:
    return onUnsigned(std::greater<>());
  case arith::CmpIPredicate::uge:
    return onUnsigned(std::greater_equal<>());
  }
  return failure();
}

static FailureOr<Execute> decodeSelect(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  Slot condition = slots->operands[0], yes = slots->operands[1], no = slots->operands[2], result = slots->result;
  bool one = condition.components == 1;
  return Execute([=](BlockState &state) {
    for (unsigned component = 0; component < result.components; ++component) {
      const uint64_t *flag = state.lanes(condition.first + (one ? 0 : component));
      const uint64_t *x = state.lanes(yes.first + component), *y = state.lanes(no.first + component);
      uint64_t *to = state.lanes(result.first + component);
      for (unsigned thread = 0; thread < state.padded; ++thread)
        to[thread] = flag[thread] & 1 ? x[thread] : y[thread];
    }
  });
}

/// Zero-extends, cuts or takes over the code.
static FailureOr<Execute> decodeCode(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  return elementwise([](uint64_t a) { return a; }, slots->result, slots->operands[0]);
}

static FailureOr<Execute> decodeSignExtend(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  unsigned bits = slots->operands[0].bits;
  return elementwise([bits](uint64_t a) { return uint64_t(signExtend(a, bits)); }, slots->result, slots->operands[0]);
}

static FailureOr<Execute> decodeConstant(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  Attribute value = cast<arith::ConstantOp>(op).getValue();
  llvm::SmallVector<uint64_t, 4> codes;
  auto codeOf = [](Attribute scalar) {
    if (auto integer = dyn_cast<IntegerAttr>(scalar))
      return integer.getValue().getZExtValue();
    return cast<FloatAttr>(scalar).getValue().bitcastToAPInt().getZExtValue();
  };
  if (auto elements = dyn_cast<DenseElementsAttr>(value)) {
    for (Attribute element : elements.getValues<Attribute>())
      codes.push_back(codeOf(element));
  } else if (isa<IntegerAttr, FloatAttr>(value)) {
    codes.push_back(codeOf(value));
  } else {
    return op->emitOpError() << "holds " << value << ", which the simulator does not know";
  }
  return Execute([codes, result = slots->result](BlockState &state) {
    for (unsigned component = 0; component < result.components; ++component)
      std::fill_n(state.lanes(result.first + component), state.padded, codes[component]);
  });
}

/// An op of one integer by a function of its code and width.
template <auto F>
static FailureOr<Execute> decodeBits(Operation *op, Decoder &decoder) {
  FailureOr<OpSlots> slots = slotsOf(op, decoder);
  if (failed(slots))
    return failure();
  unsigned bits = slots->result.bits;
  return elementwise([bits](uint64_t a) { return F(a, bits); }, slots->result, slots->operands[0]);
}

static uint64_t populationCount(uint64_t a, unsigned) { return uint64_t(llvm::popcount(a)); }
static uint64_t leadingZeros(uint64_t a, unsigned bits) { return uint64_t(llvm::countl_zero(a)) - (64 - bits); }
static uint64_t trailingZeros(uint64_t a, unsigned bits) { return std::min<uint64_t>(llvm::countr_zero(a), bits); }
static uint64_t magnitude(uint64_t a, unsigned bits) { return signExtend(a, bits) < 0 ? -a : a; }

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

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

void sdq::simulator::addArithOps(Decoder &decoder) {
  decoder.add<arith::ConstantOp>(decodeConstant);
  decoder.add<arith::AddIOp>(decodeUnsigned<add>);
  decoder.add<arith::SubIOp>(decodeUnsigned<sub>);
  decoder.add<arith::MulIOp>(decodeUnsigned<mul>);
  decoder.add<arith::AndIOp>(decodeUnsigned<bitAnd>);
  decoder.add<arith::OrIOp>(decodeUnsigned<bitOr>);
  decoder.add<arith::XOrIOp>(decodeUnsigned<bitXor>);
  decoder.add<arith::DivUIOp>(decodeDivision<decodeUnsigned<divU>>);
  decoder.add<arith::RemUIOp>(decodeDivision<decodeUnsigned<remU>>);
  decoder.add<arith::CeilDivUIOp>(decodeDivision<decodeUnsigned<ceilDivU>>);
  decoder.add<arith::MinUIOp>(decodeUnsigned<minU>);
  decoder.add<arith::MaxUIOp>(decodeUnsigned<maxU>);
  decoder.add<arith::ShLIOp>(decodeUnsigned<shiftLeft>);
  decoder.add<arith::ShRUIOp>(decodeUnsigned<shiftRightU>);
  decoder.add<arith::DivSIOp>(decodeDivision<decodeSigned<divS>>);
  decoder.add<arith::RemSIOp>(decodeDivision<decodeSigned<remS>>);
  decoder.add<arith::FloorDivSIOp>(decodeDivision<decodeSigned<floorDivS>>);
  decoder.add<arith::CeilDivSIOp>(decodeDivision<decodeSigned<ceilDivS>>);
  decoder.add<arith::MinSIOp>(decodeSigned<minS>);
  decoder.add<arith::MaxSIOp>(decodeSigned<maxS>);
  decoder.add<arith::ShRSIOp>(decodeSigned<shiftRightS>);
  decoder.add<math::CtPopOp>(decodeBits<populationCount>);
  decoder.add<math::CountLeadingZerosOp>(decodeBits<leadingZeros>);
  decoder.add<math::CountTrailingZerosOp>(decodeBits<trailingZeros>);
  decoder.add<math::AbsIOp>(decodeBits<magnitude>);
  decoder.add<arith::CmpIOp>(decodeCompareIntegers);
  decoder.add<arith::SelectOp>(decodeSelect);
  decoder.add<arith::ExtUIOp, arith::TruncIOp, arith::IndexCastUIOp, arith::BitcastOp>(decodeCode);
  decoder.add<arith::ExtSIOp, arith::IndexCastOp>(decodeSignExtend);
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
}
