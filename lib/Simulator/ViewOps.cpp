//===- ViewOps.cpp - The same memory under other extents ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `memref.reinterpret_cast` and `memref.extract_strided_metadata` count from a memref's *base*, the pointer of the
// buffer that subviews and reshapes of it share, and not from where a view of it starts. A `memref.view` makes a base
// of its own.
//
//===----------------------------------------------------------------------===//

#include "Access.h"
#include "Memref.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sdq::simulator;

/// Gives each active thread's `result` the memref that `f(thread, source's)` says.
template <typename F>
static FailureOr<Execute> view(Value result, Value source, Decoder &decoder, F f) {
  FailureOr<MemrefSlots> from = memrefSlotsOf(source, decoder), to = memrefSlotsOf(result, decoder);
  if (failed(from) || failed(to))
    return failure();
  return Execute([=, from = *from, to = *to](BlockState &state) {
    state.forEachActive(
        [&](unsigned thread) { setFor(state, to, thread, f(state, thread, valueFor(state, from, thread))); });
  });
}

static llvm::SmallVector<int64_t, 4> valuesFor(BlockState &state, const Extents &extents, unsigned thread) {
  llvm::SmallVector<int64_t, 4> values;
  for (const Extent &extent : extents)
    values.push_back(valueFor(state, extent, thread));
  return values;
}

static int64_t bytesOfElement(Value memref) { return bytesOf(cast<MemRefType>(memref.getType()).getElementType()); }

static FailureOr<Execute> decodeSubView(Operation *op, Decoder &decoder) {
  auto subview = cast<memref::SubViewOp>(op);
  auto offsets = mixed(subview.getMixedOffsets(), decoder), sizes = mixed(subview.getMixedSizes(), decoder),
       strides = mixed(subview.getMixedStrides(), decoder);
  if (failed(offsets) || failed(sizes) || failed(strides))
    return failure();
  int64_t bytes = bytesOfElement(subview.getSource());
  return view(subview.getResult(), subview.getSource(), decoder,
              [=, dropped = subview.getDroppedDims(), offsets = *offsets, sizes = *sizes,
               strides = *strides](BlockState &state, unsigned thread, const MemrefState &from) {
                MemrefState to{from.object, from.base, from.offset, {}, {}};
                for (unsigned dimension = 0; dimension < offsets.size(); ++dimension) {
                  to.offset += valueFor(state, offsets[dimension], thread) * from.strides[dimension] * bytes;
                  if (dropped[dimension])
                    continue;
                  to.sizes.push_back(valueFor(state, sizes[dimension], thread));
                  to.strides.push_back(valueFor(state, strides[dimension], thread) * from.strides[dimension]);
                }
                return to;
              });
}

static FailureOr<Execute> decodeReinterpretCast(Operation *op, Decoder &decoder) {
  auto cast = mlir::cast<memref::ReinterpretCastOp>(op);
  auto offsets = mixed(cast.getMixedOffsets(), decoder), sizes = mixed(cast.getMixedSizes(), decoder),
       strides = mixed(cast.getMixedStrides(), decoder);
  if (failed(offsets) || failed(sizes) || failed(strides))
    return failure();
  int64_t bytes = bytesOfElement(cast.getResult());
  return view(cast.getResult(), cast.getSource(), decoder,
              [=, offset = offsets->front(), sizes = *sizes, strides = *strides](BlockState &state, unsigned thread,
                                                                                 const MemrefState &from) {
                return MemrefState{from.object, from.base, from.base + valueFor(state, offset, thread) * bytes,
                                   valuesFor(state, sizes, thread), valuesFor(state, strides, thread)};
              });
}

static FailureOr<Execute> decodeStridedMetadata(Operation *op, Decoder &decoder) {
  auto metadata = cast<memref::ExtractStridedMetadataOp>(op);
  auto source = memrefSlotsOf(metadata.getSource(), decoder), buffer = memrefSlotsOf(op->getResult(0), decoder);
  auto numbers = decoder.slotsOf(op->getResults().drop_front());
  if (failed(source) || failed(buffer) || failed(numbers))
    return failure();
  return Execute([=, source = *source, buffer = *buffer, numbers = *numbers](BlockState &state) {
    state.forEachActive([&](unsigned thread) {
      MemrefState from = valueFor(state, source, thread);
      setFor(state, buffer, thread, denseState(from.object, from.base, {}));
      llvm::SmallVector<int64_t> values{(from.offset - from.base) / int64_t(source.elementBytes)};
      llvm::append_range(values, from.sizes);
      llvm::append_range(values, from.strides);
      for (auto [slot, value] : llvm::zip_equal(numbers, values))
        state.lanes(slot.first)[thread] = uint64_t(value);
    });
  });
}

static FailureOr<Execute> decodeExpandShape(Operation *op, Decoder &decoder) {
  auto expand = cast<memref::ExpandShapeOp>(op);
  auto sizes = mixed(getMixedValues(expand.getStaticOutputShape(), expand.getOutputShape(), op->getContext()), decoder);
  if (failed(sizes))
    return failure();
  return view(expand.getResult(), expand.getSrc(), decoder,
              [groups = expand.getReassociationIndices(), sizes = *sizes](BlockState &state, unsigned thread,
                                                                          const MemrefState &from) {
                MemrefState to{from.object, from.base, from.offset, valuesFor(state, sizes, thread), {}};
                to.strides.assign(sizes.size(), 1);
                for (auto [dimension, group] : llvm::enumerate(groups)) {
                  int64_t stride = from.strides[dimension];
                  for (int64_t inner : llvm::reverse(group)) {
                    to.strides[inner] = stride;
                    stride *= to.sizes[inner];
                  }
                }
                return to;
              });
}

