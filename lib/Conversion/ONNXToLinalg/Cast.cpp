//===- Cast.cpp - Cast and CastLike ---------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"
#include "Scalar.h"

using namespace mlir;

namespace sdq::onnx {

static std::string text(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// The target is the result's type; attribute `to` and the second operand of CastLike only repeat it. f32 to an
/// integer truncates; integers wrap; anything but zero is true.
static LogicalResult cast(Node &node) {
  Type from = node.type(0).getElementType(), to = node.resultType().getElementType();
  for (Type type : {from, to})
    if (!type.isInteger() && !isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type))
      return node.error("no conversion from " + text(from) + " to " + text(to));
  if (from == to)
    return node.replace(node.operand(0));
  FailureOr<Value> result = elementwise(node, node.operand(0), to, [&](ImplicitLocOpBuilder &b, ValueRange x) -> Value {
    Type wide = wideType(to);
    // A value already in f32 is narrowed by elementwise().
    return x[0].getType() == wide ? x[0] : castScalar(b, x[0], wide, node.isUnsigned(0), node.isResultUnsigned());
  });
  return failed(result) ? failure() : node.replace(*result);
}

void addCastLowerings(LoweringTable &table) { table["Cast"] = table["CastLike"] = cast; }

} // namespace sdq::onnx
