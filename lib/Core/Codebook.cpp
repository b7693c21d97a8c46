//===- Codebook.cpp - Tables of values and codes into them ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/Codebook.h"

#include "sdq/Core/Codec.h"

#include "llvm/ADT/SmallVector.h"

#include <cassert>
#include <cmath>

using namespace sdq;

Codebook sdq::fitCodebook(const LUTFormat &format, llvm::ArrayRef<float> values, llvm::ArrayRef<float> weights,
                          KMeans &solver) {
  size_t entries = size_t(1) << format.bits;
  Codebook codebook;
  codebook.table.reserve(entries);
  for (double centroid : solver.solve(values, weights, unsigned(entries)))
    codebook.table.push_back(roundTo(format.table, float(centroid)));
  codebook.table.resize(entries, codebook.table.back());
  codebook.codes.resize(values.size());
  assignNearest(codebook.table, values, codebook.codes);
  return codebook;
}

void sdq::assignNearest(llvm::ArrayRef<float> table, llvm::ArrayRef<float> values,
                        llvm::MutableArrayRef<uint8_t> codes) {
  assert(!table.empty() && table.size() <= 256 && codes.size() == values.size());
  // Code c holds up to the middle between entries c and c + 1. Among equal entries the first is taken. Middles are
  // exact in f64; padding to a power of two makes the search free of branches.
  llvm::SmallVector<double, 256> middles;
  size_t distinct = 0;
  for (size_t c = 0; c + 1 < table.size(); ++c) {
    middles.push_back((double(table[c]) + double(table[c + 1])) / 2);
    if (table[c + 1] != table[c])
      distinct = c + 1;
  }
  middles.truncate(distinct);
  size_t span = 1;
  while (span <= distinct)
    span *= 2;
  middles.resize(span, INFINITY);
  for (size_t i = 0; i < values.size(); ++i) {
    double value = values[i];
    size_t code = 0;
    for (size_t step = span / 2; step; step /= 2)
      code += value > middles[code + step - 1] ? step : 0;
    codes[i] = uint8_t(code);
  }
}

Residual sdq::shareResidual(llvm::ArrayRef<float> table, ElementKind kind, float value) {
  uint8_t nearest;
  assignNearest(table, value, nearest);
  auto shareWith = [&](size_t code) {
    float rest = roundTo(kind, value - table[code]);
    return Residual{uint8_t(code), rest, table[code] + rest == value};
  };
  Residual best = shareWith(nearest);
  for (size_t code = 0; code < table.size() && !best.exact; ++code) {
    Residual other = shareWith(code);
    if (other.exact || std::fabs(table[code] + other.rest - value) < std::fabs(table[best.code] + best.rest - value))
      best = other;
  }
  return best;
}
