//===- LoopNest.h - linalg.generic from an iteration space ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every lowering that computes is a loop nest: extents, loops that are parallel or reduce, operands read at
// subscripts, results written at subscripts. ONNX's broadcasting is a property of a subscript:
//
//   the operand's extent    subscript
//   is the loop's extent    the loop's index
//   is 1                    0
//   may be either           guarded: select(extent == 1, 0, index), and the operand is read by tensor.extract
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_ONNXTOLINALG_LOOPNEST_H
#define SDQ_LIB_CONVERSION_ONNXTOLINALG_LOOPNEST_H

#include "Extents.h"
#include "Node.h"

#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

namespace sdq::onnx {

/// Where one dimension of an operand is read or written.
struct Subscript {
  /// The loop that indexes it; none: always 0.
  std::optional<unsigned> loop;
  /// The extent may be 1 at run time, and index 0 is meant then.
  bool guarded = false;

  static Subscript at(unsigned loop) { return {loop, false}; }
  static Subscript zero() { return {std::nullopt, false}; }
};
using Subscripts = llvm::SmallVector<Subscript>;

/// The scalar computation: the values read, then the accumulators; returns one value for each result.
using Body = llvm::function_ref<llvm::SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)>;
using ScalarBody = llvm::function_ref<Value(ImplicitLocOpBuilder &, ValueRange)>;

class LoopNest {
public:
  LoopNest(ImplicitLocOpBuilder &b, llvm::ArrayRef<Extent> extents);

  /// Loop `i` accumulates into the results instead of indexing them.
  LoopNest &reduce(unsigned i);
  LoopNest &reduce(llvm::ArrayRef<int64_t> loops);
  /// The body sees the element of `tensor` at these subscripts as its next argument.
  LoopNest &read(Value tensor, llvm::ArrayRef<Subscript> subscripts);
  /// Reads dimension i at loop i.
  LoopNest &read(Value tensor);
  /// A result, starting from `init` (what the body sees as accumulator).
  LoopNest &write(Value init, llvm::ArrayRef<Subscript> subscripts);

  /// Emits the loops; the results in the order of write().
  llvm::SmallVector<Value> emit(Body body);
  /// All loops parallel, one new tensor over all of them.
  Value map(Type element, ScalarBody body);

private:
  struct Access {
    Value tensor;
    Subscripts subscripts;
  };
  mlir::AffineMap mapOf(const Access &access);

  ImplicitLocOpBuilder &b;
  Extents extents;
  llvm::SmallVector<mlir::utils::IteratorType> iterators;
  llvm::SmallVector<Access> reads, writes;
};

/// The index of loop `i`, inside a body.
Value loopIndex(ImplicitLocOpBuilder &b, unsigned i);

/// A tensor of these extents with every element `value`.
Value filled(ImplicitLocOpBuilder &b, llvm::ArrayRef<Extent> extents, Value value);

/// How the shapes of several operands broadcast to one.
struct Broadcast {
  Extents extents;
  /// For each operand, the subscripts of its dimensions; loops are numbered from the front of `extents`.
  llvm::SmallVector<Subscripts> subscripts;
};

/// ONNX's multidirectional broadcasting of `shapes`, aligned at the back. Checks at run time what is not known now.
mlir::FailureOr<Broadcast> broadcast(Node &node, llvm::ArrayRef<Extents> shapes);

/// Unidirectional broadcasting: the subscripts at which an operand of `shape` is read in loops over `extents`.
mlir::FailureOr<Subscripts> broadcastTo(Node &node, llvm::ArrayRef<Extent> shape, llvm::ArrayRef<Extent> extents);

/// An elementwise operation over broadcast operands; narrow floats are computed in f32. Small tensors of known
/// elements stay scalars. `body` sees the operands' elements and returns the result's (or its f32 form).
mlir::FailureOr<Value> elementwise(Node &node, ValueRange operands, Type resultElement, ScalarBody body);

} // namespace sdq::onnx

#endif // SDQ_LIB_CONVERSION_ONNXTOLINALG_LOOPNEST_H
