//===- LowerONNX.cpp - The pass --sdq-lower-onnx --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX operations are lowered one by one, in program order, so that every operand is lowered (and its extents are
// known) before its users. Unsigned tensors cross from one operation to the next as unrealized casts of their
// signless form; those disappear with the last ONNX operation.
//
//===----------------------------------------------------------------------===//

#include "sdq/Conversion/ONNXToLinalg/Passes.h"

#include "Node.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace sdq {
namespace {

const onnx::LoweringTable &lowerings() {
  static const onnx::LoweringTable table = [] {
    onnx::LoweringTable table;
    onnx::addConstantLowerings(table);
    onnx::addUnaryLowerings(table);
    onnx::addBinaryLowerings(table);
    onnx::addLogicalLowerings(table);
    onnx::addCastLowerings(table);
    onnx::addMatMulLowerings(table);
    onnx::addTransposeLowerings(table);
    onnx::addReshapeLowerings(table);
    onnx::addConcatLowerings(table);
    onnx::addSliceLowerings(table);
    onnx::addGatherLowerings(table);
    onnx::addScatterLowerings(table);
    onnx::addShapeLowerings(table);
    onnx::addRepeatLowerings(table);
    onnx::addReductionLowerings(table);
    onnx::addSoftmaxLowerings(table);
    onnx::addNormalizationLowerings(table);
    onnx::addScanLowerings(table);
    return table;
  }();
  return table;
}

bool isONNX(Operation *op) { return op->getName().getDialectNamespace() == "onnx"; }

/// Operations that say something about the program and compute nothing.
bool isStructural(Operation *op) {
  StringRef name = op->getName().getStringRef();
  return name == "onnx.NoValue" || name == "onnx.Return" || name == "onnx.EntryPoint";
}

/// Refuses what has no lowering before anything is changed: one error, with every such operator in its notes.
LogicalResult checkOperators(ModuleOp module) {
  std::optional<InFlightDiagnostic> diagnostic;
  llvm::StringSet<> seen;
  module.walk([&](Operation *op) {
    if (!isONNX(op) || isStructural(op) || lowerings().contains(onnx::operatorOf(op).first))
      return;
    if (!seen.insert(onnx::operatorOf(op).first).second)
      return;
    if (!diagnostic) {
      diagnostic.emplace(emitError(op->getLoc()));
      *diagnostic << onnx::describe(op) << ": no lowering for this operator";
    } else {
      diagnostic->attachNote(op->getLoc()) << "nor for " << onnx::describe(op);
    }
  });
  return success(!diagnostic);
}

/// Every tensor must have a known rank.
LogicalResult checkRanks(Operation *op) {
  auto check = [&](Type type, const Twine &what) -> LogicalResult {
    if (isa<RankedTensorType, NoneType>(type))
      return success();
    InFlightDiagnostic diagnostic = emitError(op->getLoc());
    diagnostic << onnx::describe(op) << ": " << what << " is " << type << ", expected a tensor of known rank";
    return diagnostic;
  };
  for (OpOperand &operand : op->getOpOperands())
    if (failed(check(operand.get().getType(), "operand " + Twine(operand.getOperandNumber()))))
      return failure();
  for (OpResult result : op->getResults())
    if (failed(check(result.getType(), "result " + Twine(result.getResultNumber()))))
      return failure();
  return success();
}

Value castTo(OpBuilder &b, Location location, Type type, Value value) {
  if (value.getType() == type)
    return value;
  return UnrealizedConversionCastOp::create(b, location, type, value).getResult(0);
}

/// Makes a function's type signless; inside, the arguments keep their unsigned types behind casts.
void makeSignless(func::FuncOp function) {
  FunctionType type = function.getFunctionType();
  auto converted = [](TypeRange types) { return llvm::map_to_vector(types, onnx::signless); };
  auto signless = FunctionType::get(type.getContext(), converted(type.getInputs()), converted(type.getResults()));
  if (signless == type)
    return;
  function.setType(signless);
  if (function.isExternal())
    return;
  OpBuilder b = OpBuilder::atBlockBegin(&function.front());
  for (BlockArgument argument : function.getArguments()) {
    Type old = argument.getType();
    if (old == onnx::signless(old))
      continue;
    argument.setType(onnx::signless(old));
    Value cast = castTo(b, argument.getLoc(), old, argument);
    argument.replaceAllUsesExcept(cast, cast.getDefiningOp());
  }
}

/// Gives returns and calls the signless types of the functions they belong to.
void makeSignlessUses(Operation *op) {
  OpBuilder b(op);
  for (OpOperand &operand : op->getOpOperands())
    operand.set(castTo(b, op->getLoc(), onnx::signless(operand.get().getType()), operand.get()));
  b.setInsertionPointAfter(op);
  for (OpResult result : op->getResults()) {
    Type old = result.getType();
    if (old == onnx::signless(old))
      continue;
    result.setType(onnx::signless(old));
    Value cast = castTo(b, op->getLoc(), old, result);
    result.replaceAllUsesExcept(cast, cast.getDefiningOp());
  }
}

/// Folds a cast and its inverse, and erases the casts without users; an unsigned tensor that remains is an error.
LogicalResult removeCasts(ModuleOp module) {
  SmallVector<UnrealizedConversionCastOp> casts;
  module.walk([&](UnrealizedConversionCastOp cast) { casts.push_back(cast); });
  for (UnrealizedConversionCastOp cast : casts)
    if (auto inner = cast.getOperand(0).getDefiningOp<UnrealizedConversionCastOp>();
        inner && inner.getOperand(0).getType() == cast.getType(0))
      cast.getResult(0).replaceAllUsesWith(inner.getOperand(0));
  for (UnrealizedConversionCastOp cast : llvm::reverse(casts))
    if (cast.use_empty())
      cast.erase();
    else if (onnx::signless(cast.getType(0)) != cast.getType(0))
      return (*cast->user_begin())->emitError("takes an unsigned tensor, which only ONNX operations may");
  return success();
}

struct LowerONNXPass : PassWrapper<LowerONNXPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerONNXPass)

  StringRef getArgument() const override { return "sdq-lower-onnx"; }
  StringRef getDescription() const override { return "Lower ONNX operators to linalg on tensors"; }

  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect, linalg::LinalgDialect,
                    math::MathDialect, scf::SCFDialect, tensor::TensorDialect>();
  }

  LogicalResult lower(ModuleOp module) {
    if (failed(checkOperators(module)))
      return failure();
    module.walk([](func::FuncOp function) { makeSignless(function); });
    SmallVector<Operation *> operations;
    module.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isONNX(op))
        operations.push_back(op);
      else if (isa<func::ReturnOp, func::CallOp>(op))
        makeSignlessUses(op);
    });
    SmallVector<Operation *> absent;
    for (Operation *op : operations) {
      StringRef name = op->getName().getStringRef();
      if (name == "onnx.Return") {
        OpBuilder b(op);
        Operation *ret = func::ReturnOp::create(b, op->getLoc(), op->getOperands());
        op->erase();
        makeSignlessUses(ret);
      } else if (name == "onnx.EntryPoint") {
        op->erase();
      } else if (name == "onnx.NoValue") {
        absent.push_back(op);
      } else {
        onnx::Node node(op);
        if (failed(checkRanks(op)) || failed(lowerings().lookup(onnx::operatorOf(op).first)(node)))
          return failure();
      }
    }
    for (Operation *op : absent)
      if (op->use_empty())
        op->erase();
      else
        return (*op->user_begin())->emitError("takes onnx.NoValue, which only ONNX operations may");
    return removeCasts(module);
  }

  void runOnOperation() override {
    if (failed(lower(getOperation())))
      signalPassFailure();
  }
};

} // namespace

std::unique_ptr<Pass> createLowerONNXPass() { return std::make_unique<LowerONNXPass>(); }

std::vector<StringRef> loweredONNXOperators() {
  std::vector<StringRef> names;
  for (const auto &entry : lowerings())
    names.push_back(entry.getKey());
  llvm::sort(names);
  return names;
}

void registerONNXToLinalgPasses() { registerPass(createLowerONNXPass); }

} // namespace sdq
