//===- ProgramSignature.h - A function's type as a signature ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LOADER_PROGRAMSIGNATURE_H
#define SDQ_LOADER_PROGRAMSIGNATURE_H

#include "sdq/Runtime/Signature.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sdq {

/// Inputs and outputs of `function`. Names come from the attributes `onnx.name` (else input<i>, output<i>), names of
/// dimensions from `onnx.dim_params` ("0:batch,1:length"). Diagnoses types the runtime has no word for, names that
/// occur twice, and malformed attributes.
mlir::FailureOr<Signature> signatureOf(mlir::func::FuncOp function);

} // namespace sdq

#endif // SDQ_LOADER_PROGRAMSIGNATURE_H
