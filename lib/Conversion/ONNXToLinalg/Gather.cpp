//===- Gather.cpp - Gather, GatherElements and GatherND -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Indices may count from the end. Whether they are in range is checked once, before the loops.
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Movement.h"
#include "Scalar.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace sdq::onnx {

/// result[i…, j…, k…] = data[i…, indices[j…], k…]: the indices' dimensions replace dimension `axis`.
static LogicalResult gather(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value data = node.operand(0), indices = node.operand(1);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), node.rank(0));
  if (failed(axis))
    return failure();
  Extents source = extentsOf(b, data), positions = extentsOf(b, indices);
  bool isUnsigned = node.isUnsigned(1);
  if (failed(requireInRange(node, indices, source[*axis], isUnsigned)))
    return failure();

  Type element = node.type(0).getElementType();
  Value extent = asIndex(b, source[*axis]);
  Extents shape(ArrayRef(source).take_front(*axis));
  shape.append(positions);
  llvm::append_range(shape, ArrayRef(source).drop_front(*axis + 1));

  auto scalars = scalarsOf(b, data);
  auto known = node.constantIntegers(1);
  if (scalars && known && source.size() == 1 && !known->empty() && known->size() <= 16) {
    SmallVector<Value> picked;
    for (int64_t index : *known)
      picked.push_back((*scalars)[index < 0 ? index + scalars->size() : index]);
    return node.replace(fromScalars(b, tensorType(shape, element), picked));
  }

  Subscripts subscripts;
  for (unsigned i = 0; i < positions.size(); ++i)
    subscripts.push_back(Subscript::at(*axis + i));
  Value result = LoopNest(b, shape)
                     .read(indices, subscripts)
                     .map(element, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) -> Value {
                       SmallVector<Value> at;
                       for (int64_t d = 0; d < int64_t(source.size()); ++d) {
                         if (d == *axis)
                           at.push_back(normalizedIndex(inner, arguments[0], extent, isUnsigned));
                         else
                           at.push_back(loopIndex(inner, d < *axis ? d : d + positions.size() - 1));
                       }
                       return tensor::ExtractOp::create(inner, data, at);
                     });
  return node.replace(result);
}

/// result[i…] = data[i… with dimension `axis` replaced by indices[i…]].
static LogicalResult gatherElements(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value data = node.operand(0), indices = node.operand(1);
  int64_t rank = node.rank(0);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), rank);
  if (failed(axis))
    return failure();
  if (node.rank(1) != rank)
    return node.error("data has rank " + Twine(rank) + ", indices rank " + Twine(node.rank(1)));
  Extents source = extentsOf(b, data), shape = extentsOf(b, indices);
  if (failed(requireWithin(node, shape, source, *axis)))
    return failure();
  bool isUnsigned = node.isUnsigned(1);
  if (failed(requireInRange(node, indices, source[*axis], isUnsigned)))
    return failure();
  Value extent = asIndex(b, source[*axis]);
  Value result = LoopNest(b, shape).read(indices).map(
      node.type(0).getElementType(), [&](ImplicitLocOpBuilder &inner, ValueRange arguments) -> Value {
        SmallVector<Value> at;
        for (int64_t d = 0; d < rank; ++d)
          at.push_back(d == *axis ? normalizedIndex(inner, arguments[0], extent, isUnsigned) : loopIndex(inner, d));
        return tensor::ExtractOp::create(inner, data, at);
      });
  return node.replace(result);
}

/// The last dimension of indices holds positions in data's dimensions after the batch dimensions.
static LogicalResult gatherND(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value data = node.operand(0), indices = node.operand(1);
  int64_t batch = node.integer("batch_dims", 0), rank = node.rank(0), indexRank = node.rank(1);
  if (indexRank < 1 || node.type(1).isDynamicDim(indexRank - 1))
    return node.error("the last dimension of indices must be known");
  int64_t depth = node.type(1).getDimSize(indexRank - 1);
  if (batch < 0 || batch >= indexRank || batch + depth > rank)
    return node.error("batch_dims " + Twine(batch) + " and index depth " + Twine(depth) + " exceed the rank " +
                      Twine(rank) + " of data");
  Extents source = extentsOf(b, data), positions = extentsOf(b, indices);
  for (int64_t d = 0; d < batch; ++d)
    if (failed(node.require(compareEqual(b, source[d], positions[d]),
                            "data and indices differ in batch dimension " + Twine(d))))
      return failure();
  FailureOr<SmallVector<Value>> bounds = requireTuplesInRange(node, indices, ArrayRef(source).slice(batch, depth));
  if (failed(bounds))
    return failure();
  Extents shape(ArrayRef(positions).drop_back());
  llvm::append_range(shape, ArrayRef(source).drop_front(batch + depth));
  Value result =
      LoopNest(b, shape).map(node.type(0).getElementType(), [&](ImplicitLocOpBuilder &inner, ValueRange) -> Value {
        SmallVector<Value> at, position;
        for (int64_t i = 0; i < indexRank - 1; ++i)
          position.push_back(loopIndex(inner, i));
        for (int64_t i = 0; i < batch; ++i)
          at.push_back(position[i]);
        position.push_back(nullptr);
        for (int64_t j = 0; j < depth; ++j) {
          position.back() = arith::ConstantIndexOp::create(inner, j);
          Value index = tensor::ExtractOp::create(inner, indices, position);
          at.push_back(normalizedIndex(inner, index, (*bounds)[j], false));
        }
        for (unsigned i = indexRank - 1; i < shape.size(); ++i)
          at.push_back(loopIndex(inner, i));
        return tensor::ExtractOp::create(inner, data, at);
      });
  return node.replace(result);
}

void addGatherLowerings(LoweringTable &table) {
  table["Gather"] = gather;
  table["GatherElements"] = gatherElements;
  table["GatherND"] = gatherND;
}

} // namespace sdq::onnx
