//===- CallOps.cpp - Functions of the kernel's module ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A call is decoded as if its function stood there: every call has slots of its own, so the function may be called from
// anywhere but not, directly or through others, from itself. Its ops are counted over all calls.
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace sdq::simulator;

static FailureOr<Execute> decodeCall(Operation *op, Decoder &decoder) {
  auto call = cast<func::CallOp>(op);
  auto callee = SymbolTable::lookupNearestSymbolFrom<FunctionOpInterface>(op, call.getCalleeAttr().getLeafReference());
  if (!callee || callee.isExternal())
    return op->emitOpError() << "calls " << call.getCalleeAttr() << ", which has no body in the kernel's module";
  FailureOr<llvm::SmallVector<Slot, 4>> operands = decoder.slotsOf(op->getOperands()),
                                        results = decoder.slotsOf(op->getResults());
  if (failed(operands) || failed(results))
    return failure();
  FailureOr<Decoder::Called> called = decoder.decodeCallee(op, callee);
  if (failed(called))
    return failure();
  auto body = std::make_shared<Decoder::Called>(std::move(*called));
  return Execute([=, operands = *operands, results = *results](BlockState &state) {
    for (auto [argument, operand] : llvm::zip_equal(body->arguments, operands))
      state.copyActive(argument, operand);
    state.run(body->sequence);
    for (auto [result, returned] : llvm::zip_equal(results, body->returned))
      state.copyActive(result, returned);
  });
}

void sdq::simulator::addCallOps(Decoder &decoder) { decoder.add<func::CallOp>(decodeCall); }
