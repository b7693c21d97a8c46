//===- GraphImporter.h - An ONNX graph as a function ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_GRAPHIMPORTER_H
#define SDQ_LIB_IMPORT_ONNX_GRAPHIMPORTER_H

#include "Attributes.h"
#include "DeclaredType.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringSet.h"

namespace sdq {

/// Imports a model's main graph into a module, as ONNXImport.h says. Every failure emits one error.
class GraphImporter {
public:
  GraphImporter(const ModelFile &file, ExternalData &externalData, mlir::ModuleOp module);

  mlir::LogicalResult run();

private:
  /// A value of the graph, once it is defined.
  struct GraphValue {
    mlir::Value value;
    TensorInfo info;
  };

  // The parts of run(), in order.
  mlir::LogicalResult readOpset();
  mlir::LogicalResult collectNames();
  mlir::LogicalResult importInputs();
  mlir::LogicalResult importInitializers();
  mlir::LogicalResult importNode(const onnx::NodeProto &node);
  mlir::LogicalResult importOutputs();

  // The parts of importNode.
  mlir::FailureOr<const Operator *> chooseOperator(const onnx::NodeProto &node, mlir::Location loc, unsigned &version);
  mlir::LogicalResult checkArity(const Inference &op, const onnx::NodeProto &node, const Operator &spec);
  mlir::FailureOr<const GraphValue *> lookUp(llvm::StringRef name, const llvm::Twine &user, mlir::Location loc);
  void promoteAxes(Inference &op, llvm::SmallVectorImpl<mlir::Value> &operands, mlir::Location loc);
  mlir::LogicalResult createOperation(Inference &op, const onnx::NodeProto &node, const Operator &spec,
                                      llvm::SmallVector<mlir::Value> operands, mlir::Location loc);

  mlir::LogicalResult importConstant(const onnx::NodeProto &node, mlir::Location loc);
  mlir::Operation *createConstant(mlir::ElementsAttr value, llvm::StringRef name, mlir::Location loc);
  /// The placeholder of an omitted operand.
  mlir::Value none();
  mlir::Location locate(llvm::StringRef name);

  const ModelFile &file;
  const onnx::GraphProto &graph;
  TensorImporter tensors;
  mlir::ModuleOp module;
  mlir::OpBuilder builder;
  mlir::func::FuncOp function;
  Extents extents;
  int64_t opset = 0;

  llvm::StringSet<> initializerNames, usedNames;
  llvm::StringMap<std::string> producers; // of each node's result: the node
  llvm::StringMap<DeclaredType> declared;
  llvm::StringMap<GraphValue> values;
  mlir::Value noValue;
  TensorInfo promotedAxes; // of the node in work
};

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_GRAPHIMPORTER_H
