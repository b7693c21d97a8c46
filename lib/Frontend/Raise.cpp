//===- Raise.cpp - Matmuls by constants to sdq.linear ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ParameterTable.h"
#include "WeightSource.h"

#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Frontend/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Support/Regex.h"

namespace sdq {
#define GEN_PASS_DEF_RAISE
#include "sdq/Frontend/Passes.h.inc"
} // namespace sdq

using namespace mlir;
using namespace sdq;

namespace {

/// A matmul with its weight found, ready to be rewritten.
struct Candidate {
  WeightSource weight;
  bool weightTransposed; // stored inputs × outputs
  Value activations;
  bool swapActivations;   // to … × inputs
  bool swapProduct;       // from … × outputs
  RankedTensorType input; // of the linear: swapped, of the result's element type
  RankedTensorType product;
  int64_t outputs, inputs;
};

RankedTensorType swapLastTwo(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  return type.clone(shape);
}

/// Decides which side is the weight and whether shapes and types allow an sdq.linear; nullopt and a reason where not.
std::optional<Candidate> examine(Operation *op, const Matmul &matmul, std::string &reason) {
  bool leftIsConstant = isConstant(matmul.left), rightIsConstant = isConstant(matmul.right);
  if (leftIsConstant == rightIsConstant) {
    reason = leftIsConstant ? "both sides are constants" : "neither side is a constant";
    return std::nullopt;
  }
  std::optional<WeightSource> weight = traceConstant(leftIsConstant ? matmul.left : matmul.right, reason);
  if (!weight)
    return std::nullopt;

  // y = x·B: B is inputs × outputs, unless swapped before. y = A·x: A is outputs × inputs, and yᵀ = xᵀ·Aᵀ.
  Candidate found;
  found.weightTransposed = (leftIsConstant ? matmul.swapLeft : !matmul.swapRight) != weight->swapped;
  found.activations = leftIsConstant ? matmul.right : matmul.left;
  found.swapActivations = leftIsConstant ? !matmul.swapRight : matmul.swapLeft;
  found.swapProduct = leftIsConstant;
  found.outputs = found.weightTransposed ? weight->columns : weight->rows;
  found.inputs = found.weightTransposed ? weight->rows : weight->columns;

  auto activations = dyn_cast<RankedTensorType>(found.activations.getType());
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!activations || !result || activations.getRank() < 1 || activations.getRank() != result.getRank()) {
    reason = "activations and result are not known to have one rank, at least 1";
    return std::nullopt;
  }
  // A vector is the same, transposed or not.
  if (activations.getRank() == 1)
    found.swapActivations = found.swapProduct = false;
  found.input = found.swapActivations ? swapLastTwo(activations) : activations;
  RankedTensorType product = found.swapProduct ? swapLastTwo(result) : result;

  Type element = result.getElementType();
  if (!isa<Float16Type, BFloat16Type, Float32Type>(element) || !holds(element, activations.getElementType()) ||
      !holds(element, weight->elementAtMatmul)) {
    reason = "the element types do not widen to a result of f16, bf16 or f32";
    return std::nullopt;
  }
  found.input = found.input.clone(element);

  // The result's leading extents are the activations'; each may know some that the other does not.
  SmallVector<int64_t> expected(found.input.getShape());
  if (!ShapedType::isDynamic(expected.back()) && expected.back() != found.inputs) {
    reason = "the activations have " + std::to_string(expected.back()) + " inputs, the weight " +
             std::to_string(found.inputs);
    return std::nullopt;
  }
  expected.back() = found.outputs;
  if (failed(verifyCompatibleShape(product.getShape(), expected))) {
    reason = "the result's shape does not follow from the operands'";
    return std::nullopt;
  }
  for (auto [extent, known] : llvm::zip_equal(expected, product.getShape()))
    if (ShapedType::isDynamic(extent))
      extent = known;
  found.product = RankedTensorType::get(expected, element);
  found.weight = *weight;
  return found;
}

