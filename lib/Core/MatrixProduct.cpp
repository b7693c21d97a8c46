//===- MatrixProduct.cpp - Products of float matrices, fast anywhere ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tile of C, kRows rows by two vectors, stays in registers while `inner` runs over a chunk. A and B are copied so
// that a tile reads both in order: A as kRows values for each inner, B as two vectors. The copies are padded with
// zeros.
//
//===----------------------------------------------------------------------===//

#include "MatrixProduct.h"

#include "CPUVariants.h"

#include <algorithm>
#include <vector>

using namespace sdq;

namespace {

/// Inner elements of a chunk, and rows of A that are copied at a time: a copy of A of 256 KiB, a strip of B of 32 KiB.
constexpr int64_t kChunk = 256, kRowBlock = 256;

/// One instance for each width of vectors. Everything must be inlined into a function that may use such vectors.
template <int VectorBytes, int kRows>
struct Product {
  typedef float Vector __attribute__((vector_size(VectorBytes), aligned(4), may_alias));
  static constexpr int64_t lanes = VectorBytes / sizeof(float), strip = 2 * lanes;

  SDQ_INLINE static void tile(int64_t inner, const float *a, const float *b, float *c, int64_t stride, int64_t rows,
                              int64_t columns) {
    Vector sum[kRows][2] = {};
    for (int64_t k = 0; k < inner; ++k) {
      const Vector low = *reinterpret_cast<const Vector *>(b + k * strip);
      const Vector high = *reinterpret_cast<const Vector *>(b + k * strip + lanes);
#pragma clang loop unroll(full)
      for (int r = 0; r < kRows; ++r) {
        sum[r][0] += a[k * kRows + r] * low;
        sum[r][1] += a[k * kRows + r] * high;
      }
    }
    if (rows == kRows && columns == strip) {
#pragma clang loop unroll(full)
      for (int r = 0; r < kRows; ++r) {
        *reinterpret_cast<Vector *>(c + r * stride) -= sum[r][0];
        *reinterpret_cast<Vector *>(c + r * stride + lanes) -= sum[r][1];
      }
      return;
    }
    float spilled[kRows * strip];
#pragma clang loop unroll(full)
    for (int r = 0; r < kRows; ++r) {
      *reinterpret_cast<Vector *>(spilled + r * strip) = sum[r][0];
      *reinterpret_cast<Vector *>(spilled + r * strip + lanes) = sum[r][1];
    }
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t j = 0; j < columns; ++j)
        c[r * stride + j] -= spilled[r * strip + j];
  }

  /// `to` holds ⌈count / width⌉ panels of inner×width: panel p, inner k, place i is from(k, p·width + i).
  SDQ_INLINE static void copyPanels(const float *from, int64_t innerStride, int64_t stride, int64_t inner,
                                    int64_t count, int64_t width, float *to) {
    for (int64_t p = 0; p < count; p += width, to += inner * width) {
      int64_t here = std::min(width, count - p);
      if (here < width)
        std::fill(to, to + inner * width, 0.0f);
      if (stride == 1)
        for (int64_t k = 0; k < inner; ++k)
          for (int64_t i = 0; i < here; ++i)
            to[k * width + i] = from[k * innerStride + p + i];
      else
        for (int64_t i = 0; i < here; ++i)
          for (int64_t k = 0; k < inner; ++k)
            to[k * width + i] = from[k * innerStride + (p + i) * stride];
    }
  }

  SDQ_INLINE static void run(int64_t rows, int64_t inner, int64_t columns, MatrixView a, MatrixView b, float *c,
                             int64_t stride) {
    auto padded = [](int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; };
    int64_t chunk = std::min(kChunk, inner);
    std::vector<float> aCopy(padded(std::min(kRowBlock, rows), kRows) * chunk), bCopy(padded(columns, strip) * chunk);
    for (int64_t k = 0; k < inner; k += chunk) {
      int64_t depth = std::min(chunk, inner - k);
      copyPanels(b.data + k * b.rowStride, b.rowStride, b.columnStride, depth, columns, strip, bCopy.data());
      for (int64_t block = 0; block < rows; block += kRowBlock) {
        int64_t end = std::min(block + kRowBlock, rows);
        copyPanels(a.data + block * a.rowStride + k * a.columnStride, a.columnStride, a.rowStride, depth, end - block,
                   kRows, aCopy.data());
        for (int64_t j = 0; j < columns; j += strip)
          for (int64_t i = block; i < end; i += kRows)
            tile(depth, aCopy.data() + (i - block) * depth, bCopy.data() + j * depth, c + i * stride + j, stride,
                 std::min<int64_t>(kRows, end - i), std::min(strip, columns - j));
      }
    }
  }
};

#if SDQ_CPU_VARIANTS
SDQ_FOR_AVX512 void product512(int64_t rows, int64_t inner, int64_t columns, MatrixView a, MatrixView b, float *c,
                               int64_t stride) {
  Product<64, 8>::run(rows, inner, columns, a, b, c, stride);
}
SDQ_FOR_AVX2 void product256(int64_t rows, int64_t inner, int64_t columns, MatrixView a, MatrixView b, float *c,
                             int64_t stride) {
  Product<32, 6>::run(rows, inner, columns, a, b, c, stride);
}
#endif
void product128(int64_t rows, int64_t inner, int64_t columns, MatrixView a, MatrixView b, float *c, int64_t stride) {
  Product<16, 4>::run(rows, inner, columns, a, b, c, stride);
}

} // namespace

llvm::ArrayRef<decltype(&subtractProduct)> sdq::subtractProductVariants() {
#if SDQ_CPU_VARIANTS
  static constexpr decltype(&subtractProduct) all[] = {product512, product256, product128};
  return llvm::ArrayRef(all).drop_front(hasAVX512() ? 0 : hasAVX2() ? 1 : 2);
#else
  static constexpr decltype(&subtractProduct) all[] = {product128};
  return all;
#endif
}

void sdq::subtractProduct(int64_t rows, int64_t inner, int64_t columns, MatrixView a, MatrixView b, float *c,
                          int64_t stride) {
  subtractProductVariants().front()(rows, inner, columns, a, b, c, stride);
}
