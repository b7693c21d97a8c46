//===- Raise.cpp - Matmuls by constants to sdq.linear ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearPlan.h"
#include "ParameterTable.h"

#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Frontend/Passes.h"
#include "sdq/Frontend/Register.h"

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

/// The `sdq.linear` that a plan says, between what brings the activations and the result into shape.
Value emitLinear(ImplicitLocOpBuilder &builder, ProductOpInterface op, const LinearPlan &plan, ParameterOp parameter) {
  auto isIdentity = [](ArrayRef<int64_t> order) { return llvm::equal(order, llvm::seq<int64_t>(order.size())); };
  Value value = op.enter(builder, plan.activations);
  if (!isIdentity(plan.inputPermutation))
    value = op.transpose(builder, value, plan.inputPermutation);
  // Tokens, and the last group, which is K or N.
  SmallVector<ReassociationIndices> groups;
  for (unsigned i = 0; i < plan.tokenExtents; ++i)
    groups.push_back({i});
  auto lastGroup = [&](unsigned size) {
    return groups.push_back(llvm::to_vector<2>(llvm::seq<int64_t>(plan.tokenExtents, plan.tokenExtents + size))),
           groups;
  };
  if (unsigned summed = plan.inputPermutation.size() - plan.tokenExtents; summed > 1) {
    value = tensor::CollapseShapeOp::create(builder, value, lastGroup(summed));
    groups.pop_back();
  }
  if (getElementTypeOrSelf(value) != plan.product.getElementType())
    value = op.widen(builder, value, plan.product.getElementType());
  value = LinearOp::create(builder, plan.product, value, FlatSymbolRefAttr::get(parameter.getSymNameAttr()),
                           /*activations=*/nullptr);
  if (plan.outputExtents.size() > 1) {
    SmallVector<int64_t> shape(plan.product.getShape().drop_back());
    llvm::append_range(shape, plan.outputExtents);
    value =
        tensor::ExpandShapeOp::create(builder, plan.product.clone(shape), value, lastGroup(plan.outputExtents.size()));
  }
  if (!isIdentity(plan.outputPermutation))
    value = op.transpose(builder, value, plan.outputPermutation);
  // The linear may know more of its shape than users of the result were told.
  return op.leave(builder, op.finish(builder, value), op->getResult(0).getType());
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

  /// The frontends come with the pass, into whichever compiler it runs in.
  void getDependentDialects(DialectRegistry &registry) const override {
    RaiseBase::getDependentDialects(registry);
    registerFrontends(registry);
  }

  void runOnOperation() override {
    SmallVector<ProductOpInterface> products;
    getOperation().walk([&](ProductOpInterface op) { products.push_back(op); });
    ParameterTable parameters;
    llvm::SetVector<Operation *> maybeUnused;
    for (ProductOpInterface op : products)
      raise(op, parameters, maybeUnused);
    eraseUnused(std::move(maybeUnused));
    // A global that nobody else can read would keep its weight in the module.
    for (Operation *owner : globals)
      if (SymbolTable::getSymbolVisibility(owner) == SymbolTable::Visibility::Private &&
          SymbolTable::symbolKnownUseEmpty(owner, owner->getParentOp()))
        owner->erase();
    globals.clear();
  }

private:
  void remark(Operation *op, const Twine &reason) {
    if (remarks)
      op->emitRemark("not raised to sdq.linear: ") << reason;
  }

  /// Why a weight that could be raised is not wanted; empty where it is.
  std::string unwanted(Operation *op, const LinearPlan &plan) {
    int64_t size = plan.outputs * plan.inputs;
    if (size < minSize)
      return "the weight has " + std::to_string(size) + " elements, min-size is " + std::to_string(minSize);
    auto node = op->getAttrOfType<StringAttr>("onnx_node_name");
    for (const auto &[pattern, regex] : ignored)
      if (regex->match(nameOf(plan.weight.constant.owner)) || (node && regex->match(node)))
        return "'" + pattern + "' says to ignore it";
    return "";
  }

  /// Rewrites `op` unless there is a reason not to; adds what may have become unused.
  void raise(ProductOpInterface op, ParameterTable &parameters, llvm::SetVector<Operation *> &maybeUnused) {
    std::string reason;
    std::optional<LinearPlan> plan = planLinear(op, reason);
    if (plan)
      reason = unwanted(op, *plan);
    ParameterOp parameter;
    if (reason.empty() && plan)
      parameter = parameters.getOrCreate(*plan, reason);
    if (!parameter) {
      if (!reason.empty())
        remark(op, reason);
      return;
    }
    if (Operation *owner = plan->weight.constant.owner; owner->hasAttr(SymbolTable::getSymbolAttrName()))
      globals.insert(owner);
    ImplicitLocOpBuilder builder(op->getLoc(), op);
    Value value = emitLinear(builder, op, *plan, parameter);
    for (Value operand : op->getOperands())
      if (Operation *definition = operand.getDefiningOp())
        maybeUnused.insert(definition);
    op->getResult(0).replaceAllUsesWith(value);
    maybeUnused.remove(op);
    op->erase();
  }

  /// Where raised weights were read from.
  llvm::SetVector<Operation *> globals;
  /// Shared by the copies of the pass: matching does not change a regex.
  std::vector<std::pair<std::string, std::shared_ptr<llvm::Regex>>> ignored;
};

} // namespace
