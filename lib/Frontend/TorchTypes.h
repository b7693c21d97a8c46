//===- TorchTypes.h - torch-mlir's types, known by their text ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_FRONTEND_TORCHTYPES_H
#define SDQ_LIB_FRONTEND_TORCHTYPES_H

#include "mlir/IR/BuiltinTypes.h"

namespace sdq {

/// `!torch.vtensor<[2,?],f32>` as tensor<2x?xf32>, whether torch-mlir's dialect is there or the type is opaque; null for
/// types without extents or of elements that no tensor has.
mlir::RankedTensorType builtinTensorOf(mlir::Type type);

/// `!torch.none`, the type of what is left out.
bool isTorchNone(mlir::Type type);

} // namespace sdq

#endif // SDQ_LIB_FRONTEND_TORCHTYPES_H
