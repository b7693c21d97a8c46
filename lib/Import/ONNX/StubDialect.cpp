//===- StubDialect.cpp - Room for onnx.* operations -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Import/ONNX/StubDialect.h"

MLIR_DEFINE_EXPLICIT_TYPE_ID(sdq::ONNXStubDialect)

namespace sdq {

ONNXStubDialect::ONNXStubDialect(mlir::MLIRContext *context)
    : Dialect(getDialectNamespace(), context, mlir::TypeID::get<ONNXStubDialect>()) {
  allowUnknownOperations();
  allowUnknownTypes();
}

void registerONNXStub(mlir::DialectRegistry &registry) {
  for (llvm::StringRef name : registry.getDialectNames())
    if (name == ONNXStubDialect::getDialectNamespace())
      return;
  registry.insert<ONNXStubDialect>();
}

} // namespace sdq
