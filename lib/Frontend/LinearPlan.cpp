//===- LinearPlan.cpp - How a product becomes an sdq.linear ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearPlan.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace sdq;

namespace {

constexpr int64_t kUnknown = ShapedType::kDynamic;

/// Where the three tensors name a loop: the place of the extent in each, and the weight's axis.
struct Loop {
  int64_t extent = kUnknown;
  std::optional<unsigned> activations, result;
  std::optional<Axis> weight;
  bool walksWeight() const { return weight && weight->extent != 1 && weight->stride != 0; }
};

class Planner {
public:
  Planner(LinearPlan &plan, RankedTensorType activations, RankedTensorType result, std::string &reason)
      : plan(plan), activations(activations), result(result), reason(reason) {}

  LogicalResult run(AffineMap activationsMap, AffineMap weightMap, AffineMap resultMap) {
    loops.resize(resultMap.getNumDims());
    SmallVector<int64_t> weightShape = llvm::map_to_vector(plan.weight.axes, [](Axis axis) { return axis.extent; });
    if (activations.getRank() != activationsMap.getNumResults() || result.getRank() != resultMap.getNumResults() ||
        weightShape.size() != weightMap.getNumResults())
      return because("the operands' ranks do not fit the operation");
    if (failed(learn(activationsMap, activations.getShape(), [](int64_t, int64_t) { return std::string(); })) ||
        failed(learn(weightMap, weightShape,
                     [](int64_t activations, int64_t weight) {
                       return "the activations have " + number(activations) + " inputs, the weight " + number(weight);
                     })) ||
        failed(learn(resultMap, result.getShape(), [](int64_t, int64_t) {
          return std::string("the result's shape does not follow from the operands'");
        })))
      return failure();
    auto onActivations = [&](Loop &loop, unsigned place) { return setOnce(loop.activations, place); };
    auto onResult = [&](Loop &loop, unsigned place) { return setOnce(loop.result, place); };
    auto onWeight = [&](Loop &loop, unsigned place) { return setOnce(loop.weight, plan.weight.axes[place]); };
    if (failed(assign(activationsMap, activations.getShape(), onActivations)) ||
        failed(assign(weightMap, weightShape, onWeight)) || failed(assign(resultMap, result.getShape(), onResult)) ||
        failed(classify()) || failed(layOut()))
      return failure();
    return shapes();
  }

private:
  LogicalResult because(const Twine &text) {
    reason = text.str();
    return failure();
  }
  static std::string number(int64_t extent) { return kUnknown == extent ? "?" : std::to_string(extent); }

  /// Extents of loops that a tensor's map names alone; `conflict` says so where two tensors do not agree.
  LogicalResult learn(AffineMap map, ArrayRef<int64_t> shape,
                      function_ref<std::string(int64_t known, int64_t extent)> conflict) {
    for (auto [expression, extent] : llvm::zip_equal(map.getResults(), shape)) {
      auto dimension = dyn_cast<AffineDimExpr>(expression);
      if (!dimension || extent == kUnknown)
        continue;
      int64_t &known = loops[dimension.getPosition()].extent;
      if (known != kUnknown && known != extent)
        return because(conflict(known, extent));
      known = extent;
    }
    return success();
  }

  template <typename T>
  LogicalResult setOnce(std::optional<T> &slot, T value) {
    if (slot)
      return because("an operand is read along a diagonal");
    slot = value;
    return success();
  }

  /// Tells every loop its place in a tensor. Loops of extent 1 that a window adds to another are 0; an extent that is
  /// read at 0 only gets a loop of its own, so that it is carried along.
  LogicalResult assign(AffineMap map, ArrayRef<int64_t> shape, function_ref<LogicalResult(Loop &, unsigned)> set) {
    MLIRContext *context = map.getContext();
    SmallVector<AffineExpr> unitsAreZero;
    unsigned named = map.getNumDims();
    for (unsigned i = 0; i < named; ++i)
      unitsAreZero.push_back(loops[i].extent == 1 ? getAffineConstantExpr(0, context) : getAffineDimExpr(i, context));
    for (auto [place, expression] : llvm::enumerate(map.getResults())) {
      AffineExpr simple = expression;
      if (!isa<AffineDimExpr>(simple))
        simple = simplifyAffineExpr(simple.replaceDims(unitsAreZero), named, 0);
      if (auto dimension = dyn_cast<AffineDimExpr>(simple)) {
        if (failed(set(loops[dimension.getPosition()], place)))
          return failure();
      } else if (simple == getAffineConstantExpr(0, context) && shape[place] == 1) {
        if (failed(set(loops.emplace_back(Loop{1, {}, {}, {}}), place)))
          return failure();
      } else {
        return because("an operand is read with a window or with strides");
      }
    }
    return success();
  }

