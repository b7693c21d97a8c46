//===- ConstantView.cpp - From a product's operand to its constant ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantView.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sdq;

static std::string print(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

bool sdq::holds(Type wide, Type narrow) {
  if (wide == narrow)
    return true;
  return (isa<Float32Type>(wide) && isa<Float16Type, BFloat16Type>(narrow)) ||
         (isa<Float64Type>(wide) && isa<Float16Type, BFloat16Type, Float32Type>(narrow));
}

bool sdq::isErasable(Operation *op) {
  if (!op->use_empty())
    return false;
  auto source = dyn_cast<WeightSourceOpInterface>(op);
  return isOpTriviallyDead(op) || (source && source.isErasable());
}

WeightOrigin sdq::findOrigin(Value value) {
  WeightOrigin origin;
  // In a graph region an unregistered operation may, through others, be its own operand.
  llvm::SmallPtrSet<Operation *, 8> seen;
  for (Operation *op = value.getDefiningOp(); op && seen.insert(op).second;) {
    auto source = dyn_cast<WeightSourceOpInterface>(op);
    std::optional<WeightStep> step = source ? source.getStep() : std::nullopt;
    if (!step) {
      // Nothing goes in: a constant of somebody's, whatever it is called.
      if (!op->isRegistered() && op->getNumOperands() == 0 && op->getNumRegions() == 0) {
        origin.kind = WeightOrigin::Kind::NoWeight;
        origin.reason = "no frontend knows the values of '" + op->getName().getStringRef().str() + "'";
      }
      return origin;
    }
    if (auto *constant = std::get_if<WeightConstant>(&*step)) {
      origin.kind = WeightOrigin::Kind::Constant;
      origin.constant = std::move(*constant);
      return origin;
    }
    if (auto *absent = std::get_if<NoWeight>(&*step)) {
      origin.kind = WeightOrigin::Kind::NoWeight;
      origin.reason = std::move(absent->reason);
      return origin;
    }
    auto &passage = std::get<WeightPassage>(*step);
    op = passage.source.getDefiningOp();
    origin.passages.push_back(std::move(passage));
  }
  return origin;
}

/// The axes of a view through `map`; nullopt where it does not fit them.
static std::optional<SmallVector<Axis>> mapped(ArrayRef<Axis> axes, const WeightPassage &passage) {
  SmallVector<Axis> result(passage.map.getNumDims(), Axis{ShapedType::kDynamic, 0});
  if (passage.map.getNumResults() != axes.size())
    return std::nullopt;
  for (auto [i, repeats] : llvm::enumerate(passage.repeats))
    result[i].extent = repeats;
  for (auto [expression, axis] : llvm::zip_equal(passage.map.getResults(), axes))
    if (auto dimension = dyn_cast<AffineDimExpr>(expression))
      result[dimension.getPosition()] = axis;
    else if (axis.extent != 1)
      return std::nullopt;
  return result;
}

/// The axes under which the row-major walk over `axes` reads as `shape`; nullopt where no strides do that.
static std::optional<SmallVector<Axis>> reshaped(ArrayRef<Axis> axes, ArrayRef<int64_t> shape) {
  // Neighbours that are walked as one become one; those of extent 1 are nobody's.
  SmallVector<Axis> runs;
  for (Axis axis : axes) {
    if (ShapedType::isDynamic(axis.extent))
      return std::nullopt;
    if (axis.extent == 1)
      continue;
    if (!runs.empty() && runs.back().stride == axis.stride * axis.extent)
      runs.back() = {runs.back().extent * axis.extent, axis.stride};
    else
      runs.push_back(axis);
  }
  SmallVector<Axis> result;
  for (int64_t extent : llvm::reverse(shape)) {
    if (extent == 1) {
      result.push_back({1, 0});
      continue;
    }
    if (runs.empty() || extent < 1 || runs.back().extent % extent != 0)
      return std::nullopt;
    Axis &run = runs.back();
    result.push_back({extent, run.stride});
    run = {run.extent / extent, run.stride * extent};
    if (run.extent == 1)
      runs.pop_back();
  }
  if (!runs.empty())
    return std::nullopt;
  return SmallVector<Axis>(llvm::reverse(result));
}

std::optional<ConstantView> sdq::viewOf(const WeightOrigin &origin, std::string &reason) {
  const WeightConstant &constant = *origin.constant;
  if (constant.values && !isa<DenseResourceElementsAttr, DenseElementsAttr>(constant.values)) {
    reason = "the constant is neither a resource nor dense elements";
    return std::nullopt;
  }
  if (auto resource = dyn_cast_if_present<DenseResourceElementsAttr>(constant.values);
      resource && !resource.getRawHandle().getBlob()) {
    reason = "the resource '" + resource.getRawHandle().getKey().str() + "' has no data in the module";
    return std::nullopt;
  }
  ConstantView view{constant, {}, constant.type.getElementType()};
  if (!isa<Float16Type, BFloat16Type, Float32Type>(view.element)) {
    reason = "the constant's element type is " + print(view.element) + ", not f16, bf16 or f32";
    return std::nullopt;
  }
  int64_t stride = 1;
  for (int64_t extent : llvm::reverse(constant.type.getShape())) {
    view.axes.push_back({extent, stride});
    stride *= extent;
  }
  if (stride == 0) {
    reason = "the constant is empty";
    return std::nullopt;
  }
  std::reverse(view.axes.begin(), view.axes.end());

  for (const WeightPassage &passage : llvm::reverse(origin.passages)) {
    if (passage.map) {
      std::optional<SmallVector<Axis>> axes = mapped(view.axes, passage);
      if (!axes) {
        reason = "the constant is read by a map that does not fit its shape";
        return std::nullopt;
      }
      view.axes = *axes;
    }
    if (passage.element) {
      if (!holds(passage.element, view.element)) {
        reason = "the cast from " + print(view.element) + " to " + print(passage.element) + " rounds";
        return std::nullopt;
      }
      view.element = passage.element;
    }
    if (passage.shape) {
      std::optional<SmallVector<Axis>> axes = reshaped(view.axes, *passage.shape);
      if (!axes) {
        reason =
            "the constant's reshape to [" +
            llvm::join(llvm::map_range(*passage.shape, [](int64_t extent) { return std::to_string(extent); }), ", ") +
            "] cannot be read in place: it is transposed or repeated first, or of another size";
        return std::nullopt;
      }
      view.axes = *axes;
    }
  }
  return view;
}
