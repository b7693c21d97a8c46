//===- GPUOps.cpp - Who a thread is, and dynamic shared memory ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memref.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace sdq::simulator;

/// A number that depends on block and thread alone.
template <auto F>
static FailureOr<Execute> decodeIdentity(Operation *op, Decoder &decoder) {
  FailureOr<Slot> result = decoder.slotOf(op->getResult(0));
  if (failed(result))
    return failure();
  unsigned dimension = 0;
  if (auto attribute = op->getAttrOfType<gpu::DimensionAttr>("dimension"))
    dimension = unsigned(attribute.getValue());
  return Execute([result = *result, dimension](BlockState &state) {
    uint64_t *lanes = state.lanes(result.first);
    for (unsigned thread = 0; thread < state.padded; ++thread)
      lanes[thread] = F(state, dimension, thread);
  });
}

static uint64_t threadId(const BlockState &state, unsigned dimension, unsigned thread) {
  const auto &[x, y, z] = state.launch.config.block;
  return dimension == 0 ? thread % x : dimension == 1 ? thread / x % y : thread / x / y;
}
static uint64_t blockId(const BlockState &state, unsigned dimension, unsigned) { return state.blockId[dimension]; }
static uint64_t blockDim(const BlockState &state, unsigned dimension, unsigned) {
  return state.launch.config.block[dimension];
}
static uint64_t gridDim(const BlockState &state, unsigned dimension, unsigned) {
  return state.launch.config.grid[dimension];
}
static uint64_t globalId(const BlockState &state, unsigned dimension, unsigned thread) {
  return blockId(state, dimension, thread) * blockDim(state, dimension, thread) + threadId(state, dimension, thread);
}
static uint64_t laneId(const BlockState &, unsigned, unsigned thread) { return thread % 32; }
static uint64_t warpId(const BlockState &, unsigned, unsigned thread) { return thread / 32; }
static uint64_t warpSize(const BlockState &, unsigned, unsigned) { return 32; }
static uint64_t warpCount(const BlockState &state, unsigned, unsigned) { return state.warps; }

// Masks of the lanes equal to, below and above one's own.
static uint64_t laneMaskEq(const BlockState &, unsigned, unsigned thread) { return uint32_t(1) << thread % 32; }
static uint64_t laneMaskLt(const BlockState &, unsigned, unsigned thread) { return (uint32_t(1) << thread % 32) - 1; }
static uint64_t laneMaskLe(const BlockState &, unsigned, unsigned thread) { return ~uint32_t(0) >> (31 - thread % 32); }
static uint64_t laneMaskGt(const BlockState &, unsigned, unsigned thread) {
  return ~(~uint32_t(0) >> (31 - thread % 32));
}
static uint64_t laneMaskGe(const BlockState &, unsigned, unsigned thread) { return ~uint32_t(0) << thread % 32; }

/// The nvvm register of one dimension.
template <auto F, unsigned Dimension>
static uint64_t along(const BlockState &state, unsigned, unsigned thread) {
  return F(state, Dimension, thread);
}

static FailureOr<Execute> decodeDynamicShared(Operation *op, Decoder &decoder) {
  FailureOr<MemrefSlots> result = memrefSlotsOf(op->getResult(0), decoder);
  if (failed(result))
    return failure();
  return Execute([result = *result](BlockState &state) {
    uint64_t bytes = state.launch.config.dynamicSharedBytes;
    if (!state.dynamicShared)
      state.dynamicShared = &state.addObject(Space::Shared, bytes);
    setForAll(state, result, denseState(state.dynamicShared, 0, {int64_t(bytes)}));
  });
}

void sdq::simulator::addGPUOps(Decoder &decoder) {
  decoder.add<gpu::ThreadIdOp>(decodeIdentity<threadId>);
  decoder.add<gpu::BlockIdOp>(decodeIdentity<blockId>);
  decoder.add<gpu::BlockDimOp>(decodeIdentity<blockDim>);
  decoder.add<gpu::GridDimOp>(decodeIdentity<gridDim>);
  decoder.add<gpu::GlobalIdOp>(decodeIdentity<globalId>);
  decoder.add<gpu::LaneIdOp, NVVM::LaneIdOp>(decodeIdentity<laneId>);
  decoder.add<gpu::SubgroupIdOp, NVVM::WarpIdOp>(decodeIdentity<warpId>);
  decoder.add<gpu::SubgroupSizeOp, NVVM::WarpSizeOp>(decodeIdentity<warpSize>);
  decoder.add<gpu::NumSubgroupsOp>(decodeIdentity<warpCount>);
  decoder.add<NVVM::ThreadIdXOp>(decodeIdentity<along<threadId, 0>>);
  decoder.add<NVVM::ThreadIdYOp>(decodeIdentity<along<threadId, 1>>);
  decoder.add<NVVM::ThreadIdZOp>(decodeIdentity<along<threadId, 2>>);
  decoder.add<NVVM::BlockIdXOp>(decodeIdentity<along<blockId, 0>>);
  decoder.add<NVVM::BlockIdYOp>(decodeIdentity<along<blockId, 1>>);
  decoder.add<NVVM::BlockIdZOp>(decodeIdentity<along<blockId, 2>>);
  decoder.add<NVVM::BlockDimXOp>(decodeIdentity<along<blockDim, 0>>);
  decoder.add<NVVM::BlockDimYOp>(decodeIdentity<along<blockDim, 1>>);
  decoder.add<NVVM::BlockDimZOp>(decodeIdentity<along<blockDim, 2>>);
  decoder.add<NVVM::GridDimXOp>(decodeIdentity<along<gridDim, 0>>);
  decoder.add<NVVM::GridDimYOp>(decodeIdentity<along<gridDim, 1>>);
  decoder.add<NVVM::GridDimZOp>(decodeIdentity<along<gridDim, 2>>);
  decoder.add<NVVM::WarpDimOp>(decodeIdentity<warpCount>);
  decoder.add<NVVM::LaneMaskEqOp>(decodeIdentity<laneMaskEq>);
  decoder.add<NVVM::LaneMaskLtOp>(decodeIdentity<laneMaskLt>);
  decoder.add<NVVM::LaneMaskLeOp>(decodeIdentity<laneMaskLe>);
  decoder.add<NVVM::LaneMaskGtOp>(decodeIdentity<laneMaskGt>);
  decoder.add<NVVM::LaneMaskGeOp>(decodeIdentity<laneMaskGe>);
  decoder.add<gpu::DynamicSharedMemoryOp>(decodeDynamicShared);
}
