//===- InferNormalization.cpp - Layer and RMS norms ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

namespace sdq {

using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;

/// Everything from `axis` on is normalised together; scale and bias broadcast to the input. Mean and inverse
/// deviation, where asked for, have 1 from `axis` on and the type of the reckoning, f32.
static LogicalResult inferNormalization(Inference &op) {
  const TensorInfo &data = op.input(0);
  mlir::FailureOr<int64_t> axis = op.axisAttribute(data.rank());
  if (failed(op.expectFloat(0)) || failed(op.expectFloat(1)) || failed(axis))
    return failure();
  if (op.integer("stash_type") != 1)
    return op.error() << "expected stash_type 1 (float32), found " << *op.integer("stash_type");
  for (unsigned i = 1; i < op.inputs.size(); ++i) {
    if (!op.hasInput(i))
      continue;
    mlir::FailureOr<Shape> shape = op.broadcast(data.shape, op.input(i).shape);
    if (failed(shape))
      return failure();
    if (shape->size() != data.shape.size())
      return op.expectRank(i, data.rank());
    for (auto [found, expected] : llvm::zip_equal(*shape, data.shape))
      if (failed(op.expectEqual(found, expected, "extents of input " + llvm::Twine(i) + " and the data")))
        return failure();
  }
  Shape statistics = data.shape;
  for (Extent &extent : llvm::MutableArrayRef(statistics).drop_front(*axis))
    extent = 1;
  mlir::Type f32 = mlir::Float32Type::get(data.elementType.getContext());
  op.setOutput(1, f32, statistics);
  op.setOutput(2, f32, statistics);
  return op.setOutput(op.input(1).elementType, data.shape);
}

void addNormalizationOperators(OperatorTable &table) {
  llvm::SmallVector<AttributeSpec, 0> attributes = {{"axis", -1}, {"epsilon", 1e-5f}, {"stash_type", 1}};
  table.insert(table.end(), {
                                {"LayerNormalization", {17}, {2, 3}, {1, 3}, attributes, inferNormalization},
                                {"RMSNormalization", {23}, 2, 1, attributes, inferNormalization},
                                // onnxruntime's forerunner of RMSNormalization, in the default domain too.
                                {"SimplifiedLayerNormalization", {1}, 2, {1, 2}, attributes, inferNormalization},
                            });
}

} // namespace sdq
