//===- Scan.cpp - CumSum --------------------------------------------------===//
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

/// Running sums along an axis: with `exclusive` without the element itself, with `reverse` from the end. The sums of
/// all other dimensions stand in a tensor of extent 1 along the axis.
static LogicalResult cumSum(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  Value x = node.operand(0);
  int64_t rank = node.rank(0);
  auto given = node.constantIntegers(1);
  if (!given || given->size() != 1)
    return node.error("axis must be one constant");
  FailureOr<int64_t> axis = node.axis(given->front(), rank);
  if (failed(axis))
    return failure();
  bool exclusive = node.integer("exclusive", 0), reverse = node.integer("reverse", 0);
  Type element = node.type(0).getElementType(), wide = wideType(element);
  Extents extents = extentsOf(b, x), loops = extents, running = extents;
  running[*axis] = fixed(b, 1);
  // The axis outermost: the inner loops are then independent of one another.
  std::rotate(loops.begin(), loops.begin() + *axis, loops.begin() + *axis + 1);
  Value last = asIndex(b, subtract(b, extents[*axis], fixed(b, 1)));
  SmallVector<Value> state{emptyTensor(b, extents, element), filled(b, running, constant(b, wide, 0))};
  Value result = sequentialLoops(
      b, loops, state, [&](ImplicitLocOpBuilder &inner, ValueRange indices, ValueRange carried) -> SmallVector<Value> {
        SmallVector<Value> at(indices);
        std::rotate(at.begin(), at.begin() + 1, at.begin() + *axis + 1);
        if (reverse)
          at[*axis] = arith::SubIOp::create(inner, last, at[*axis]);
        SmallVector<Value> sumAt = at;
        sumAt[*axis] = arith::ConstantIndexOp::create(inner, 0);
        Value before = tensor::ExtractOp::create(inner, carried[1], sumAt);
        Value after = addScalars(inner, before, widen(inner, tensor::ExtractOp::create(inner, x, at)));
        Value written = narrow(inner, exclusive ? before : after, element);
        return {tensor::InsertOp::create(inner, written, carried[0], at),
                tensor::InsertOp::create(inner, after, carried[1], sumAt)};
      })[0];
  return node.replace(result);
}

void addScanLowerings(LoweringTable &table) { table["CumSum"] = cumSum; }

} // namespace sdq::onnx
