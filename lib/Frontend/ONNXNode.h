//===- ONNXNode.h - An ONNX node, whichever way it is spelled ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// onnx-mlir writes `"onnx.Gemm"(…) {transB = 1 : si64}`, attributes in `{…}` or `<{…}>`; torch-mlir's importer
// `"torch.operator"(…) <{name = "onnx.Gemm"}> {torch.onnx.transB = 1 : si64}`. What the node says is the same.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_FRONTEND_ONNXNODE_H
#define SDQ_LIB_FRONTEND_ONNXNODE_H

#include "sdq/Frontend/Interfaces.h"

namespace sdq {

class ONNXNode {
public:
  explicit ONNXNode(mlir::Operation *op);

  /// The operator: "Gemm"; of `onnx.Custom` its `function_name`; "" for an operation that is no ONNX node.
  llvm::StringRef name() const { return kind; }
  mlir::Operation *operation() const { return op; }

  mlir::Attribute attribute(llvm::StringRef name) const;
  /// `fallback` where the attribute is absent, nullopt where it is of another kind.
  std::optional<int64_t> integer(llvm::StringRef name, int64_t fallback) const;
  std::optional<double> real(llvm::StringRef name, double fallback) const;
  std::optional<llvm::SmallVector<int64_t>> integers(llvm::StringRef name) const;

  /// Whether optional operand `i` is there: in range and not absent.
  bool has(unsigned i) const;
  /// The type of a value of ONNX or torch; null where its rank is not known.
  static mlir::RankedTensorType tensorType(mlir::Type type);

private:
  mlir::Operation *op;
  llvm::StringRef kind;
  bool isTorch = false;
};

/// The product that a MatMul, Gemm, … is.
mlir::FailureOr<Product> productOf(const ONNXNode &node, std::string &reason);

/// C[batch…, m, n] = Σ_k A[batch…, m, k]·B[batch…, k, n] of an operation's first two operands, as ONNX and torch define
/// it: a rank-1 A has no m, a rank-1 B no n; an extent of 1 among the batches is broadcast. Ranks are 1 or more.
Product matMulOf(mlir::Operation *op, mlir::RankedTensorType left, mlir::RankedTensorType right);

/// What a Constant, Transpose, Cast, DequantizeLinear, … gives.
std::optional<WeightStep> stepOf(const ONNXNode &node);

/// Whether a node computes its result and does nothing else.
bool isPureNode(const ONNXNode &node);

} // namespace sdq

#endif // SDQ_LIB_FRONTEND_ONNXNODE_H
