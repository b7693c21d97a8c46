//===- ONNXFrontend.cpp - ONNX nodes in onnx-mlir's spelling --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations are recognised by name: the `onnx` dialect may be onnx-mlir's own, a stub, or not there at all. What is
// put around an sdq.linear is `onnx` again, so that an onnx pipeline goes on as before.
//
//===----------------------------------------------------------------------===//

#include "ONNXNode.h"

#include "sdq/Frontend/Register.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace sdq;

namespace {

/// An operation that stands in for `origin` and reports under its node name.
Value create(ImplicitLocOpBuilder &builder, Operation *origin, StringRef name, ValueRange operands, Type type,
             ArrayRef<NamedAttribute> attributes = {}) {
  OperationState state(builder.getLoc(), name, operands, type, attributes);
  if (Attribute node = origin->getAttr("onnx_node_name"))
    state.addAttribute("onnx_node_name", node);
  return builder.create(state)->getResult(0);
}

/// The product of `value` and a scalar.
Value scale(ImplicitLocOpBuilder &builder, Operation *origin, Value value, double factor) {
  auto type = cast<TensorType>(value.getType());
  auto scalar = RankedTensorType::get({}, type.getElementType());
  auto number = DenseElementsAttr::get(scalar, builder.getFloatAttr(type.getElementType(), factor));
  Value constant = create(builder, origin, "onnx.Constant", {}, scalar, builder.getNamedAttr("value", number));
  return create(builder, origin, "onnx.Mul", {value, constant}, type);
}

struct ProductModel : ProductOpInterface::ExternalModel<ProductModel, Operation> {
  FailureOr<Product> getProduct(Operation *op, std::string &reason) const { return productOf(ONNXNode(op), reason); }

  Value transpose(Operation *op, ImplicitLocOpBuilder &builder, Value value, ArrayRef<int64_t> permutation) const {
    auto type = cast<RankedTensorType>(value.getType());
    return create(builder, op, "onnx.Transpose", value, type.clone(applyPermutation(type.getShape(), permutation)),
                  builder.getNamedAttr("perm", builder.getI64ArrayAttr(permutation)));
  }

  Value widen(Operation *op, ImplicitLocOpBuilder &builder, Value value, Type element) const {
    return create(builder, op, "onnx.Cast", value, cast<RankedTensorType>(value.getType()).clone(element),
                  builder.getNamedAttr("to", TypeAttr::get(element)));
  }

  Value finish(Operation *op, ImplicitLocOpBuilder &builder, Value product) const {
    ONNXNode node(op);
    if (node.name() != "Gemm")
      return product;
    double alpha = *node.real("alpha", 1), beta = *node.real("beta", 1);
    if (alpha != 1)
      product = scale(builder, op, product, alpha);
    if (!node.has(2) || beta == 0)
      return product;
    Value bias = op->getOperand(2);
    if (beta != 1)
      bias = scale(builder, op, bias, beta);
    return create(builder, op, "onnx.Add", {product, bias}, product.getType());
  }
};

struct WeightModel : WeightSourceOpInterface::ExternalModel<WeightModel, Operation> {
  std::optional<WeightStep> getStep(Operation *op) const { return stepOf(ONNXNode(op)); }
  bool isErasable(Operation *op) const { return isPureNode(ONNXNode(op)); }
};

} // namespace

void sdq::registerONNXFrontend(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *, SDQDialect *dialect) {
    NamedModels &models = NamedModels::of(*dialect);
    for (StringRef name : {"onnx.MatMul", "onnx.Gemm", "onnx.QLinearMatMul", "onnx.MatMulInteger", "onnx.Custom"})
      models.attach<ProductModel>(name);
    for (StringRef name :
         {"onnx.Constant", "onnx.NoValue", "onnx.Identity", "onnx.Cast", "onnx.CastLike", "onnx.Transpose",
          "onnx.Reshape", "onnx.Squeeze", "onnx.Unsqueeze", "onnx.Flatten", "onnx.Expand", "onnx.DequantizeLinear"})
      models.attach<WeightModel>(name);
  });
}
