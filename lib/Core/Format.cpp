//===- Format.cpp - What a compressed weight is made of -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/Format.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"

using namespace sdq;

//===----------------------------------------------------------------------===//
// Number formats
//===----------------------------------------------------------------------===//

unsigned sdq::bitWidth(ElementKind kind) {
  switch (kind) {
  case ElementKind::Int2:
    return 2;
  case ElementKind::Int3:
    return 3;
  case ElementKind::Int4:
  case ElementKind::E2M1:
    return 4;
  case ElementKind::Int8:
  case ElementKind::E4M3:
  case ElementKind::E5M2:
    return 8;
  case ElementKind::F16:
  case ElementKind::BF16:
    return 16;
  case ElementKind::F32:
    return 32;
  }
  llvm_unreachable("unknown element kind");
}

bool sdq::isQuantized(ElementKind kind) { return bitWidth(kind) < 16; }

bool sdq::isInteger(ElementKind kind) {
  return kind == ElementKind::Int2 || kind == ElementKind::Int3 || kind == ElementKind::Int4 ||
         kind == ElementKind::Int8;
}

float sdq::maxMagnitude(ElementKind kind) {
  switch (kind) {
  case ElementKind::Int2:
    return 1.0f;
  case ElementKind::Int3:
    return 3.0f;
  case ElementKind::Int4:
    return 7.0f;
  case ElementKind::Int8:
    return 127.0f;
  case ElementKind::E2M1:
    return 6.0f;
  case ElementKind::E4M3:
    return 448.0f;
  case ElementKind::E5M2:
    return 57344.0f;
  case ElementKind::F16:
    return 65504.0f;
  case ElementKind::BF16:
    return 0x1.FEp127f;
  case ElementKind::F32:
    return 0x1.FFFFFEp127f;
  }
  llvm_unreachable("unknown element kind");
}

llvm::StringRef sdq::name(ElementKind kind) {
  switch (kind) {
  case ElementKind::Int2:
    return "i2";
  case ElementKind::Int3:
    return "i3";
  case ElementKind::Int4:
    return "i4";
  case ElementKind::Int8:
    return "i8";
  case ElementKind::E2M1:
    return "f4E2M1FN";
  case ElementKind::E4M3:
    return "f8E4M3FN";
  case ElementKind::E5M2:
    return "f8E5M2";
  case ElementKind::F16:
    return "f16";
  case ElementKind::BF16:
    return "bf16";
  case ElementKind::F32:
    return "f32";
  }
  llvm_unreachable("unknown element kind");
}

unsigned sdq::bitWidth(ScaleKind kind) {
  switch (kind) {
  case ScaleKind::None:
    return 0;
  case ScaleKind::E4M3:
  case ScaleKind::U8:
  case ScaleKind::E8M0:
    return 8;
  case ScaleKind::F16:
    return 16;
  case ScaleKind::F32:
    return 32;
  }
  llvm_unreachable("unknown scale kind");
}

bool sdq::hasRowScale(ScaleKind kind) { return kind == ScaleKind::E4M3 || kind == ScaleKind::U8; }

llvm::StringRef sdq::name(ScaleKind kind) {
  switch (kind) {
  case ScaleKind::None:
    return "";
  case ScaleKind::E4M3:
    return "f8E4M3FN";
  case ScaleKind::U8:
    return "u8";
  case ScaleKind::E8M0:
    return "f8E8M0FNU";
  case ScaleKind::F16:
    return "f16";
  case ScaleKind::F32:
    return "f32";
  }
  llvm_unreachable("unknown scale kind");
}

std::optional<ScaleKind> sdq::scaleKindNamed(llvm::StringRef word) {
  for (ScaleKind kind : {ScaleKind::E4M3, ScaleKind::U8, ScaleKind::E8M0, ScaleKind::F16, ScaleKind::F32})
    if (name(kind) == word)
      return kind;
  return std::nullopt;
}

unsigned sdq::bitWidth(StorageType type) {
  switch (type) {
  case StorageType::I8:
    return 8;
  case StorageType::I16:
  case StorageType::F16:
    return 16;
  case StorageType::I32:
  case StorageType::F32:
    return 32;
  }
  llvm_unreachable("unknown storage type");
}

StorageType sdq::storageOf(ElementKind kind) {
  switch (kind) {
  case ElementKind::F16:
    return StorageType::F16;
  case ElementKind::BF16:
    return StorageType::I16;
  case ElementKind::F32:
    return StorageType::F32;
  default:
    return StorageType::I8;
  }
}

