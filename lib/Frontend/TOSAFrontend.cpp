//===- TOSAFrontend.cpp - tosa.matmul and 1×1 tosa.conv2d -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/Interfaces.h"
#include "sdq/Frontend/Register.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sdq;

namespace {

bool isZero(Value zeroPoint) { return matchPattern(zeroPoint, m_AnyZeroFloat()) || matchPattern(zeroPoint, m_Zero()); }

AffineMap mapOf(MLIRContext *context, unsigned loops, ArrayRef<unsigned> results) {
  return AffineMap::getMultiDimMapWithTargets(loops, results, context);
}

struct MatMulModel : ProductOpInterface::ExternalModel<MatMulModel, tosa::MatMulOp> {
  FailureOr<Product> getProduct(Operation *op, std::string &reason) const {
    auto matmul = cast<tosa::MatMulOp>(op);
    if (!isZero(matmul.getAZp()) || !isZero(matmul.getBZp())) {
      reason = "it has zero points";
      return failure();
    }
    MLIRContext *context = op->getContext();
    return Product{matmul.getA(), matmul.getB(), mapOf(context, 4, {0, 1, 3}), mapOf(context, 4, {0, 3, 2}),
                   mapOf(context, 4, {0, 1, 2})};
  }
};

/// Loops: batch, row, column, output channel, window row, window column, input channel.
struct Conv2DModel : ProductOpInterface::ExternalModel<Conv2DModel, tosa::Conv2DOp> {
  FailureOr<Product> getProduct(Operation *op, std::string &reason) const {
    auto conv = cast<tosa::Conv2DOp>(op);
    auto weight = dyn_cast<RankedTensorType>(conv.getWeight().getType());
    if (!weight || weight.getRank() != 4 || weight.getDimSize(1) != 1 || weight.getDimSize(2) != 1 ||
        llvm::any_of(conv.getPad(), [](int64_t pad) { return pad != 0; }) ||
        llvm::any_of(conv.getStride(), [](int64_t stride) { return stride != 1; })) {
      reason = "expected a 1×1 convolution with stride 1 and without padding";
      return failure();
    }
    if (!isZero(conv.getInputZp()) || !isZero(conv.getWeightZp())) {
      reason = "it has zero points";
      return failure();
    }
    MLIRContext *context = op->getContext();
    return Product{conv.getInput(), conv.getWeight(), mapOf(context, 7, {0, 1, 2, 6}), mapOf(context, 7, {3, 4, 5, 6}),
                   mapOf(context, 7, {0, 1, 2, 3})};
  }

  Value finish(Operation *op, ImplicitLocOpBuilder &builder, Value product) const {
    Value bias = cast<tosa::Conv2DOp>(op).getBias();
    return isZero(bias) ? product : addTensor(builder, product, bias, {3});
  }
};

/// A bias or weight behind tosa.const and what tosa does to shapes.
struct ConstModel : WeightSourceOpInterface::ExternalModel<ConstModel, tosa::ConstOp> {
  std::optional<WeightStep> getStep(Operation *op) const {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    return type ? std::optional<WeightStep>(WeightConstant{op, type, cast<tosa::ConstOp>(op).getValues()})
                : std::nullopt;
  }
};

struct TransposeModel : WeightSourceOpInterface::ExternalModel<TransposeModel, tosa::TransposeOp> {
  std::optional<WeightStep> getStep(Operation *op) const {
    auto transpose = cast<tosa::TransposeOp>(op);
    return permute(transpose.getInput1(), SmallVector<int64_t>(transpose.getPerms()));
  }
};

template <typename OpTy, bool reshapes>
struct PassageModel : WeightSourceOpInterface::ExternalModel<PassageModel<OpTy, reshapes>, OpTy> {
  std::optional<WeightStep> getStep(Operation *op) const {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    if (!type || (reshapes && !type.hasStaticShape()))
      return std::nullopt;
    WeightPassage passage{op->getOperand(0)};
    passage.element = type.getElementType();
    if (reshapes)
      passage.shape = SmallVector<int64_t>(type.getShape());
    return passage;
  }
};

} // namespace

void sdq::registerTOSAFrontend(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, SDQDialect *, tosa::TosaDialect *) {
    tosa::MatMulOp::attachInterface<MatMulModel>(*context);
    tosa::Conv2DOp::attachInterface<Conv2DModel>(*context);
    tosa::ConstOp::attachInterface<ConstModel>(*context);
    tosa::TransposeOp::attachInterface<TransposeModel>(*context);
    tosa::ReshapeOp::attachInterface<PassageModel<tosa::ReshapeOp, true>>(*context);
    tosa::CastOp::attachInterface<PassageModel<tosa::CastOp, false>>(*context);
    tosa::IdentityOp::attachInterface<PassageModel<tosa::IdentityOp, false>>(*context);
  });
}
