//===- KernelArguments.cpp - What a kernel is handed -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelFamily.h"
#include "QuantizeKernel.h"

#include "sdq/Target/Chip.h"

using namespace mlir;
using namespace sdq;

static std::string spelled(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return text;
}

SmallVector<ActivationFormatAttr> LinearKernelSpec::rounded() const {
  SmallVector<ActivationFormatAttr> formats;
  if (activations)
    for (auto format : activations.getAsRange<ActivationFormatAttr>())
      if (isQuantized(*elementKindOf(format.getElement())) && !llvm::is_contained(formats, format))
        formats.push_back(format);
  return formats;
}

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
  for (ActivationFormatAttr activation : spec.rounded())
    llvm::append_range(arguments, roundedBuffers(activation, spec.shape.columns, spec.packed));
  signature.roundedCount = arguments.size() - signature.partCount - 1;
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

ArrayAttr sdq::describeArguments(MLIRContext *context, ArrayRef<KernelArgument> arguments) {
  Builder builder(context);
  return builder.getArrayAttr(llvm::map_to_vector(arguments, [&](const KernelArgument &argument) -> Attribute {
    Type type = argument.buffer ? Type(argument.buffer) : builder.getI64Type();
    return builder.getDictionaryAttr({builder.getNamedAttr("name", builder.getStringAttr(argument.name)),
                                      builder.getNamedAttr("type", TypeAttr::get(type))});
  }));
}

DictionaryAttr sdq::describeKernel(const LinearKernelSpec &spec, const KernelSignature &signature,
                                   const KernelFamily &family) {
  Builder builder(spec.activation.getContext());
  SmallVector<NamedAttribute> entries{
      builder.getNamedAttr("format", spec.format),
      builder.getNamedAttr("rows", builder.getI64IntegerAttr(spec.shape.rows)),
      builder.getNamedAttr("columns", builder.getI64IntegerAttr(spec.shape.columns)),
      builder.getNamedAttr("block", builder.getDenseI64ArrayAttr({kWarpSize, family.warps, 1})),
      builder.getNamedAttr("rows_per_block", builder.getI64IntegerAttr(family.rowsPerBlock)),
      builder.getNamedAttr("tokens_per_block", builder.getI64IntegerAttr(family.tokensPerBlock)),
      builder.getNamedAttr("arguments", describeArguments(builder.getContext(), signature.arguments)),
  };
  if (spec.activations)
    entries.push_back(builder.getNamedAttr("activations", spec.activations));
  return builder.getDictionaryAttr(entries);
}

/// "#sdq.nm<6:8, i8, …>" → "nm_6_8_i8_…": each run of other characters becomes one underscore.
static void appendWord(std::string &name, Attribute attribute) {
  std::string text = spelled(attribute);
  StringRef rest = text;
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
}

std::string sdq::kernelName(const LinearKernelSpec &spec) {
  std::string name = "linear_";
  appendWord(name, spec.format);
  for (ActivationFormatAttr activation : spec.rounded())
    appendWord(name, activation);
  llvm::raw_string_ostream(name) << spec.shape.rows << "x" << spec.shape.columns << "_" << spec.activation;
  return name;
}

std::string sdq::quantizeKernelName(ActivationFormatAttr activation, int64_t columns, Type type, bool packed) {
  std::string name = packed ? "pack_" : "quantize_";
  appendWord(name, activation);
  llvm::raw_string_ostream(name) << columns << "_" << type;
  return name;
}