/// Erases the operations of `worklist` that nothing uses, and what only they used.
void eraseUnused(llvm::SetVector<Operation *> worklist) {
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (!isErasable(op))
      continue;
    for (Value operand : op->getOperands())
      if (Operation *definition = operand.getDefiningOp())
        worklist.insert(definition);
    op->erase();
  }
}

class RaisePass : public sdq::impl::RaiseBase<RaisePass> {
public:
  using RaiseBase::RaiseBase;

  LogicalResult initialize(MLIRContext *context) override {
    ignored.clear();
    for (const std::string &pattern : ignore) {
      auto regex = std::make_shared<llvm::Regex>(pattern);
      std::string problem;
      if (!regex->isValid(problem))
        return emitError(UnknownLoc::get(context),
                         "sdq-raise: ignore: '" + pattern + "' is no regular expression: " + problem);
      ignored.emplace_back(pattern, std::move(regex));
    }
    return success();
  }

  void runOnOperation() override {
    SmallVector<std::pair<Operation *, const MatmulFrontend *>> matmuls;
    getOperation().walk([&](Operation *op) {
      for (const MatmulFrontend *frontend : matmulFrontends()) {
        std::string reason;
        if (frontend->describe(op, reason))
          return matmuls.emplace_back(op, frontend), void();
        if (!reason.empty())
          return remark(op, reason);
      }
    });

    ParameterTable parameters;
    llvm::SetVector<Operation *> maybeUnused;
    for (auto [op, frontend] : matmuls)
      raise(op, *frontend, parameters, maybeUnused);
    eraseUnused(std::move(maybeUnused));
  }

private:
  void remark(Operation *op, const Twine &reason) {
    if (remarks)
      op->emitRemark("not raised to sdq.linear: ") << reason;
  }

  /// Why a weight that could be raised is not wanted; empty where it is.
  std::string unwanted(Operation *op, const WeightSource &weight) {
    int64_t size = weight.rows * weight.columns;
    if (size < minSize)
      return "the weight has " + std::to_string(size) + " elements, min-size is " + std::to_string(minSize);
    auto node = op->getAttrOfType<StringAttr>("onnx_node_name");
    for (const auto &[pattern, regex] : ignored)
      if (regex->match(nameOf(weight.constant)) || (node && regex->match(node)))
        return "'" + pattern + "' says to ignore it";
    return "";
  }

  /// Rewrites `op` unless there is a reason not to; adds what may have become unused.
  void raise(Operation *op, const MatmulFrontend &frontend, ParameterTable &parameters,
             llvm::SetVector<Operation *> &maybeUnused) {
    std::string reason;
    std::optional<Candidate> found = examine(op, *frontend.describe(op, reason), reason);
    if (found)
      reason = unwanted(op, found->weight);
    if (!reason.empty())
      return remark(op, reason);

    ParameterOp parameter = parameters.getOrCreate(found->weight, found->weightTransposed);
    OpBuilder builder(op);
    Value value = found->activations;
    if (found->swapActivations)
      value = frontend.swapLastTwo(builder, op, value);
    if (getElementTypeOrSelf(value) != found->input.getElementType())
      value = frontend.widen(builder, op, value, found->input.getElementType());
    value = LinearOp::create(builder, op->getLoc(), found->product, value,
                             FlatSymbolRefAttr::get(parameter.getSymNameAttr()), /*activations=*/nullptr);
    if (found->swapProduct)
      value = frontend.swapLastTwo(builder, op, value);
    value = frontend.finish(builder, op, value);
    // The linear may know more of its shape than users of the result were told.
    if (value.getType() != op->getResult(0).getType())
      value = tensor::CastOp::create(builder, op->getLoc(), op->getResult(0).getType(), value);

    for (Value operand : op->getOperands())
      if (Operation *definition = operand.getDefiningOp())
        maybeUnused.insert(definition);
    op->getResult(0).replaceAllUsesWith(value);
    maybeUnused.remove(op);
    op->erase();
  }

  /// Shared by the copies of the pass: matching does not change a regex.
  std::vector<std::pair<std::string, std::shared_ptr<llvm::Regex>>> ignored;
};

} // namespace
