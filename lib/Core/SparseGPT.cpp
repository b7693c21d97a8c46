//===- SparseGPT.cpp - Pruning that repairs what it breaks ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/SparseGPT.h"

#include "CPUVariants.h"
#include "Hessian.h"
#include "MatrixProduct.h"

#include "llvm/ADT/Twine.h"

#include <Eigen/Dense>

#include <cassert>
#include <cmath>

using namespace sdq;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

namespace {

/// Widest block of columns: what precedes it comes as one product, what is inside costs `kWidth` of the slow kind.
constexpr int64_t kWidth = 128;
/// Rows that are pruned at a time within a block, column by column, one to a lane.
constexpr int64_t kLanes = 32;

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Block =
    Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0, Eigen::OuterStride<>>;

/// Within a block of columns. `tile` holds kLanes rows, column by column; `u` is U[C,C], row-major, `stride` apart.
struct Tile {
  float columns[kWidth * kLanes];

  /// goes[k][lane]: whether column begin + k is among those that the block of M columns from `begin` loses.
  SDQ_INLINE void choose(Pattern pattern, int64_t begin, int64_t end, const float *closeness,
                         int32_t goes[32][kLanes]) const {
    const int64_t unit = pattern.pairwise ? 2 : 1, units = (end - begin + unit - 1) / unit;
    float score[32][kLanes];
    int32_t better[32][kLanes];
    for (int64_t u = 0; u < units; ++u) {
      for (int64_t r = 0; r < kLanes; ++r)
        score[u][r] = 0, better[u][r] = 0;
      for (int64_t k = begin + u * unit; k < std::min(begin + (u + 1) * unit, end); ++k)
        for (int64_t r = 0; r < kLanes; ++r)
          score[u][r] += columns[k * kLanes + r] * columns[k * kLanes + r] * closeness[k];
    }
    // Ties go to the lower column, as everywhere (Selection.h).
    for (int64_t u = 1; u < units; ++u)
      for (int64_t v = 0; v < u; ++v)
        for (int64_t r = 0; r < kLanes; ++r) {
          int32_t lower = score[v][r] >= score[u][r];
          better[u][r] += lower;
          better[v][r] += 1 - lower;
        }
    for (int64_t k = 0; k < end - begin; ++k)
      for (int64_t r = 0; r < kLanes; ++r)
        goes[k][r] = better[k / unit][r] >= pattern.n / unit;
  }

  SDQ_INLINE void prune(Pattern pattern, int64_t width, const float *closeness, const float *u, int64_t stride) {
    int32_t goes[32][kLanes];
    for (int64_t begin = 0; begin < width; begin += pattern.m) {
      int64_t end = std::min(begin + pattern.m, width);
      choose(pattern, begin, end, closeness, goes);
      for (int64_t k = begin; k < end; ++k) {
        float error[kLanes], inverse = 1.0f / u[k * stride + k];
        for (int64_t r = 0; r < kLanes; ++r) {
          float value = columns[k * kLanes + r];
          error[r] = goes[k - begin][r] ? value * inverse : 0.0f;
          columns[k * kLanes + r] = goes[k - begin][r] ? 0.0f : value;
        }
        for (int64_t j = k + 1; j < width; ++j)
          for (int64_t r = 0; r < kLanes; ++r)
            columns[j * kLanes + r] -= error[r] * u[k * stride + j];
      }
    }
  }
};

#if SDQ_CPU_VARIANTS
SDQ_FOR_AVX512 void prune512(Tile &tile, Pattern pattern, int64_t width, const float *closeness, const float *u,
                             int64_t stride) {
  tile.prune(pattern, width, closeness, u, stride);
}
SDQ_FOR_AVX2 void prune256(Tile &tile, Pattern pattern, int64_t width, const float *closeness, const float *u,
                           int64_t stride) {
  tile.prune(pattern, width, closeness, u, stride);
}
#endif

void pruneTile(Tile &tile, Pattern pattern, int64_t width, const float *closeness, const float *u, int64_t stride) {
#if SDQ_CPU_VARIANTS
  if (hasAVX512())
    return prune512(tile, pattern, width, closeness, u, stride);
  if (hasAVX2())
    return prune256(tile, pattern, width, closeness, u, stride);
#endif
  tile.prune(pattern, width, closeness, u, stride);
}

} // namespace

