//===- Concat.cpp - Concat and Split --------------------------------------===//
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

/// Every operand is copied by a loop nest of its own into its slice of the result, in place.
static LogicalResult concat(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Type element = node.type(0).getElementType();
  int64_t rank = node.rank(0);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 1), rank);
  if (failed(axis))
    return failure();
  SmallVector<Value> operands = node.operands();
  Extents extents;
  for (auto [i, operand] : llvm::enumerate(operands)) {
    Extents own = extentsOf(b, operand);
    if (int64_t(own.size()) != rank)
      return node.error("operand " + Twine(i) + " has rank " + Twine(own.size()) + ", operand 0 rank " + Twine(rank));
    if (i == 0) {
      extents = own;
      continue;
    }
    for (int64_t d = 0; d < rank; ++d) {
      if (d == *axis) {
        extents[d] = add(b, extents[d], own[d]);
        continue;
      }
      if (failed(node.require(compareEqual(b, extents[d], own[d]),
                              "operands 0 and " + Twine(i) + " differ in dimension " + Twine(d))))
        return failure();
      if (!staticExtent(extents[d]))
        extents[d] = own[d];
    }
  }
  if (rank == 1 && isSmall(tensorType(extents, element))) {
    SmallVector<Value> scalars;
    bool known = llvm::all_of(operands, [&](Value operand) {
      auto own = scalarsOf(b, operand);
      if (own)
        llvm::append_range(scalars, *own);
      return own.has_value();
    });
    if (known)
      return node.replace(fromScalars(b, tensorType(extents, element), scalars));
  }

  Value result = emptyTensor(b, extents, element);
  Extents offsets(rank, fixed(b, 0)), strides(rank, fixed(b, 1));
  Subscripts all;
  for (int64_t d = 0; d < rank; ++d)
    all.push_back(Subscript::at(d));
  for (Value operand : operands) {
    Extents sizes = extents;
    sizes[*axis] = extentOf(b, operand, *axis);
    if (isEmpty(sizes))
      continue;
    Value slice = tensor::ExtractSliceOp::create(b, result, offsets, sizes, strides);
    Value copied = LoopNest(b, sizes).read(operand).write(slice, all).emit([](ImplicitLocOpBuilder &, ValueRange x) {
      return SmallVector<Value>{x[0]};
    })[0];
    result = tensor::InsertSliceOp::create(b, copied, result, offsets, sizes, strides);
    offsets[*axis] = add(b, offsets[*axis], sizes[*axis]);
  }
  return node.replace(result);
}

/// Sizes from the operand or attribute; without them equal parts, the last one smaller (opset 18).
static LogicalResult split(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value x = node.operand(0);
  int64_t rank = node.rank(0), count = node.op->getNumResults();
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), rank);
  if (failed(axis))
    return failure();
  Extents sizes = extentsOf(b, x), parts;
  Extent whole = sizes[*axis];
  if (node.has(1)) {
    if (!node.type(1).hasStaticShape())
      return node.error("the number of parts must be known");
    for (Value size : elementsOf(b, node.operand(1)))
      parts.push_back(asExtent(b, size));
  } else if (auto given = node.integers("split")) {
    for (int64_t size : *given)
      parts.push_back(fixed(b, size));
  } else {
    Value rounded = asIndex(b, add(b, whole, fixed(b, count - 1)));
    Extent part = asExtent(b, b.createOrFold<arith::DivSIOp>(rounded, asIndex(b, fixed(b, count))));
    Extent before = multiply(b, part, fixed(b, count - 1));
    parts.assign(count - 1, part);
    parts.push_back(subtract(b, whole, before));
  }
  if (int64_t(parts.size()) != count)
    return node.error(Twine(parts.size()) + " sizes for " + Twine(count) + " results");
  Extent total = fixed(b, 0);
  for (auto [i, part] : llvm::enumerate(parts)) {
    if (!staticExtent(part) && !node.resultType(i).isDynamicDim(*axis))
      part = fixed(b, node.resultType(i).getDimSize(*axis));
    total = add(b, total, part);
  }
  // total <= whole would be memory safe; ONNX wants equality.
  if (failed(node.require(compareEqual(b, total, whole), "the parts do not add up to the split dimension")))
    return failure();

  std::optional<SmallVector<Value>> scalars;
  if (rank == 1)
    scalars = scalarsOf(b, x);
  Extents offsets(rank, fixed(b, 0)), strides(rank, fixed(b, 1));
  SmallVector<Value> results;
  for (Extent part : parts) {
    sizes[*axis] = part;
    if (auto from = staticExtent(offsets[*axis]), size = staticExtent(part); scalars && from && size && *size > 0)
      results.push_back(
          fromScalars(b, tensorType(sizes, node.type(0).getElementType()), ArrayRef(*scalars).slice(*from, *size)));
    else if (isEmpty(sizes))
      results.push_back(emptyTensor(b, sizes, node.type(0).getElementType()));
    else
      results.push_back(tensor::ExtractSliceOp::create(b, x, offsets, sizes, strides));
    offsets[*axis] = add(b, offsets[*axis], part);
  }
  return node.replace(results);
}

void addConcatLowerings(LoweringTable &table) {
  table["Concat"] = concat;
  table["Split"] = split;
}

} // namespace sdq::onnx