  LogicalResult classify() {
    for (auto [i, loop] : llvm::enumerate(loops)) {
      if (loop.activations && loop.result) {
        if (loop.walksWeight())
          return because("the weight has a batch extent of " + number(loop.weight->extent) + ": expected one matrix");
        continue; // tokens, in the result's order
      }
      bool unit = loop.extent == 1;
      if (loop.activations || loop.result) {
        if (!loop.walksWeight() && !unit)
          return because(loop.activations ? "the weight is repeated along an extent that is summed"
                         : loop.weight    ? "the weight is repeated along an extent of the result"
                                          : "an extent of the result is in neither operand");
        (loop.activations ? summed : made).push_back(i);
      } else if (loop.weight && !unit) {
        return because("the weight is summed on its own");
      }
    }
    for (unsigned place = 0; place < result.getRank(); ++place)
      for (auto [i, loop] : llvm::enumerate(loops))
        if (loop.activations && loop.result == place)
          tokens.push_back(i);
    if (made.empty())
      return because("the weight is a vector");
    if (summed.empty())
      return because("nothing is summed");
    // From the outermost in memory; those that the weight does not walk last, as they come.
    auto outer = [&](unsigned a, unsigned b) {
      return std::make_pair(-strideOf(a), a) < std::make_pair(-strideOf(b), b);
    };
    llvm::sort(summed, outer);
    llvm::sort(made, outer);
    return success();
  }
  int64_t strideOf(unsigned loop) const { return loops[loop].walksWeight() ? loops[loop].weight->stride : 0; }

  /// The loops, sorted by stride, as one: their number of elements and the stride of the last; nullopt if there are
  /// gaps.
  std::optional<Axis> merged(ArrayRef<unsigned> group) const {
    Axis all{1, 0};
    for (unsigned i : group) {
      if (!loops[i].walksWeight())
        continue;
      Axis axis = *loops[i].weight;
      if (all.extent != 1 && all.stride != axis.stride * axis.extent)
        return std::nullopt;
      all = {all.extent * axis.extent, axis.stride};
    }
    return all;
  }

  /// The weight as a matrix.
  LogicalResult layOut() {
    std::optional<Axis> rows = merged(made), columns = merged(summed);
    auto walks = [](Axis axis, int64_t stride) { return axis.extent == 1 || axis.stride == stride; };
    if (rows && columns) {
      plan.outputs = rows->extent;
      plan.inputs = columns->extent;
      plan.weightTransposed = !(walks(*columns, 1) && walks(*rows, columns->extent));
    }
    if (!rows || !columns || (plan.weightTransposed && !(walks(*rows, 1) && walks(*columns, rows->extent))))
      return because("the weight's inputs and outputs are interleaved: expected a matrix in row-major order");
    // An n×1 or 1×k matrix is both: the constant's own shape decides.
    RankedTensorType stored = plan.weight.constant.type;
    if (plan.outputs != plan.inputs && (plan.outputs == 1 || plan.inputs == 1))
      plan.weightTransposed = stored.getRank() == 2 && stored.getDimSize(0) == plan.inputs;
    if (plan.outputs * plan.inputs != stored.getNumElements())
      return because("the product takes a part of the constant");
    return success();
  }

  LogicalResult shapes() {
    SmallVector<int64_t> product;
    for (unsigned i : tokens) {
      plan.inputPermutation.push_back(*loops[i].activations);
      product.push_back(loops[i].extent);
    }
    plan.tokenExtents = tokens.size();
    for (unsigned i : summed)
      plan.inputPermutation.push_back(*loops[i].activations);
    product.push_back(plan.outputs);
    SmallVector<unsigned> expanded(tokens);
    for (unsigned i : made) {
      plan.outputExtents.push_back(loops[i].extent);
      expanded.push_back(i);
    }
    for (unsigned place = 0; place < result.getRank(); ++place)
      for (auto [i, loop] : llvm::enumerate(expanded))
        if (loops[loop].result == place)
          plan.outputPermutation.push_back(i);
    plan.product = RankedTensorType::get(product, result.getElementType());
    return success();
  }

  LinearPlan &plan;
  RankedTensorType activations, result;
  std::string &reason;
  SmallVector<Loop> loops;
  SmallVector<unsigned> tokens, summed, made;
};

} // namespace

std::optional<LinearPlan> sdq::planLinear(ProductOpInterface op, std::string &reason) {
  FailureOr<Product> product = op.getProduct(reason);
  if (failed(product))
    return std::nullopt;
  WeightOrigin left = findOrigin(product->left);
  WeightOrigin right = product->rightWeight ? WeightOrigin{WeightOrigin::Kind::Constant, product->rightWeight, {}, ""}
                                            : findOrigin(product->right);
  bool leftIsConstant = left.kind == WeightOrigin::Kind::Constant;
  if (leftIsConstant == (right.kind == WeightOrigin::Kind::Constant)) {
    reason = leftIsConstant ? "both sides are constants" : "neither side is a constant";
    for (const WeightOrigin *side : {&left, &right})
      if (side->kind == WeightOrigin::Kind::NoWeight)
        reason = side->reason;
    return std::nullopt;
  }
  std::optional<ConstantView> view = viewOf(leftIsConstant ? left : right, reason);
  if (!view)
    return std::nullopt;

  LinearPlan plan;
  plan.weight = std::move(*view);
  plan.activations = leftIsConstant ? product->right : product->left;
  RankedTensorType activations = op.getTensorType(plan.activations.getType());
  RankedTensorType result = op.getTensorType(op->getResult(0).getType());
  if (!activations || !result) {
    reason = "activations and result are not of known rank";
    return std::nullopt;
  }
  Type element = result.getElementType();
  if (!isa<Float16Type, BFloat16Type, Float32Type>(element) || !holds(element, activations.getElementType()) ||
      !holds(element, plan.weight.element)) {
    reason = "the element types do not widen to a result of f16, bf16 or f32";
    return std::nullopt;
  }
  Planner planner(plan, activations, result, reason);
  if (failed(planner.run(leftIsConstant ? product->rightMap : product->leftMap,
                         leftIsConstant ? product->leftMap : product->rightMap, product->resultMap)))
    return std::nullopt;
  return plan;
}
