//===- Mma.cpp - What a warp's matrix multiply computes -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Mma.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace sdq::simulator;

namespace {

constexpr unsigned kColumns = 8, kMaxRows = 16, kMaxK = 128;

/// Operands as matrices. `Number` is what products are summed in.
template <typename Number>
struct Matrices {
  unsigned rows, storedK, k;
  Number a[kMaxRows][kMaxK], b[kMaxK][kColumns];
  /// The logical k of a stored element of A.
  uint8_t position[kMaxRows][kMaxK];
  /// Sum of products.
  Number product[kMaxRows][kColumns];
};

int32_t decodeAs(int32_t, NumberKind kind, uint32_t code) { return decodeInteger(kind, code); }
double decodeAs(double, NumberKind kind, uint32_t code) { return decode(kind, code); }

template <typename Number>
void unpack(const MmaShape &shape, llvm::ArrayRef<WarpRegister> a, llvm::ArrayRef<WarpRegister> b,
            Matrices<Number> &matrices) {
  matrices.rows = shape.m;
  matrices.storedK = shape.storedK();
  matrices.k = shape.k;
  unsigned bits = bitsOf(shape.a), perRegister = shape.elementsPerRegister();
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    for (unsigned reg = 0; reg < a.size(); ++reg) {
      Cell first = cellOfA(shape, lane, reg, 0);
      for (unsigned e = 0; e < perRegister; ++e)
        matrices.a[first.row][first.column + e] = decodeAs(Number(), shape.a, a[reg][lane] >> (e * bits));
    }
    for (unsigned reg = 0; reg < b.size(); ++reg) {
      Cell first = cellOfB(shape, lane, reg, 0);
      for (unsigned e = 0; e < perRegister; ++e)
        matrices.b[first.row + e][first.column] = decodeAs(Number(), shape.b, b[reg][lane] >> (e * bits));
    }
  }
}

/// Without metadata, each element is where it is stored.
template <typename Number>
void placeDense(Matrices<Number> &matrices) {
  for (unsigned row = 0; row < matrices.rows; ++row)
    for (unsigned k = 0; k < matrices.k; ++k)
      matrices.position[row][k] = k;
}

template <typename Number>
llvm::SmallVector<IllegalCode, 0> placeSparse(const MmaShape &shape, const Metadata &metadata,
                                              Matrices<Number> &matrices) {
  llvm::SmallVector<IllegalCode, 0> illegal;
  unsigned width = elementsPerIndex(shape);
  uint32_t lanes = metadataLanes(shape, metadata.selector);
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (!(lanes >> lane & 1))
      continue;
    for (unsigned index = 0; index < kCodesPerRegister; ++index) {
      uint32_t code = metadata.codes[lane] >> (4 * index) & 0xF;
      Cell group = groupOfCode(shape, lane, index);
      if (!isLegalCode(code, metadata.ordered))
        illegal.push_back({lane, index, code, group});
      uint8_t *position = &matrices.position[group.row][group.column / 2];
      for (unsigned element = 0; element < width; ++element) {
        position[element] = group.column + width * (code & 3) + element;
        position[width + element] = group.column + width * (code >> 2) + element;
      }
    }
  }
  return illegal;
}

template <typename Number>
void multiply(Matrices<Number> &matrices) {
  for (unsigned row = 0; row < matrices.rows; ++row) {
    Number sum[kColumns] = {};
    for (unsigned k = 0; k < matrices.storedK; ++k) {
      Number factor = matrices.a[row][k];
      const Number *b = matrices.b[matrices.position[row][k]];
      for (unsigned column = 0; column < kColumns; ++column)
        sum[column] += factor * b[column];
    }
    std::copy_n(sum, kColumns, matrices.product[row]);
  }
}

/// Multiplies A and B by their scales: every product with a code's value and a scale is exact in f64.
void applyScales(const MmaShape &shape, const BlockScales &scales, Matrices<double> &matrices) {
  unsigned span = shape.k / scales.vector.count;
  auto scaleOf = [&](const WarpRegister &codes, unsigned lane, unsigned byteId, unsigned k) {
    return double(decode(scales.vector.kind, codes[lane] >> (8 * (byteId + k / span))));
  };
  for (unsigned row = 0; row < shape.m; ++row)
    for (unsigned k = 0; k < matrices.storedK; ++k)
      matrices.a[row][k] *=
          scaleOf(scales.a, laneOfScaleA(row, scales.selectA), scales.selectA.byteId, matrices.position[row][k]);
  for (unsigned k = 0; k < shape.k; ++k)
    for (unsigned column = 0; column < kColumns; ++column)
      matrices.b[k][column] *= scaleOf(scales.b, laneOfScaleB(column, scales.selectB), scales.selectB.byteId, k);
}

