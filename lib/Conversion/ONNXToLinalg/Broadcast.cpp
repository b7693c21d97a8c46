//===- Broadcast.cpp - ONNX's multidirectional broadcasting ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Scalar.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace sdq::onnx {

/// The extent of one broadcast dimension and, for every operand that has it, its subscript.
static FailureOr<Extent> broadcastDimension(Node &node, unsigned loop, ArrayRef<Extent> extents,
                                            MutableArrayRef<Subscript> subscripts) {
  ImplicitLocOpBuilder &b = node.b;
  // Operands of static extent 1 have no say; the others fall into classes of provably equal extents.
  Extents classes;
  for (Extent extent : extents)
    if (!isStatic(extent, 1) && llvm::none_of(classes, [&](Extent other) { return equal(extent, other); }))
      classes.push_back(extent);
  if (classes.size() <= 1) {
    for (auto [extent, subscript] : llvm::zip(extents, subscripts))
      subscript = classes.empty() || !isStatic(extent, 1) ? Subscript::at(loop) : Subscript::zero();
    return classes.empty() ? fixed(b, 1) : classes[0];
  }

  // A static extent other than 1 is the result's. Without one, the last that is not 1 at run time.
  Extent result;
  for (Extent extent : classes) {
    if (!staticExtent(extent))
      continue;
    if (result)
      return node.error("extents " + Twine(*staticExtent(result)) + " and " + Twine(*staticExtent(extent)) +
                        " of dimension " + Twine(loop) + " do not broadcast");
    result = extent;
  }
  bool isFixed = bool(result);
  if (!isFixed) {
    result = classes[0];
    for (Extent extent : llvm::drop_begin(classes))
      result = Value(
          arith::SelectOp::create(b, compareEqual(b, result, fixed(b, 1)), asIndex(b, extent), asIndex(b, result)));
  }
  for (Extent extent : classes) {
    if (isFixed && extent == result)
      continue;
    Value fits = arith::OrIOp::create(b, compareEqual(b, extent, fixed(b, 1)), compareEqual(b, extent, result));
    if (failed(node.require(fits, "extents of dimension " + Twine(loop) + " differ and neither is 1")))
      return failure();
  }
  for (auto [extent, subscript] : llvm::zip(extents, subscripts)) {
    if (isStatic(extent, 1))
      subscript = Subscript::zero();
    else
      subscript = {loop, !staticExtent(extent)};
  }
  return result;
}

FailureOr<Broadcast> broadcast(Node &node, ArrayRef<Extents> shapes) {
  Broadcast result;
  size_t rank = 0;
  for (const Extents &shape : shapes) {
    rank = std::max(rank, shape.size());
    result.subscripts.emplace_back(shape.size());
  }
  for (size_t loop = 0; loop < rank; ++loop) {
    Extents extents;
    SmallVector<Subscript> subscripts;
    SmallVector<Subscript *> targets;
    for (auto [i, shape] : llvm::enumerate(shapes)) {
      if (loop + shape.size() < rank)
        continue;
      size_t dimension = loop + shape.size() - rank;
      extents.push_back(shape[dimension]);
      targets.push_back(&result.subscripts[i][dimension]);
    }
    subscripts.resize(extents.size());
    FailureOr<Extent> extent = broadcastDimension(node, loop, extents, subscripts);
    if (failed(extent))
      return failure();
    result.extents.push_back(*extent);
    for (auto [target, subscript] : llvm::zip(targets, subscripts))
      *target = subscript;
  }
  return result;
}

FailureOr<Subscripts> broadcastTo(Node &node, ArrayRef<Extent> shape, ArrayRef<Extent> extents) {
  if (shape.size() > extents.size())
    return node.error("rank " + Twine(shape.size()) + " does not broadcast to rank " + Twine(extents.size()));
  Subscripts subscripts;
  for (auto [i, extent] : llvm::enumerate(shape)) {
    unsigned loop = extents.size() - shape.size() + i;
    if (isStatic(extent, 1) || equal(extent, extents[loop])) {
      subscripts.push_back(isStatic(extent, 1) && !isStatic(extents[loop], 1) ? Subscript::zero()
                                                                              : Subscript::at(loop));
      continue;
    }
    Value isEqual = compareEqual(node.b, extent, extents[loop]);
    Value fits = node.b.createOrFold<arith::OrIOp>(compareEqual(node.b, extent, fixed(node.b, 1)), isEqual);
    if (failed(node.require(fits, "an extent does not broadcast to dimension " + Twine(loop))))
      return failure();
    subscripts.push_back({loop, !staticExtent(extent)});
  }
  return subscripts;
}

FailureOr<Value> elementwise(Node &node, ValueRange operands, Type resultElement, ScalarBody body) {
  ImplicitLocOpBuilder &b = node.b;
  SmallVector<Extents> shapes;
  for (Value operand : operands)
    shapes.push_back(extentsOf(b, operand));
  FailureOr<Broadcast> space = broadcast(node, shapes);
  if (failed(space))
    return failure();

  auto compute = [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    SmallVector<Value> widened;
    for (Value argument : arguments)
      widened.push_back(widen(inner, argument));
    return narrow(inner, body(inner, widened), resultElement);
  };

  RankedTensorType type = tensorType(space->extents, resultElement);
  if (isSmall(type)) {
    SmallVector<SmallVector<Value>> scalars;
    for (Value operand : operands)
      if (auto known = scalarsOf(b, operand))
        scalars.push_back(*known);
    if (scalars.size() == operands.size()) {
      SmallVector<Value> results;
      for (int64_t flat = 0; flat < type.getNumElements(); ++flat) {
        SmallVector<int64_t> position(type.getRank());
        int64_t rest = flat;
        for (int64_t d = type.getRank() - 1; d >= 0; rest /= type.getDimSize(d), --d)
          position[d] = rest % type.getDimSize(d);
        SmallVector<Value> arguments;
        for (auto [i, known] : llvm::enumerate(scalars)) {
          int64_t source = 0;
          for (auto [subscript, extent] : llvm::zip(space->subscripts[i], shapes[i]))
            source = source * *staticExtent(extent) + (subscript.loop ? position[*subscript.loop] : 0);
          arguments.push_back(known[source]);
        }
        results.push_back(compute(b, arguments));
      }
      return fromScalars(b, type, results);
    }
  }

  LoopNest nest(b, refine(b, space->extents, node.resultType()));
  for (auto [operand, subscripts] : llvm::zip(operands, space->subscripts))
    nest.read(operand, subscripts);
  return nest.map(resultElement, compute);
}

} // namespace sdq::onnx
