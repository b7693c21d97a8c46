//===- TorchFrontend.cpp - torch-mlir's torch dialect ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Models as torch-mlir's importers give them: ONNX nodes in `torch.operator "onnx.…"`, and torch.aten.mm, matmul and
// linear, all on `!torch.vtensor`. An sdq.linear takes builtin tensors, so it stands between torch-mlir's own
// `torch_c.to_builtin_tensor` and `torch_c.from_builtin_tensor`, which its backend conversion removes.
//
//===----------------------------------------------------------------------===//

#include "ONNXNode.h"
#include "sdq/Frontend/TorchTypes.h"

#include "sdq/Frontend/Register.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sdq;

namespace {

bool is(Operation *op, StringRef name) { return op->getName().getStringRef() == name; }

Value convert(ImplicitLocOpBuilder &builder, StringRef name, Value value, Type type) {
  OperationState state(builder.getLoc(), name, value, type);
  return builder.create(state)->getResult(0);
}

Value toBuiltin(ImplicitLocOpBuilder &builder, Value value) {
  RankedTensorType type = builtinTensorOf(value.getType());
  return type ? convert(builder, "torch_c.to_builtin_tensor", value, type) : value;
}

/// `value` times a number, in linalg.
Value scale(ImplicitLocOpBuilder &builder, Value value, double factor) {
  auto type = cast<RankedTensorType>(value.getType());
  auto number = builder.getFloatAttr(type.getElementType(), factor);
  Value constant = arith::ConstantOp::create(builder, number);
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
  auto body = [&](OpBuilder &inner, Location loc, ValueRange arguments) {
    Value product = arith::MulFOp::create(inner, loc, arguments[0], constant);
    linalg::YieldOp::create(inner, loc, product);
  };
  return linalg::GenericOp::create(builder, type, ValueRange{}, value, SmallVector<AffineMap>{identity}, loops, body)
      .getResult(0);
}

/// product + alpha·bias, the bias aligned at the last extent.
Value addBias(ImplicitLocOpBuilder &builder, Value product, Value bias) {
  int64_t rank = cast<RankedTensorType>(product.getType()).getRank();
  int64_t biasRank = cast<RankedTensorType>(bias.getType()).getRank();
  return addTensor(builder, product, bias, llvm::to_vector(llvm::seq<int64_t>(rank - biasRank, rank)));
}

template <typename Derived>
struct TorchProduct : ProductOpInterface::ExternalModel<Derived, Operation> {
  RankedTensorType getTensorType(Operation *, Type type) const { return ONNXNode::tensorType(type); }
  Value enter(Operation *, ImplicitLocOpBuilder &builder, Value value) const { return toBuiltin(builder, value); }
  Value leave(Operation *, ImplicitLocOpBuilder &builder, Value value, Type type) const {
    RankedTensorType builtin = builtinTensorOf(type);
    if (!builtin)
      return castTensor(builder, value, type);
    return convert(builder, "torch_c.from_builtin_tensor", castTensor(builder, value, builtin), type);
  }
};

struct ONNXProductModel : TorchProduct<ONNXProductModel> {
  FailureOr<Product> getProduct(Operation *op, std::string &reason) const { return productOf(ONNXNode(op), reason); }

  Value finish(Operation *op, ImplicitLocOpBuilder &builder, Value product) const {
    ONNXNode node(op);
    if (node.name() != "Gemm")
      return product;
    double alpha = *node.real("alpha", 1), beta = *node.real("beta", 1);
    if (alpha != 1)
      product = scale(builder, product, alpha);
    if (!node.has(2) || beta == 0)
      return product;
    Value bias = toBuiltin(builder, op->getOperand(2));
    return addBias(builder, product, beta == 1 ? bias : scale(builder, bias, beta));
  }
};

/// torch.aten.mm and matmul are ONNX's MatMul; torch.aten.linear is x·Wᵀ + bias.
struct AtenProductModel : TorchProduct<AtenProductModel> {
  FailureOr<Product> getProduct(Operation *op, std::string &reason) const {
    bool isLinear = is(op, "torch.aten.linear");
    if (op->getNumResults() != 1 || op->getNumOperands() < 2 || op->getNumOperands() > (isLinear ? 3 : 2)) {
      reason = "unexpected number of operands or results";
      return failure();
    }
    RankedTensorType left = builtinTensorOf(op->getOperand(0).getType());
    RankedTensorType right = builtinTensorOf(op->getOperand(1).getType());
    if (!left || !right || left.getRank() < 1 || right.getRank() < 1) {
      reason = "the operands are not known to be of rank 1 or more";
      return failure();
    }
    if (!isLinear)
      return matMulOf(op, left, right);
    if (right.getRank() != 2) {
      reason = "the weight is a vector";
      return failure();
    }
    unsigned rank = left.getRank();
    auto tokens = llvm::to_vector(llvm::seq<unsigned>(rank - 1));
    auto with = [&](unsigned last) {
      SmallVector<unsigned> extents(tokens);
      extents.push_back(last);
      return AffineMap::getMultiDimMapWithTargets(rank + 1, extents, op->getContext());
    };
    return Product{op->getOperand(0), op->getOperand(1), with(rank),
                   AffineMap::getMultiDimMapWithTargets(rank + 1, {rank - 1, rank}, op->getContext()), with(rank - 1)};
  }

  Value finish(Operation *op, ImplicitLocOpBuilder &builder, Value product) const {
    if (!is(op, "torch.aten.linear") || !ONNXNode(op).has(2))
      return product;
    return addBias(builder, product, toBuiltin(builder, op->getOperand(2)));
  }
};

struct WeightModel : WeightSourceOpInterface::ExternalModel<WeightModel, Operation> {
  std::optional<WeightStep> getStep(Operation *op) const {
    if (is(op, "torch.operator"))
      return stepOf(ONNXNode(op));
    if (op->getNumResults() != 1)
      return std::nullopt;
    if (is(op, "torch.vtensor.literal")) {
      auto values = op->getAttrOfType<ElementsAttr>("value");
      auto type = values ? dyn_cast<RankedTensorType>(values.getType()) : nullptr;
      return type ? std::optional<WeightStep>(WeightConstant{op, type, values}) : std::nullopt;
    }
    if (op->getNumOperands() < 1)
      return std::nullopt;
    if (is(op, "torch.aten.t")) {
      RankedTensorType type = builtinTensorOf(op->getOperand(0).getType());
      if (!type || type.getRank() != 2)
        return std::nullopt;
      return permute(op->getOperand(0), {1, 0});
    }
    return WeightPassage{op->getOperand(0)}; // torch_c's conversions
  }
  bool isErasable(Operation *op) const { return !is(op, "torch.operator") || isPureNode(ONNXNode(op)); }
};

} // namespace

void sdq::registerTorchFrontend(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *, SDQDialect *dialect) {
    NamedModels &models = NamedModels::of(*dialect);
    models.attach<ONNXProductModel>("torch.operator");
    for (StringRef name : {"torch.aten.mm", "torch.aten.matmul", "torch.aten.linear"})
      models.attach<AtenProductModel>(name);
    for (StringRef name : {"torch.operator", "torch.vtensor.literal", "torch.aten.t", "torch_c.to_builtin_tensor",
                           "torch_c.from_builtin_tensor"})
      models.attach<WeightModel>(name);
  });
}
