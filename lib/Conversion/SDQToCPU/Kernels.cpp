//===- Kernels.cpp - What the generated kernels share -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace sdq;

std::string sdq::kernelName(StringRef prefix, ArrayRef<std::string> details) {
  std::string name = prefix.str();
  for (const std::string &detail : details) {
    if (name.back() != '_')
      name += '_';
    for (char c : detail)
      if (llvm::isAlnum(c))
        name += c;
      else if (name.back() != '_')
        name += '_';
  }
  while (name.back() == '_')
    name.pop_back();
  return name;
}

std::pair<func::FuncOp, bool> sdq::getOrCreateKernel(OpBuilder &builder, ModuleOp module, const std::string &name,
                                                     TypeRange arguments) {
  if (auto existing = module.lookupSymbol<func::FuncOp>(name))
    return {existing, false};
  builder.setInsertionPointToEnd(module.getBody());
  auto kernel = func::FuncOp::create(builder, module.getLoc(), name, builder.getFunctionType(arguments, {}));
  kernel.setPrivate();
  // Internal in LLVM too: inlined where that pays, and its unused C wrapper dropped.
  kernel->setAttr("llvm.linkage", LLVM::LinkageAttr::get(builder.getContext(), LLVM::Linkage::Internal));
  builder.setInsertionPointToStart(kernel.addEntryBlock());
  return {kernel, true};
}

SmallVector<Type> sdq::partMemRefs(WeightType weight) {
  return llvm::map_to_vector(weight.getPartTypes(), [](RankedTensorType part) -> Type {
    return MemRefType::get(part.getShape(), part.getElementType());
  });
}

Value sdq::toF32(OpBuilder &builder, Location location, Value value) {
  return value.getType().isF32() ? value : arith::ExtFOp::create(builder, location, builder.getF32Type(), value);
}

Value sdq::fromF32(OpBuilder &builder, Location location, Value value, Type element) {
  return element.isF32() ? value : arith::TruncFOp::create(builder, location, element, value);
}
