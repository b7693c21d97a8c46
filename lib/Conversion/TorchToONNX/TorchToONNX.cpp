//===- TorchToONNX.cpp - torch-mlir's import form to onnx -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything is checked before anything is changed. Then values change their types in place, and operations their
// names.
//
//===----------------------------------------------------------------------===//

#include "sdq/Conversion/TorchToONNX/Passes.h"

#include "sdq/Frontend/TorchTypes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Pass/Pass.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace sdq;

namespace {

enum class TorchOp { Unknown, Operator, Literal, None, Product, Linear, Transpose, Conversion };

TorchOp kindOf(Operation *op) {
  StringRef name = op->getName().getStringRef();
  if (name == "torch.operator") {
    auto inner = op->getAttrOfType<StringAttr>("name");
    return inner && inner.getValue().starts_with("onnx.") ? TorchOp::Operator : TorchOp::Unknown;
  }
  return llvm::StringSwitch<TorchOp>(name)
      .Case("torch.vtensor.literal", TorchOp::Literal)
      .Case("torch.constant.none", TorchOp::None)
      .Cases({"torch.aten.mm", "torch.aten.matmul"}, TorchOp::Product)
      .Case("torch.aten.linear", TorchOp::Linear)
      .Case("torch.aten.t", TorchOp::Transpose)
      .Cases({"torch_c.to_builtin_tensor", "torch_c.from_builtin_tensor"}, TorchOp::Conversion)
      .Default(TorchOp::Unknown);
}

bool isTorch(Operation *op) {
  StringRef dialect = op->getName().getDialectNamespace();
  return dialect == "torch" || dialect == "torch_c";
}

/// What a type becomes; null where it is one of torch's that has no counterpart.
Type converted(Type type) {
  if (isTorchNone(type))
    return NoneType::get(type.getContext());
  if (RankedTensorType tensor = builtinTensorOf(type, Signedness::Unsigned))
    return tensor;
  auto opaque = dyn_cast<OpaqueType>(type);
  bool torch = type.getDialect().getNamespace() == "torch" || (opaque && opaque.getDialectNamespace() == "torch");
  return torch ? nullptr : type;
}

LogicalResult check(Operation *op) {
  if (isTorch(op)) {
    TorchOp kind = kindOf(op);
    unsigned least = llvm::is_contained({TorchOp::Product, TorchOp::Linear}, kind)         ? 2
                     : llvm::is_contained({TorchOp::Transpose, TorchOp::Conversion}, kind) ? 1
                                                                                           : 0;
    bool oneResult = kind == TorchOp::Operator || op->getNumResults() == 1;
    if (kind == TorchOp::Unknown || op->getNumOperands() < least || !oneResult)
      return op->emitError() << "'" << op->getName()
                             << "' has no counterpart in onnx: expected torch.operator \"onnx.…\", "
                             << "torch.vtensor.literal, torch.constant.none, torch.aten.mm, matmul, linear or t";
    if (kind == TorchOp::Literal && !op->getAttrOfType<ElementsAttr>("value"))
      return op->emitError("torch.vtensor.literal: expected a tensor in its attribute 'value'");
  }
  // These two read a matrix; everything else leaves ranks to onnx.
  TorchOp kind = kindOf(op);
  if (kind == TorchOp::Transpose || kind == TorchOp::Linear) {
    Type type = converted(op->getOperand(kind == TorchOp::Linear ? 1 : 0).getType());
    auto matrix = dyn_cast_if_present<RankedTensorType>(type);
    if (type && (!matrix || matrix.getRank() != 2))
      return op->emitError() << op->getName() << ": expected a matrix, found " << type;
  }
  auto checkType = [&](Type type) -> LogicalResult {
    if (converted(type))
      return success();
    return op->emitError() << "expected a value tensor of known extents and elements, found " << type;
  };
  for (Type type : op->getResultTypes())
    if (failed(checkType(type)))
      return failure();
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (Type type : block.getArgumentTypes())
        if (failed(checkType(type)))
          return failure();
  if (auto function = dyn_cast<func::FuncOp>(op))
    for (Type type : function.getResultTypes())
      if (failed(checkType(type)))
        return failure();
  return success();
}

Value create(OpBuilder &builder, Location loc, StringRef name, ValueRange operands, Type type,
             ArrayRef<NamedAttribute> attributes = {}) {
  return builder.create(OperationState(loc, name, operands, type, attributes))->getResult(0);
}

Value transpose(OpBuilder &builder, Location loc, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> extents(llvm::reverse(type.getShape()));
  SmallVector<int64_t> order(llvm::reverse(llvm::seq<int64_t>(type.getRank())));
  return create(builder, loc, "onnx.Transpose", value, type.clone(extents),
                builder.getNamedAttr("perm", builder.getI64ArrayAttr(order)));
}

/// `torch.operator "onnx.X" {torch.onnx.a = …}` as `onnx.X {a = …}`, other attributes as they are.
void renameOperator(OpBuilder &builder, Operation *op) {
  OperationState state(op->getLoc(), op->getAttrOfType<StringAttr>("name").getValue(), op->getOperands(),
                       op->getResultTypes());
  for (NamedAttribute attribute : op->getAttrs()) {
    StringRef name = attribute.getName();
    if (name == "name")
      continue;
    name.consume_front("torch.onnx.");
    state.addAttribute(name, attribute.getValue());
  }
  for (Region &region : op->getRegions())
    state.addRegion()->takeBody(region);
  op->replaceAllUsesWith(builder.create(state));
}

/// Replaces an operation of torch, whose operands and results are builtin tensors by now.
void replace(Operation *op) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  auto replaceBy = [&](Value value) { op->getResult(0).replaceAllUsesWith(value); };
  Type type = op->getNumResults() == 1 ? op->getResult(0).getType() : Type();
  switch (kindOf(op)) {
  case TorchOp::Operator:
    renameOperator(builder, op);
    break;
  case TorchOp::Literal:
    replaceBy(create(builder, loc, "onnx.Constant", {}, type, builder.getNamedAttr("value", op->getAttr("value"))));
    break;
  case TorchOp::None:
    replaceBy(create(builder, loc, "onnx.NoValue", {}, type, builder.getNamedAttr("value", builder.getUnitAttr())));
    break;
  case TorchOp::Product:
    replaceBy(create(builder, loc, "onnx.MatMul", op->getOperands().take_front(2), type));
    break;
  case TorchOp::Linear: {
    Value weight = transpose(builder, loc, op->getOperand(1));
    Value product = create(builder, loc, "onnx.MatMul", {op->getOperand(0), weight}, type);
    bool hasBias = op->getNumOperands() > 2 && !isa<NoneType>(op->getOperand(2).getType());
    replaceBy(hasBias ? create(builder, loc, "onnx.Add", {product, op->getOperand(2)}, type) : product);
    break;
  }
  case TorchOp::Transpose:
    replaceBy(transpose(builder, loc, op->getOperand(0)));
    break;
  case TorchOp::Conversion:
    replaceBy(op->getOperand(0));
    break;
  case TorchOp::Unknown:
    llvm_unreachable("refused by check");
  }
  op->erase();
}

