//===- MatmulFrontend.h - What counts as a compressible matmul --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `--sdq-raise` knows matmuls, constants and what stands between the two only through this interface. A frontend is one
// file that implements it, and one line in `matmulFrontends`. Operations may be unregistered, so this is a class beside
// the operations and not an operation interface.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_FRONTEND_MATMULFRONTEND_H
#define SDQ_FRONTEND_MATMULFRONTEND_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/Operation.h"

#include <optional>
#include <string>

namespace sdq {

/// op's product = A · B, with A (… × M × K) the left operand and B (… × K × N) the right one, the last two extents of
/// either swapped first where it says so.
struct Matmul {
  mlir::Value left, right;
  bool swapLeft = false, swapRight = false;
};

/// How an operation derives a constant from another one: first swap the two extents, then convert the elements, then
/// read the row-major values in another shape.
struct Passage {
  mlir::Value source;
  bool swap = false;
  mlir::Type element = {};                              // null: unchanged
  std::optional<llvm::SmallVector<int64_t>> shape = {}; // nullopt: unchanged
};

class MatmulFrontend {
public:
  virtual ~MatmulFrontend() = default;

  /// Describes a matmul on tensors with one result. Where the operation is a matmul that cannot be described, nullopt
  /// and a reason; where it is none of this frontend's, nullopt and no reason.
  virtual std::optional<Matmul> describe(mlir::Operation *op, std::string &reason) const = 0;

  /// The value of a constant of this frontend; null for other operations.
  virtual mlir::ElementsAttr constantValue(mlir::Operation *op) const = 0;

  /// What an operation between a constant and a matmul does to the constant, if this frontend understands it.
  virtual std::optional<Passage> passage(mlir::Operation *op) const = 0;

  /// Whether an operation that MLIR knows nothing of may be erased once it is unused.
  virtual bool isPure(mlir::Operation *op) const { return false; }

  /// `value` (rank 2 or more) with its last two extents swapped.
  virtual mlir::Value swapLastTwo(mlir::OpBuilder &builder, mlir::Operation *op, mlir::Value value) const = 0;

  /// `value` widened to a float type that holds every value of its own.
  virtual mlir::Value widen(mlir::OpBuilder &builder, mlir::Operation *op, mlir::Value value,
                            mlir::Type element) const = 0;

  /// What takes the place of `op`'s result, given the product: scaling, bias, accumulation. Of the result's shape,
  /// perhaps known more precisely.
  virtual mlir::Value finish(mlir::OpBuilder &builder, mlir::Operation *op, mlir::Value product) const = 0;
};

const MatmulFrontend &onnxFrontend();
const MatmulFrontend &linalgFrontend();

/// Every frontend, in the order in which they are asked.
llvm::ArrayRef<const MatmulFrontend *> matmulFrontends();

} // namespace sdq

#endif // SDQ_FRONTEND_MATMULFRONTEND_H
