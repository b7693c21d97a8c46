//===- ScaleSearch.cpp - The stored scale of least squared error ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A smaller scale than absmax's saturates the largest values and rounds all others less; and with few values in a
// vector it is largely luck under which scale they round well, of which a larger one has as much (the error of a small
// float nearly repeats every octave). So the candidates of each vector run from an octave above absmax's scale to an
// octave below, further down to where saturation begins to hurt typical values, and on while the best so far is among
// the last few. They are codes of the stored format: code by code where those are at least a sixteenth of an octave
// apart (e4m3; e8m0, where they start just above absmax), else eighths of an octave, and then 64ths around the best.
// Measured against every e4m3 code, 16 of them leave at most 1 % more error unweighted, from 16 to 128 values a vector.
//
// Eight candidates are tried at a time, one in each lane of two registers: a value is read once for all of them, and no
// lane depends on another, so that the sums are the same on every machine.
//
//===----------------------------------------------------------------------===//

#include "ElementRounding.h"
#include "ScaleCodec.h"
#include "sdq/Core/Scales.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

using namespace sdq;

namespace {

/// `scale` · 2^(−steps/8) for steps ≥ −8, without a library's idea of exp2.
float eighthsBelow(float scale, int steps) {
  constexpr float kEighths[] = {1.0f,        1.09050773f, 1.18920712f, 1.29683955f,
                                1.41421356f, 1.54221083f, 1.68179283f, 1.83400809f};
  return std::ldexp(scale / kEighths[(steps + 8) % 8], 1 - (steps + 8) / 8);
}

/// 2^(±1/64) … 2^(±4/64).
constexpr float kSixtyFourths[] = {0.957603281f, 0.968030818f, 0.978572062f, 0.989228013f,
                                   1.01088929f,  1.02189715f,  1.03302488f,  1.04427378f};

/// The values of one vector, and what their squared errors weigh (empty: one each).
struct Vector {
  llvm::ArrayRef<float> values, importance;

  float weight(size_t i) const { return importance.empty() ? 1.0f : importance[i]; }

  /// √(Σ weight · w² / Σ weight); 0 where nothing counts.
  double typicalMagnitude() const {
    double sum = 0, weights = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      sum += double(weight(i)) * values[i] * values[i];
      weights += weight(i);
    }
    return sum > 0 ? std::sqrt(sum / weights) : 0;
  }
};

/// Scales tried at a time.
constexpr int kTries = 8;
using Scales = std::array<float, kTries>;

/// Σ weight · (w − ŵ)² under each scale.
template <typename Rounding>
std::array<double, kTries> errorsOf(const Vector &vector, const Scales &tried) {
  // f32 sums of at most this many values, added up in double.
  constexpr size_t kRun = 64;
  constexpr int kRegisters = kTries / kLanes;
  FloatLanes scales[kRegisters], inverses[kRegisters];
  for (int i = 0; i < kTries; ++i)
    scales[i / kLanes][i % kLanes] = tried[i];
  for (int r = 0; r < kRegisters; ++r)
    inverses[r] = 1.0f / scales[r];

  std::array<double, kTries> errors = {};
  for (size_t begin = 0, count = vector.values.size(); begin < count; begin += kRun) {
    FloatLanes sums[kRegisters] = {};
    for (size_t i = begin, end = std::min(begin + kRun, count); i < end; ++i) {
      float magnitude = std::fabs(vector.values[i]), weight = vector.weight(i);
      for (int r = 0; r < kRegisters; ++r) {
        FloatLanes read = Rounding::round(inverses[r] * magnitude) * scales[r];
        FloatLanes error = magnitude - read;
        FloatLanes square = error * error;
        FloatLanes weighted = square * weight;
        sums[r] += weighted;
      }
    }
    for (int i = 0; i < kTries; ++i)
      errors[i] += sums[i / kLanes][i % kLanes];
  }
  return errors;
}

/// The same under one scale, with the very division of `quantize` and all sums in double.
template <typename Rounding>
double errorOf(const Vector &vector, float scale) {
  double sum = 0;
  for (size_t i = 0; i < vector.values.size(); ++i) {
    float magnitude = std::fabs(vector.values[i]);
    float read = Rounding::round(magnitude / scale) * scale;
    double error = double(magnitude) - double(read);
    sum += double(vector.weight(i)) * error * error;
  }
  return sum;
}

