//===- Node.h - One ONNX operation being lowered ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX operations are unregistered here: no accessor is generated for them. Node reads operands, attributes and types
// off the generic form, reports errors with the node's name, and hands the results back.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_ONNXTOLINALG_NODE_H
#define SDQ_LIB_CONVERSION_ONNXTOLINALG_NODE_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringMap.h"

#include <optional>

namespace sdq::onnx {

using mlir::ImplicitLocOpBuilder;
using mlir::LogicalResult;
using mlir::RankedTensorType;
using mlir::Type;
using mlir::Value;
using mlir::ValueRange;

/// uiN and siN as iN; tensors of them likewise; every other type as it is.
Type signless(Type type);

/// The operator of an `onnx.*` operation without its dialect and onnx-mlir's version suffix ("ReduceSumV11" is
/// ReduceSum, version 11), and that version, 0 where the name carries none.
std::pair<llvm::StringRef, unsigned> operatorOf(mlir::Operation *op);

/// `onnx.Add (node '/layers.0/Add')`: how errors and run-time checks name an operation.
std::string describe(mlir::Operation *op);

class Node {
public:
  explicit Node(mlir::Operation *op);

  mlir::Operation *op;
  /// Inserts in front of the operation, at its location.
  ImplicitLocOpBuilder b;
  /// onnx-mlir's version suffix; 0 where there is none.
  unsigned version;

  unsigned numOperands() { return op->getNumOperands(); }
  /// Whether optional operand `i` is there: in range and not of type none.
  bool has(unsigned i);
  /// Operand `i` as a signless tensor, of the most static type known for it.
  Value operand(unsigned i);
  llvm::SmallVector<Value> operands();
  RankedTensorType type(unsigned i) { return mlir::cast<RankedTensorType>(operand(i).getType()); }
  int64_t rank(unsigned i) { return type(i).getRank(); }
  bool isUnsigned(unsigned i);
  /// The declared type of result `i`, signless.
  RankedTensorType resultType(unsigned i = 0);
  bool isResultUnsigned(unsigned i = 0);
  /// Whether result `i` is there and used.
  bool wants(unsigned i);

  int64_t integer(llvm::StringRef name, int64_t fallback);
  double real(llvm::StringRef name, double fallback);
  llvm::StringRef string(llvm::StringRef name, llvm::StringRef fallback);
  std::optional<llvm::SmallVector<int64_t>> integers(llvm::StringRef name);
  bool hasAttribute(llvm::StringRef name) { return bool(op->getAttr(name)); }

  /// `axis` counted from the front; an error names the allowed range [-rank, rank).
  mlir::FailureOr<int64_t> axis(int64_t axis, int64_t rank);
  /// The values of integer operand `i` if they are known now.
  std::optional<llvm::SmallVector<int64_t>> constantIntegers(unsigned i);
  /// Axes from operand `operandIndex` or attribute `axes`, counted from the front; nullopt when neither is given.
  mlir::FailureOr<std::optional<llvm::SmallVector<int64_t>>> axes(unsigned operandIndex, int64_t rank);

  LogicalResult error(const llvm::Twine &message);
  /// A check at run time; nothing if the condition is known to hold, an error if it is known not to.
  LogicalResult require(Value condition, const llvm::Twine &message);

  /// Hands over the results, each converted to its declared type.
  LogicalResult replace(ValueRange results);
};

using Lowering = LogicalResult (*)(Node &);
using LoweringTable = llvm::StringMap<Lowering>;

// One function per family; each adds its operators to the table.
void addConstantLowerings(LoweringTable &table);
void addUnaryLowerings(LoweringTable &table);
void addBinaryLowerings(LoweringTable &table);
void addLogicalLowerings(LoweringTable &table);
void addCastLowerings(LoweringTable &table);
void addMatMulLowerings(LoweringTable &table);
void addTransposeLowerings(LoweringTable &table);
void addReshapeLowerings(LoweringTable &table);
void addConcatLowerings(LoweringTable &table);
void addSliceLowerings(LoweringTable &table);
void addGatherLowerings(LoweringTable &table);
void addScatterLowerings(LoweringTable &table);
void addShapeLowerings(LoweringTable &table);
void addRepeatLowerings(LoweringTable &table);
void addReductionLowerings(LoweringTable &table);
void addSoftmaxLowerings(LoweringTable &table);
void addNormalizationLowerings(LoweringTable &table);
void addScanLowerings(LoweringTable &table);

} // namespace sdq::onnx

#endif // SDQ_LIB_CONVERSION_ONNXTOLINALG_NODE_H