static FailureOr<Execute> decodeCollapseShape(Operation *op, Decoder &decoder) {
  auto collapse = cast<memref::CollapseShapeOp>(op);
  return view(collapse.getResult(), collapse.getSrc(), decoder,
              [groups = collapse.getReassociationIndices()](BlockState &, unsigned, const MemrefState &from) {
                MemrefState to{from.object, from.base, from.offset, {}, {}};
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
                return to;
              });
}

static FailureOr<Execute> decodeTranspose(Operation *op, Decoder &decoder) {
  auto transpose = cast<memref::TransposeOp>(op);
  llvm::SmallVector<unsigned> order;
  for (AffineExpr from : transpose.getPermutation().getResults())
    order.push_back(cast<AffineDimExpr>(from).getPosition());
  return view(transpose.getResult(), transpose.getIn(), decoder,
              [order](BlockState &, unsigned, const MemrefState &from) {
                MemrefState to{from.object, from.base, from.offset, {}, {}};
                for (unsigned dimension : order) {
                  to.sizes.push_back(from.sizes[dimension]);
                  to.strides.push_back(from.strides[dimension]);
                }
                return to;
              });
}

/// The same memory under the same extents. A type that names other extents than there are is out of bounds.
static FailureOr<Execute> decodeSameMemory(Operation *op, Decoder &decoder) {
  if (!isa<MemRefType>(op->getOperand(0).getType()) || !isa<MemRefType>(op->getResult(0).getType()))
    return op->emitOpError() << "turns " << op->getOperand(0).getType() << " to " << op->getResult(0).getType()
                             << "; the simulator knows ranked memrefs";
  auto type = cast<MemRefType>(op->getResult(0).getType());
  return view(op->getResult(0), op->getOperand(0), decoder,
              [type](BlockState &state, unsigned thread, const MemrefState &from) {
                for (auto [dimension, size] : llvm::enumerate(type.getShape()))
                  if (size != ShapedType::kDynamic && size != from.sizes[dimension])
                    state.report(FindingKind::OutOfBounds, thread,
                                 llvm::formatv("takes dimension {0}, whose size is {1}, to be of size {2}", dimension,
                                               from.sizes[dimension], size)
                                     .str());
                return from;
              });
}

static FailureOr<Execute> decodeDim(Operation *op, Decoder &decoder) {
  auto dim = cast<memref::DimOp>(op);
  if (!isa<MemRefType>(dim.getSource().getType()))
    return op->emitOpError() << "asks for an extent of " << dim.getSource().getType()
                             << "; the simulator knows ranked memrefs";
  FailureOr<MemrefSlots> source = memrefSlotsOf(dim.getSource(), decoder);
  FailureOr<Slot> result = decoder.slotOf(dim.getResult()), index = decoder.slotOf(dim.getIndex());
  if (failed(source) || failed(result) || failed(index))
    return failure();
  return Execute([source = *source, result = *result, index = *index](BlockState &state) {
    state.forEachActive([&](unsigned thread) {
      uint64_t dimension = state.lanes(index.first)[thread];
      if (dimension < source.sizes.size())
        state.lanes(result.first)[thread] = uint64_t(valueFor(state, source.sizes[dimension], thread));
      else
        state.report(
            FindingKind::OutOfBounds, thread,
            llvm::formatv("asks for extent {0} of a memref of rank {1}", dimension, source.sizes.size()).str());
    });
  });
}

/// `memref.view` of bytes: a byte offset and extents of another element type.
static FailureOr<Execute> decodeView(Operation *op, Decoder &decoder) {
  auto bytes = cast<memref::ViewOp>(op);
  MemRefType type = bytes.getType();
  FailureOr<Slot> shift = decoder.slotOf(bytes.getByteShift());
  auto sizes = mixed(mlir::getMixedValues(type.getShape(), bytes.getSizes(), op->getContext()), decoder);
  if (failed(shift) || failed(sizes))
    return failure();
  if (bytesOf(type.getElementType()) == 0)
    return op->emitOpError() << "makes elements of " << type.getElementType() << ", not whole bytes";
  return view(bytes.getResult(), bytes.getSource(), decoder,
              [shift = *shift, sizes = *sizes](BlockState &state, unsigned thread, const MemrefState &from) {
                return denseState(from.object, from.offset + int64_t(state.lanes(shift.first)[thread]),
                                  valuesFor(state, sizes, thread));
              });
}

void sdq::simulator::addViewOps(Decoder &decoder) {
  decoder.add<memref::SubViewOp>(decodeSubView);
  decoder.add<memref::ReinterpretCastOp>(decodeReinterpretCast);
  decoder.add<memref::ExtractStridedMetadataOp>(decodeStridedMetadata);
  decoder.add<memref::ExpandShapeOp>(decodeExpandShape);
  decoder.add<memref::CollapseShapeOp>(decodeCollapseShape);
  decoder.add<memref::TransposeOp>(decodeTranspose);
  decoder.add<memref::CastOp, memref::MemorySpaceCastOp, memref::AssumeAlignmentOp>(decodeSameMemory);
  decoder.add<memref::DimOp>(decodeDim);
  decoder.add<memref::ViewOp>(decodeView);
}
