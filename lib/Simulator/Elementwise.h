//===- Elementwise.h - Pure ops as loops over lanes -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An op on each component and thread by itself, from a function of codes. Every thread computes, active or not, so the
// function must be total; the loops are plain enough for the compiler to vectorise.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_ELEMENTWISE_H
#define SDQ_LIB_SIMULATOR_ELEMENTWISE_H

#include "Engine.h"

namespace sdq::simulator {

inline int64_t signExtend(uint64_t code, unsigned bits) { return int64_t(code << (64 - bits)) >> (64 - bits); }

/// result = f(operands…), its bits cut to the result's width. The operands have as many components as the result.
template <typename F>
Execute elementwise(F f, Slot result, Slot a) {
  return [=](BlockState &state) {
    for (unsigned component = 0; component < result.components; ++component) {
      const uint64_t *x = state.lanes(a.first + component);
      uint64_t *to = state.lanes(result.first + component), mask = result.mask();
      for (unsigned thread = 0; thread < state.padded; ++thread)
        to[thread] = f(x[thread]) & mask;
    }
  };
}

template <typename F>
Execute elementwise(F f, Slot result, Slot a, Slot b) {
  return [=](BlockState &state) {
    for (unsigned component = 0; component < result.components; ++component) {
      const uint64_t *x = state.lanes(a.first + component), *y = state.lanes(b.first + component);
      uint64_t *to = state.lanes(result.first + component), mask = result.mask();
      for (unsigned thread = 0; thread < state.padded; ++thread)
        to[thread] = f(x[thread], y[thread]) & mask;
    }
  };
}

template <typename F>
Execute elementwise(F f, Slot result, Slot a, Slot b, Slot c) {
  return [=](BlockState &state) {
    for (unsigned component = 0; component < result.components; ++component) {
      const uint64_t *x = state.lanes(a.first + component), *y = state.lanes(b.first + component),
                     *z = state.lanes(c.first + component);
      uint64_t *to = state.lanes(result.first + component), mask = result.mask();
      for (unsigned thread = 0; thread < state.padded; ++thread)
        to[thread] = f(x[thread], y[thread], z[thread]) & mask;
    }
  };
}

/// Component i of the result is component `from[i]`, numbered over all values.
Execute gather(Slot result, std::vector<unsigned> from);

/// Slots of an op's operands and of its one result.
struct OpSlots {
  llvm::SmallVector<Slot, 4> operands;
  Slot result;
};
inline mlir::FailureOr<OpSlots> slotsOf(mlir::Operation *op, Decoder &decoder) {
  auto operands = decoder.slotsOf(op->getOperands());
  if (failed(operands))
    return mlir::failure();
  mlir::FailureOr<Slot> result = decoder.slotOf(op->getResult(0));
  if (failed(result))
    return mlir::failure();
  return OpSlots{*operands, *result};
}

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_ELEMENTWISE_H
