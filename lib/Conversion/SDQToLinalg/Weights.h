//===- Weights.h - Weights and products as linalg ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTOLINALG_WEIGHTS_H
#define SDQ_LIB_CONVERSION_SDQTOLINALG_WEIGHTS_H

#include "sdq/Dialect/SDQ/IR/Activations.h"

#include "mlir/IR/AffineMap.h"

namespace sdq {

/// The parts of a parameter as constants, in the format's order.
llvm::SmallVector<mlir::Value> partConstants(mlir::OpBuilder &builder, mlir::Location location, ParameterOp parameter);

/// y[…, n] = Σ_k x[…, k] · W[n, k]: x tensor<…xKxT>, `result` tensor<…xNxT>; T f16, bf16 or f32.
mlir::Value emitLinear(mlir::OpBuilder &builder, mlir::Location location, WeightType weight, mlir::ValueRange parts,
                       mlir::ArrayAttr activations, mlir::Value x, mlir::RankedTensorType result);

/// The matrix that a weight stands for, outputs × inputs: terms are added in f32 in the format's order, then rounded to
/// the result's element type.
mlir::Value emitDecode(mlir::OpBuilder &builder, mlir::Location location, WeightType weight, mlir::ValueRange parts,
                       mlir::RankedTensorType result);

/// The sum of the terms whose elements are found without a search: outputs × inputs of f32, inputs × outputs if
/// `transposed`; added to `sums` unless that is null. Null where there is no such term. Second: the other terms.
std::pair<mlir::Value, llvm::SmallVector<TermValues>> emitElements(mlir::OpBuilder &builder, mlir::Location location,
                                                                   Shape shape, llvm::ArrayRef<TermValues> terms,
                                                                   mlir::Value sums, bool transposed);

/// x (T) rounded as `format` says, in f32: see Activations.h.
mlir::Value emitRounded(mlir::OpBuilder &builder, mlir::Location location, ActivationFormatAttr format, mlir::Value x);

//===----------------------------------------------------------------------===//
// Small words of linalg
//===----------------------------------------------------------------------===//

/// A tensor of f32 zeros.
mlir::Value emitZeros(mlir::OpBuilder &builder, mlir::Location location, llvm::ArrayRef<mlir::OpFoldResult> extents);

using ElementBody = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// A linalg.generic over as many loops as the maps have dimensions, parallel but for `reduction`. body(builder,
/// location, elements of the inputs and of `init`) → the element of the result, which has the type of `init`.
mlir::Value emitGeneric(mlir::OpBuilder &builder, mlir::Location location, mlir::ValueRange inputs, mlir::Value init,
                        llvm::ArrayRef<mlir::AffineMap> maps, ElementBody body,
                        std::optional<unsigned> reduction = std::nullopt);
/// The same where every input and the result are read and written at the place of the loops.
mlir::Value emitElementwise(mlir::OpBuilder &builder, mlir::Location location, mlir::ValueRange inputs,
                            mlir::Value init, ElementBody body);

/// linalg.index of the first `count` loops.
llvm::SmallVector<mlir::Value> loopIndices(mlir::OpBuilder &builder, mlir::Location location, unsigned count);

/// A value of T as f32, and a tensor of f32 as one of T.
mlir::Value widened(mlir::OpBuilder &builder, mlir::Location location, mlir::Value value);
mlir::Value narrowed(mlir::OpBuilder &builder, mlir::Location location, mlir::Value tensor, mlir::Type element);

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTOLINALG_WEIGHTS_H
