//===- ConstantNumbers.cpp - The elements of a constant -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantNumbers.h"

#include "ConstantView.h"

#include "sdq/Core/Codec.h"

#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace sdq;

int Numbers::integer(int64_t i) const {
  char byte = bytes[isSplat() ? 0 : i];
  return type.getElementType().isUnsignedInteger() ? int(uint8_t(byte)) : int(int8_t(byte));
}

llvm::SmallVector<float> Numbers::floats(ElementKind kind) const {
  SmallVector<float> numbers(isSplat() ? 1 : type.getNumElements());
  widen(kind, bytes.data(), numbers);
  return numbers;
}

std::optional<Numbers> sdq::numbersOf(Value value) {
  WeightOrigin origin = findOrigin(value);
  if (origin.kind != WeightOrigin::Kind::Constant || !origin.constant->values)
    return std::nullopt;
  for (const WeightPassage &passage : origin.passages)
    if (passage.map || passage.element || passage.shape)
      return std::nullopt;
  Numbers numbers{{}, origin.constant->type};
  if (!numbers.type.getElementType().isIntOrFloat())
    return std::nullopt;
  if (auto dense = dyn_cast<DenseElementsAttr>(origin.constant->values))
    numbers.bytes = dense.getRawData();
  else if (auto resource = dyn_cast<DenseResourceElementsAttr>(origin.constant->values))
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      numbers.bytes = blob->getData();
  bool whole = static_cast<int64_t>(numbers.bytes.size()) * 8 ==
               numbers.type.getNumElements() * numbers.type.getElementTypeBitWidth();
  bool splat = isa<DenseElementsAttr>(origin.constant->values) && !numbers.bytes.empty() && numbers.isSplat();
  return whole || splat ? std::optional(numbers) : std::nullopt;
}

std::optional<ElementKind> sdq::floatKind(Type type) {
  if (isa<Float16Type>(type))
    return ElementKind::F16;
  if (isa<BFloat16Type>(type))
    return ElementKind::BF16;
  return isa<Float32Type>(type) ? std::optional(ElementKind::F32) : std::nullopt;
}

AlignedBytes sdq::stored(ArrayRef<float> floats, ElementKind kind) {
  AlignedBytes bytes(floats.size() * (kind == ElementKind::F32 ? 4 : 2));
  narrow(kind, floats, bytes.data());
  return bytes;
}
