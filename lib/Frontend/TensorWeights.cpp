//===- TensorWeights.cpp - Weights behind arith, tensor and linalg --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/Interfaces.h"
#include "sdq/Frontend/Register.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sdq;

namespace {

template <typename OpTy, typename Derived>
using Source = WeightSourceOpInterface::ExternalModel<Derived, OpTy>;

struct ConstantModel : Source<arith::ConstantOp, ConstantModel> {
  std::optional<WeightStep> getStep(Operation *op) const {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    auto values = dyn_cast<ElementsAttr>(cast<arith::ConstantOp>(op).getValue());
    if (type && values)
      return WeightConstant{op, type, values};
    // A dialect's own attribute in the place of values: a parameter that is elsewhere.
    if (type)
      return NoWeight{"the constant's values are not in the module"};
    return std::nullopt;
  }
};

template <typename OpTy>
struct CastModel : Source<OpTy, CastModel<OpTy>> {
  std::optional<WeightStep> getStep(Operation *op) const {
    if (!isa<RankedTensorType>(op->getOperand(0).getType()))
      return std::nullopt;
    WeightPassage passage{op->getOperand(0)};
    passage.element = getElementTypeOrSelf(op->getResult(0));
    return passage;
  }
};

/// A reshape in row-major order.
template <typename OpTy>
struct ReshapeModel : Source<OpTy, ReshapeModel<OpTy>> {
  std::optional<WeightStep> getStep(Operation *op) const {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    if (!type.hasStaticShape())
      return std::nullopt;
    WeightPassage passage{op->getOperand(0)};
    passage.shape = SmallVector<int64_t>(type.getShape());
    return passage;
  }
};

struct TransposeModel : Source<linalg::TransposeOp, TransposeModel> {
  std::optional<WeightStep> getStep(Operation *op) const {
    auto transpose = cast<linalg::TransposeOp>(op);
    if (transpose->getNumResults() != 1)
      return std::nullopt;
    return permute(transpose.getInput(), transpose.getPermutation());
  }
};

SmallVector<int64_t> extentsOf(Value value) {
  return SmallVector<int64_t>(cast<RankedTensorType>(value.getType()).getShape());
}

struct BroadcastModel : Source<linalg::BroadcastOp, BroadcastModel> {
  std::optional<WeightStep> getStep(Operation *op) const {
    auto broadcast = cast<linalg::BroadcastOp>(op);
    if (broadcast->getNumResults() != 1)
      return std::nullopt;
    WeightPassage passage{broadcast.getInput(), broadcast.getIndexingMapsArray()[0]};
    passage.repeats = extentsOf(broadcast->getResult(0));
    return passage;
  }
};

/// A linalg.generic of one tensor that transposes, repeats, and converts or leaves the elements.
struct GenericModel : Source<linalg::GenericOp, GenericModel> {
  std::optional<WeightStep> getStep(Operation *op) const {
    auto generic = cast<linalg::GenericOp>(op);
    if (generic.getNumDpsInputs() != 1 || generic.getNumDpsInits() != 1 || op->getNumResults() != 1 ||
        generic.getNumParallelLoops() != generic.getNumLoops() || !generic.getIndexingMapsArray()[1].isPermutation())
      return std::nullopt;
    // In terms of the result's extents, whatever the order of the loops.
    AffineMap map = generic.getIndexingMapsArray()[0].compose(inversePermutation(generic.getIndexingMapsArray()[1]));
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return std::nullopt;
    WeightPassage passage{generic.getDpsInputOperand(0)->get(), map};
    passage.repeats = extentsOf(op->getResult(0));
    Value yielded = generic.getBody()->getTerminator()->getOperand(0);
    if (Operation *convert = yielded.getDefiningOp()) {
      if (!isa<arith::ExtFOp, arith::TruncFOp>(convert))
        return std::nullopt;
      yielded = convert->getOperand(0);
    }
    if (yielded != generic.getBody()->getArgument(0))
      return std::nullopt;
    passage.element = getElementTypeOrSelf(op->getResult(0));
    return passage;
  }
};

} // namespace

void sdq::registerTensorWeights(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, SDQDialect *, arith::ArithDialect *) {
    arith::ConstantOp::attachInterface<ConstantModel>(*context);
    arith::ExtFOp::attachInterface<CastModel<arith::ExtFOp>>(*context);
    arith::TruncFOp::attachInterface<CastModel<arith::TruncFOp>>(*context);
  });
  registry.addExtension(+[](MLIRContext *context, SDQDialect *, tensor::TensorDialect *) {
    tensor::CastOp::attachInterface<CastModel<tensor::CastOp>>(*context);
    tensor::CollapseShapeOp::attachInterface<ReshapeModel<tensor::CollapseShapeOp>>(*context);
    tensor::ExpandShapeOp::attachInterface<ReshapeModel<tensor::ExpandShapeOp>>(*context);
    tensor::ReshapeOp::attachInterface<ReshapeModel<tensor::ReshapeOp>>(*context);
  });
  registry.addExtension(+[](MLIRContext *context, SDQDialect *, linalg::LinalgDialect *) {
    linalg::TransposeOp::attachInterface<TransposeModel>(*context);
    linalg::BroadcastOp::attachInterface<BroadcastModel>(*context);
    linalg::GenericOp::attachInterface<GenericModel>(*context);
  });
}
