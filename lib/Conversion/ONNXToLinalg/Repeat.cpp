//===- Repeat.cpp - Expand and Tile ---------------------------------------===//
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

static Value first(ImplicitLocOpBuilder &, ValueRange arguments) { return arguments[0]; }

/// Broadcasts in both directions: an extent of 1 in the shape keeps the operand's.
static LogicalResult expand(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value x = node.operand(0);
  if (!node.type(1).hasStaticShape() || node.rank(1) != 1)
    return node.error("the rank of the result must be known");
  Extents target;
  for (Value scalar : elementsOf(b, node.operand(1)))
    target.push_back(asExtent(b, scalar));
  FailureOr<Broadcast> space = broadcast(node, {extentsOf(b, x), target});
  if (failed(space))
    return failure();
  LoopNest nest(b, refine(b, space->extents, node.resultType()));
  return node.replace(nest.read(x, space->subscripts[0]).map(node.type(0).getElementType(), first));
}

/// Dimension d is repeated as a whole: loops (repeat, d) in place of d, collapsed afterwards.
static LogicalResult tile(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value x = node.operand(0);
  Extents source = extentsOf(b, x), loops, target;
  if (!node.type(1).hasStaticShape() || node.type(1).getNumElements() != node.rank(0))
    return node.error("repeats must have one element for each of the " + Twine(node.rank(0)) + " dimensions");
  Subscripts subscripts;
  for (auto [extent, scalar] : llvm::zip(source, elementsOf(b, node.operand(1)))) {
    Extent repeats = asExtent(b, scalar);
    if (!isStatic(repeats, 1))
      loops.push_back(repeats);
    subscripts.push_back(Subscript::at(loops.size()));
    loops.push_back(extent);
    target.push_back(multiply(b, repeats, extent));
  }
  Value result = LoopNest(b, loops).read(x, subscripts).map(node.type(0).getElementType(), first);
  return node.replace(reshaped(b, result, target));
}

void addRepeatLowerings(LoweringTable &table) {
  table["Expand"] = expand;
  table["Tile"] = tile;
}

} // namespace sdq::onnx
