//===- ViewOps.cpp - The same memory under other extents ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `memref.reinterpret_cast` and `memref.extract_strided_metadata` count from a memref's *base*, the pointer of the
// buffer that subviews and reshapes of it share, and not from where a view of it starts.
//
//===----------------------------------------------------------------------===//

#include "Views.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace sdq::simulator;

FailureOr<Extents> sdq::simulator::mixed(llvm::ArrayRef<OpFoldResult> values, Decoder &decoder) {
  Extents result;
  for (OpFoldResult value : values) {
    if (std::optional<int64_t> constant = getConstantIntValue(value)) {
      result.push_back(*constant);
      continue;
    }
    FailureOr<Slot> slot = decoder.slotOf(cast<Value>(value));
    if (failed(slot))
      return failure();
    result.push_back(*slot);
  }
  return result;
}

int64_t sdq::simulator::uniform(BlockState &state, const Extent &value) {
  for (unsigned warp = 0; warp < state.warps; ++warp)
    if (state.active[warp] != 0)
      return valueFor(state, value, 32 * warp + unsigned(llvm::countr_zero(state.active[warp])));
  return 0;
}

/// The value whose first byte is the base of `memref`. A `memref.view` makes a base of its own.
static Value baseOf(Value memref) {
  while (Operation *op = memref.getDefiningOp()) {
    if (!isa<memref::SubViewOp, memref::ReinterpretCastOp, memref::CastOp, memref::MemorySpaceCastOp,
             memref::ExpandShapeOp, memref::CollapseShapeOp, memref::TransposeOp, memref::AssumeAlignmentOp,
             memref::ExtractStridedMetadataOp>(op))
      break;
    memref = op->getOperand(0);
  }
  return memref;
}

static FailureOr<Execute> decodeReinterpretCast(Operation *op, Decoder &decoder) {
  auto cast = mlir::cast<memref::ReinterpretCastOp>(op);
  FailureOr<Slot> base = decoder.slotOf(baseOf(cast.getSource())), result = decoder.slotOf(cast.getResult());
  FailureOr<Slot> source = decoder.slotOf(cast.getSource());
  auto offsets = mixed(cast.getMixedOffsets(), decoder), sizes = mixed(cast.getMixedSizes(), decoder),
       strides = mixed(cast.getMixedStrides(), decoder);
  if (failed(base) || failed(source) || failed(result) || failed(offsets) || failed(sizes) || failed(strides))
    return failure();
  return Execute([base = *base, source = *source, result = *result, offset = offsets->front(), sizes = *sizes,
                  strides = *strides](BlockState &state) {
    const MemrefState from = state.memrefs[source.first];
    MemrefState to{from.object, from.elementBytes, {}, {}};
    for (unsigned dimension = 0; dimension < sizes.size(); ++dimension) {
      to.sizes.push_back(uniform(state, sizes[dimension]));
      to.strides.push_back(uniform(state, strides[dimension]));
    }
    state.memrefs[result.first] = to;
    uint64_t *at = state.lanes(result.first);
    const uint64_t *start = state.lanes(base.first);
    state.forEachActive([&](unsigned thread) {
      at[thread] = start[thread] + uint64_t(valueFor(state, offset, thread) * int64_t(from.elementBytes));
    });
  });
}

static FailureOr<Execute> decodeStridedMetadata(Operation *op, Decoder &decoder) {
  auto metadata = cast<memref::ExtractStridedMetadataOp>(op);
  FailureOr<Slot> base = decoder.slotOf(baseOf(metadata.getSource())), source = decoder.slotOf(metadata.getSource());
  auto results = decoder.slotsOf(op->getResults());
  if (failed(base) || failed(source) || failed(results))
    return failure();
  return Execute([base = *base, source = *source, results = *results](BlockState &state) {
    const MemrefState from = state.memrefs[source.first];
    state.memrefs[results[0].first] = {from.object, from.elementBytes, {}, {}};
    unsigned rank = unsigned(from.sizes.size());
    state.forEachActive([&](unsigned thread) {
      uint64_t start = state.lanes(base.first)[thread];
      state.lanes(results[0].first)[thread] = start;
      state.lanes(results[1].first)[thread] = (state.lanes(source.first)[thread] - start) / from.elementBytes;
      for (unsigned dimension = 0; dimension < rank; ++dimension) {
        state.lanes(results[2 + dimension].first)[thread] = uint64_t(from.sizes[dimension]);
        state.lanes(results[2 + rank + dimension].first)[thread] = uint64_t(from.strides[dimension]);
      }
    });
  });
}

