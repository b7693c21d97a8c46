//===- Register.h - The frontends of libSDQ ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_FRONTEND_REGISTER_H
#define SDQ_FRONTEND_REGISTER_H

#include "mlir/IR/DialectRegistry.h"

namespace sdq {

/// All of the below. `--sdq-raise` does so itself; to be called by who asks the interfaces without the pass.
void registerFrontends(mlir::DialectRegistry &registry);

// Each attaches models to the operations of a dialect once that is loaded, or to names; none loads a dialect.
void registerLinalgFrontend(mlir::DialectRegistry &registry);
void registerTOSAFrontend(mlir::DialectRegistry &registry);
void registerONNXFrontend(mlir::DialectRegistry &registry);
void registerTorchFrontend(mlir::DialectRegistry &registry);
/// arith.constant, tensor and linalg operations between a weight and its product.
void registerTensorWeights(mlir::DialectRegistry &registry);
/// Globals: ml_program, and by name those of IREE.
void registerGlobalWeights(mlir::DialectRegistry &registry);

} // namespace sdq

#endif // SDQ_FRONTEND_REGISTER_H