//===----------------------------------------------------------------------===//
// N:M
//===----------------------------------------------------------------------===//

unsigned NMFormat::maskBits() const {
  int64_t units = llvm::divideCeil(m, unit());
  return units <= 8 ? 8 : units <= 16 ? 16 : 32;
}

unsigned NMFormat::indexBits() const {
  uint64_t units = llvm::divideCeil(m, unit());
  return units <= 2 ? 1 : llvm::Log2_64_Ceil(units);
}

NMStorage NMFormat::storage() const {
  int64_t width = bitWidth(encoding.element);
  int64_t grid = m * width;
  int64_t mask = n * width + maskBits();
  int64_t indices = n * width + (n / unit()) * indexBits();
  if (grid <= mask && grid <= indices)
    return NMStorage::Grid;
  return mask <= indices ? NMStorage::Mask : NMStorage::Indices;
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

namespace {

int64_t streamBytes(int64_t codes, unsigned width) { return llvm::divideCeil(codes * width, 8); }

/// `slots` values a row, and their scales over a grid of `shape`.
void appendEncoded(std::vector<PartSpec> &parts, const Encoding &encoding, Shape shape, int64_t slots) {
  if (!isQuantized(encoding.element)) {
    parts.push_back({"values", PartKind::Values, storageOf(encoding.element), {shape.rows, slots}});
    return;
  }
  parts.push_back(
      {"values", PartKind::Values, StorageType::I8, {shape.rows, streamBytes(slots, bitWidth(encoding.element))}});
  StorageType scaleType = encoding.scale == ScaleKind::F16   ? StorageType::F16
                          : encoding.scale == ScaleKind::F32 ? StorageType::F32
                                                             : StorageType::I8;
  int64_t vectors = llvm::divideCeil(shape.columns, encoding.vector);
  parts.push_back({"scales", PartKind::Scales, scaleType, {shape.rows, vectors}});
  if (hasRowScale(encoding.scale))
    parts.push_back({"row_scale", PartKind::Scales, StorageType::F32, {shape.rows}});
}

std::vector<PartSpec> partsOfLeaf(const DenseFormat &format, Shape shape) {
  std::vector<PartSpec> parts;
  Shape stored = format.transposed ? Shape{shape.columns, shape.rows} : shape;
  appendEncoded(parts, format.encoding, stored, stored.columns);
  return parts;
}

std::vector<PartSpec> partsOfLeaf(const NMFormat &format, Shape shape) {
  std::vector<PartSpec> parts;
  int64_t slots = format.slots(shape.columns);
  appendEncoded(parts, format.encoding, shape, slots);
  if (format.storage() == NMStorage::Mask) {
    StorageType type = format.maskBits() == 8    ? StorageType::I8
                       : format.maskBits() == 16 ? StorageType::I16
                                                 : StorageType::I32;
    parts.push_back({"mask", PartKind::Metadata, type, {shape.rows, format.blocks(shape.columns)}});
  } else if (format.storage() == NMStorage::Indices) {
    int64_t bytes = streamBytes(slots / format.unit(), format.indexBits());
    parts.push_back({"indices", PartKind::Metadata, StorageType::I8, {shape.rows, bytes}});
  }
  return parts;
}

std::vector<PartSpec> partsOfLeaf(const LUTFormat &format, Shape shape) {
  return {{"codes", PartKind::Values, StorageType::I8, {shape.rows, streamBytes(shape.columns, format.bits)}},
          {"tables", PartKind::Tables, storageOf(format.table), {shape.rows, int64_t(1) << format.bits}}};
}

std::vector<PartSpec> partsOfLeaf(const CSRFormat &format, Shape shape) {
  StorageType columnType = shape.columns <= 65536 ? StorageType::I16 : StorageType::I32;
  return {{"row_offsets", PartKind::Metadata, StorageType::I32, {shape.rows + 1}},
          {"columns", PartKind::Metadata, columnType, {kDynamicExtent}},
          {"values", PartKind::Values, storageOf(format.values), {kDynamicExtent}}};
}

std::vector<PartSpec> partsOfLeaf(const SumFormat &format, Shape shape) {
  std::vector<PartSpec> parts;
  for (auto [index, term] : llvm::enumerate(format.terms))
    for (PartSpec &part : partsOf(term, shape)) {
      part.name = std::to_string(index) + "." + part.name;
      parts.push_back(std::move(part));
    }
  return parts;
}

} // namespace

std::vector<PartSpec> sdq::partsOf(const Format &format, Shape shape) {
  return std::visit([&](const auto &leaf) { return partsOfLeaf(leaf, shape); }, format.variant());
}
