//===- TorchTypes.cpp - torch-mlir's types, known by their text -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/TorchTypes.h"

#include "mlir/AsmParser/AsmParser.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sdq;

/// The text of a type of the torch dialect after `!torch.`; empty for others.
static std::string torchText(Type type) {
  bool isTorch = type.getDialect().getNamespace() == "torch";
  if (auto opaque = dyn_cast<OpaqueType>(type))
    isTorch = opaque.getDialectNamespace() == "torch";
  if (!isTorch)
    return "";
  std::string text;
  llvm::raw_string_ostream(text) << type;
  StringRef rest = text;
  rest.consume_front("!torch.");
  return rest.str();
}

bool sdq::isTorchNone(Type type) { return torchText(type) == "none"; }

RankedTensorType sdq::builtinTensorOf(Type type, Signedness signedness) {
  // vtensor<[2,?],f32>; a third part would be a layout.
  std::string text = torchText(type);
  StringRef rest = text;
  if (!rest.consume_front("vtensor<[") || !rest.consume_back(">"))
    return nullptr;
  auto [extents, element] = rest.split("],");
  SmallVector<int64_t> shape;
  SmallVector<StringRef> words;
  extents.split(words, ',', -1, /*KeepEmpty=*/false);
  for (StringRef word : words) {
    int64_t extent = ShapedType::kDynamic;
    if (word.trim() != "?" && word.trim().getAsInteger(10, extent))
      return nullptr;
    shape.push_back(extent);
  }
  if (element.contains(','))
    return nullptr;
  element = element.trim();
  if (element.starts_with("si") || (element.starts_with("ui") && signedness == Signedness::Dropped))
    element = element.drop_front();
  if (!llvm::all_of(element, llvm::isAlnum))
    return nullptr;
  Type elementType = parseType(element, type.getContext());
  if (!elementType || !TensorType::isValidElementType(elementType))
    return nullptr;
  return RankedTensorType::get(shape, elementType);
}
