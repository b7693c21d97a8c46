//===- TorchTypes.h - torch-mlir's types, known by their text ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_FRONTEND_TORCHTYPES_H
#define SDQ_FRONTEND_TORCHTYPES_H

#include "mlir/IR/BuiltinTypes.h"

namespace sdq {

enum class Signedness {
  Dropped, // si8 and ui8 are i8, as torch_c.to_builtin_tensor has it
  Unsigned // si8 is i8 and ui8 remains, as onnx has it
};

/// `!torch.vtensor<[2,?],f32>` as tensor<2x?xf32>, whether torch-mlir's dialect is there or the type is opaque; null
/// for types without extents or of elements that no tensor has.
mlir::RankedTensorType builtinTensorOf(mlir::Type type, Signedness signedness = Signedness::Dropped);

/// `!torch.none`, the type of what is left out.
bool isTorchNone(mlir::Type type);

} // namespace sdq

#endif // SDQ_FRONTEND_TORCHTYPES_H
