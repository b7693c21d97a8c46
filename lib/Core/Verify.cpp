//===- Verify.cpp - Is a stored weight what its format says? --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/Verify.h"

#include "sdq/Core/BitStream.h"
#include "sdq/Core/BufferBackend.h"
#include "sdq/Core/Codec.h"
#include "sdq/Core/StoredWeight.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>

using namespace sdq;
using llvm::Error;

namespace {

template <typename... Args>
Error fail(const char *format, Args &&...args) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Args>(args)...).str());
}

std::string spell(llvm::ArrayRef<int64_t> shape) {
  return llvm::join(llvm::map_range(shape, [](int64_t n) { return n < 0 ? "?" : std::to_string(n); }), "x");
}

llvm::StringRef spell(StorageType type) {
  switch (type) {
  case StorageType::I8:
    return "i8";
  case StorageType::I16:
    return "i16";
  case StorageType::I32:
    return "i32";
  case StorageType::F16:
    return "f16";
  case StorageType::F32:
    return "f32";
  }
  __builtin_unreachable();
}

/// stored_c1 for one part.
Error verifyPart(const PartSpec &expected, const PartView &part) {
  const PartSpec &got = part.spec;
  if (got.name != expected.name)
    return fail("stored_c1: expected part '{0}', got '{1}'", expected.name, got.name);
  if (got.type != expected.type)
    return fail("stored_c1: part '{0}': expected type {1}, got {2}", got.name, spell(expected.type), spell(got.type));
  bool sameShape =
      got.shape.size() == expected.shape.size() && llvm::all_of(llvm::zip(expected.shape, got.shape), [](auto pair) {
        auto [want, have] = pair;
        return want == kDynamicExtent ? have >= 1 : want == have;
      });
  if (!sameShape)
    return fail("stored_c1: part '{0}': expected shape {1}, got {2}", got.name, spell(expected.shape),
                spell(got.shape));
  if (int64_t(part.data.size()) != byteSize(got))
    return fail("stored_c1: part '{0}': expected {1} bytes, got {2}", got.name, byteSize(got), part.data.size());
  return Error::success();
}

/// The bits of `kind` that are all ones in infinities and NaNs, and in nothing else.
uint32_t specialBits(ElementKind kind) {
  switch (kind) {
  case ElementKind::E4M3:
    return 0x7F;
  case ElementKind::E5M2:
    return 0x7C;
  case ElementKind::F16:
    return 0x7C00;
  case ElementKind::BF16:
    return 0x7F80;
  case ElementKind::F32:
    return 0x7F800000;
  default:
    llvm_unreachable("every code is finite");
  }
}

/// stored_c2 over the codes of a float part, each a T.
template <typename T>
Error verifyFiniteAs(ElementKind kind, const PartView &part, bool notNegative) {
  const T special = T(specialBits(kind)), sign = T(T(1) << (8 * sizeof(T) - 1));
  llvm::ArrayRef<T> codes = elementsOf<T>(part);
  auto wrong = [=](T code) { return (code & special) == special || (notNegative && code > sign); };
  const T *found = llvm::find_if(codes, wrong);
  if (found == codes.end())
    return Error::success();
  return fail("stored_c2: part '{0}', element {1}: expected a finite value{2}, got {3}", part.spec.name,
              found - codes.begin(), notNegative ? " >= 0" : "", decode(kind, *found));
}

} // namespace

Error sdq::verifyFinite(ElementKind kind, const PartView &part, bool notNegative) {
  switch (bitWidth(kind)) {
  case 8:
    return verifyFiniteAs<uint8_t>(kind, part, notNegative);
  case 16:
    return verifyFiniteAs<uint16_t>(kind, part, notNegative);
  default:
    return verifyFiniteAs<uint32_t>(kind, part, notNegative);
  }
}

