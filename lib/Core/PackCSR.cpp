//===- PackCSR.cpp - Sparse entries to stored parts -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackValues.h"
#include "sdq/Core/Codec.h"

#include <cmath>
#include <limits>
#include <tuple>

using namespace sdq;
using namespace sdq::detail;

static llvm::Error checkEntries(Shape shape, llvm::ArrayRef<SparseEntry> entries) {
  if (entries.size() > size_t(std::numeric_limits<int32_t>::max()))
    return packError("pack_c4: expected fewer than 2^31 entries, got %zu", entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const SparseEntry &entry = entries[i];
    if (entry.row < 0 || entry.row >= shape.rows || entry.column < 0 || entry.column >= shape.columns)
      return packError("pack_c4: entry %zu: expected a place inside %lld x %lld, got (%lld, %lld)", i,
                       (long long)shape.rows, (long long)shape.columns, (long long)entry.row, (long long)entry.column);
    if (i && std::tie(entry.row, entry.column) <= std::tie(entries[i - 1].row, entries[i - 1].column))
      return packError("pack_c4: entry %zu: expected a place after (%lld, %lld), got (%lld, %lld)", i,
                       (long long)entries[i - 1].row, (long long)entries[i - 1].column, (long long)entry.row,
                       (long long)entry.column);
    if (!std::isfinite(entry.value))
      return packError("pack_c1: row %lld, column %lld: expected a finite value, got %g", (long long)entry.row,
                       (long long)entry.column, double(entry.value));
  }
  return llvm::Error::success();
}

llvm::Expected<StoredWeight> sdq::pack(const CSRFormat &format, Shape shape, llvm::ArrayRef<SparseEntry> entries) {
  if (llvm::Error error = checkEntries(shape, entries))
    return error;
  StoredWeight weight = StoredWeight::allocate(format, shape, entries.size());
  auto offsets = weight.parts[0].elements<int32_t>();
  std::vector<float> values;
  values.reserve(entries.size());
  auto storeColumns = [&](auto columns) {
    for (const SparseEntry &entry : entries) {
      columns[values.size()] = entry.column;
      values.push_back(entry.value);
      ++offsets[entry.row + 1];
    }
  };
  if (weight.parts[1].spec.type == StorageType::I16)
    storeColumns(weight.parts[1].elements<uint16_t>());
  else
    storeColumns(weight.parts[1].elements<uint32_t>());
  for (int64_t row = 0; row < shape.rows; ++row)
    offsets[row + 1] += offsets[row];
  storeFloats(format.values, weight.parts[2], 0, values);
  return weight;
}

std::vector<SparseEntry> sdq::entriesOf(const CSRFormat &format, Shape shape, llvm::ArrayRef<PartView> parts) {
  auto offsets = elementsOf<int32_t>(parts[0]);
  std::vector<float> values(offsets[shape.rows]);
  widen(format.values, parts[2].data.data(), values);
  std::vector<SparseEntry> entries;
  entries.reserve(values.size());
  for (int64_t row = 0; row < shape.rows; ++row)
    for (int32_t e = offsets[row]; e < offsets[row + 1]; ++e) {
      int64_t column = parts[1].spec.type == StorageType::I16 ? int64_t(elementsOf<uint16_t>(parts[1])[e])
                                                              : int64_t(elementsOf<uint32_t>(parts[1])[e]);
      entries.push_back({row, column, values[e]});
    }
  return entries;
}
