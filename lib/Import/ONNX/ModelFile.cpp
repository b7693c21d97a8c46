//===- ModelFile.cpp - A model parsed around its weights ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/LEB128.h"
#include <google/protobuf/stubs/logging.h>
#include <map>

namespace sdq {

using llvm::StringRef;

namespace {

/// Raw data at least this long stay in the file.
constexpr size_t minimumMappedBytes = 512;

/// Where a tensor of the main graph stands: (initializer, 0) or (node, attribute), each by number.
using TensorPlace = std::pair<unsigned, unsigned>;

/// Rewrites a serialised model without the raw data of its larger tensors.
class WeightRemover {
public:
  std::map<TensorPlace, StringRef> initializers, attributes;
  /// Where the wire format broke, if remove() failed.
  const char *errorPlace = nullptr;

  bool remove(StringRef model, std::string &out) { return message(Kind::Model, model, out); }

private:
  enum class Kind { Model, Graph, Node, Attribute, Initializer, AttributeTensor, Other };
  unsigned numInitializers = 0, numNodes = 0, numAttributes = 0;

  /// The kind of message in field `number` of a message of kind `parent`.
  static Kind child(Kind parent, uint64_t number) {
    switch (parent) {
    case Kind::Model:
      return number == 7 ? Kind::Graph : Kind::Other;
    case Kind::Graph:
      return number == 1 ? Kind::Node : number == 5 ? Kind::Initializer : Kind::Other;
    case Kind::Node:
      return number == 5 ? Kind::Attribute : Kind::Other;
    case Kind::Attribute:
      return number == 5 ? Kind::AttributeTensor : Kind::Other;
    default:
      return Kind::Other;
    }
  }

  bool fail(const char *place) {
    errorPlace = place;
    return false;
  }

  bool varint(StringRef &in, uint64_t &value) {
    unsigned length = 0;
    const char *error = nullptr;
    value = llvm::decodeULEB128(in.bytes_begin(), &length, in.bytes_end(), &error);
    if (error || length > 10)
      return fail(in.data());
    in = in.drop_front(length);
    return true;
  }

  static void putLength(std::string &out, uint64_t tag, uint64_t length) {
    uint8_t bytes[20];
    unsigned size = llvm::encodeULEB128(tag, bytes);
    size += llvm::encodeULEB128(length, bytes + size);
    out.append(reinterpret_cast<char *>(bytes), size);
  }

  void take(Kind kind, StringRef rawData) {
    if (kind == Kind::Initializer)
      initializers[{numInitializers - 1, 0}] = rawData;
    else
      attributes[{numNodes - 1, numAttributes - 1}] = rawData;
  }

  bool message(Kind kind, StringRef in, std::string &out) {
    while (!in.empty()) {
      const char *start = in.data();
      uint64_t tag = 0, length = 0;
      if (!varint(in, tag))
        return false;
      uint64_t number = tag >> 3;
      switch (tag & 7) {
      case 0:
        if (!varint(in, length))
          return false;
        out.append(start, in.data());
        continue;
      case 1:
      case 5:
        length = (tag & 7) == 1 ? 8 : 4;
        if (in.size() < length)
          return fail(start);
        in = in.drop_front(length);
        out.append(start, in.data());
        continue;
      case 2:
        break;
      default: // groups: in no ONNX message
        return fail(start);
      }
      if (!varint(in, length))
        return false;
      if (in.size() < length)
        return fail(start);
      StringRef payload = in.take_front(length);
      in = in.drop_front(length);
      bool isTensor = kind == Kind::Initializer || kind == Kind::AttributeTensor;
      if (isTensor && number == 9 && length >= minimumMappedBytes) {
        take(kind, payload);
        continue;
      }
      Kind inner = child(kind, number);
      if (inner == Kind::Other) {
        out.append(start, in.data());
        continue;
      }
      if (inner == Kind::Initializer)
        ++numInitializers;
      if (inner == Kind::Node)
        ++numNodes, numAttributes = 0;
      if (inner == Kind::Attribute)
        ++numAttributes;
      std::string rewritten;
      if (!message(inner, payload, rewritten))
        return false;
      putLength(out, tag, rewritten.size());
      out += rewritten;
    }
    return true;
  }
};

} // namespace

mlir::FailureOr<std::unique_ptr<ModelFile>> ModelFile::open(StringRef path, mlir::Location loc) {
  llvm::Expected<std::shared_ptr<MappedFile>> file = MappedFile::open(path);
  if (!file) {
    mlir::emitError(loc) << "cannot read the model: " << llvm::toString(file.takeError());
    return mlir::failure();
  }
  auto result = std::make_unique<ModelFile>();
  result->file = std::move(*file);
  StringRef text = result->file->text();
  if (text.empty()) {
    mlir::emitError(loc) << "not an ONNX model: the file is empty";
    return mlir::failure();
  }

  WeightRemover remover;
  std::string light;
  if (!remover.remove(text, light)) {
    mlir::emitError(loc) << "not an ONNX model, or cut short: the protobuf message breaks off at byte "
                         << (remover.errorPlace - text.data()) << " of " << text.size();
    return mlir::failure();
  }
  google::protobuf::LogSilencer silencer; // one error is enough, and it is ours
  onnx::ModelProto &model = result->model;
  if (!model.ParseFromString(light)) {
    mlir::emitError(loc) << "not an ONNX model: its " << text.size() << " bytes are no ModelProto message";
    return mlir::failure();
  }
  if (!model.has_graph() || model.opset_import_size() == 0) {
    mlir::emitError(loc) << "not an ONNX model: expected a graph and an opset import, found "
                         << (model.has_graph() ? "no opset import" : "no graph");
    return mlir::failure();
  }

  const onnx::GraphProto &graph = model.graph();
  for (auto &[place, data] : remover.initializers)
    result->mappedData[&graph.initializer(place.first)] = data;
  for (auto &[place, data] : remover.attributes)
    result->mappedData[&graph.node(place.first).attribute(place.second).t()] = data;
  return result;
}

OwnedBytes ModelFile::rawData(const onnx::TensorProto &tensor) const {
  auto found = mappedData.find(&tensor);
  StringRef data = found == mappedData.end() ? StringRef(tensor.raw_data()) : found->second;
  return {{data.data(), data.size()}, file};
}

} // namespace sdq
