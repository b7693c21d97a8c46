//===- IntegerOperands.h - Registers of integer mma ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a lane (g, t) loads for the mma along K, in the terms of IntegerTerms.h. A sum may take its inputs in any order,
// if both operands take the same one, within what scales allow. So a lane loads more of a row of weights, as it lies,
// than one instruction takes: 16 bytes, where a stretch is long enough. A *piece* of K is what the four lanes t load
// so.
//
// A dense piece is 4q inputs, of which lane t takes the q from qt, of both operands; each mma the next of them:
//
//   path      inputs of a lane's registers (r >> 1 of the weight, r of the activations)
//   --------  -------------------------------------------------------------------------
//   dense s4  8 and 8
//   dense s8  4 and 4 of i8; of eight of i4 the even ones and the odd ones
//
// Sparse fragments are made of units: 4 inputs of s8, 8 (four pairs) where pairs are kept. A unit has a nibble of
// metadata, and an instruction takes 16 units γ. In them (PTX ISA, "Matrix Fragments" and "Sparse matrix storage"; r is
// the register), with h one of a row's two words of codes in A, which has two units s,
//
//   A of lane t, r = h' + 2h     row g + 8h'        units γ = 8h + 2t + s     s = 0, 1
//   B of lane t, r               token g            unit  γ = 4r + t
//   metadata of lane t           row g + 8(t & 1)   units γ = 8(t >> 1) + b   nibble b = 0 … 7
//
// A lane loads runs of w words (of 4 bytes; of 2 where i4 is stored by single inputs), 2P of them for the P
// instructions of a piece; word n = 2j + h goes to instruction j. That word of lane t is number ρ(n, t) of its row,
//
//   ρ(n, t) = 4w·(n div w) + w·t + n mod w          and has the units 2ρ + s in memory
//
//   w   P   words of lane t           B of lane t, unit in memory, j = 0            used
//   --  --  ------------------------  --------------------------------------------  --------------------
//   1   1   t, 4 + t                  4r + t                                        e2m1, by its blocks
//   2   1   2t, 2t + 1                8(r & 1) + 4(t >> 1) + 2(r >> 1) + (t & 1)    odd numbers of steps
//   4   2   4t, 4t + 1 (and 2, 3)     16(r & 1) + 8(t >> 1) + 2(r >> 1) + (t & 1)   else
//
// since unit γ of B is in word h = r >> 1 of lane 2(r & 1) + (t >> 1) of A, s = t & 1. Metadata lies in the order of
// the units, a byte a word. A lane loads all of its row's, up to 16 bytes at a time, and of instruction j its own are
// the four bytes ρ(2j + h', t') of t' = 0 … 3, h' = t >> 1: a word for w = 1, every other byte of two words for w = 2,
// every fourth of four for w = 4.
//
// Four-bit codes become bytes of 16 times their value wherever an s8 mma takes them. Where K is no multiple of a
// stretch, codes past a row's end are zeros, and metadata past it is legal: code 4, the first two of four. e2m1's
// scales are words of four, e4m3, of row g + 8(t & 1).
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_INTEGEROPERANDS_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_INTEGEROPERANDS_H

#include "IntegerTerms.h"
#include "KernelFamily.h"

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

/// The terms of a linear that multiplies integers, and those added beside them.
struct IntegerSplit {
  llvm::SmallVector<IntegerTerm> multiplied;
  llvm::SmallVector<TermValues> visited;
};
IntegerSplit splitIntegers(const LinearKernelSpec &spec, const KernelOperands &operands, const Chip &chip);

/// Registers of one mma of a step: four each.
using Fragment = llvm::SmallVector<mlir::Value, 4>;

/// What a term's weights are multiplied from, for some pieces in a row: one of each for each mma.
struct IntegerWeights {
  llvm::SmallVector<Fragment> fragments;
  /// Empty for dense ones.
  llvm::SmallVector<mlir::Value> metadata;
};

/// Emits the loads of one lane for a term.
class IntegerOperands {
public:
  /// For stretches of so many inputs. `exact`: none reaches past the last input.
  IntegerOperands(mlir::OpBuilder &builder, mlir::Location location, const IntegerTerm &term, Shape shape,
                  int64_t stretch, bool exact);

