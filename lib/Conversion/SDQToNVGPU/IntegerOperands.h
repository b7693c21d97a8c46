//===- IntegerOperands.h - Registers of an integer mma.sp -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a lane (g, t) loads for one step along K that begins at input k0, in the terms of IntegerTerms.h. A lane's share
// of a fragment lies together in memory as it is stored, K-contiguous (PTX ISA, "Matrix Fragments" and "Sparse matrix
// storage"; r is the register):
//
//   path          weight codes, row g + 8(r & 1)           codes of activations, token g     metadata, row g + 8(t & 1)
//   ------------  ---------------------------------------  -------------------------------- ---------------------------
//   s4, s8 × 2, † 4 bytes from byte k0/4 + 4t + 16(r >> 1)  8 inputs from k0 + 32r + 8t       4 bytes from k0/16 + 4(t
//   >> 1) s8, i8        4 bytes from byte k0/2 + 4t + 16(r >> 1)  4 inputs from k0 + 16r + 4t       4 bytes from k0/8 +
//   4(t >> 1) s8, i4        2 bytes from byte k0/4 + 2t + 8(r >> 1)   the same                          the same
//
// († e2m1 as well; its scales are words of four, e4m3, of row g + 8(t & 1), from block k0/32.)
//
// Four-bit codes become bytes of 16 times their value wherever an s8 mma takes them. Where K is no multiple of a step,
// codes past a row's end are zeros, and metadata past it is legal: code 4, the first two of four.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_INTEGEROPERANDS_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_INTEGEROPERANDS_H

#include "IntegerTerms.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"
#include "sdq/Dialect/SDQ/IR/IRBackend.h"

namespace sdq {

/// A term and the buffers that it is multiplied from.
struct IntegerTerm {
  NMFormat stored;
  llvm::SmallVector<mlir::Value> parts;
  ActivationFormatAttr activation;
  mlir::Value codes, scales; // of the activations
  IntegerPath path;
};

/// Registers of one mma of a step: four each.
using Fragment = llvm::SmallVector<mlir::Value, 4>;

/// Emits the loads of one lane for a term.
class IntegerOperands {
public:
  /// `exact`: no step reaches past the last input.
  IntegerOperands(mlir::OpBuilder &builder, mlir::Location location, const IntegerTerm &term, Shape shape, bool exact)
      : b(builder, location), term(term), shape(shape), exact(exact) {}

  /// A, one fragment for each mma of the step; `rows`: g and g + 8.
  llvm::SmallVector<Fragment, 2> weights(mlir::ValueRange rows, mlir::Value quarter, mlir::Value k0);
  /// B of the same.
  llvm::SmallVector<Fragment, 2> activations(mlir::Value token, mlir::Value quarter, mlir::Value k0);
  /// One word, for all mma of the step.
  mlir::Value metadata(mlir::ValueRange rows, mlir::Value quarter, mlir::Value k0);
  /// Scales of a row's four blocks of the step, for the block-scaled instruction.
  mlir::Value blockScales(mlir::ValueRange rows, mlir::Value quarter, mlir::Value k0);
  /// What is left of a row's scale where the instruction has multiplied by the blocks': the second level.
  mlir::Value rowScale(mlir::Value row) { return b.loadReal(term.parts[2], Index{row}).value; }
  /// What an integer sum is multiplied by, but for the activations' scale.
  mlir::Value weightScale(mlir::Value row, mlir::Value k0);
  /// The activations' scale, with the powers of 16 that codes were shifted by taken back.
  mlir::Value activationScale(mlir::Value token, mlir::Value k0);

private:
  using Index = IRBackend::Index;
  using Bits = IRBackend::Bits;

  /// `count` (2 or 4) bytes of a row of `part`, its rows `rowBytes` long; past the end, `beyond` in every byte.
  Bits loadBytes(mlir::Value part, Index row, Index byte, int64_t count, int64_t rowBytes, uint8_t beyond);
  /// Four 4-bit codes, the low 16 bits, to the high nibbles of four bytes.
  Bits spread(Bits codes);
  /// The row whose metadata and scales this lane hands over: g, and g + 8 for odd t.
  Index ownRow(mlir::ValueRange rows, mlir::Value quarter);
  Index vectorOf(mlir::Value k0, int64_t vector);
  bool spreadsWeights() const {
    return term.path == IntegerPath::S8 && term.stored.encoding.element == ElementKind::Int4;
  }

  IRBackend b;
  const IntegerTerm &term;
  Shape shape;
  bool exact;
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_INTEGEROPERANDS_H