struct TorchToONNXPass : PassWrapper<TorchToONNXPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TorchToONNXPass)

  StringRef getArgument() const override { return "sdq-torch-to-onnx"; }
  StringRef getDescription() const override { return "torch-mlir's import form to onnx operations on builtin tensors"; }

  void runOnOperation() override {
    if (getOperation()->walk([](Operation *op) { return WalkResult(check(op)); }).wasInterrupted())
      return signalPassFailure();
    SmallVector<Operation *> torch;
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      for (OpResult result : op->getResults())
        result.setType(converted(result.getType()));
      for (Region &region : op->getRegions())
        for (Block &block : region)
          for (BlockArgument argument : block.getArguments())
            argument.setType(converted(argument.getType()));
      if (auto function = dyn_cast<func::FuncOp>(op)) {
        auto all = [](TypeRange types) { return llvm::map_to_vector(types, converted); };
        function.setType(
            FunctionType::get(op->getContext(), all(function.getArgumentTypes()), all(function.getResultTypes())));
      }
      if (isTorch(op))
        torch.push_back(op);
    });
    for (Operation *op : torch)
      replace(op);
  }
};

} // namespace

std::unique_ptr<Pass> sdq::createTorchToONNXPass() { return std::make_unique<TorchToONNXPass>(); }

void sdq::registerTorchToONNXPasses() { registerPass(createTorchToONNXPass); }
