//===- WrittenArguments.h - Which memory a kernel may write -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_WRITTENARGUMENTS_H
#define SDQ_LIB_SIMULATOR_WRITTENARGUMENTS_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

#include "llvm/ADT/BitVector.h"

namespace sdq::simulator {

/// The arguments whose memory ops of `function`, or of functions beside it, may write: all of them where a store cannot
/// be traced.
llvm::BitVector writtenArguments(mlir::gpu::GPUFuncOp function);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_WRITTENARGUMENTS_H