template <typename Rounding>
class Search {
public:
  Search(const Encoding &encoding, const ScaleCodec &codec)
      : codec(codec), kind(encoding.scale),
        // With few numbers the best largest one is a typical value, with more it is at least twice that.
        saturation((bitWidth(encoding.element) < 4 ? 1 : 2) / maxMagnitude(encoding.element)) {}

  /// The code of the best scale for `vector`, whose absmax scale has the code `absmax` and is `scale` exactly.
  uint32_t best(const Vector &vector, uint32_t absmax, float scale) {
    double typical = vector.typicalMagnitude();
    if (typical == 0)
      return absmax;
    uint32_t lowest = codec.encode(float(typical * saturation));
    bestCode = absmax;
    bestError = std::numeric_limits<double>::infinity();
    bool byCode = kind == ScaleKind::E4M3 || kind == ScaleKind::E8M0;
    auto coarse = [&](int step) {
      return byCode ? uint32_t(std::max(int64_t(absmax) - step, int64_t(1))) : codec.encode(eighthsBelow(scale, step));
    };
    // Steps below absmax's scale.
    int next = kind == ScaleKind::E8M0 ? -1 : -7, bestStep = next;
    do {
      int found = tryEight(vector, [&](int i) { return coarse(next + i); });
      if (found >= 0)
        bestStep = next + found;
      next += kTries;
    } while (coarse(next - 1) > std::max(lowest, 1u) || next <= 1 || (bestStep >= next - kTries / 2 && bestCode > 1));
    if (!byCode) {
      float middle = codec.decode(bestCode);
      tryEight(vector, [&](int i) { return codec.encode(middle * kSixtyFourths[i]); });
    }
    // The sums above are f32: the winner has to win in double too.
    if (bestCode != absmax &&
        !(errorOf<Rounding>(vector, codec.decode(bestCode)) < errorOf<Rounding>(vector, codec.decode(absmax))))
      return absmax;
    return bestCode;
  }

private:
  /// Which of eight candidates is the best so far, or −1.
  template <typename CodeOf>
  int tryEight(const Vector &vector, const CodeOf &codeOf) {
    uint32_t codes[kTries];
    Scales scales;
    for (int i = 0; i < kTries; ++i) {
      codes[i] = codec.clamp(codeOf(i));
      scales[i] = codec.decode(codes[i]);
    }
    std::array<double, kTries> errors = errorsOf<Rounding>(vector, scales);
    int found = -1;
    for (int i = 0; i < kTries; ++i)
      if (errors[i] < bestError) {
        found = i;
        bestError = errors[i];
        bestCode = codes[i];
      }
    return found;
  }

  const ScaleCodec &codec;
  ScaleKind kind;
  float saturation;
  uint32_t bestCode = 0;
  double bestError = 0;
};

} // namespace

RoundedScales sdq::chooseScales(const Encoding &encoding, ScaleChoice choice, llvm::ArrayRef<float> row,
                                llvm::ArrayRef<float> importance) {
  assert(importance.empty() || importance.size() == row.size());
  std::vector<float> scales = absmaxScales(encoding, row);
  RoundedScales rounded = roundScales(encoding, scales);
  if (choice == ScaleChoice::Absmax || scales.empty())
    return rounded;
  ScaleCodec codec(encoding, *std::max_element(scales.begin(), scales.end()));
  withRounding(encoding.element, [&](auto rounding) {
    Search<decltype(rounding)> search(encoding, codec);
    for (size_t v = 0; v < scales.size(); ++v) {
      auto ofVector = [&](llvm::ArrayRef<float> all) {
        return all.empty() ? all : all.drop_front(v * encoding.vector).take_front(encoding.vector);
      };
      if (scales[v] == 0.0f)
        continue;
      rounded.codes[v] = search.best({ofVector(row), ofVector(importance)}, rounded.codes[v], scales[v]);
      rounded.values[v] = codec.decode(rounded.codes[v]);
    }
  });
  return rounded;
}
