//===- IntegerOperands.h - Registers of integer mma ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a lane (g, t) loads for the mma along a piece of K that begins at input k0, in the terms of IntegerTerms.h. A
// lane's share of a sparse fragment lies together in memory as it is stored, K-contiguous (PTX ISA, "Matrix Fragments"
// and "Sparse matrix storage"; r is the register), and a piece is a step:
//
//   path          weight codes, row g + 8(r & 1)            codes of activations, token g   metadata, row g + 8(t & 1)
//   ------------  ----------------------------------------  ------------------------------ ----------------------------
//   s4, s8 × 2 †  4 bytes from byte k0/4 + 4t + 16(r >> 1)  8 inputs from k0 + 32r + 8t     4 bytes from k0/16 + 4(t >>
//   1) s8, i8        4 bytes from byte k0/2 + 4t + 16(r >> 1)  4 inputs from k0 + 16r + 4t     4 bytes from k0/8 + 4(t
//   >> 1) s8, i4        2 bytes from byte k0/4 + 2t + 8(r >> 1)   the same                        the same
//
// († e2m1 as well; its scales are words of four, e4m3, of row g + 8(t & 1), from block k0/32.)
//
// A dense piece is 4q inputs, as many steps as a stretch and 16 bytes of weights a lane allow, of which lane t takes
// the q from k0 + qt, of both operands: in what order inputs are summed does not matter. Each mma takes the next of
// them:
//
//   path      inputs of a lane's registers (r >> 1 of the weight, r of the activations)
//   --------  -----------------------------------------------------------------------------------
//   dense s4  8 and 8
//   dense s8  4 and 4 of i8; of eight of i4 the even ones and the odd ones
//
// Four-bit codes become bytes of 16 times their value wherever an s8 mma takes them. Where K is no multiple of a
// stretch, codes past a row's end are zeros, and metadata past it is legal: code 4, the first two of four.
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
  /// For stretches of so many inputs. `exact`: none reaches past the last input.
  IntegerOperands(mlir::OpBuilder &builder, mlir::Location location, const IntegerTerm &term, Shape shape,
                  int64_t stretch, bool exact);

  /// Inputs of a piece, of which a stretch has several.
  int64_t piece() const { return inputs; }

  /// A, one fragment for each mma of the piece; `rows`: g and g + 8.
  llvm::SmallVector<Fragment, 2> weights(mlir::ValueRange rows, mlir::Value quarter, mlir::Value k0);
  /// B of the same.
  llvm::SmallVector<Fragment, 2> activations(mlir::Value token, mlir::Value quarter, mlir::Value k0);
  /// One word, for all mma of a sparse piece.
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

  llvm::SmallVector<Fragment, 2> denseWeights(mlir::ValueRange rows, mlir::Value quarter, mlir::Value k0);
  llvm::SmallVector<Fragment, 2> denseActivations(mlir::Value token, mlir::Value quarter, mlir::Value k0);

  /// `count` bytes of a row of `part`, its rows `rowBytes` long, as words: 2, or 4, 8 or 16 that begin at a multiple of
  /// themselves. Past the end, `beyond` in every byte.
  llvm::SmallVector<Bits, 4> loadWords(mlir::Value part, Index row, Index byte, int64_t count, int64_t rowBytes,
                                       uint8_t beyond);
  /// `count` words of the activations' codes, of which 4 begin at a multiple of themselves.
  llvm::SmallVector<Bits, 8> loadActivations(mlir::Value token, Index first, int64_t count);
  /// Four 4-bit codes, the low 16 bits, to the high nibbles of four bytes.
  Bits spread(Bits codes);
  /// The next eight codes, a word of 4 bits each or two of 8, as two words of bytes: four neighbours and four, or the
  /// even ones and the odd ones. 16 times their value where they had 4 bits.
  std::array<Bits, 2> bytesOf(llvm::ArrayRef<Bits> codes, bool byParity);
  /// The row whose metadata and scales this lane hands over: g, and g + 8 for odd t.
  Index ownRow(mlir::ValueRange rows, mlir::Value quarter);
  Index vectorOf(mlir::Value k0, int64_t vector);
  bool spreadsWeights() const {
    return term.path == IntegerPath::S8 && term.stored.encoding.element == ElementKind::Int4;
  }

  IRBackend b;
  const IntegerTerm &term;
  Shape shape;
  int64_t inputs;
  bool exact;
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_INTEGEROPERANDS_H
