//===- TensorData.cpp - ONNX tensors as attributes ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tensor's values stand in one of three places: an external file, `raw_data`, or a typed field. The first two hold
// little-endian bytes in the layout MLIR wants, apart from four-bit integers; the third is converted to it.
//
//===----------------------------------------------------------------------===//

#include "TensorData.h"

#include "ElementTypes.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

namespace sdq {

static_assert(llvm::endianness::native == llvm::endianness::little, "raw data of tensors are used in place");

namespace {

/// Bytes of the runtime's alignment, to be filled and then owned by an attribute.
struct Buffer {
  explicit Buffer(size_t size) : bytes(std::make_shared<std::vector<char>>(size)) {}
  OwnedBytes take() { return {*bytes, bytes}; }
  char *data() { return bytes->data(); }

  std::shared_ptr<std::vector<char>> bytes;
};

} // namespace

/// Narrows each value to `Narrow`, which keeps the low bits: where ONNX stores small types in a wide field, f16 bits
/// in int32_data for one, the low bits are the value.
template <typename Narrow, typename Values>
static OwnedBytes narrow(const Values &values) {
  Buffer buffer(values.size() * sizeof(Narrow));
  char *out = buffer.data();
  for (auto value : values) {
    Narrow narrowed = static_cast<Narrow>(value);
    std::memcpy(out, &narrowed, sizeof(Narrow));
    out += sizeof(Narrow);
  }
  return buffer.take();
}

/// The values of a typed field, as the bytes raw data would have.
static OwnedBytes typedField(const onnx::TensorProto &tensor, const ElementType &type) {
  switch (type.field) {
  case ElementType::Field::Float:
    return narrow<float>(tensor.float_data());
  case ElementType::Field::Double:
    return narrow<double>(tensor.double_data());
  case ElementType::Field::Int64:
    return narrow<int64_t>(tensor.int64_data());
  case ElementType::Field::UInt64:
    return type.storedBits == 32 ? narrow<uint32_t>(tensor.uint64_data()) : narrow<uint64_t>(tensor.uint64_data());
  case ElementType::Field::Int32:
    if (type.storedBits <= 8) // four-bit integers: two of them in each value
      return narrow<uint8_t>(tensor.int32_data());
    if (type.storedBits == 16)
      return narrow<uint16_t>(tensor.int32_data());
    return narrow<int32_t>(tensor.int32_data());
  }
  llvm_unreachable("all fields handled");
}

/// Unpacks four-bit integers, the first of a pair in the low bits, to one byte each.
static OwnedBytes unpackNibbles(llvm::ArrayRef<char> packed, int64_t count, bool isSigned) {
  Buffer buffer(count);
  for (int64_t i = 0; i < count; ++i) {
    uint8_t nibble = (static_cast<uint8_t>(packed[i / 2]) >> (i % 2 * 4)) & 15;
    buffer.data()[i] = static_cast<char>(isSigned ? (nibble ^ 8) - 8 : nibble);
  }
  return buffer.take();
}

/// A resource that refers to `bytes`, copied only if they are misaligned for their type.
static mlir::ElementsAttr makeResource(mlir::RankedTensorType type, OwnedBytes bytes, llvm::StringRef name) {
  size_t elementBytes = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  // No more than 16, or small bytecode files become unreadable.
  size_t alignment = 16;
  while (alignment > elementBytes && reinterpret_cast<uintptr_t>(bytes.data.data()) % alignment)
    alignment /= 2;
  bool isAligned = reinterpret_cast<uintptr_t>(bytes.data.data()) % alignment == 0;
  mlir::AsmResourceBlob blob =
      isAligned ? mlir::AsmResourceBlob(
                      bytes.data, alignment, [owner = bytes.owner](void *, size_t, size_t) {}, /*dataIsMutable=*/false)
                : mlir::HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes.data, 16, /*dataIsMutable=*/false);
  auto &resources = mlir::DenseResourceElementsHandle::getManagerInterface(type.getContext());
  return mlir::DenseResourceElementsAttr::get(type, resources.insert(name, std::move(blob)));
}

static mlir::ElementsAttr makeInline(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes) {
  if (type.getElementType().isInteger(1)) { // stored packed, so not from raw bytes
    llvm::SmallVector<bool> values;
    for (char byte : bytes)
      values.push_back(byte != 0);
    return mlir::DenseElementsAttr::get(type, values);
  }
  return mlir::DenseElementsAttr::getFromRawBuffer(type, bytes);
}

mlir::FailureOr<mlir::ElementsAttr> TensorImporter::import(const onnx::TensorProto &tensor, llvm::StringRef name,
                                                           mlir::Location loc) {
  auto fail = [&]() { return mlir::emitError(loc) << "tensor '" << name << "': "; };
  mlir::FailureOr<mlir::Type> elementType = importElementType(tensor.data_type(), "tensor '" + name + "'", loc);
  if (mlir::failed(elementType))
    return mlir::failure();
  const ElementType &stored = *findElementType(tensor.data_type());
  if (tensor.has_segment())
    return fail() << "is stored in segments, which is not supported";

  int64_t count = 1;
  for (int64_t extent : tensor.dims()) {
    if (extent < 0)
      return fail() << "expected extents of 0 or more, found " << extent;
    if (llvm::MulOverflow(count, extent, count) || count > (int64_t(1) << 58))
      return fail() << "has more elements than memory can hold";
  }
  auto type =
      mlir::RankedTensorType::get(llvm::ArrayRef<int64_t>(tensor.dims().data(), tensor.dims_size()), *elementType);
  uint64_t size = llvm::divideCeil(uint64_t(count) * stored.storedBits, 8);

  OwnedBytes bytes;
  llvm::StringRef place;
  bool isInMessage = false;
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
    mlir::FailureOr<OwnedBytes> external = externalData.read(tensor, size, loc);
    if (mlir::failed(external))
      return mlir::failure();
    bytes = *external;
    place = "external data";
  } else if (model.isMapped(tensor) || tensor.has_raw_data()) {
    bytes = model.rawData(tensor);
    isInMessage = !model.isMapped(tensor);
    place = "raw data";
  } else {
    bytes = typedField(tensor, stored);
    place = "typed field";
  }
  if (bytes.data.size() != size)
    return fail() << "expected " << size << " bytes for the shape and element type of " << type << " (" << stored.name
                  << "), found " << bytes.data.size() << " in its " << place;

  if (stored.storedBits == 4) {
    bytes = unpackNibbles(bytes.data, count, stored.isSignedNibble());
  } else if (isInMessage && count > maximumInlineElements) {
    auto copy = std::make_shared<std::vector<char>>(bytes.data.begin(), bytes.data.end());
    bytes = {*copy, copy};
  }
  if (count <= maximumInlineElements)
    return makeInline(type, bytes.data);
  return makeResource(type, bytes, name);
}

} // namespace sdq