Expected<SparseGPT> SparseGPT::prepare(std::vector<float> hessian, Pattern pattern, double damping) {
  SparseGPT result;
  int64_t n = result.columns = int64_t(std::llround(std::sqrt(double(hessian.size()))));
  assert(size_t(n) * size_t(n) == hessian.size() && "the Hessian is square");
  result.pattern = pattern;
  result.width = kWidth / pattern.m * pattern.m;
  result.closeness.resize(n);
  if (Error error = checkHessian(hessian, n, "sparsegpt_c1"))
    return error;

  double sum = 0;
  for (int64_t k = 0; k < n; ++k)
    sum += hessian[k * n + k];
  std::vector<bool> excited(n);
  for (int64_t k = 0; k < n; ++k) {
    float &diagonal = hessian[k * n + k];
    excited[k] = diagonal > 0;
    diagonal += float(damping * sum / double(n));
    if (!excited[k]) {
      for (int64_t j = 0; j < n; ++j)
        hessian[k * n + j] = hessian[j * n + k] = 0;
      diagonal = 1;
    }
  }

  // M, block by block from the right; the diagonal blocks already as U[C,C], with −M[<C,C] above them.
  std::vector<float> copy(size_t(n) * std::min(result.width, n));
  auto block = [&](int64_t row, int64_t rows, int64_t column, int64_t columns) {
    return Block(hessian.data() + row * n + column, rows, columns, Eigen::OuterStride<>(n));
  };
  auto timesInverse = [&](int64_t begin, int64_t width, bool transposed) {
    // Above the diagonal block: X ← −X·U[C,C] (or its transpose).
    Block panel = block(0, begin, begin, width);
    Block(copy.data(), begin, width, Eigen::OuterStride<>(width)) = panel;
    panel.setZero();
    const float *u = hessian.data() + begin * n + begin;
    subtractProduct(begin, width, width, {copy.data(), width}, transposed ? MatrixView{u, 1, n} : MatrixView{u, n},
                    panel.data(), n);
  };
  for (int64_t begin = (n - 1) / result.width * result.width; begin >= 0; begin -= result.width) {
    int64_t width = std::min(result.width, n - begin), end = begin + width;
    // H[≤C,C] −= M[≤C,>C]·M[C,>C]ᵀ
    subtractProduct(end, n - end, width, {hessian.data() + end, n}, {hessian.data() + begin * n + end, 1, n},
                    hessian.data() + begin, n);
    // A lower factor of the reversed block, reversed, is an upper one.
    Block diagonal = block(begin, width, begin, width);
    RowMajor reversed = diagonal.cast<double>().reverse();
    Eigen::LLT<RowMajor> cholesky(reversed);
    if (cholesky.info() != Eigen::Success || !(cholesky.matrixLLT().diagonal().array() > 0).all())
      return llvm::createStringError("Hessian: expected a positive definite matrix with a damping of " +
                                     std::to_string(damping) + ", found a singular one in columns " + Twine(begin) +
                                     " to " + Twine(end - 1) + " (sparsegpt_c2): more damping helps");
    RowMajor inverse = cholesky.matrixL().solve(RowMajor::Identity(width, width));
    diagonal = inverse.reverse().cast<float>();
    timesInverse(begin, width, /*transposed=*/true);
  }
  for (int64_t begin = 0; begin < n; begin += result.width)
    timesInverse(begin, std::min(result.width, n - begin), /*transposed=*/false);
  for (int64_t k = 0; k < n; ++k)
    result.closeness[k] = excited[k] ? 1.0f / (hessian[k * n + k] * hessian[k * n + k]) : 0.0f;
  result.factor = std::move(hessian);
  return result;
}

void SparseGPT::prune(llvm::MutableArrayRef<float> values) const {
  assert(values.size() % columns == 0);
  int64_t rows = values.size() / columns, n = columns;
  // −D, and W[C] + D[<C]·P[C].
  std::vector<float> change(values.size()), block(rows * std::min(width, n));
  auto tile = std::make_unique<Tile>();
  for (int64_t begin = 0; begin < n; begin += width) {
    int64_t here = std::min(width, n - begin);
    for (int64_t r = 0; r < rows; ++r)
      std::copy_n(values.data() + r * n + begin, here, block.data() + r * here);
    subtractProduct(rows, begin, here, {change.data(), n}, {factor.data() + begin, n}, block.data(), here);
    for (int64_t first = 0; first < rows; first += kLanes) {
      int64_t lanes = std::min(kLanes, rows - first);
      for (int64_t j = 0; j < here; ++j)
        for (int64_t r = 0; r < kLanes; ++r)
          tile->columns[j * kLanes + r] = r < lanes ? block[(first + r) * here + j] : 0.0f;
      pruneTile(*tile, pattern, here, closeness.data() + begin, factor.data() + begin * n + begin, n);
      for (int64_t r = 0; r < lanes; ++r)
        for (int64_t j = 0; j < here; ++j) {
          int64_t place = (first + r) * n + begin + j;
          float kept = tile->columns[j * kLanes + r];
          change[place] = kept - values[place];
          values[place] = kept;
        }
    }
  }
}
