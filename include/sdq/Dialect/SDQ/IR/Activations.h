//===- Activations.h - How activations meet a weight's terms ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Dynamic VS-Quant (arXiv 2102.04503) of a token: every Q consecutive inputs are divided by max |x| / max(format),
// rounded to the format (to nearest, ties to even, saturating) and multiplied back. All arithmetic is f32.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_IR_ACTIVATIONS_H
#define SDQ_DIALECT_SDQ_IR_ACTIVATIONS_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"

namespace sdq {

/// A term of a weight with its parts, as values.
struct TermValues {
  WeightFormat format;
  mlir::ValueRange parts;
};

/// Terms that meet the activations in the same form.
struct TermGroup {
  ActivationFormatAttr activation; // null: as they come
  llvm::SmallVector<TermValues> terms;
};

/// The terms of a weight by what `activations` (one a term, or null) says of them, both in the order of first mention.
/// `parts`: one value a part, in the format's order; it outlives the result.
llvm::SmallVector<TermGroup> groupTerms(WeightFormat format, Shape shape, mlir::ArrayAttr activations,
                                        mlir::ValueRange parts);
inline llvm::SmallVector<TermGroup> groupTerms(WeightType weight, mlir::ArrayAttr activations, mlir::ValueRange parts) {
  return groupTerms(weight.getFormat(), weight.getShape(), activations, parts);
}

/// Emits what a vector of activations whose largest magnitude is `largest` (f32) is divided by: a vector of zeros
/// divides by one and stays zeros.
mlir::Value emitActivationScale(mlir::OpBuilder &builder, mlir::Location location, ElementKind kind,
                                mlir::Value largest);

/// Emits `value` (f32) in units of `scale`, rounded to a quantized format: f32, of a magnitude the format has.
mlir::Value emitActivationUnits(mlir::OpBuilder &builder, mlir::Location location, ElementKind kind, mlir::Value value,
                                mlir::Value scale);

/// Emits the rounding of `value` (f32) in units of `scale` to a quantized format, and back: f32.
mlir::Value emitRoundActivation(mlir::OpBuilder &builder, mlir::Location location, ElementKind kind, mlir::Value value,
                                mlir::Value scale);

} // namespace sdq

#endif // SDQ_DIALECT_SDQ_IR_ACTIVATIONS_H
