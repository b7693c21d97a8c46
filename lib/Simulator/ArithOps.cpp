//===- ArithOps.cpp - arith and math of integers; constants and choices ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
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
  Attribute value = op->getAttr("value");
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
  // What LLVM's dialect has under names of its own.
  decoder.add<LLVM::ConstantOp>(decodeConstant);
  decoder.add<LLVM::AddOp>(decodeUnsigned<add>);
  decoder.add<LLVM::SubOp>(decodeUnsigned<sub>);
  decoder.add<LLVM::MulOp>(decodeUnsigned<mul>);
  decoder.add<LLVM::AndOp>(decodeUnsigned<bitAnd>);
  decoder.add<LLVM::OrOp>(decodeUnsigned<bitOr>);
  decoder.add<LLVM::XOrOp>(decodeUnsigned<bitXor>);
  decoder.add<LLVM::ShlOp>(decodeUnsigned<shiftLeft>);
  decoder.add<LLVM::LShrOp>(decodeUnsigned<shiftRightU>);
  decoder.add<LLVM::AShrOp>(decodeSigned<shiftRightS>);
  decoder.add<LLVM::SelectOp>(decodeSelect);
  decoder.add<LLVM::ZExtOp, LLVM::TruncOp>(decodeCode);
  decoder.add<LLVM::SExtOp>(decodeSignExtend);
}
