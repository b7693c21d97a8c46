//===- Scatter.cpp - ScatterND and ScatterElements ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Updates are applied in order by sequential loops: two of them may hit the same element.
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Movement.h"
#include "Scalar.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace sdq::onnx {

/// Combines an update with the element it hits, as attribute `reduction` says; null for an unknown one.
static Value combine(Node &node, ImplicitLocOpBuilder &b, Value old, Value update) {
  StringRef reduction = node.string("reduction", "none");
  bool isUnsigned = node.isUnsigned(0);
  Type element = old.getType();
  if (reduction == "none")
    return update;
  old = widen(b, old);
  update = widen(b, update);
  if (reduction == "add")
    return narrow(b, addScalars(b, old, update), element);
  if (reduction == "mul")
    return narrow(b, multiplyScalars(b, old, update), element);
  if (reduction == "max")
    return narrow(b, maxScalars(b, old, update, isUnsigned), element);
  return narrow(b, minScalars(b, old, update, isUnsigned), element);
}

/// Checks `reduction`, and that every dimension of `updates` has the extent expected of it.
static LogicalResult checkUpdates(Node &node, ArrayRef<Extent> expected) {
  StringRef reduction = node.string("reduction", "none");
  if (!llvm::is_contained({"none", "add", "mul", "max", "min"}, reduction))
    return node.error("unknown reduction '" + reduction + "', expected none, add, mul, max or min");
  if (node.rank(2) != int64_t(expected.size()))
    return node.error("updates must have rank " + Twine(expected.size()) + ", got " + Twine(node.rank(2)));
  Extents updates = extentsOf(node.b, node.operand(2));
  for (auto [d, extent] : llvm::enumerate(expected))
    if (failed(node.require(compareEqual(node.b, updates[d], extent),
                            "updates have a wrong extent in dimension " + Twine(d))))
      return failure();
  return success();
}

static LogicalResult scatterND(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value data = node.operand(0), indices = node.operand(1), updates = node.operand(2);
  int64_t rank = node.rank(0), indexRank = node.rank(1);
  if (indexRank < 1 || node.type(1).isDynamicDim(indexRank - 1))
    return node.error("the last dimension of indices must be known");
  int64_t depth = node.type(1).getDimSize(indexRank - 1);
  if (depth > rank)
    return node.error("indices of depth " + Twine(depth) + " into data of rank " + Twine(rank));
  Extents source = extentsOf(b, data), positions = extentsOf(b, indices);
  Extents shape(ArrayRef(positions).drop_back());
  llvm::append_range(shape, ArrayRef(source).drop_front(depth));
  if (failed(checkUpdates(node, shape)))
    return failure();
  FailureOr<SmallVector<Value>> bounds = requireTuplesInRange(node, indices, ArrayRef(source).take_front(depth));
  if (failed(bounds))
    return failure();
  SmallVector<Value> result = sequentialLoops(
      b, shape, data, [&](ImplicitLocOpBuilder &inner, ValueRange loops, ValueRange state) -> SmallVector<Value> {
        SmallVector<Value> at, position(loops.take_front(indexRank - 1));
        position.push_back(nullptr);
        for (int64_t j = 0; j < depth; ++j) {
          position.back() = arith::ConstantIndexOp::create(inner, j);
          Value index = tensor::ExtractOp::create(inner, indices, position);
          at.push_back(normalizedIndex(inner, index, (*bounds)[j], false));
        }
        llvm::append_range(at, loops.drop_front(indexRank - 1));
        Value update = tensor::ExtractOp::create(inner, updates, loops);
        Value old = tensor::ExtractOp::create(inner, state[0], at);
        return {tensor::InsertOp::create(inner, combine(node, inner, old, update), state[0], at)};
      });
  return node.replace(result);
}

static LogicalResult scatterElements(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value data = node.operand(0), indices = node.operand(1), updates = node.operand(2);
  int64_t rank = node.rank(0);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), rank);
  if (failed(axis))
    return failure();
  if (node.rank(1) != rank)
    return node.error("data has rank " + Twine(rank) + ", indices rank " + Twine(node.rank(1)));
  Extents source = extentsOf(b, data), shape = extentsOf(b, indices);
  if (failed(checkUpdates(node, shape)))
    return failure();
  if (failed(requireWithin(node, shape, source, *axis)))
    return failure();
  if (failed(requireInRange(node, indices, source[*axis], false)))
    return failure();
  Value extent = asIndex(b, source[*axis]);
  SmallVector<Value> result = sequentialLoops(
      b, shape, data, [&](ImplicitLocOpBuilder &inner, ValueRange loops, ValueRange state) -> SmallVector<Value> {
        SmallVector<Value> at(loops);
        at[*axis] = normalizedIndex(inner, tensor::ExtractOp::create(inner, indices, loops), extent, false);
        Value update = tensor::ExtractOp::create(inner, updates, loops);
        Value old = tensor::ExtractOp::create(inner, state[0], at);
        return {tensor::InsertOp::create(inner, combine(node, inner, old, update), state[0], at)};
      });
  return node.replace(result);
}

void addScatterLowerings(LoweringTable &table) {
  table["ScatterND"] = scatterND;
  table["ScatterElements"] = scatterElements;
}

} // namespace sdq::onnx