static FailureOr<Execute> decodeExpandShape(Operation *op, Decoder &decoder) {
  auto expand = cast<memref::ExpandShapeOp>(op);
  FailureOr<Slot> source = decoder.slotOf(expand.getSrc()), result = decoder.slotOf(expand.getResult());
  auto sizes = mixed(getMixedValues(expand.getStaticOutputShape(), expand.getOutputShape(), op->getContext()), decoder);
  if (failed(source) || failed(result) || failed(sizes))
    return failure();
  auto groups = expand.getReassociationIndices();
  return Execute([source = *source, result = *result, sizes = *sizes, groups](BlockState &state) {
    const MemrefState from = state.memrefs[source.first];
    MemrefState to{from.object, from.elementBytes, {}, {}};
    for (const Extent &size : sizes)
      to.sizes.push_back(uniform(state, size));
    to.strides.assign(sizes.size(), 1);
    for (auto [dimension, group] : llvm::enumerate(groups)) {
      int64_t stride = from.strides[dimension];
      for (int64_t inner : llvm::reverse(group)) {
        to.strides[inner] = stride;
        stride *= to.sizes[inner];
      }
    }
    state.memrefs[result.first] = to;
    state.copyActive(result, source);
  });
}

static FailureOr<Execute> decodeCollapseShape(Operation *op, Decoder &decoder) {
  auto collapse = cast<memref::CollapseShapeOp>(op);
  FailureOr<Slot> source = decoder.slotOf(collapse.getSrc()), result = decoder.slotOf(collapse.getResult());
  if (failed(source) || failed(result))
    return failure();
  auto groups = collapse.getReassociationIndices();
  return Execute([source = *source, result = *result, groups](BlockState &state) {
    const MemrefState from = state.memrefs[source.first];
    MemrefState to{from.object, from.elementBytes, {}, {}};
    for (const auto &group : groups) {
      int64_t size = 1, stride = 0;
      // The innermost extent other than 1 steps; extents of 1 may have any stride.
      for (int64_t inner : llvm::reverse(group)) {
        size *= from.sizes[inner];
        if (stride == 0 && from.sizes[inner] != 1)
          stride = from.strides[inner];
      }
      to.sizes.push_back(size);
      to.strides.push_back(stride == 0 ? 1 : stride);
    }
    state.memrefs[result.first] = to;
    state.copyActive(result, source);
  });
}

static FailureOr<Execute> decodeTranspose(Operation *op, Decoder &decoder) {
  auto transpose = cast<memref::TransposeOp>(op);
  FailureOr<Slot> source = decoder.slotOf(transpose.getIn()), result = decoder.slotOf(transpose.getResult());
  if (failed(source) || failed(result))
    return failure();
  llvm::SmallVector<unsigned> order;
  for (AffineExpr from : transpose.getPermutation().getResults())
    order.push_back(cast<AffineDimExpr>(from).getPosition());
  return Execute([source = *source, result = *result, order](BlockState &state) {
    const MemrefState from = state.memrefs[source.first];
    MemrefState to{from.object, from.elementBytes, {}, {}};
    for (unsigned dimension : order) {
      to.sizes.push_back(from.sizes[dimension]);
      to.strides.push_back(from.strides[dimension]);
    }
    state.memrefs[result.first] = to;
    state.copyActive(result, source);
  });
}

void sdq::simulator::addViewOps(Decoder &decoder) {
  decoder.add<memref::ReinterpretCastOp>(decodeReinterpretCast);
  decoder.add<memref::ExtractStridedMetadataOp>(decodeStridedMetadata);
  decoder.add<memref::ExpandShapeOp>(decodeExpandShape);
  decoder.add<memref::CollapseShapeOp>(decodeCollapseShape);
  decoder.add<memref::TransposeOp>(decodeTranspose);
}
