//===- PackLUT.cpp - Codebooks to stored parts ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackValues.h"
#include "sdq/Core/BitStream.h"

#include <cmath>

using namespace sdq;
using namespace sdq::detail;

llvm::Error sdq::storeRow(const LUTFormat &format, Shape shape, MutableParts parts, int64_t row,
                          llvm::ArrayRef<uint8_t> codes, llvm::ArrayRef<float> table) {
  size_t entries = size_t(1) << format.bits;
  if (int64_t(codes.size()) != shape.columns)
    return packError("pack: row %lld: expected %lld codes, got %zu", (long long)row, (long long)shape.columns,
                     codes.size());
  if (table.size() != entries)
    return packError("pack_c3: row %lld: expected a table of %zu values, got %zu", (long long)row, entries,
                     table.size());
  for (size_t c = 0; c < codes.size(); ++c)
    if (codes[c] >= entries)
      return packError("pack_c3: row %lld, column %zu: expected a code below %zu, got %u", (long long)row, c, entries,
                       unsigned(codes[c]));
  for (size_t i = 0; i < entries; ++i)
    if (!std::isfinite(table[i]))
      return packError("pack_c1: row %lld, table entry %zu: expected a finite value, got %g", (long long)row, i,
                       double(table[i]));
  packBits(codes, format.bits, parts[0].row<uint8_t>(row));
  storeFloats(format.table, parts[1], row, table);
  return llvm::Error::success();
}

llvm::Expected<StoredWeight> sdq::pack(const LUTFormat &format, Shape shape, llvm::ArrayRef<uint8_t> codes,
                                       llvm::ArrayRef<float> tables) {
  size_t entries = size_t(1) << format.bits;
  if (int64_t(codes.size()) != shape.rows * shape.columns || tables.size() != shape.rows * entries)
    return packError("pack: expected %lld codes and %zu table values for %lld x %lld, got %zu and %zu",
                     (long long)(shape.rows * shape.columns), shape.rows * entries, (long long)shape.rows,
                     (long long)shape.columns, codes.size(), tables.size());
  StoredWeight weight = StoredWeight::allocate(format, shape);
  for (int64_t row = 0; row < shape.rows; ++row)
    if (llvm::Error error = storeRow(format, shape, weight.parts, row, codes.slice(row * shape.columns, shape.columns),
                                     tables.slice(row * entries, entries)))
      return error;
  return weight;
}