Error sdq::verifyScales(ScaleKind kind, llvm::ArrayRef<PartView> parts) {
  switch (kind) {
  case ScaleKind::F16:
    return verifyFinite(ElementKind::F16, parts[0], true);
  case ScaleKind::E8M0: {
    llvm::ArrayRef<uint8_t> codes = elementsOf<uint8_t>(parts[0]);
    const uint8_t *found = llvm::find_if(codes, [](uint8_t code) { return code == 0 || code == 255; });
    if (found == codes.end())
      return Error::success();
    return fail("stored_c2: part '{0}', element {1}: expected an e8m0 code from 1 to 254, got {2}", parts[0].spec.name,
                found - codes.begin(), int(*found));
  }
  case ScaleKind::E4M3:
    if (Error error = verifyFinite(ElementKind::E4M3, parts[0], true))
      return error;
    [[fallthrough]];
  case ScaleKind::U8:
    return verifyFinite(ElementKind::F32, parts[1], true);
  default:
    return verifyFinite(ElementKind::F32, parts[0], true);
  }
}

namespace {

Error verifyEncoded(const Encoding &encoding, llvm::ArrayRef<PartView> parts) {
  if (!isQuantized(encoding.element))
    return verifyFinite(encoding.element, parts[0]);
  if (encoding.element == ElementKind::E4M3 || encoding.element == ElementKind::E5M2)
    if (Error error = verifyFinite(encoding.element, parts[0]))
      return error;
  return verifyScales(encoding.scale, parts.drop_front());
}

Error verifyLeaf(const DenseFormat &format, Shape, llvm::ArrayRef<PartView> parts) {
  return verifyEncoded(format.encoding, parts);
}

/// The stored units of one row, block after block: stored_c3 and stored_c4.
Error readUnits(const NMFormat &format, Shape shape, const PartView &metadata, int64_t row,
                std::vector<uint8_t> &stored) {
  int64_t wanted = format.n / format.unit(), units = (format.m + format.unit() - 1) / format.unit();
  if (format.storage() == NMStorage::Indices) {
    stored.resize(format.blocks(shape.columns) * wanted);
    unpackBits(rowOf<uint8_t>(metadata, row), format.indexBits(), stored);
    for (auto [i, index] : llvm::enumerate(stored)) {
      if (index >= units)
        return fail("stored_c4: part '{0}', row {1}, block {2}: expected an index below {3}, got {4}",
                    metadata.spec.name, row, i / wanted, units, int(index));
      if (i % wanted && index <= stored[i - 1])
        return fail("stored_c4: part '{0}', row {1}, block {2}: expected an index above {3}, got {4}",
                    metadata.spec.name, row, i / wanted, int(stored[i - 1]), int(index));
    }
    return Error::success();
  }
  stored.clear();
  for (int64_t block = 0; block < format.blocks(shape.columns); ++block) {
    uint32_t mask = format.maskBits() == 8    ? rowOf<uint8_t>(metadata, row)[block]
                    : format.maskBits() == 16 ? rowOf<uint16_t>(metadata, row)[block]
                                              : rowOf<uint32_t>(metadata, row)[block];
    if (llvm::popcount(mask) != wanted || (uint64_t(mask) >> units) != 0)
      return fail("stored_c3: part '{0}', row {1}, block {2}: expected {3} of the low {4} bits set, got mask {5:x}",
                  metadata.spec.name, row, block, wanted, units, mask);
    for (; mask; mask &= mask - 1)
      stored.push_back(uint8_t(llvm::countr_zero(mask)));
  }
  return Error::success();
}

/// The bits of slot `slot` of `row`, whatever the element.
uint32_t slotBits(const NMFormat &format, const PartView &values, int64_t row, int64_t slot) {
  BufferBackend backend;
  return loadCode(backend, BufferPart(values), row, slot, bitWidth(format.encoding.element), values.spec.shape.back());
}

Error verifyLeaf(const NMFormat &format, Shape shape, llvm::ArrayRef<PartView> parts) {
  if (Error error = verifyEncoded(format.encoding, parts))
    return error;
  if (format.storage() == NMStorage::Grid || shape.columns == 0)
    return Error::success();
  int64_t unit = format.unit(), wanted = format.n / unit, lastBlock = format.blocks(shape.columns) - 1;
  std::vector<uint8_t> stored;
  for (int64_t row = 0; row < shape.rows; ++row) {
    if (Error error = readUnits(format, shape, parts.back(), row, stored))
      return error;
    for (int64_t i = 0; i < wanted * unit; ++i) {
      int64_t slot = lastBlock * format.n + i;
      int64_t column = lastBlock * format.m + stored[slot / unit] * unit + i % unit;
      if (column >= shape.columns && slotBits(format, parts[0], row, slot) != 0)
        return fail("stored_c5: part '{0}', row {1}: slot {2} lies past the last column: expected 0, got {3:x}",
                    parts[0].spec.name, row, slot, slotBits(format, parts[0], row, slot));
    }
  }
  return Error::success();
}

Error verifyLeaf(const LUTFormat &format, Shape, llvm::ArrayRef<PartView> parts) {
  return verifyFinite(format.table, parts[1]);
}

Error verifyLeaf(const CSRFormat &format, Shape shape, llvm::ArrayRef<PartView> parts) {
  int64_t extent = parts[1].spec.shape[0];
  if (parts[2].spec.shape[0] != extent)
    return fail("stored_c1: part '{0}': expected shape {1}, as '{2}' has, got {3}", parts[2].spec.name, extent,
                parts[1].spec.name, parts[2].spec.shape[0]);
  auto offsets = elementsOf<int32_t>(parts[0]);
  if (offsets[0] != 0)
    return fail("stored_c6: part '{0}': expected the first offset to be 0, got {1}", parts[0].spec.name, offsets[0]);
  for (int64_t row = 0; row < shape.rows; ++row)
    if (offsets[row + 1] < offsets[row])
      return fail("stored_c6: part '{0}', row {1}: expected an end not below {2}, got {3}", parts[0].spec.name, row,
                  offsets[row], offsets[row + 1]);
  int64_t entries = offsets[shape.rows];
  if (extent != std::max<int64_t>(entries, 1))
    return fail("stored_c6: part '{0}': expected the last offset to be the number of entries {1}, got {2}",
                parts[0].spec.name, extent, entries);
  auto columnOf = [&](int64_t i) -> int64_t {
    return parts[1].spec.type == StorageType::I16 ? elementsOf<uint16_t>(parts[1])[i]
                                                  : elementsOf<uint32_t>(parts[1])[i];
  };
  for (int64_t row = 0; row < shape.rows; ++row)
    for (int64_t i = offsets[row]; i < offsets[row + 1]; ++i) {
      if (columnOf(i) >= shape.columns)
        return fail("stored_c7: part '{0}', row {1}, entry {2}: expected a column below {3}, got {4}",
                    parts[1].spec.name, row, i, shape.columns, columnOf(i));
      if (i > offsets[row] && columnOf(i) <= columnOf(i - 1))
        return fail("stored_c7: part '{0}', row {1}, entry {2}: expected a column above {3}, got {4}",
                    parts[1].spec.name, row, i, columnOf(i - 1), columnOf(i));
    }
  return verifyFinite(format.values, parts[2]);
}

Error verifyTerm(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts);

Error verifyLeaf(const SumFormat &format, Shape shape, llvm::ArrayRef<PartView> parts) {
  for (const Format &term : format.terms) {
    size_t count = partsOf(term, shape).size();
    if (Error error = verifyTerm(term, shape, parts.take_front(count)))
      return error;
    parts = parts.drop_front(count);
  }
  return Error::success();
}

Error verifyTerm(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts) {
  return std::visit([&](const auto &leaf) { return verifyLeaf(leaf, shape, parts); }, format.variant());
}

} // namespace

Error sdq::verifyParts(llvm::ArrayRef<PartSpec> expected, llvm::ArrayRef<PartView> parts) {
  if (parts.size() != expected.size())
    return fail("stored_c1: expected {0} parts, got {1}", expected.size(), parts.size());
  for (auto [spec, part] : llvm::zip(expected, parts))
    if (Error error = verifyPart(spec, part))
      return error;
  return Error::success();
}

Error sdq::verifyStored(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts) {
  if (Error error = verifyParts(partsOf(format, shape), parts))
    return error;
  return verifyTerm(format, shape, parts);
}
