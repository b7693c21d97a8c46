//===- LinalgFrontend.cpp - linalg.matmul on tensors ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/MatmulFrontend.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sdq;

namespace {

/// Whether an indexing map reads (first, second) of the loops (false), (second, first) (true), or anything else.
std::optional<bool> swaps(AffineMap map, unsigned first, unsigned second) {
  MLIRContext *context = map.getContext();
  if (map == AffineMap::getMultiDimMapWithTargets(map.getNumDims(), {first, second}, context))
    return false;
  if (map == AffineMap::getMultiDimMapWithTargets(map.getNumDims(), {second, first}, context))
    return true;
  return std::nullopt;
}

bool isZero(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    return matchPattern(fill.getInputs().front(), m_AnyZeroFloat());
  return matchPattern(value, m_AnyZeroFloat());
}

/// An uninitialised tensor of `type`, its dynamic extents those of `like` in the order `dimensions`.
Value empty(OpBuilder &builder, Location loc, RankedTensorType type, Value like, ArrayRef<int64_t> dimensions) {
  SmallVector<Value> extents;
  for (auto [extent, dimension] : llvm::zip_equal(type.getShape(), dimensions))
    if (ShapedType::isDynamic(extent))
      extents.push_back(tensor::DimOp::create(builder, loc, like, dimension));
  return tensor::EmptyOp::create(builder, loc, type, extents);
}

/// A linalg.generic of one tensor that reads it transposed or straight, and converts the elements or leaves them.
std::optional<Passage> genericPassage(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 || op->getNumResults() != 1 ||
      op.getNumParallelLoops() != op.getNumLoops() || !op.getIndexingMapsArray()[1].isIdentity())
    return std::nullopt;
  Passage passage{op.getDpsInputOperand(0)->get()};
  AffineMap map = op.getIndexingMapsArray()[0];
  if (map.getNumDims() == 2 && swaps(map, 0, 1) == true)
    passage.swap = true;
  else if (!map.isIdentity())
    return std::nullopt;
  Value yielded = op.getBody()->getTerminator()->getOperand(0);
  if (Operation *convert = yielded.getDefiningOp()) {
    if (!isa<arith::ExtFOp, arith::TruncFOp>(convert))
      return std::nullopt;
    yielded = convert->getOperand(0);
  }
  if (yielded != op.getBody()->getArgument(0))
    return std::nullopt;
  passage.element = cast<ShapedType>(op->getResult(0).getType()).getElementType();
  return passage;
}

class LinalgFrontend final : public MatmulFrontend {
public:
  std::optional<Matmul> describe(Operation *op, std::string &reason) const override {
    if (isa<linalg::BatchMatmulOp, linalg::MatvecOp, linalg::VecmatOp, linalg::BatchMatvecOp>(op))
      reason = "of linalg's contractions, linalg.matmul is raised";
    auto matmul = dyn_cast<linalg::MatmulOp>(op);
    if (!matmul)
      return std::nullopt;
    if (!matmul.hasPureTensorSemantics()) {
      reason = "it works on buffers";
      return std::nullopt;
    }
    // Loops are m, n, k.
    SmallVector<AffineMap> maps = matmul.getIndexingMapsArray();
    std::optional<bool> left = swaps(maps[0], 0, 2), right = swaps(maps[1], 2, 1);
    if (!left || !right || swaps(maps[2], 0, 1) != false) {
      reason = "an indexing map broadcasts";
      return std::nullopt;
    }
    return Matmul{matmul.getDpsInputOperand(0)->get(), matmul.getDpsInputOperand(1)->get(), *left, *right};
  }

  ElementsAttr constantValue(Operation *op) const override {
    auto constant = dyn_cast<arith::ConstantOp>(op);
    return constant ? dyn_cast<ElementsAttr>(constant.getValue()) : nullptr;
  }

  std::optional<Passage> passage(Operation *op) const override {
    if (auto transpose = dyn_cast<linalg::TransposeOp>(op)) {
      if (transpose->getNumResults() != 1)
        return std::nullopt;
      Passage passage{transpose.getInput()};
      passage.swap = transpose.getPermutation() == ArrayRef<int64_t>{1, 0};
      if (!passage.swap && !llvm::is_sorted(transpose.getPermutation()))
        return std::nullopt;
      return passage;
    }
    if (auto generic = dyn_cast<linalg::GenericOp>(op))
      return genericPassage(generic);
    if (isa<arith::ExtFOp, arith::TruncFOp>(op) && isa<RankedTensorType>(op->getOperand(0).getType()))
      return Passage{op->getOperand(0), false, getElementTypeOrSelf(op->getResult(0))};
    if (auto cast = dyn_cast<tensor::CastOp>(op))
      return Passage{cast.getSource()};
    if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op)) {
      auto type = cast<RankedTensorType>(op->getResult(0).getType());
      if (!type.hasStaticShape())
        return std::nullopt;
      return Passage{op->getOperand(0), false, nullptr, SmallVector<int64_t>(type.getShape())};
    }
    return std::nullopt;
  }

  Value swapLastTwo(OpBuilder &builder, Operation *op, Value value) const override {
    auto type = cast<RankedTensorType>(value.getType());
    auto order = llvm::to_vector(llvm::seq<int64_t>(type.getRank()));
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    auto swapped = type.clone(llvm::map_to_vector(order, [&](int64_t i) { return type.getDimSize(i); }));
    Value into = empty(builder, op->getLoc(), swapped, value, order);
    return linalg::TransposeOp::create(builder, op->getLoc(), value, into, order)->getResult(0);
  }

  Value widen(OpBuilder &builder, Operation *op, Value value, Type element) const override {
    auto type = cast<RankedTensorType>(value.getType());
    auto order = llvm::to_vector(llvm::seq<int64_t>(type.getRank()));
    Value into = empty(builder, op->getLoc(), type.clone(element), value, order);
    AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
    SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
    auto body = [&](OpBuilder &inner, Location loc, ValueRange arguments) {
      Value wide = arith::ExtFOp::create(inner, loc, element, arguments[0]);
      linalg::YieldOp::create(inner, loc, wide);
    };
    return linalg::GenericOp::create(builder, op->getLoc(), into.getType(), value, into,
                                     SmallVector<AffineMap>{identity, identity}, loops, body)
        .getResult(0);
  }

  Value finish(OpBuilder &builder, Operation *op, Value product) const override {
    Value accumulator = cast<linalg::MatmulOp>(op).getDpsInitOperand(0)->get();
    if (isZero(accumulator))
      return product;
    if (product.getType() != accumulator.getType())
      product = tensor::CastOp::create(builder, op->getLoc(), accumulator.getType(), product);
    return linalg::AddOp::create(builder, op->getLoc(), accumulator.getType(), ValueRange{product, accumulator},
                                 accumulator)
        .getResult(0);
  }
};

} // namespace

const MatmulFrontend &sdq::linalgFrontend() {
  static const LinalgFrontend frontend;
  return frontend;
}
