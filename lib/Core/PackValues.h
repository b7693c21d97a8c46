//===- PackValues.h - What the encoders share -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_PACKVALUES_H
#define SDQ_LIB_CORE_PACKVALUES_H

#include "sdq/Core/Pack.h"

namespace sdq::detail {

template <typename... Args>
llvm::Error packError(const char *message, Args... args) {
  return llvm::createStringError(std::errc::invalid_argument, message, args...);
}

/// pack_c1, and that the row has C values.
llvm::Error checkRow(Shape shape, int64_t row, llvm::ArrayRef<float> values);

/// One scale a vector, finite and not negative.
llvm::Error checkScales(const Encoding &encoding, Shape shape, int64_t row, llvm::ArrayRef<float> scales);

/// Stores the row's scales (absmax of `values` where `scales` is null) and returns the code of each value.
std::vector<uint8_t> storeScalesAndQuantize(const Encoding &encoding, MutableParts parts, int64_t row,
                                            llvm::ArrayRef<float> values, const RoundedScales *scales);

/// Stores the row's values, one per slot, rounded to a float element.
void storeFloats(ElementKind element, Part &part, int64_t row, llvm::ArrayRef<float> values);

/// Allocates, stores row by row.
template <typename FormatT>
llvm::Expected<StoredWeight> packRows(const FormatT &format, Shape shape, llvm::ArrayRef<float> values,
                                      llvm::ArrayRef<float> scales) {
  if (int64_t(values.size()) != shape.rows * shape.columns)
    return packError("pack: expected %lld values for %lld x %lld, got %zu", (long long)(shape.rows * shape.columns),
                     (long long)shape.rows, (long long)shape.columns, values.size());
  int64_t vectors = shape.rows == 0 ? 0 : scales.size() / shape.rows;
  StoredWeight weight = StoredWeight::allocate(format, shape);
  for (int64_t row = 0; row < shape.rows; ++row) {
    llvm::ArrayRef<float> scalesOfRow = scales.slice(row * vectors, vectors);
    RoundedScales rounded;
    if (!scales.empty()) {
      if (llvm::Error error = checkScales(format.encoding, shape, row, scalesOfRow))
        return error;
      rounded = roundScales(format.encoding, scalesOfRow);
    }
    if (llvm::Error error = storeRow(format, shape, weight.parts, row, values.slice(row * shape.columns, shape.columns),
                                     scales.empty() ? nullptr : &rounded))
      return error;
  }
  return weight;
}

} // namespace sdq::detail

#endif // SDQ_LIB_CORE_PACKVALUES_H
