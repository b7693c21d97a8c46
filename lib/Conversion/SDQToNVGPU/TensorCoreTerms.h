//===- TensorCoreTerms.h - A weight's terms as operands of mma --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_TENSORCORETERMS_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_TENSORCORETERMS_H

#include "KernelFamily.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

#include <array>

namespace sdq {

/// Terms that one run along K multiplies: a term that is 2:4 or sparser by itself, or all those that meet the
/// activations in one form and whose element is found by its place.
class TensorCoreTerms {
public:
  TensorCoreTerms(Shape shape, mlir::Value activations, llvm::ArrayRef<TermValues> terms, bool isSparse)
      : shape(shape), met(activations), terms(terms), isSparse(isSparse) {}

  bool sparse() const { return isSparse; }
  /// What they are multiplied by, tokens × K: x as it came, or rounded, as f32.
  mlir::Value activations() const { return met; }
  /// Inputs that one mma covers.
  int64_t step() const { return isSparse ? 32 : 16; }
  /// Two weights, f32, of A at `row` in the step from input k0: columns 2t + 8·upper and the next, inputs or, of a
  /// sparse term, what two of a group of four inputs are. Zero beyond the last.
  std::array<mlir::Value, 2> emitPair(mlir::OpBuilder &builder, mlir::Location location, mlir::Value row,
                                      mlir::Value quarter, mlir::Value k0, int64_t upper) const;
  /// The metadata that a lane hands to the mma.sp of inputs k0 to k0 + 31, an i32; `rows`: g and g + 8.
  mlir::Value emitMetadata(mlir::OpBuilder &builder, mlir::Location location, mlir::ValueRange rows,
                           mlir::Value quarter, mlir::Value k0) const;

private:
  /// Of type index: the group of four inputs that a lane has its pair of, and the last there is.
  mlir::Value emitGroup(mlir::OpBuilder &builder, mlir::Location location, mlir::Value quarter, mlir::Value k0,
                        int64_t upper) const;
  int64_t lastGroup() const { return llvm::divideCeil(shape.columns, 4) - 1; }
  mlir::Value emitWeight(mlir::OpBuilder &builder, mlir::Location location, mlir::Value row, mlir::Value slot) const;
  /// Of a term whose groups of four are made in registers: every lane of four makes two of a row's, and they exchange
  /// what metadata is of them.
  mlir::Value emitMadeMetadata(mlir::OpBuilder &builder, mlir::Location location, mlir::ValueRange rows,
                               mlir::Value quarter, mlir::Value k0) const;

  Shape shape;
  mlir::Value met;
  llvm::SmallVector<TermValues, 2> terms;
  bool isSparse;
};

struct SplitTerms {
  llvm::SmallVector<TensorCoreTerms, 2> multiplied;
  /// Those that can only be visited; they meet x as it came.
  llvm::SmallVector<TermValues, 2> visited;
};

/// The weight's terms; the operands' parts outlive them.
SplitTerms splitTerms(const LinearKernelSpec &spec, const KernelOperands &operands);

/// Whether emitElement finds elements by their place; a format from outside is visited, which all can be.
bool findsElements(WeightFormat format);

/// Whether the weight could be split so: a term is there to be multiplied, and none that meets rounded activations must
/// be visited.
bool canSplitTerms(const LinearKernelSpec &spec);

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_TENSORCORETERMS_H
