//===- ONNXFrontend.cpp - onnx.MatMul and onnx.Gemm -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations in onnx-mlir's generic spelling, recognised by name: the `onnx` dialect may be onnx-mlir's own or a stub
// of unknown operations, with attributes in `{…}` or `<{…}>`.
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/MatmulFrontend.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace sdq;

namespace {

bool is(Operation *op, StringRef name) { return op->getName().getStringRef() == name; }

/// An integer attribute, `fallback` where it is absent, nullopt where it is of another kind.
std::optional<int64_t> integer(Operation *op, StringRef name, int64_t fallback) {
  Attribute attribute = op->getAttr(name);
  if (!attribute)
    return fallback;
  auto value = dyn_cast<IntegerAttr>(attribute);
  return value ? std::optional(value.getValue().getSExtValue()) : std::nullopt;
}

std::optional<double> real(Operation *op, StringRef name, double fallback) {
  Attribute attribute = op->getAttr(name);
  if (!attribute)
    return fallback;
  auto value = dyn_cast<FloatAttr>(attribute);
  return value ? std::optional(value.getValueAsDouble()) : std::nullopt;
}

/// An operation that stands in for `origin` and reports under its node name.
Value create(OpBuilder &builder, Operation *origin, StringRef name, ValueRange operands, Type type,
             ArrayRef<NamedAttribute> attributes = {}) {
  OperationState state(origin->getLoc(), name, operands, type, attributes);
  if (Attribute node = origin->getAttr("onnx_node_name"))
    state.addAttribute("onnx_node_name", node);
  return builder.create(state)->getResult(0);
}

/// The product of `value` and a scalar.
Value scale(OpBuilder &builder, Operation *origin, Value value, double factor) {
  auto type = cast<TensorType>(value.getType());
  auto scalar = RankedTensorType::get({}, type.getElementType());
  auto number = DenseElementsAttr::get(scalar, builder.getFloatAttr(type.getElementType(), factor));
  Value constant = create(builder, origin, "onnx.Constant", {}, scalar, builder.getNamedAttr("value", number));
  return create(builder, origin, "onnx.Mul", {value, constant}, type);
}

/// The static extents of an operation's result, if they are known.
std::optional<SmallVector<int64_t>> resultShape(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  return SmallVector<int64_t>(type.getShape());
}

/// Whether a transpose swaps two extents (true) or leaves its operand as it is (false); nullopt for any other.
std::optional<bool> swapsTwo(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto order = op->getAttrOfType<ArrayAttr>("perm");
  if (!order)
    return type && type.getRank() == 2 ? std::optional(true) : std::nullopt;
  SmallVector<int64_t> perm;
  for (Attribute entry : order) {
    auto number = dyn_cast<IntegerAttr>(entry);
    if (!number)
      return std::nullopt;
    perm.push_back(number.getValue().getSExtValue());
  }
  if (perm == SmallVector<int64_t>{1, 0})
    return true;
  return llvm::equal(perm, llvm::seq<int64_t>(perm.size())) ? std::optional(false) : std::nullopt;
}

class ONNXFrontend final : public MatmulFrontend {
public:
  std::optional<Matmul> describe(Operation *op, std::string &reason) const override {
    bool gemm = is(op, "onnx.Gemm");
    if (!gemm && !is(op, "onnx.MatMul"))
      return std::nullopt;
    if (op->getNumOperands() < 2 || op->getNumOperands() > (gemm ? 3 : 2) || op->getNumResults() != 1) {
      reason = "unexpected number of operands or results";
      return std::nullopt;
    }
    Matmul matmul{op->getOperand(0), op->getOperand(1)};
    if (!gemm)
      return matmul;
    auto transA = integer(op, "transA", 0), transB = integer(op, "transB", 0);
    if (!transA || !transB || !real(op, "alpha", 1) || !real(op, "beta", 1)) {
      reason = "an attribute is of an unexpected kind";
      return std::nullopt;
    }
    matmul.swapLeft = *transA;
    matmul.swapRight = *transB;
    return matmul;
  }

  ElementsAttr constantValue(Operation *op) const override {
    return is(op, "onnx.Constant") ? op->getAttrOfType<ElementsAttr>("value") : nullptr;
  }

  std::optional<Passage> passage(Operation *op) const override {
    if (op->getNumOperands() < 1 || op->getNumResults() != 1)
      return std::nullopt;
    Passage passage{op->getOperand(0)};
    if (is(op, "onnx.Identity"))
      return passage;
    if (is(op, "onnx.Cast") || is(op, "onnx.CastLike")) {
      auto type = dyn_cast<ShapedType>(op->getResult(0).getType());
      if (!type)
        return std::nullopt;
      passage.element = type.getElementType();
      return passage;
    }
    if (is(op, "onnx.Transpose")) {
      std::optional<bool> swap = swapsTwo(op);
      if (!swap)
        return std::nullopt;
      passage.swap = *swap;
      return passage;
    }
    if (is(op, "onnx.Reshape") || is(op, "onnx.Squeeze") || is(op, "onnx.Unsqueeze") || is(op, "onnx.Flatten")) {
      passage.shape = resultShape(op);
      return passage.shape ? std::optional(passage) : std::nullopt;
    }
    return std::nullopt;
  }

  bool isPure(Operation *op) const override {
    static constexpr StringLiteral names[] = {"onnx.Constant",  "onnx.NoValue",   "onnx.Identity", "onnx.Cast",
                                              "onnx.CastLike",  "onnx.Transpose", "onnx.Reshape",  "onnx.Squeeze",
                                              "onnx.Unsqueeze", "onnx.Flatten"};
    return llvm::any_of(names, [&](StringRef name) { return is(op, name); });
  }

  Value swapLastTwo(OpBuilder &builder, Operation *op, Value value) const override {
    auto type = cast<RankedTensorType>(value.getType());
    auto order = llvm::to_vector(llvm::seq<int64_t>(type.getRank()));
    SmallVector<int64_t> extents(type.getShape());
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    std::swap(extents[extents.size() - 1], extents[extents.size() - 2]);
    return create(builder, op, "onnx.Transpose", value, type.clone(extents),
                  builder.getNamedAttr("perm", builder.getI64ArrayAttr(order)));
  }

  Value widen(OpBuilder &builder, Operation *op, Value value, Type element) const override {
    return create(builder, op, "onnx.Cast", value, cast<RankedTensorType>(value.getType()).clone(element),
                  builder.getNamedAttr("to", TypeAttr::get(element)));
  }

  Value finish(OpBuilder &builder, Operation *op, Value product) const override {
    if (!is(op, "onnx.Gemm"))
      return product;
    double alpha = *real(op, "alpha", 1), beta = *real(op, "beta", 1);
    if (alpha != 1)
      product = scale(builder, op, product, alpha);
    // An omitted operand is of type none.
    if (op->getNumOperands() < 3 || isa<NoneType>(op->getOperand(2).getType()) || beta == 0)
      return product;
    Value bias = op->getOperand(2);
    if (beta != 1)
      bias = scale(builder, op, bias, beta);
    return create(builder, op, "onnx.Add", {product, bias}, product.getType());
  }
};

} // namespace

const MatmulFrontend &sdq::onnxFrontend() {
  static const ONNXFrontend frontend;
  return frontend;
}
