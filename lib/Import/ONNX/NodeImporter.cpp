//===- NodeImporter.cpp - ONNX nodes as operations ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"

namespace sdq {

using llvm::StringRef;
using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;
using mlir::success;

mlir::FailureOr<const Operator *> GraphImporter::chooseOperator(const onnx::NodeProto &node, mlir::Location loc,
                                                                unsigned &version) {
  StringRef domain = node.domain().empty() ? "ai.onnx" : StringRef(node.domain());
  for (const onnx::AttributeProto &attribute : node.attribute())
    if (attribute.type() == onnx::AttributeProto::GRAPH || attribute.type() == onnx::AttributeProto::GRAPHS)
      return mlir::emitError(loc) << "operator '" << node.op_type() << "' of domain '" << domain << "' in node '"
                                  << node.name() << "' has a subgraph (attribute '" << attribute.name()
                                  << "'): control flow is not supported";
  const Operator *spec = domain == "ai.onnx" ? findOperator(node.op_type()) : nullptr;
  if (!spec)
    return mlir::emitError(loc) << "unknown operator '" << node.op_type() << "' of domain '" << domain << "' in node '"
                                << node.name() << "'";
  version = 0;
  for (unsigned since : spec->versions)
    if (since <= opset)
      version = since;
  if (version == 0)
    return mlir::emitError(loc) << "operator '" << node.op_type() << "' in node '" << node.name()
                                << "' is defined since opset " << spec->versions.front() << ", the model imports opset "
                                << opset;
  return spec;
}

LogicalResult GraphImporter::checkArity(const Inference &op, const onnx::NodeProto &node, const Operator &spec) {
  auto check = [&](const auto &names, Arity arity, StringRef what) -> LogicalResult {
    unsigned count = names.size();
    if (count < arity.minimum || count > arity.maximum) {
      mlir::InFlightDiagnostic error = op.error() << "expected " << arity.minimum;
      if (arity.maximum == Arity::variadic)
        error << " or more";
      else if (arity.maximum != arity.minimum)
        error << " to " << arity.maximum;
      return error << " " << what << ", found " << count;
    }
    for (unsigned i = 0; i < (arity.maximum == Arity::variadic ? count : arity.minimum); ++i)
      if (names[i].empty())
        return op.error() << "expected " << what << " number " << i << " not to be omitted";
    return success();
  };
  return failure(failed(check(node.input(), spec.inputs, "inputs")) ||
                 failed(check(node.output(), spec.outputs, "results")));
}

/// Older opsets give the axes of a reduction as an attribute, newer ones as an input: makes them an input.
void GraphImporter::promoteAxes(Inference &op, llvm::SmallVectorImpl<mlir::Value> &operands, mlir::Location loc) {
  mlir::Attribute attribute = op.attributes.erase("axes");
  if (!attribute)
    return;
  auto axes = llvm::map_to_vector(llvm::cast<mlir::ArrayAttr>(attribute).getAsRange<mlir::IntegerAttr>(),
                                  [](mlir::IntegerAttr axis) { return axis.getInt(); });
  auto type = mlir::RankedTensorType::get(axes.size(), builder.getI64Type());
  mlir::Operation *constant = createConstant(mlir::DenseElementsAttr::get(type, llvm::ArrayRef(axes)), "", loc);
  operands.push_back(constant->getResult(0));
  promotedAxes = {builder.getI64Type(), {Extent(axes.size())}, Shape(axes.begin(), axes.end())};
  op.inputs.push_back(&promotedAxes);
}

LogicalResult GraphImporter::importNode(const onnx::NodeProto &node) {
  StringRef name = node.name();
  if (name.empty() && node.output_size())
    name = node.output(0);
  mlir::Location loc = locate(name);
  if (node.op_type() == "Constant" && node.domain().empty())
    return importConstant(node, loc);

  unsigned version = 0;
  mlir::FailureOr<const Operator *> spec = chooseOperator(node, loc, version);
  if (failed(spec))
    return failure();
  Inference op(node.op_type(), name, loc, extents);
  op.version = version;
  op.outputs.resize(node.output_size());
  if (failed(checkArity(op, node, **spec)) || failed(importAttributes(op, node, **spec, tensors, loc)))
    return failure();

  llvm::SmallVector<mlir::Value> operands;
  for (const std::string &input : node.input()) {
    if (input.empty()) {
      op.inputs.push_back(nullptr);
      operands.push_back(none());
      continue;
    }
    mlir::FailureOr<const GraphValue *> value = lookUp(input, "node '" + name + "'", loc);
    if (failed(value))
      return failure();
    op.inputs.push_back(&(*value)->info);
    operands.push_back((*value)->value);
  }
  if (op.attributes.get("axes") && op.inputs.size() > 1)
    return op.error() << "expected axes as an attribute or as an input, found both";
  promoteAxes(op, operands, loc);
  if (failed((*spec)->infer(op)))
    return failure();
  return createOperation(op, node, **spec, std::move(operands), loc);
}

/// Operands and results that an operator may have and the node has not are there nonetheless, of type none.
LogicalResult GraphImporter::createOperation(Inference &op, const onnx::NodeProto &node, const Operator &spec,
                                             llvm::SmallVector<mlir::Value> operands, mlir::Location loc) {
  mlir::OperationState state(loc, "onnx." + node.op_type());
  if (spec.inputs.maximum != Arity::variadic)
    while (operands.size() < spec.inputs.maximum)
      operands.push_back(none());
  state.addOperands(operands);
  for (auto [i, name] : llvm::enumerate(node.output())) {
    if (name.empty()) {
      state.addTypes(builder.getNoneType());
      continue;
    }
    TensorInfo &info = op.outputs[i];
    if (auto type = declared.find(name); type != declared.end())
      if (failed(refine(info, type->second, extents, name, loc)))
        return failure();
    state.addTypes(info.type());
  }
  if (spec.outputs.maximum != Arity::variadic)
    while (state.types.size() < spec.outputs.maximum)
      state.addTypes(builder.getNoneType());
  if (!node.name().empty())
    op.attributes.set("onnx_node_name", builder.getStringAttr(node.name()));
  state.addAttributes(op.attributes.getAttrs());

  mlir::Operation *operation = builder.create(state);
  for (auto [i, name] : llvm::enumerate(node.output()))
    if (!name.empty())
      values[name] = {operation->getResult(i), std::move(op.outputs[i])};
  return success();
}

LogicalResult GraphImporter::importConstant(const onnx::NodeProto &node, mlir::Location loc) {
  if (node.input_size() != 0 || node.output_size() != 1 || node.output(0).empty())
    return mlir::emitError(loc) << "Constant '" << node.name() << "': expected no inputs and one result, found "
                                << node.input_size() << " and " << node.output_size();
  mlir::FailureOr<mlir::ElementsAttr> value = importConstantNode(node, tensors, loc);
  if (failed(value))
    return failure();
  createConstant(*value, node.output(0), loc);
  return success();
}

} // namespace sdq
