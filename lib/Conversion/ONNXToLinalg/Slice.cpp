//===- Slice.cpp - Slice --------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Movement.h"
#include "Scalar.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace sdq::onnx {

namespace {
/// One sliced dimension: elements start, start + step, … (size of them).
struct Range {
  Extent start, size;
  int64_t step = 1;
};
} // namespace

/// Negative bounds count from the end; both are then clamped, to [0, extent] for a positive step, start to
/// [0, extent - 1] and end to [-1, extent - 1] for a negative one.
static Range clampedRange(ImplicitLocOpBuilder &b, Extent extent, Value start, Value end, int64_t step) {
  using P = arith::CmpIPredicate;
  Value zero = asIndex(b, fixed(b, 0)), dimension = asIndex(b, extent);
  Value first = zero, last = dimension;
  if (step < 0) {
    first = asIndex(b, fixed(b, -1));
    last = asIndex(b, subtract(b, extent, fixed(b, 1)));
  }
  auto clamp = [&](Value bound, Value lower) -> Value {
    Value index = asIndex(b, asExtent(b, bound));
    auto known = staticExtent(asExtent(b, index));
    // The usual "to the end" keeps the extent recognisable.
    if (known && *known >= std::numeric_limits<int32_t>::max())
      return last;
    if (known == 0 && step > 0)
      return zero;
    Value isNegative = b.createOrFold<arith::CmpIOp>(P::slt, index, zero);
    index = b.createOrFold<arith::SelectOp>(isNegative, b.createOrFold<arith::AddIOp>(index, dimension), index);
    index = b.createOrFold<arith::MinSIOp>(index, last);
    return b.createOrFold<arith::MaxSIOp>(index, lower);
  };
  Value from = clamp(start, step > 0 ? first : zero), to = clamp(end, first);
  if (step < 0) // of an empty dimension
    from = b.createOrFold<arith::MinSIOp>(from, last);
  Extent distance =
      step > 0 ? subtract(b, asExtent(b, to), asExtent(b, from)) : subtract(b, asExtent(b, from), asExtent(b, to));
  Extent size = distance;
  if (!equal(distance, extent)) // an extent is not negative
    size = asExtent(b, b.createOrFold<arith::MaxSIOp>(asIndex(b, distance), zero));
  int64_t stride = std::abs(step);
  if (stride != 1)
    size = asExtent(b, b.createOrFold<arith::DivSIOp>(asIndex(b, add(b, size, fixed(b, stride - 1))),
                                                      asIndex(b, fixed(b, stride))));
  return {asExtent(b, from), size, step};
}

static LogicalResult slice(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value x = node.operand(0);
  Extents extents = extentsOf(b, x);
  int64_t rank = extents.size();
  SmallVector<Value> starts, ends;
  if (node.has(1) && node.has(2)) {
    for (unsigned i : {1, 2})
      if (!node.type(i).hasStaticShape())
        return node.error("the number of sliced dimensions must be known");
    starts = elementsOf(b, node.operand(1));
    ends = elementsOf(b, node.operand(2));
  } else { // opset 1
    for (auto [name, values] : {std::pair{"starts", &starts}, std::pair{"ends", &ends}})
      for (int64_t value : node.integers(name).value_or(SmallVector<int64_t>()))
        values->push_back(constantInteger(b, b.getI64Type(), value));
  }
  auto axes = node.axes(3, rank);
  if (failed(axes))
    return failure();
  if (!axes->has_value())
    *axes = llvm::to_vector(llvm::seq<int64_t>(0, starts.size()));
  SmallVector<int64_t> steps(starts.size(), 1);
  if (node.has(4)) {
    auto known = node.constantIntegers(4);
    if (!known)
      return node.error("steps must be constant");
    steps = *known;
  }
  if (ends.size() != starts.size() || (*axes)->size() != starts.size() || steps.size() != starts.size() ||
      llvm::is_contained(steps, 0) || int64_t(starts.size()) > rank)
    return node.error("starts, ends, axes and steps must have one length, and no step may be 0");

  SmallVector<Range> ranges;
  for (Extent extent : extents)
    ranges.push_back({fixed(b, 0), extent, 1});
  for (auto [start, end, axis, step] : llvm::zip(starts, ends, **axes, steps))
    ranges[axis] = clampedRange(b, extents[axis], start, end, step);

  Extents offsets, sizes, strides;
  for (const Range &range : ranges) {
    offsets.push_back(range.start);
    sizes.push_back(range.size);
    strides.push_back(fixed(b, range.step));
  }
  sizes = refine(b, sizes, node.resultType());
  Type element = node.type(0).getElementType();
  RankedTensorType type = tensorType(sizes, element);
  if (auto scalars = scalarsOf(b, x); scalars && rank == 1 && isSmall(type) && staticExtent(offsets[0])) {
    SmallVector<Value> picked;
    for (int64_t i = 0; i < type.getNumElements(); ++i)
      picked.push_back((*scalars)[*staticExtent(offsets[0]) + i * ranges[0].step]);
    return node.replace(fromScalars(b, type, picked));
  }
  if (isEmpty(sizes))
    return node.replace(emptyTensor(b, sizes, element));
  if (llvm::all_of(ranges, [](const Range &range) { return range.step > 0; }))
    return node.replace(tensor::ExtractSliceOp::create(b, x, offsets, sizes, strides).getResult());

  SmallVector<Value> origins;
  for (Extent offset : offsets)
    origins.push_back(asIndex(b, offset));
  return node.replace(LoopNest(b, sizes).map(element, [&](ImplicitLocOpBuilder &inner, ValueRange) -> Value {
    SmallVector<Value> indices;
    for (auto [i, origin] : llvm::enumerate(origins)) {
      Value step = arith::ConstantIndexOp::create(inner, ranges[i].step);
      Value distance = inner.createOrFold<arith::MulIOp>(loopIndex(inner, i), step);
      indices.push_back(inner.createOrFold<arith::AddIOp>(origin, distance));
    }
    return tensor::ExtractOp::create(inner, x, indices);
  }));
}

void addSliceLowerings(LoweringTable &table) { table["Slice"] = slice; }

} // namespace sdq::onnx
