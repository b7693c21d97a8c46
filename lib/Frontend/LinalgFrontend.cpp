//===- LinalgFrontend.cpp - linalg's contractions on tensors --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every structured operation of two inputs whose body is out + a·b: the named ones, linalg.contract and linalg.generic
// differ in their indexing maps only, which the product takes as they are.
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/Interfaces.h"
#include "sdq/Frontend/Register.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sdq;

namespace {

/// The argument of the body that a value is, widened or not; null for anything else.
BlockArgument widenedArgument(Value value) {
  while (auto extension = value.getDefiningOp<arith::ExtFOp>())
    value = extension.getIn();
  return dyn_cast<BlockArgument>(value);
}

/// Whether the body yields out + a·b, the factors in either order, widened or not.
bool isMultiplyAdd(Block &body) {
  if (body.getNumArguments() != 3 || body.getTerminator()->getNumOperands() != 1)
    return false;
  auto multiplies = [&](Value a, Value b) {
    BlockArgument first = widenedArgument(a), second = widenedArgument(b);
    return first && second && first.getArgNumber() + second.getArgNumber() == 1;
  };
  Value yielded = body.getTerminator()->getOperand(0);
  if (auto fma = yielded.getDefiningOp<math::FmaOp>())
    return fma.getC() == body.getArgument(2) && multiplies(fma.getA(), fma.getB());
  auto sum = yielded.getDefiningOp<arith::AddFOp>();
  if (!sum || (sum.getLhs() != body.getArgument(2) && sum.getRhs() != body.getArgument(2)))
    return false;
  auto product = (sum.getLhs() == body.getArgument(2) ? sum.getRhs() : sum.getLhs()).getDefiningOp<arith::MulFOp>();
  return product && multiplies(product.getLhs(), product.getRhs());
}

bool isZero(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    return matchPattern(fill.getInputs().front(), m_AnyZeroFloat());
  return matchPattern(value, m_AnyZeroFloat());
}

template <typename OpTy>
struct ContractionModel : ProductOpInterface::ExternalModel<ContractionModel<OpTy>, OpTy> {
  FailureOr<Product> getProduct(Operation *op, std::string &reason) const {
    auto structured = cast<linalg::LinalgOp>(op);
    // Of linalg.generic and the like only those that sum products are anybody's business.
    if (structured.getNumDpsInputs() != 2 || structured.getNumDpsInits() != 1 || structured.getNumReductionLoops() == 0)
      return failure();
    if (!isMultiplyAdd(*structured.getBlock())) {
      if (!isa<linalg::GenericOp>(op))
        reason = "its body is no multiply-add of floats";
      return failure();
    }
    if (!structured.hasPureTensorSemantics()) {
      reason = "it works on buffers";
      return failure();
    }
    SmallVector<AffineMap> maps = structured.getIndexingMapsArray();
    return Product{structured.getDpsInputOperand(0)->get(), structured.getDpsInputOperand(1)->get(), maps[0], maps[1],
                   maps[2]};
  }

  Value finish(Operation *op, ImplicitLocOpBuilder &builder, Value product) const {
    Value accumulator = cast<linalg::LinalgOp>(op).getDpsInitOperand(0)->get();
    if (isZero(accumulator))
      return product;
    product = castTensor(builder, product, accumulator.getType());
    return linalg::AddOp::create(builder, accumulator.getType(), ValueRange{product, accumulator}, accumulator)
        .getResult(0);
  }
};

template <typename... Ops>
void attachTo(MLIRContext *context) {
  (Ops::template attachInterface<ContractionModel<Ops>>(*context), ...);
}

} // namespace

void sdq::registerLinalgFrontend(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, SDQDialect *, linalg::LinalgDialect *) {
    attachTo<linalg::GenericOp, linalg::ContractOp, linalg::MatmulOp, linalg::MatvecOp, linalg::VecmatOp,
             linalg::BatchMatmulOp, linalg::BatchMatvecOp, linalg::BatchVecmatOp, linalg::BatchReduceMatmulOp,
             linalg::Mmt4DOp, linalg::BatchMmt4DOp, linalg::Conv1DNwcWcfOp, linalg::Conv1DNcwFcwOp,
             linalg::Conv2DNhwcHwcfOp, linalg::Conv2DNhwcFhwcOp, linalg::Conv2DNchwFchwOp>(context);
  });
}