uint32_t accumulate(const MmaShape &shape, uint32_t c, int32_t product, IntegerOverflow overflow) {
  int64_t sum = int64_t(int32_t(c)) + product;
  if (overflow == IntegerOverflow::Saturate)
    sum = std::clamp<int64_t>(sum, INT32_MIN, INT32_MAX);
  return uint32_t(sum);
}

uint32_t accumulate(const MmaShape &shape, uint32_t c, double product, IntegerOverflow) {
  return encode(shape.accumulator, decode(shape.accumulator, c) + product);
}

template <typename Number>
llvm::SmallVector<IllegalCode, 0> run(const MmaShape &shape, llvm::ArrayRef<WarpRegister> a,
                                      llvm::ArrayRef<WarpRegister> b, llvm::ArrayRef<WarpRegister> c,
                                      const Metadata *metadata, llvm::MutableArrayRef<WarpRegister> d,
                                      IntegerOverflow overflow, const BlockScales *scales) {
  assert(a.size() == shape.registersOfA() && b.size() == shape.registersOfB() && c.size() == shape.registersOfC() &&
         d.size() == c.size());
  Matrices<Number> matrices;
  unpack(shape, a, b, matrices);
  llvm::SmallVector<IllegalCode, 0> illegal;
  if (metadata)
    illegal = placeSparse(shape, *metadata, matrices);
  else
    placeDense(matrices);
  if constexpr (std::is_same_v<Number, double>)
    if (scales)
      applyScales(shape, *scales, matrices);
  multiply(matrices);
  unsigned values = shape.valuesPerAccumulator(), bits = 32 / values;
  uint32_t mask = uint32_t((uint64_t(1) << bits) - 1);
  for (unsigned reg = 0; reg < c.size(); ++reg)
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      uint32_t packed = 0;
      for (unsigned e = 0; e < values; ++e) {
        Cell cell = cellOfC(shape, lane, reg, e);
        uint32_t old = c[reg][lane] >> (e * bits) & mask;
        packed |= accumulate(shape, old, matrices.product[cell.row][cell.column], overflow) << (e * bits);
      }
      d[reg][lane] = packed;
    }
  return illegal;
}

} // namespace

void sdq::simulator::mma(const MmaShape &shape, llvm::ArrayRef<WarpRegister> a, llvm::ArrayRef<WarpRegister> b,
                         llvm::ArrayRef<WarpRegister> c, llvm::MutableArrayRef<WarpRegister> d,
                         IntegerOverflow overflow, const BlockScales *scales) {
  assert(!shape.sparse);
  if (isInteger(shape.a))
    run<int32_t>(shape, a, b, c, nullptr, d, overflow, scales);
  else
    run<double>(shape, a, b, c, nullptr, d, overflow, scales);
}

llvm::SmallVector<IllegalCode, 0> sdq::simulator::mmaSparse(const MmaShape &shape, llvm::ArrayRef<WarpRegister> a,
                                                            llvm::ArrayRef<WarpRegister> b,
                                                            llvm::ArrayRef<WarpRegister> c, const Metadata &metadata,
                                                            llvm::MutableArrayRef<WarpRegister> d,
                                                            IntegerOverflow overflow, const BlockScales *scales) {
  assert(shape.sparse && metadata.selector < definedSelectors(shape));
  if (isInteger(shape.a))
    return run<int32_t>(shape, a, b, c, &metadata, d, overflow, scales);
  return run<double>(shape, a, b, c, &metadata, d, overflow, scales);
}

double sdq::simulator::hardwareBound(const MmaShape &shape, double magnitude, double result) {
  if (isInteger(shape.a))
    return 0;
  int fraction = bitsOf(shape.a) == 8 ? 13 : 23;
  double rounding = shape.accumulator == NumberKind::F16 ? 0x1p-10 : 0x1p-24;
  return std::ldexp(1.5 * shape.k * magnitude, -fraction) + rounding * std::fabs(result);
}
