//===- Tokens.h - sdq.linear of any rank as a product of matrices -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_IR_TOKENS_H
#define SDQ_DIALECT_SDQ_IR_TOKENS_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"

namespace sdq {

/// The input of `op`, … × K, as tensor<?xK>: its leading extents, folded into one, are the tokens; a vector is one.
mlir::Value inputAsTokens(mlir::OpBuilder &builder, LinearOp op, int64_t columns);

/// The reverse for the product, tensor<?xN>: a value of the type of the result of `op`.
mlir::Value resultFromTokens(mlir::OpBuilder &builder, LinearOp op, mlir::Value product);

} // namespace sdq

#endif // SDQ_DIALECT_SDQ_IR_TOKENS_H
