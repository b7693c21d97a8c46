//===- Normalization.cpp - LayerNormalization and RMSNormalization --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Movement.h"
#include "Reduction.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace sdq::onnx {

/// total / count as a tensor of the kept dimensions.
static Value divided(ImplicitLocOpBuilder &b, Value total, const Kept &kept, Value count) {
  return LoopNest(b, kept.extents).read(total).map(count.getType(), [&](ImplicitLocOpBuilder &inner, ValueRange s) {
    return divideScalars(inner, s[0], count, false);
  });
}

/// y = (x - mean)·r·scale + bias with r = 1/√(variance + epsilon), statistics over `axis` and everything after it, in
/// f32. RMS normalization has no mean: r = 1/√(mean of squares + epsilon). Optional results: mean (not RMS), r.
template <bool isRMS>
static LogicalResult normalize(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value x = node.operand(0);
  int64_t rank = node.rank(0);
  Type element = node.type(0).getElementType(), wide = wideType(element);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), rank);
  if (failed(axis))
    return failure();
  auto axes = llvm::to_vector(llvm::seq<int64_t>(*axis, rank));
  Extents extents = extentsOf(b, x);
  Kept kept(extents, axes);
  Value count = extentAsScalar(b, countOver(b, extents, axes), wide);
  double epsilon = node.real("epsilon", 1e-5);

  Value mean;
  if (!isRMS)
    mean = divided(b,
                   sumOver(b, LoopNest(b, extents).read(x), extents, axes, element,
                           [](ImplicitLocOpBuilder &inner, ValueRange v) { return widen(inner, v[0]); }),
                   kept, count);
  auto centered = [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    Value value = widen(inner, arguments[0]);
    return isRMS ? value : subtractScalars(inner, value, arguments[1]);
  };
  LoopNest squares(b, extents);
  squares.read(x);
  if (!isRMS)
    squares.read(mean, kept.subscripts);
  Value sum = sumOver(b, squares, extents, axes, element, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    Value value = centered(inner, arguments);
    return multiplyScalars(inner, value, value, reorderable);
  });
  Value inverse = LoopNest(b, kept.extents).read(sum).map(wide, [&](ImplicitLocOpBuilder &inner, ValueRange s) {
    Value variance = divideScalars(inner, s[0], count, false);
    Value root = math::SqrtOp::create(inner, addScalars(inner, variance, constant(inner, wide, epsilon)));
    return divideScalars(inner, constant(inner, wide, 1), root, false);
  });

  FailureOr<Subscripts> scaleAt = broadcastTo(node, extentsOf(b, node.operand(1)), extents), biasAt = Subscripts();
  bool hasBias = !isRMS && node.has(2);
  if (hasBias)
    biasAt = broadcastTo(node, extentsOf(b, node.operand(2)), extents);
  if (failed(scaleAt) || failed(biasAt))
    return failure();
  LoopNest nest(b, extents);
  nest.read(x);
  if (!isRMS)
    nest.read(mean, kept.subscripts);
  nest.read(inverse, kept.subscripts).read(node.operand(1), *scaleAt);
  if (hasBias)
    nest.read(node.operand(2), *biasAt);
  SmallVector<Value> results(node.op->getNumResults());
  results[0] = nest.map(element, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    Value value = centered(inner, arguments);
    ValueRange rest = arguments.drop_front(isRMS ? 1 : 2);
    value = multiplyScalars(inner, multiplyScalars(inner, value, rest[0]), widen(inner, rest[1]));
    if (hasBias)
      value = addScalars(inner, value, widen(inner, rest[2]));
    return narrow(inner, value, element);
  });

  // The statistics keep the normalized dimensions as 1.
  Extents statistics(extents);
  for (int64_t d : axes)
    statistics[d] = fixed(b, 1);
  for (auto [i, value] : {std::pair<unsigned, Value>{1, isRMS ? inverse : mean}, {2, isRMS ? Value() : inverse}})
    if (node.wants(i) && value)
      results[i] = reshaped(b, value, statistics);
  return node.replace(results);
}

void addNormalizationLowerings(LoweringTable &table) {
  table["LayerNormalization"] = normalize<false>;
  table["RMSNormalization"] = normalize<true>;
  // onnxruntime's name for the same.
  table["SimplifiedLayerNormalization"] = normalize<true>;
}

} // namespace sdq::onnx
