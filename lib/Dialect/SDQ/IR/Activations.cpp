//===- Activations.cpp - How activations meet a weight's terms ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rounding to a small float of m mantissa bits and smallest normal exponent e₀: the spacing of representable numbers
// around a is 2^(max(exponent(a), e₀) − m); divide by it, round to an integer, multiply back. Both powers of two are
// assembled from bits.
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/Activations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace sdq;

SmallVector<TermGroup> sdq::groupTerms(WeightFormat format, Shape shape, ArrayAttr activations, ValueRange parts) {
  SmallVector<TermGroup> groups;
  for (auto [i, term] : llvm::enumerate(termsOf(format))) {
    size_t count = term.getParts(shape).size();
    ActivationFormatAttr activation;
    if (activations) {
      activation = cast<ActivationFormatAttr>(activations[i]);
      if (!isQuantized(*elementKindOf(activation.getElement())))
        activation = nullptr;
    }
    auto same = llvm::find_if(groups, [&](TermGroup &group) { return group.activation == activation; });
    TermGroup &group = same == groups.end() ? groups.emplace_back(TermGroup{activation, {}}) : *same;
    group.terms.push_back({term, parts.take_front(count)});
    parts = parts.drop_front(count);
  }
  return groups;
}

static Value constant(OpBuilder &b, Location at, float value) {
  return arith::ConstantOp::create(b, at, b.getF32FloatAttr(value));
}
static Value constant(OpBuilder &b, Location at, int32_t value) {
  return arith::ConstantOp::create(b, at, b.getI32IntegerAttr(value));
}

Value sdq::emitActivationScale(OpBuilder &b, Location at, ElementKind kind, Value largest) {
  Value scale = arith::DivFOp::create(b, at, largest, constant(b, at, maxMagnitude(kind)));
  Value zero = arith::CmpFOp::create(b, at, arith::CmpFPredicate::OEQ, scale, constant(b, at, 0.0f));
  return arith::SelectOp::create(b, at, zero, constant(b, at, 1.0f), scale);
}

/// Rounds `value`, whose magnitude is at most slightly over the format's largest, to the format.
static Value roundTo(OpBuilder &b, Location at, ElementKind kind, Value value) {
  Value limit = constant(b, at, maxMagnitude(kind)), negativeLimit = constant(b, at, -maxMagnitude(kind));
  Value rounded;
  if (isInteger(kind)) {
    rounded = math::RoundEvenOp::create(b, at, value);
  } else {
    auto [mantissa, smallestExponent] = kind == ElementKind::E2M1   ? std::pair(1, 0)
                                        : kind == ElementKind::E4M3 ? std::pair(3, -6)
                                                                    : std::pair(2, -14);
    Value bits = arith::BitcastOp::create(b, at, b.getI32Type(), value);
    Value exponent =
        arith::AndIOp::create(b, at, arith::ShRUIOp::create(b, at, bits, constant(b, at, 23)), constant(b, at, 255));
    exponent = arith::MaxSIOp::create(b, at, exponent, constant(b, at, smallestExponent + 127));
    auto power = [&](Value biased) {
      Value shifted = arith::ShLIOp::create(b, at, biased, constant(b, at, 23));
      return Value(arith::BitcastOp::create(b, at, b.getF32Type(), shifted));
    };
    Value spacing = power(arith::SubIOp::create(b, at, exponent, constant(b, at, mantissa)));
    Value inverse = power(arith::SubIOp::create(b, at, constant(b, at, 254 + mantissa), exponent));
    rounded = math::RoundEvenOp::create(b, at, arith::MulFOp::create(b, at, value, inverse));
    rounded = arith::MulFOp::create(b, at, rounded, spacing);
  }
  rounded = arith::MinimumFOp::create(b, at, rounded, limit);
  return arith::MaximumFOp::create(b, at, rounded, negativeLimit);
}

Value sdq::emitActivationUnits(OpBuilder &b, Location at, ElementKind kind, Value value, Value scale) {
  return roundTo(b, at, kind, arith::DivFOp::create(b, at, value, scale));
}

Value sdq::emitRoundActivation(OpBuilder &b, Location at, ElementKind kind, Value value, Value scale) {
  return arith::MulFOp::create(b, at, emitActivationUnits(b, at, kind, value, scale), scale);
}
