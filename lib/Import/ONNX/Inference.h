//===- Inference.h - Types of one operator's results ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an operator's inference function sees: the inputs' types and, where they follow from the model, their integer
// values; the attributes; and helpers for what most operators share. It sets the outputs' types, or emits one error.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_INFERENCE_H
#define SDQ_LIB_IMPORT_ONNX_INFERENCE_H

#include "Extent.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Support/LLVM.h"
#include <optional>

namespace sdq {

/// What is known of a tensor while importing.
struct TensorInfo {
  mlir::Type elementType;
  Shape shape;
  /// The values of an integer or bool tensor in row-major order, where known: what shapes are computed from.
  std::optional<Shape> values;

  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  mlir::RankedTensorType type() const;
};

/// Values of longer tensors are not followed: they are data, not shapes.
inline constexpr size_t maximumKnownValues = 64;

class Inference {
public:
  Inference(llvm::StringRef operatorName, llvm::StringRef nodeName, mlir::Location loc, Extents &extents)
      : extents(extents), operatorName(operatorName), nodeName(nodeName), loc(loc) {}

  Extents &extents;
  llvm::SmallVector<const TensorInfo *> inputs; // null: omitted
  llvm::SmallVector<TensorInfo> outputs;        // as many as the node has
  mlir::NamedAttrList attributes;               // those with a default are present

  /// An error that begins with operator and node.
  mlir::InFlightDiagnostic error() const;

  const TensorInfo &input(unsigned i) const { return *inputs[i]; }
  bool hasInput(unsigned i) const { return i < inputs.size() && inputs[i]; }

  // Attributes. An integer without default may be absent.
  std::optional<int64_t> integer(llvm::StringRef name) const;
  std::optional<llvm::SmallVector<int64_t>> integers(llvm::StringRef name) const;
  llvm::StringRef text(llvm::StringRef name) const;
  void setIntegers(llvm::StringRef name, llvm::ArrayRef<int64_t> values);

  /// `axis` counted from the front; an error if it is not in [-rank, rank).
  mlir::FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank) const;
  mlir::FailureOr<llvm::SmallVector<int64_t>> normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank) const;
  /// The attribute `axis`, normalised.
  mlir::FailureOr<int64_t> axisAttribute(int64_t rank) const;

  /// The values of an input that decide the rank or the axes, so must be numbers known while importing.
  mlir::FailureOr<llvm::SmallVector<int64_t>> constantInput(unsigned i, llvm::StringRef name) const;

  // Checks.
  mlir::LogicalResult expectSameElementType(unsigned first, unsigned second) const;
  mlir::LogicalResult expectInteger(unsigned i) const;
  mlir::LogicalResult expectBool(unsigned i) const;
  mlir::LogicalResult expectFloat(unsigned i) const;
  mlir::LogicalResult expectNumber(unsigned i) const;
  mlir::LogicalResult expectRank(unsigned i, int64_t rank) const;
  mlir::LogicalResult expectRankAtLeast(unsigned i, int64_t rank) const;
  /// Emits an error if the two certainly differ.
  mlir::LogicalResult expectEqual(Extent a, Extent b, const llvm::Twine &what) const;

  /// The one extent that two broadcast to.
  mlir::FailureOr<Extent> broadcast(Extent a, Extent b) const;
  mlir::FailureOr<Shape> broadcast(llvm::ArrayRef<Extent> a, llvm::ArrayRef<Extent> b) const;
  mlir::FailureOr<Shape> broadcastInputs() const;

  Extent product(llvm::ArrayRef<Extent> shape) const;
  mlir::Type booleanType() const;
  mlir::Type int64Type() const;

  mlir::LogicalResult setOutput(mlir::Type elementType, Shape shape, std::optional<Shape> values = std::nullopt);
  /// Further outputs, by number; one the node does not use is left out.
  void setOutput(unsigned i, mlir::Type elementType, Shape shape);

  unsigned version = 0; // of the operator: the opset that defined it

private:
  llvm::StringRef operatorName, nodeName;
  mlir::Location loc;
};

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_INFERENCE_H
