//===- ONNXWeights.cpp - ONNX nodes between a weight and its product ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dequantize.h"
#include "ONNXNode.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace sdq;

namespace {

enum class NodeKind { Other, Constant, Identity, Cast, Transpose, Reshape, Expand, Dequantize, NoValue };

NodeKind kindOf(const ONNXNode &node) {
  return llvm::StringSwitch<NodeKind>(node.name())
      .Case("Constant", NodeKind::Constant)
      .Case("Identity", NodeKind::Identity)
      .Cases({"Cast", "CastLike"}, NodeKind::Cast)
      .Case("Transpose", NodeKind::Transpose)
      .Cases({"Reshape", "Squeeze", "Unsqueeze", "Flatten"}, NodeKind::Reshape)
      .Case("Expand", NodeKind::Expand)
      .Case("DequantizeLinear", NodeKind::Dequantize)
      .Case("NoValue", NodeKind::NoValue)
      .Default(NodeKind::Other);
}

std::optional<WeightStep> constant(const ONNXNode &node) {
  auto values = dyn_cast_if_present<ElementsAttr>(node.attribute("value"));
  auto type = values ? dyn_cast<RankedTensorType>(values.getType()) : nullptr;
  if (!type)
    return NoWeight{"the constant has no tensor in its attribute 'value'"};
  return WeightConstant{node.operation(), type, values};
}

std::optional<WeightStep> transpose(const ONNXNode &node, RankedTensorType source) {
  Value operand = node.operation()->getOperand(0);
  std::optional<SmallVector<int64_t>> order = node.integers("perm");
  if (!order && (!source || node.attribute("perm")))
    return std::nullopt;
  if (!order) // the default reverses
    order = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(source.getRank())));
  SmallVector<int64_t> sorted(*order);
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(sorted.size())))
    return std::nullopt;
  return permute(operand, *order);
}

/// Extents are aligned at the last; those of 1 and those in front of the first are repeated.
std::optional<WeightStep> expand(const ONNXNode &node, RankedTensorType source, RankedTensorType result) {
  if (!source || !result || source.getRank() > result.getRank())
    return std::nullopt;
  MLIRContext *context = node.operation()->getContext();
  SmallVector<AffineExpr> read;
  for (auto [i, extent] : llvm::enumerate(source.getShape())) {
    unsigned at = result.getRank() - source.getRank() + i;
    bool repeated = extent == 1 && result.getDimSize(at) != 1;
    read.push_back(repeated ? getAffineConstantExpr(0, context) : getAffineDimExpr(at, context));
  }
  WeightPassage passage{node.operation()->getOperand(0), AffineMap::get(result.getRank(), 0, read, context)};
  passage.repeats = SmallVector<int64_t>(result.getShape());
  return passage;
}

} // namespace

std::optional<WeightStep> sdq::stepOf(const ONNXNode &node) {
  NodeKind kind = kindOf(node);
  Operation *op = node.operation();
  if (kind == NodeKind::Constant)
    return constant(node);
  if (kind == NodeKind::Other || kind == NodeKind::NoValue || op->getNumOperands() < 1 || op->getNumResults() != 1)
    return std::nullopt;
  RankedTensorType source = ONNXNode::tensorType(op->getOperand(0).getType());
  RankedTensorType result = ONNXNode::tensorType(op->getResult(0).getType());
  WeightPassage passage{op->getOperand(0)};
  switch (kind) {
  case NodeKind::Transpose:
    return transpose(node, source);
  case NodeKind::Expand:
    return expand(node, source, result);
  case NodeKind::Dequantize:
    return dequantize(node, result);
  case NodeKind::Cast:
    if (!result)
      return std::nullopt;
    passage.element = result.getElementType();
    return passage;
  case NodeKind::Reshape:
    if (!result || !result.hasStaticShape())
      return std::nullopt;
    passage.shape = SmallVector<int64_t>(result.getShape());
    return passage;
  default:
    return passage;
  }
}

bool sdq::isPureNode(const ONNXNode &node) { return kindOf(node) != NodeKind::Other; }
