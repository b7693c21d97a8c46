//===- StubDialect.h - Room for onnx.* operations ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `onnx.*` operations are written and read in generic form, without their definitions. This dialect does nothing but
// allow that. onnx-mlir has an `onnx` dialect of its own, so libSDQ never registers this one: tools and plugins do,
// where nobody else has.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_IMPORT_ONNX_STUBDIALECT_H
#define SDQ_IMPORT_ONNX_STUBDIALECT_H

#include "mlir/IR/Dialect.h"

namespace sdq {

/// A dialect named `onnx` in which any operation, attribute and type is allowed.
class ONNXStubDialect : public mlir::Dialect {
public:
  explicit ONNXStubDialect(mlir::MLIRContext *context);
  static constexpr llvm::StringLiteral getDialectNamespace() { return llvm::StringLiteral("onnx"); }
};

/// Adds the stub to `registry`, unless that has an `onnx` dialect already.
void registerONNXStub(mlir::DialectRegistry &registry);

} // namespace sdq

MLIR_DECLARE_EXPLICIT_TYPE_ID(sdq::ONNXStubDialect)

#endif // SDQ_IMPORT_ONNX_STUBDIALECT_H
