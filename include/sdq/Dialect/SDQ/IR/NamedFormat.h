//===- NamedFormat.h - Formats that options and recipes name -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_IR_NAMEDFORMAT_H
#define SDQ_DIALECT_SDQ_IR_NAMEDFORMAT_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"

namespace sdq {

/// The format that a text such as `#sdq.lut<4, f16>` or `#toy.sign<32>` stands for. Emits one error otherwise.
mlir::FailureOr<WeightFormat> parseFormat(mlir::MLIRContext *context, llvm::StringRef text);

/// For `Pass::getDependentDialects`: has the dialect that a format's text names loaded before the pass runs, if the
/// context knows it. Nothing but the text says which one that is.
void dependOnFormat(mlir::DialectRegistry &registry, llvm::StringRef text);

} // namespace sdq

#endif // SDQ_DIALECT_SDQ_IR_NAMEDFORMAT_H
