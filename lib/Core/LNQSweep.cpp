//===- LNQSweep.cpp - Codes by cyclic coordinate descent ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CPUVariants.h"
#include "LNQSteps.h"
#include "MatrixProduct.h"

#include <algorithm>
#include <memory>

using namespace sdq;

namespace {

/// Columns of a block, and rows that are handled at a time within it, one to a lane.
constexpr int64_t kWidth = 128, kLanes = 32;

/// A block of columns of kLanes rows, everything column by column.
struct Tile {
  float weight[kWidth * kLanes], gradient[kWidth * kLanes], change[kWidth * kLanes];
  int32_t code[kWidth * kLanes], free[kWidth * kLanes];
  /// A row's table, and the middles between its entries.
  float entry[256 * kLanes], middle[256 * kLanes];
  int64_t entries;

  SDQ_INLINE void sweep(int64_t width, const float *hessian, int64_t stride) {
    for (int64_t j = 0; j < width; ++j) {
      float *changes = change + j * kLanes;
      for (int64_t r = 0; r < kLanes; ++r)
        changes[r] = 0;
      float curvature = hessian[j * stride + j];
      // An input that is always zero: any code is as good as the one it has.
      if (!(curvature > 0))
        continue;
      if (entries <= 16)
        chooseByComparing(j, 1 / curvature);
      else
        chooseBySearch(j, 1 / curvature);
      for (int64_t l = j + 1; l < width; ++l)
        for (int64_t r = 0; r < kLanes; ++r)
          gradient[l * kLanes + r] += changes[r] * hessian[j * stride + l];
    }
  }

private:
  /// Takes the entry `found` for lane r unless what is there is as near.
  SDQ_INLINE void take(int64_t place, float target, float old, float value, int32_t found) {
    bool nearer = (value - target) * (value - target) < (old - target) * (old - target) && free[place];
    change[place] = nearer ? value - old : 0.0f;
    code[place] = nearer ? found : code[place];
  }

  SDQ_INLINE void chooseByComparing(int64_t j, float inverse) {
    float target[kLanes], old[kLanes], value[kLanes];
    int32_t found[kLanes];
    for (int64_t r = 0; r < kLanes; ++r) {
      old[r] = entry[r];
      value[r] = entry[r];
      found[r] = 0;
    }
    for (int32_t c = 1; c < entries; ++c)
      for (int64_t r = 0; r < kLanes; ++r)
        old[r] = code[j * kLanes + r] == c ? entry[c * kLanes + r] : old[r];
    for (int64_t r = 0; r < kLanes; ++r)
      target[r] = old[r] - gradient[j * kLanes + r] * inverse;
    for (int32_t c = 1; c < entries; ++c)
      for (int64_t r = 0; r < kLanes; ++r) {
        bool above = target[r] > middle[c * kLanes + r];
        value[r] = above ? entry[c * kLanes + r] : value[r];
        found[r] = above ? c : found[r];
      }
    for (int64_t r = 0; r < kLanes; ++r)
      take(j * kLanes + r, target[r], old[r], value[r], found[r]);
  }

  SDQ_INLINE void chooseBySearch(int64_t j, float inverse) {
    for (int64_t r = 0; r < kLanes; ++r) {
      float old = entry[code[j * kLanes + r] * kLanes + r];
      float target = old - gradient[j * kLanes + r] * inverse;
      int64_t found = 0;
      for (int64_t step = entries / 2; step; step /= 2)
        found += target > middle[(found + step) * kLanes + r] ? step : 0;
      take(j * kLanes + r, target, old, entry[found * kLanes + r], int32_t(found));
    }
  }
};

#if SDQ_CPU_VARIANTS
SDQ_FOR_AVX512 void sweep512(Tile &tile, int64_t width, const float *hessian, int64_t stride) {
  tile.sweep(width, hessian, stride);
}
SDQ_FOR_AVX2 void sweep256(Tile &tile, int64_t width, const float *hessian, int64_t stride) {
  tile.sweep(width, hessian, stride);
}
#endif

void sweepTile(Tile &tile, int64_t width, const float *hessian, int64_t stride) {
#if SDQ_CPU_VARIANTS
  if (hasAVX512())
    return sweep512(tile, width, hessian, stride);
  if (hasAVX2())
    return sweep256(tile, width, hessian, stride);
#endif
  tile.sweep(width, hessian, stride);
}

/// Copies `lanes` rows from `first` in, columns from `begin`. Lanes beyond the rows are not free.
void load(Tile &tile, const LNQState &state, int64_t first, int64_t lanes, int64_t begin, int64_t width) {
  tile.entries = state.entries;
  for (int64_t r = 0; r < kLanes; ++r) {
    const float *table = state.tables.data() + (first + std::min(r, lanes - 1)) * state.entries;
    for (int64_t c = 0; c < state.entries; ++c) {
      tile.entry[c * kLanes + r] = table[c];
      tile.middle[c * kLanes + r] = c ? 0.5f * table[c - 1] + 0.5f * table[c] : 0.0f;
    }
    for (int64_t j = 0; j < width; ++j) {
      int64_t from = (first + std::min(r, lanes - 1)) * state.columns + begin + j, to = j * kLanes + r;
      tile.weight[to] = state.weights[from];
      tile.gradient[to] = state.gradient[from];
      tile.code[to] = state.codes[from];
      tile.free[to] = r < lanes && !state.isExact(from);
    }
  }
}

} // namespace

bool sdq::sweepCodes(LNQState &state) {
  auto tile = std::make_unique<Tile>();
  std::vector<float> negated(state.rows * std::min(kWidth, state.columns));
  bool changed = false;
  for (int64_t begin = 0; begin < state.columns; begin += kWidth) {
    int64_t width = std::min(kWidth, state.columns - begin);
    bool changedHere = false;
    for (int64_t first = 0; first < state.rows; first += kLanes) {
      int64_t lanes = std::min(kLanes, state.rows - first);
      load(*tile, state, first, lanes, begin, width);
      sweepTile(*tile, width, state.hessian.data() + begin * state.columns + begin, state.columns);
      for (int64_t r = 0; r < lanes; ++r)
        for (int64_t j = 0; j < width; ++j) {
          float change = tile->change[j * kLanes + r];
          negated[(first + r) * width + j] = -change;
          state.codes[(first + r) * state.columns + begin + j] = uint8_t(tile->code[j * kLanes + r]);
          changedHere |= change != 0;
        }
    }
    if (changedHere)
      subtractProduct(state.rows, width, state.columns, {negated.data(), width},
                      {state.hessian.data() + begin * state.columns, state.columns}, state.gradient.data(),
                      state.columns);
    changed |= changedHere;
  }
  return changed;
}
