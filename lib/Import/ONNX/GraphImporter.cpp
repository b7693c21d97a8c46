//===- GraphImporter.cpp - An ONNX graph as a function --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"

#include "ElementTypes.h"
#include "sdq/Import/ONNX/ONNXImport.h"

namespace sdq {

using llvm::StringRef;
using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;
using mlir::success;

/// A node's name, or that of its first result.
static StringRef nameOf(const onnx::NodeProto &node) {
  if (!node.name().empty())
    return node.name();
  return node.output_size() ? StringRef(node.output(0)) : StringRef();
}

static bool isDefaultDomain(StringRef domain) { return domain.empty() || domain == "ai.onnx"; }

GraphImporter::GraphImporter(const ModelFile &file, ExternalData &externalData, mlir::ModuleOp module)
    : file(file), graph(file.getModel().graph()), tensors(file, externalData), module(module),
      builder(module.getBodyRegion()) {}

mlir::Location GraphImporter::locate(StringRef name) {
  mlir::Location loc = module.getLoc();
  return name.empty() ? loc : mlir::NameLoc::get(mlir::StringAttr::get(loc.getContext(), name), loc);
}

LogicalResult GraphImporter::run() {
  if (failed(readOpset()) || failed(collectNames()))
    return failure();
  function = mlir::func::FuncOp::create(builder, locate(graph.name()), "main_graph", builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  if (failed(importInputs()) || failed(importInitializers()))
    return failure();
  for (const onnx::NodeProto &node : graph.node())
    if (failed(importNode(node)))
      return failure();
  if (failed(importOutputs()))
    return failure();

  builder.setInsertionPointToEnd(module.getBody());
  mlir::OperationState entryPoint(module.getLoc(), "onnx.EntryPoint");
  entryPoint.addAttribute("func", mlir::SymbolRefAttr::get(function));
  builder.create(entryPoint);
  return success();
}

LogicalResult GraphImporter::readOpset() {
  for (const onnx::OperatorSetIdProto &import : file.getModel().opset_import())
    if (isDefaultDomain(import.domain()))
      opset = import.version();
  if (opset < minimumOpset || opset > maximumOpset)
    return mlir::emitError(module.getLoc())
           << "expected an import of the default domain's opset " << minimumOpset << " to " << maximumOpset
           << ", found " << (opset ? std::to_string(opset) : "none");
  return success();
}

/// A graph is in SSA form: initializers, inputs and results of nodes have one name each, all different. (An input that
/// is an initializer too is one with a default, which is taken as a constant.)
LogicalResult GraphImporter::collectNames() {
  auto defineTwice = [&](StringRef name) {
    return mlir::emitError(locate(name)) << "value '" << name << "' is defined twice";
  };
  if (graph.sparse_initializer_size())
    return mlir::emitError(module.getLoc())
           << "sparse initializers are not supported, found " << graph.sparse_initializer_size();
  for (const onnx::TensorProto &tensor : graph.initializer())
    if (!initializerNames.insert(tensor.name()).second)
      return defineTwice(tensor.name());
  llvm::StringSet<> inputNames;
  for (const onnx::ValueInfoProto &input : graph.input())
    if (!inputNames.insert(input.name()).second)
      return defineTwice(input.name());
  for (const onnx::NodeProto &node : graph.node()) {
    for (const std::string &name : node.output())
      if (!name.empty() && (initializerNames.contains(name) || inputNames.contains(name) ||
                            !producers.try_emplace(name, nameOf(node).str()).second))
        return defineTwice(name);
    for (const std::string &name : node.input())
      usedNames.insert(name);
  }
  for (const onnx::ValueInfoProto &output : graph.output())
    usedNames.insert(output.name());

  for (const auto &group : {graph.value_info(), graph.output()})
    for (const onnx::ValueInfoProto &value : group) {
      if (!value.type().has_tensor_type() || value.type().tensor_type().elem_type() == 0)
        continue;
      mlir::FailureOr<DeclaredType> type = readDeclaredType(value, extents, locate(value.name()));
      if (failed(type))
        return failure();
      declared[value.name()] = std::move(*type);
    }
  return success();
}

LogicalResult GraphImporter::importInputs() {
  for (const onnx::ValueInfoProto &input : graph.input()) {
    if (initializerNames.contains(input.name()))
      continue;
    mlir::Location loc = locate(input.name());
    mlir::FailureOr<DeclaredType> type = readDeclaredType(input, extents, loc);
    if (failed(type))
      return failure();
    if (!type->shape)
      return mlir::emitError(loc) << "input '" << input.name() << "': expected a shape, found none: the rank must be "
                                  << "known";
    TensorInfo info = {type->elementType, *type->shape, std::nullopt};
    unsigned index = function.getNumArguments();
    llvm::SmallVector<mlir::NamedAttribute> attributes;
    attributes.push_back(builder.getNamedAttr("onnx.name", builder.getStringAttr(input.name())));
    if (!type->dimParams.empty())
      attributes.push_back(builder.getNamedAttr("onnx.dim_params", builder.getStringAttr(type->dimParams)));
    if (failed(function.insertArgument(index, info.type(), builder.getDictionaryAttr(attributes), loc)))
      return failure();
    values[input.name()] = {function.getArgument(index), info};
  }
  return success();
}

LogicalResult GraphImporter::importInitializers() {
  for (const onnx::TensorProto &tensor : graph.initializer()) {
    if (!usedNames.contains(tensor.name()))
      continue;
    mlir::Location loc = locate(tensor.name());
    mlir::FailureOr<mlir::ElementsAttr> value = tensors.import(tensor, tensor.name(), loc);
    if (failed(value))
      return failure();
    createConstant(*value, tensor.name(), loc);
  }
  return success();
}

/// Integer constants are what shapes are made of: their values are remembered.
static TensorInfo infoOf(mlir::ElementsAttr value) {
  auto type = llvm::cast<mlir::RankedTensorType>(value.getShapedType());
  TensorInfo info;
  info.elementType = type.getElementType();
  for (int64_t extent : type.getShape())
    info.shape.push_back(extent);
  auto dense = llvm::dyn_cast<mlir::DenseIntElementsAttr>(value);
  if (dense && size_t(dense.getNumElements()) <= maximumKnownValues) {
    info.values.emplace();
    bool isUnsigned = type.getElementType().isUnsignedInteger() || type.getElementType().isInteger(1);
    for (const llvm::APInt &element : dense)
      info.values->push_back(isUnsigned ? int64_t(element.getZExtValue()) : element.getSExtValue());
  }
  return info;
}

mlir::Operation *GraphImporter::createConstant(mlir::ElementsAttr value, StringRef name, mlir::Location loc) {
  mlir::OperationState state(loc, "onnx.Constant");
  state.addAttribute("value", value);
  if (!name.empty())
    state.addAttribute("onnx.name", builder.getStringAttr(name));
  state.addTypes(value.getShapedType());
  mlir::Operation *constant = builder.create(state);
  if (!name.empty())
    values[name] = {constant->getResult(0), infoOf(value)};
  return constant;
}

mlir::Value GraphImporter::none() {
  if (noValue)
    return noValue;
  mlir::OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&function.front());
  mlir::OperationState state(module.getLoc(), "onnx.NoValue");
  state.addAttribute("value", builder.getUnitAttr());
  state.addTypes(builder.getNoneType());
  return noValue = builder.create(state)->getResult(0);
}

/// The value of a name that `user` uses.
mlir::FailureOr<const GraphImporter::GraphValue *> GraphImporter::lookUp(StringRef name, const llvm::Twine &user,
                                                                         mlir::Location loc) {
  if (auto found = values.find(name); found != values.end())
    return &found->second;
  if (auto producer = producers.find(name); producer != producers.end())
    return mlir::emitError(loc) << user << " uses the value '" << name << "' before node '" << producer->second
                                << "' computes it: nodes must be in topological order, without cycles";
  return mlir::emitError(loc) << user << " uses the value '" << name
                              << "', which no input, initializer or node defines";
}

LogicalResult GraphImporter::importOutputs() {
  llvm::SmallVector<mlir::Value> results;
  llvm::SmallVector<mlir::DictionaryAttr> attributes;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    mlir::Location loc = locate(output.name());
    mlir::FailureOr<const GraphValue *> value = lookUp(output.name(), "the model's output", loc);
    if (failed(value))
      return failure();
    results.push_back((*value)->value);
    llvm::SmallVector<mlir::NamedAttribute> named;
    named.push_back(builder.getNamedAttr("onnx.name", builder.getStringAttr(output.name())));
    auto type = declared.find(output.name());
    if (type != declared.end() && !type->second.dimParams.empty())
      named.push_back(builder.getNamedAttr("onnx.dim_params", builder.getStringAttr(type->second.dimParams)));
    attributes.push_back(builder.getDictionaryAttr(named));
  }
  if (results.empty())
    return mlir::emitError(module.getLoc()) << "expected a graph with outputs, found none";
  mlir::func::ReturnOp::create(builder, module.getLoc(), results);
  function.setFunctionType(builder.getFunctionType(function.getArgumentTypes(),
                                                   llvm::to_vector(mlir::TypeRange(mlir::ValueRange(results)))));
  for (auto [i, attribute] : llvm::enumerate(attributes))
    function.setResultAttrs(i, attribute);
  return success();
}

} // namespace sdq
