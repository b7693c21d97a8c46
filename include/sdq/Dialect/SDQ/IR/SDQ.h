//===- SDQ.h - The sdq dialect -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_IR_SDQ_H
#define SDQ_DIALECT_SDQ_IR_SDQ_H

#include "sdq/Dialect/SDQ/IR/WeightFormat.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "sdq/Dialect/SDQ/IR/SDQDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "sdq/Dialect/SDQ/IR/SDQFormats.h.inc"

#define GET_TYPEDEF_CLASSES
#include "sdq/Dialect/SDQ/IR/SDQTypes.h.inc"

#define GET_OP_CLASSES
#include "sdq/Dialect/SDQ/IR/SDQOps.h.inc"

namespace sdq {

/// Attributes of a raised `sdq.parameter`, for writing decoded weights back into the model it came from: the name that
/// the constant had, and (a unit) that it was stored inputs × outputs. Absent where the constant had no name.
inline constexpr llvm::StringLiteral kOriginAttr = "sdq.origin";
inline constexpr llvm::StringLiteral kOriginTransposedAttr = "sdq.origin_transposed";
/// `checksumOf` a parameter's parts, where somebody noted it; whoever replaces the parts removes it.
inline constexpr llvm::StringLiteral kChecksumAttr = "sdq.checksum";
/// The name that a parameter has in the calibration file, noted where it was first found there.
inline constexpr llvm::StringLiteral kCalibrationAttr = "sdq.calibration";
/// What the parameter's recipe says of activations: a dictionary of options of `sdq-quantize-activations`.
inline constexpr llvm::StringLiteral kActivationsAttr = "sdq.activations";

/// The attribute of a plain format description.
WeightFormat formatAttr(mlir::MLIRContext *context, const Format &format);
/// The plain description of a format attribute; nullopt for a format from outside this library.
std::optional<Format> layoutOf(WeightFormat format);
/// The terms of a format: a sum's, flattened, or the format alone.
llvm::SmallVector<WeightFormat> termsOf(WeightFormat format);

} // namespace sdq

#endif // SDQ_DIALECT_SDQ_IR_SDQ_H
