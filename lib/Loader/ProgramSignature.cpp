//===- ProgramSignature.cpp - A function's type as a signature ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Loader/ProgramSignature.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace sdq;

/// Signless integers are the signed ones, as in ONNX's lowering; i1 is bool.
static std::optional<DType> dtypeOf(Type type) {
  if (type.isF32())
    return DType::F32;
  if (type.isF16())
    return DType::F16;
  if (type.isBF16())
    return DType::BF16;
  if (type.isF64())
    return DType::F64;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return std::nullopt;
  if (integer.getWidth() == 1)
    return DType::Bool;
  return parseDType(((integer.isUnsigned() ? "u" : "i") + Twine(integer.getWidth())).str());
}

/// "0:batch,1:length" → names by dimension.
static LogicalResult parseSymbols(StringRef text, TensorSpec &spec) {
  spec.symbols.assign(spec.shape.size(), "");
  SmallVector<StringRef> entries;
  text.split(entries, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef entry : entries) {
    auto [index, symbol] = entry.split(':');
    size_t dimension;
    if (index.trim().getAsInteger(10, dimension) || dimension >= spec.shape.size())
      return failure();
    spec.symbols[dimension] = symbol.trim().str();
  }
  return success();
}

static FailureOr<TensorSpec> describe(func::FuncOp function, Type type, DictionaryAttr attributes, StringRef role,
                                      unsigned index) {
  TensorSpec spec;
  spec.name = (role + Twine(index)).str();
  if (auto name = attributes ? attributes.getAs<StringAttr>("onnx.name") : StringAttr())
    spec.name = name.str();
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::optional<DType> dtype = tensor ? dtypeOf(tensor.getElementType()) : std::nullopt;
  if (!dtype)
    return function.emitError() << role << " '" << spec.name << "': expected a ranked tensor of f16, bf16, f32, f64, "
                                << "i1 or integers of 8 to 64 bits, found " << type;
  spec.dtype = *dtype;
  for (int64_t size : tensor.getShape())
    spec.shape.push_back(ShapedType::isDynamic(size) ? kDynamicSize : size);
  if (auto symbols = attributes ? attributes.getAs<StringAttr>("onnx.dim_params") : StringAttr())
    if (failed(parseSymbols(symbols, spec)))
      return function.emitError() << role << " '" << spec.name << "': expected onnx.dim_params as "
                                  << "\"<dimension>:<name>,…\" below rank " << spec.shape.size() << ", found "
                                  << symbols;
  return spec;
}

static LogicalResult checkUnique(func::FuncOp function, ArrayRef<TensorSpec> specs, StringRef role) {
  llvm::StringSet<> names;
  for (const TensorSpec &spec : specs)
    if (!names.insert(spec.name).second)
      return function.emitError() << "two " << role << "s are named '" << spec.name << "'";
  return success();
}

FailureOr<Signature> sdq::signatureOf(func::FuncOp function) {
  Signature signature;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    auto spec = describe(function, type, function.getArgAttrDict(i), "input", i);
    if (failed(spec))
      return failure();
    signature.inputs.push_back(std::move(*spec));
  }
  for (auto [i, type] : llvm::enumerate(function.getResultTypes())) {
    auto spec = describe(function, type, function.getResultAttrDict(i), "output", i);
    if (failed(spec))
      return failure();
    signature.outputs.push_back(std::move(*spec));
  }
  if (failed(checkUnique(function, signature.inputs, "input")) ||
      failed(checkUnique(function, signature.outputs, "output")))
    return failure();
  return signature;
}
