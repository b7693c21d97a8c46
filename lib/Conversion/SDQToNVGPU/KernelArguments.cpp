//===- KernelArguments.cpp - What a kernel is handed -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelFamily.h"

#include "sdq/Target/Chip.h"

using namespace mlir;
using namespace sdq;

std::optional<KernelSignature> sdq::kernelSignature(const LinearKernelSpec &spec) {
  MLIRContext *context = spec.activation.getContext();
  KernelSignature signature;
  SmallVector<KernelArgument> &arguments = signature.arguments, extents;
  for (const PartSpec &part : spec.format.getParts(spec.shape)) {
    SmallVector<int64_t> shape(part.shape.begin(), part.shape.end());
    auto dynamic = llvm::find(shape, kDynamicExtent);
    if (dynamic != shape.end()) {
      if (dynamic != shape.begin())
        return std::nullopt;
      shape.front() = ShapedType::kDynamic;
      extents.push_back({"extent of " + part.name, MemRefType()});
    }
    arguments.push_back({part.name, MemRefType::get(shape, typeOf(context, part.type))});
  }
  signature.partCount = arguments.size();
  auto tokensBy = [&](int64_t extent) { return MemRefType::get({ShapedType::kDynamic, extent}, spec.activation); };
  arguments.push_back({"x", tokensBy(spec.shape.columns)});
  arguments.push_back({"y", tokensBy(spec.shape.rows)});
  arguments.push_back({"tokens", MemRefType()});
  arguments.append(extents);
  return signature;
}

Type sdq::passedType(MLIRContext *context, const KernelArgument &argument) {
  if (!argument.buffer)
    return IntegerType::get(context, 64);
  if (argument.buffer.hasStaticShape())
    return argument.buffer;
  return MemRefType::get({}, argument.buffer.getElementType());
}

DictionaryAttr sdq::describeKernel(const LinearKernelSpec &spec, const KernelSignature &signature,
                                   const KernelFamily &family) {
  MLIRContext *context = spec.activation.getContext();
  Builder builder(context);
  auto descriptions = llvm::map_to_vector(signature.arguments, [&](const KernelArgument &argument) -> Attribute {
    Type type = argument.buffer ? Type(argument.buffer) : builder.getI64Type();
    return builder.getDictionaryAttr({builder.getNamedAttr("name", builder.getStringAttr(argument.name)),
                                      builder.getNamedAttr("type", TypeAttr::get(type))});
  });
  return builder.getDictionaryAttr({
      builder.getNamedAttr("format", spec.format),
      builder.getNamedAttr("rows", builder.getI64IntegerAttr(spec.shape.rows)),
      builder.getNamedAttr("columns", builder.getI64IntegerAttr(spec.shape.columns)),
      builder.getNamedAttr("block", builder.getDenseI64ArrayAttr({kWarpSize, family.warps, 1})),
      builder.getNamedAttr("rows_per_block", builder.getI64IntegerAttr(family.rowsPerBlock)),
      builder.getNamedAttr("tokens_per_block", builder.getI64IntegerAttr(family.tokensPerBlock)),
      builder.getNamedAttr("arguments", builder.getArrayAttr(descriptions)),
  });
}

std::string sdq::kernelName(const LinearKernelSpec &spec) {
  std::string format;
  llvm::raw_string_ostream(format) << Attribute(spec.format);
  std::string name = "linear_";
  // "#sdq.nm<6:8, i8, …>" → "nm_6_8_i8_…": each run of other characters becomes one underscore.
  StringRef rest = format;
  while (!rest.empty()) {
    if (rest.consume_front("#sdq.") || rest.consume_front("vector = ") || rest.consume_front("scale = "))
      continue;
    if (llvm::isAlnum(rest.front()))
      name += rest.front();
    else if (name.back() != '_')
      name += '_';
    rest = rest.drop_front();
  }
  if (name.back() != '_')
    name += '_';
  llvm::raw_string_ostream(name) << spec.shape.rows << "x" << spec.shape.columns << "_" << spec.activation;
  return name;
}
