//===- Warp.h - Ops that a whole warp executes at once ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_WARP_H
#define SDQ_LIB_SIMULATOR_WARP_H

#include "Elementwise.h"

#include "sdq/Simulator/Mma.h"

namespace sdq::simulator {

/// Calls `visit(warp)` for each warp with an active lane; reports a lane that stays away, of those that `needed(warp)`
/// names. The op goes on with the lanes that came.
template <typename Needed, typename Visit>
void forEachWarp(BlockState &state, Needed needed, Visit visit) {
  for (unsigned warp = 0; warp < state.warps; ++warp) {
    if (state.active[warp] == 0)
      continue;
    if (uint32_t missing = needed(warp) & ~state.active[warp])
      state.report(FindingKind::DivergentCollective, 32 * warp + unsigned(llvm::countr_zero(missing)),
                   "does not reach '" + state.current->op->getName().getStringRef().str() +
                       "', which needs it together with its warp");
    visit(warp);
  }
}

/// The warp's 32 codes of a component.
inline WarpRegister registerOf(BlockState &state, unsigned component, unsigned warp) {
  WarpRegister lanes;
  const uint64_t *codes = state.lanes(component) + 32 * warp;
  std::copy_n(codes, kLanes, lanes.begin());
  return lanes;
}

/// `slot`'s components as 32-bit registers: as many neighbours as fit share one, the first in the low bits.
llvm::SmallVector<WarpRegister, 8> packed(BlockState &state, llvm::ArrayRef<Slot> slots, unsigned warp);
/// The reverse, for active lanes.
void unpack(BlockState &state, const Slot &slot, llvm::ArrayRef<WarpRegister> registers, unsigned warp);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_WARP_H
