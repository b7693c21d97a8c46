//===- Softmax.cpp - Softmax and LogSoftmax -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reduction.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace sdq::onnx {

/// exp(x - m) / Σ exp(x - m) or x - m - log Σ exp(x - m), m the largest x: nothing overflows. Up to opset 12 the sum
/// runs over `axis` and everything after it.
template <bool isLog>
static LogicalResult softmax(Node &node) {
  ImplicitLocOpBuilder &b = node.b;
  bool flattens = node.version != 0 && node.version < 13;
  Value x = node.operand(0);
  int64_t rank = node.rank(0);
  Type element = node.type(0).getElementType(), wide = wideType(element);
  if (!isa<FloatType>(element))
    return node.error("expected floats");
  FailureOr<int64_t> axis = node.axis(node.integer("axis", flattens ? 1 : -1), rank);
  if (failed(axis))
    return failure();
  auto axes = llvm::to_vector(llvm::seq<int64_t>(*axis, flattens ? rank : *axis + 1));

  Extents extents = extentsOf(b, x);
  Kept kept(extents, axes);
  Value largest = maxOver(b, x, axes);
  auto shifted = [](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    return subtractScalars(inner, widen(inner, arguments[0]), arguments[1]);
  };
  if (isLog) {
    Value sum = sumOver(b, LoopNest(b, extents).read(x).read(largest, kept.subscripts), extents, axes, element,
                        [&](ImplicitLocOpBuilder &inner, ValueRange arguments) -> Value {
                          return math::ExpOp::create(inner, shifted(inner, arguments));
                        });
    Value logSum =
        LoopNest(b, kept.extents).read(sum).map(wide, [](ImplicitLocOpBuilder &inner, ValueRange s) -> Value {
          return math::LogOp::create(inner, s[0]);
        });
    return node.replace(LoopNest(b, extents)
                            .read(x)
                            .read(largest, kept.subscripts)
                            .read(logSum, kept.subscripts)
                            .map(element, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
                              Value value = subtractScalars(inner, shifted(inner, arguments), arguments[2]);
                              return narrow(inner, value, element);
                            }));
  }
  // Two loops, though one could write both: compilers tile reductions that write nothing else.
  Value powers = LoopNest(b, extents)
                     .read(x)
                     .read(largest, kept.subscripts)
                     .map(wide, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) -> Value {
                       return math::ExpOp::create(inner, shifted(inner, arguments));
                     });
  Value sum = sumOver(b, LoopNest(b, extents).read(powers), extents, axes, element,
                      [](ImplicitLocOpBuilder &, ValueRange arguments) { return arguments[0]; });
  return node.replace(LoopNest(b, extents)
                          .read(powers)
                          .read(sum, kept.subscripts)
                          .map(element, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
                            return narrow(inner, divideScalars(inner, arguments[0], arguments[1], false), element);
                          }));
}

void addSoftmaxLowerings(LoweringTable &table) {
  table["Softmax"] = softmax<false>;
  table["LogSoftmax"] = softmax<true>;
}

} // namespace sdq::onnx
