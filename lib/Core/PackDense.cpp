//===- PackDense.cpp - Dense values to stored parts -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackValues.h"
#include "sdq/Core/BitStream.h"
#include "sdq/Core/Codec.h"
#include "sdq/Core/VectorQuantization.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace sdq;
using namespace sdq::detail;

llvm::Error detail::checkRow(Shape shape, int64_t row, llvm::ArrayRef<float> values) {
  if (int64_t(values.size()) != shape.columns)
    return packError("pack: row %lld: expected %lld values, got %zu", (long long)row, (long long)shape.columns,
                     values.size());
  for (size_t c = 0; c < values.size(); ++c)
    if (!std::isfinite(values[c]))
      return packError("pack_c1: row %lld, column %zu: expected a finite value, got %g", (long long)row, c,
                       double(values[c]));
  return llvm::Error::success();
}

llvm::Error detail::checkScales(const Encoding &encoding, Shape shape, int64_t row, llvm::ArrayRef<float> scales) {
  size_t vectors = isQuantized(encoding.element) ? llvm::divideCeil(shape.columns, encoding.vector) : 0;
  if (scales.size() != vectors)
    return packError("pack: row %lld: expected %zu scales, got %zu", (long long)row, vectors, scales.size());
  for (size_t v = 0; v < vectors; ++v)
    if (!std::isfinite(scales[v]) || scales[v] < 0)
      return packError("pack_c1: row %lld, vector %zu: expected a finite scale >= 0, got %g", (long long)row, v,
                       double(scales[v]));
  return llvm::Error::success();
}

std::vector<uint8_t> detail::storeScalesAndQuantize(const Encoding &encoding, MutableParts parts, int64_t row,
                                                    llvm::ArrayRef<float> values, const RoundedScales *scales) {
  RoundedScales rounded = scales ? *scales : roundScales(encoding, absmaxScales(encoding, values));
  auto storeAs = [&](auto element) {
    auto stored = parts[1].row<decltype(element)>(row);
    std::copy(rounded.codes.begin(), rounded.codes.end(), stored.begin());
  };
  switch (bitWidth(encoding.scale)) {
  case 8:
    storeAs(uint8_t());
    if (hasRowScale(encoding.scale))
      parts[2].row<float>(row)[0] = rounded.rowScale;
    break;
  case 16:
    storeAs(uint16_t());
    break;
  default:
    storeAs(uint32_t());
  }
  std::vector<uint8_t> codes(values.size());
  quantize(encoding, values, rounded.values, codes);
  return codes;
}

void detail::storeFloats(ElementKind element, Part &part, int64_t row, llvm::ArrayRef<float> values) {
  int64_t bytes = bitWidth(element) / 8;
  narrow(element, values, part.data.data() + row * part.spec.shape.back() * bytes);
}

llvm::Error sdq::storeRow(const DenseFormat &format, Shape shape, MutableParts parts, int64_t row,
                          llvm::ArrayRef<float> values, const RoundedScales *scales) {
  const Encoding &encoding = format.encoding;
  if (llvm::Error error = checkRow(shape, row, values))
    return error;
  if (isQuantized(encoding.element)) {
    std::vector<uint8_t> codes = storeScalesAndQuantize(encoding, parts, row, values, scales);
    packBits(codes, bitWidth(encoding.element), parts[0].row<uint8_t>(row));
  } else if (!format.transposed) {
    storeFloats(encoding.element, parts[0], row, values);
  } else {
    int64_t bytes = bitWidth(encoding.element) / 8;
    for (int64_t c = 0; c < shape.columns; ++c)
      narrow(encoding.element, values[c], parts[0].data.data() + (c * shape.rows + row) * bytes);
  }
  return llvm::Error::success();
}

llvm::Expected<StoredWeight> sdq::pack(const DenseFormat &format, Shape shape, llvm::ArrayRef<float> values,
                                       llvm::ArrayRef<float> scales) {
  return packRows(format, shape, values, scales);
}