  /// Inputs of a piece, of which a stretch has one or several, and the mma of one.
  int64_t piece() const { return inputs; }
  int64_t mmaOfPiece() const;

  /// A of the pieces of inputs k0 to k0 + count - 1; `rows`: g and g + 8.
  IntegerWeights weights(mlir::ValueRange rows, mlir::Value quarter, mlir::Value k0, int64_t count);
  /// B of one piece, a fragment for each mma.
  llvm::SmallVector<Fragment> activations(mlir::Value token, mlir::Value quarter, mlir::Value k0);
  /// Scales of a row's four blocks of a step, for the block-scaled instruction.
  mlir::Value blockScales(mlir::ValueRange rows, mlir::Value quarter, mlir::Value k0);
  /// What all of a row's scales are multiplied by: its own, and the powers of 16 taken back that codes were shifted by.
  mlir::Value rowFactor(mlir::Value row);
  /// The scales of `count` stretches from k0 on, without the row's factor.
  llvm::SmallVector<mlir::Value> weightScales(mlir::Value row, mlir::Value k0, int64_t stretch, int64_t count);
  mlir::Value activationScale(mlir::Value token, mlir::Value k0);

private:
  using Index = IRBackend::Index;
  using Bits = IRBackend::Bits;

  void appendSparse(mlir::ValueRange rows, mlir::Value quarter, Index k0, llvm::SmallVectorImpl<Fragment> &fragments);
  void appendDense(mlir::ValueRange rows, mlir::Value quarter, Index k0, llvm::SmallVectorImpl<Fragment> &fragments);
  llvm::SmallVector<Fragment> denseActivations(mlir::Value token, mlir::Value quarter, Index k0);
  /// Of the `mma`-th of them: the registers of one row or token.
  std::array<Bits, 2> denseRegisters(llvm::ArrayRef<Bits> words, int64_t mma, unsigned width);
  llvm::SmallVector<mlir::Value> metadata(mlir::ValueRange rows, mlir::Value quarter, Index k0, int64_t count);

  /// `count` bytes of a row of `part`, its rows `rowBytes` long, as words: 2, or 4, 8 or 16 that begin at a multiple of
  /// themselves. Past the end, `beyond` in every byte.
  llvm::SmallVector<Bits, 4> loadWords(mlir::Value part, Index row, Index byte, int64_t count, int64_t rowBytes,
                                       uint8_t beyond);
  /// `count` words of the activations' codes, of which 4 begin at a multiple of themselves.
  llvm::SmallVector<Bits, 8> loadActivations(mlir::Value token, Index first, int64_t count);
  IRBackend::Real scaleOf(Bits code);
  Bits permute(Bits low, Bits high, Bits bytes);
  /// Four 4-bit codes, the low 16 bits, to the high nibbles of four bytes.
  Bits spread(Bits codes);
  /// The next eight codes, a word of 4 bits each or two of 8, as two words of bytes: four neighbours and four, or the
  /// even ones and the odd ones. 16 times their value where they had 4 bits.
  std::array<Bits, 2> bytesOf(llvm::ArrayRef<Bits> codes, bool byParity);
  /// The row whose metadata and scales this lane hands over: g, and g + 8 for odd t.
  Index ownRow(mlir::ValueRange rows, mlir::Value quarter);
  Index vectorOf(mlir::Value k0, int64_t vector);
  /// Words of a piece that a lane loads, of either row, and a word's number ρ in its row but for w·t.
  int64_t wordsOfLane() const { return 2 * inputs / stepOf(term.path); }
  int64_t wordInRow(int64_t n) const { return 4 * run * (n / run) + n % run; }
  bool spreadsWeights() const {
    return term.path == IntegerPath::S8 && term.stored.encoding.element == ElementKind::Int4;
  }

  IRBackend b;
  const IntegerTerm &term;
  Shape shape;
  int64_t inputs, run = 0;
  bool exact;
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_INTEGEROPERANDS_H
