//===- ConstantNumbers.h - The elements of a constant -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_FRONTEND_CONSTANTNUMBERS_H
#define SDQ_LIB_FRONTEND_CONSTANTNUMBERS_H

#include "sdq/Core/Format.h"
#include "sdq/Core/StoredWeight.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace sdq {

/// The bytes of a constant; a splat has those of one element.
struct Numbers {
  mlir::ArrayRef<char> bytes;
  mlir::RankedTensorType type;

  bool isSplat() const { return static_cast<int64_t>(bytes.size()) * 8 == type.getElementTypeBitWidth(); }
  /// Element `i` of 8-bit integers, signed unless the type is unsigned.
  int integer(int64_t i) const;
  /// All elements of a float type; one of a splat.
  llvm::SmallVector<float> floats(ElementKind kind) const;
};

/// The numbers behind a value, with nothing but identities in between; nullopt where they are not a constant's.
std::optional<Numbers> numbersOf(mlir::Value value);

/// The kind of f16, bf16 and f32.
std::optional<ElementKind> floatKind(mlir::Type type);

/// Floats rounded to a kind's bytes.
AlignedBytes stored(llvm::ArrayRef<float> floats, ElementKind kind);

} // namespace sdq

#endif // SDQ_LIB_FRONTEND_CONSTANTNUMBERS_H
