//===- LinearToLinalg.cpp - sdq.linear and sdq.decode to linalg -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"

#include "sdq/Conversion/SDQToLinalg/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_LINEARTOLINALG
#include "sdq/Conversion/SDQToLinalg/Passes.h.inc"
} // namespace sdq

namespace {

bool isOf(Operation *op, StringRef dialect) { return op->getName().getDialectNamespace() == dialect; }

/// Removes the attributes of some dialects from operations, arguments and results of functions.
struct AttributeRemover {
  SmallVector<StringRef> dialects;

  bool removes(NamedAttribute attribute) const {
    return llvm::is_contained(dialects, attribute.getName().strref().split('.').first) &&
           attribute.getName().strref().contains('.');
  }
  DictionaryAttr without(DictionaryAttr attributes) const {
    SmallVector<NamedAttribute> kept;
    llvm::copy_if(attributes, std::back_inserter(kept), [&](NamedAttribute each) { return !removes(each); });
    return DictionaryAttr::get(attributes.getContext(), kept);
  }
  void visit(Operation *op) const {
    for (NamedAttribute attribute : llvm::to_vector(op->getDiscardableAttrs()))
      if (removes(attribute))
        op->removeDiscardableAttr(attribute.getName());
    auto function = dyn_cast<FunctionOpInterface>(op);
    if (!function)
      return;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (auto attributes = function.getArgAttrDict(i))
        function.setArgAttrs(i, without(attributes));
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      if (auto attributes = function.getResultAttrDict(i))
        function.setResultAttrs(i, without(attributes));
  }
};

struct LinearToLinalg : sdq::impl::LinearToLinalgBase<LinearToLinalg> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTableCollection symbols;
    module.walk([&](LinearOp op) {
      auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(op, op.getWeightAttr());
      OpBuilder b(op);
      SmallVector<Value> parts = partConstants(b, op.getLoc(), parameter);
      replace(op, emitLinear(b, op.getLoc(), parameter.getWeightType(), parts, op.getActivationsAttr(), op.getInput(),
                             cast<RankedTensorType>(op.getType())));
    });
    module.walk([&](DecodeOp op) {
      auto load = op.getWeight().getDefiningOp<LoadOp>();
      if (!load)
        return; // an error, below
      auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(load, load.getParameterAttr());
      OpBuilder b(op);
      SmallVector<Value> parts = partConstants(b, op.getLoc(), parameter);
      replace(op, emitDecode(b, op.getLoc(), parameter.getWeightType(), parts, cast<RankedTensorType>(op.getType())));
    });
    module.walk([](Operation *op) {
      if (isa<ParameterOp, ExecutableOp>(op) || (isa<LoadOp>(op) && op->use_empty()))
        op->erase();
    });
    removeAttributes(module);
    if (failed(checkGone(module)))
      signalPassFailure();
  }

  static void replace(Operation *op, Value value) {
    op->getResult(0).replaceAllUsesWith(value);
    op->erase();
  }

  static void removeAttributes(ModuleOp module) {
    AttributeRemover remover{{"sdq"}};
    if (!module.walk([](Operation *op) { return isOf(op, "onnx") ? WalkResult::interrupt() : WalkResult::advance(); })
             .wasInterrupted())
      remover.dialects.push_back("onnx");
    module.walk([&](Operation *op) { remover.visit(op); });
  }

  /// linalg_c1.
  static LogicalResult checkGone(ModuleOp module) {
    WalkResult walked = module.walk([](Operation *op) -> WalkResult {
      if (isOf(op, "sdq"))
        return op->emitOpError("linalg_c1: only sdq.linear, and sdq.decode straight from sdq.load, are written as "
                               "linalg");
      AttrTypeWalker ours;
      ours.addWalk([](Type type) {
        return isa<SDQDialect>(type.getDialect()) ? WalkResult::interrupt() : WalkResult::advance();
      });
      ours.addWalk([](Attribute attribute) {
        return isa<SDQDialect>(attribute.getDialect()) ? WalkResult::interrupt() : WalkResult::advance();
      });
      bool found = ours.walk(Attribute(op->getAttrDictionary())).wasInterrupted();
      for (Type type : op->getResultTypes())
        found |= ours.walk(type).wasInterrupted();
      for (Region &region : op->getRegions())
        for (Block &block : region)
          for (Type type : block.getArgumentTypes())
            found |= ours.walk(type).wasInterrupted();
      if (found)
        return op->emitOpError("linalg_c1: has a type or attribute of sdq, which nothing but sdq's own operations may");
      return WalkResult::advance();
    });
    return failure(walked.wasInterrupted());
  }
};

} // namespace
