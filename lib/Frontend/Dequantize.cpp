//===- Dequantize.cpp - Weights that ONNX holds quantized -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dequantize.h"

#include "ConstantNumbers.h"
#include "ConstantView.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace sdq;

namespace {

/// Which scale an element has: index = (outer · blocks + position / block) · inner + remainder, `inner` elements a
/// position of the axis.
struct Grid {
  int64_t extent = 1, inner = 1, block = 1, blocks = 1; // along the axis
  bool perElementOfInner = false;                       // blocked scales keep the other extents, per-axis ones do not
  int64_t scaleOf(int64_t element) const {
    int64_t position = element / inner % extent / block;
    if (!perElementOfInner)
      return position;
    return (element / (inner * extent) * blocks + position) * inner + element % inner;
  }
};

/// nullopt where the scale's shape is none that ONNX allows.
std::optional<Grid> gridOf(RankedTensorType values, RankedTensorType scale, int64_t axis, int64_t blockSize) {
  if (scale.getNumElements() == 1)
    return Grid{1, 1, 1, 1, false};
  if (axis < 0)
    axis += values.getRank();
  if (axis < 0 || axis >= values.getRank())
    return std::nullopt;
  Grid grid;
  grid.extent = values.getDimSize(axis);
  for (int64_t extent : values.getShape().drop_front(axis + 1))
    grid.inner *= extent;
  if (blockSize == 0) {
    grid.blocks = grid.extent;
    return scale.getRank() == 1 && scale.getDimSize(0) == grid.extent ? std::optional(grid) : std::nullopt;
  }
  grid.block = blockSize;
  grid.blocks = llvm::divideCeil(grid.extent, blockSize);
  grid.perElementOfInner = true;
  SmallVector<int64_t> expected(values.getShape());
  expected[axis] = grid.blocks;
  return blockSize > 0 && scale.getShape() == ArrayRef(expected) ? std::optional(grid) : std::nullopt;
}

} // namespace

std::optional<WeightStep> sdq::dequantize(const ONNXNode &node, RankedTensorType result) {
  Operation *op = node.operation();
  WeightOrigin origin = findOrigin(op->getOperand(0));
  if (origin.kind == WeightOrigin::Kind::Computed)
    return std::nullopt;
  if (origin.kind == WeightOrigin::Kind::NoWeight)
    return NoWeight{origin.reason};
  std::optional<Numbers> values = numbersOf(op->getOperand(0));
  std::optional<Numbers> scale = op->getNumOperands() > 1 ? numbersOf(op->getOperand(1)) : std::nullopt;
  std::optional<Numbers> zero;
  if (node.has(2))
    zero = numbersOf(op->getOperand(2));
  auto axis = node.integer("axis", 1), block = node.integer("block_size", 0);
  if (!values || !scale || (node.has(2) && !zero) || !axis || !block)
    return NoWeight{"DequantizeLinear: expected constants as values, scale and zero point"};
  if (values->type.getElementTypeBitWidth() != 8 || !isa<IntegerType>(values->type.getElementType()))
    return NoWeight{"DequantizeLinear: expected 8-bit integers"};
  std::optional<ElementKind> scaleKind = floatKind(scale->type.getElementType());
  std::optional<ElementKind> kind = result ? floatKind(result.getElementType()) : std::nullopt;
  std::optional<Grid> grid = gridOf(values->type, scale->type, *axis, *block);
  if (!scaleKind || !kind || !grid || (zero && zero->type.getShape() != scale->type.getShape()) ||
      (zero && zero->type.getElementType() != values->type.getElementType()) ||
      result.getShape() != values->type.getShape())
    return NoWeight{"DequantizeLinear: the types of values, scale and zero point do not fit one another"};

  WeightConstant constant{origin.constant->owner, result, nullptr};
  constant.compute = [values, scale, zero, grid, kind, scaleKind](std::string &) -> std::optional<AlignedBytes> {
    SmallVector<float> scales = scale->floats(*scaleKind);
    int64_t count = values->type.getNumElements();
    std::vector<float> floats(count);
    for (int64_t i = 0; i < count; ++i) {
      int64_t at = grid->scaleOf(i);
      floats[i] = float(values->integer(i) - (zero ? zero->integer(at) : 0)) * scales[scales.size() == 1 ? 0 : at];
    }
    return stored(floats, *kind);
  };
  return constant;
}
