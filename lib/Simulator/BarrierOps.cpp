//===- BarrierOps.cpp - Barriers of blocks and warps ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All threads execute the same op anyway, so a barrier only moves the clocks from which races are told.
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sdq::simulator;

/// All threads of the block must be here.
static FailureOr<Execute> decodeBarrier(Operation *op, Decoder &decoder) {
  if (op->getNumOperands() != 0)
    return op->emitOpError()
           << "takes operands, which the simulator does not follow: expected a barrier of the whole block";
  return Execute([](BlockState &state) {
    for (unsigned warp = 0; warp < state.warps; ++warp)
      if (uint32_t missing = state.all[warp] & ~state.active[warp]) {
        unsigned thread = 32 * warp + unsigned(llvm::countr_zero(missing));
        state.report(FindingKind::DivergentBarrier, thread, "does not reach a barrier that others wait at");
        return;
      }
    ++state.blockTime;
  });
}

static FailureOr<Execute> decodeWarpBarrier(Operation *op, Decoder &decoder) {
  FailureOr<Slot> lanes = decoder.slotOf(op->getOperand(0));
  if (failed(lanes))
    return failure();
  return Execute([lanes = *lanes](BlockState &state) {
    for (unsigned warp = 0; warp < state.warps; ++warp) {
      if (state.active[warp] == 0)
        continue;
      unsigned first = 32 * warp + unsigned(llvm::countr_zero(state.active[warp]));
      uint32_t named = uint32_t(state.lanes(lanes.first)[first]);
      if (uint32_t missing = named & state.all[warp] & ~state.active[warp])
        state.report(FindingKind::DivergentCollective, 32 * warp + unsigned(llvm::countr_zero(missing)),
                     llvm::formatv("is named by mask {0:x8} of a warp barrier but does not reach it", named).str());
      ++state.warpTime[warp];
    }
  });
}

void sdq::simulator::addBarrierOps(Decoder &decoder) {
  decoder.add<gpu::BarrierOp, NVVM::Barrier0Op, NVVM::BarrierOp>(decodeBarrier);
  decoder.add<NVVM::SyncWarpOp>(decodeWarpBarrier);
}
