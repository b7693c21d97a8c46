//===- RandomRows.h - Numbers like those of an LLM's weights ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_BENCH_CORE_RANDOMROWS_H
#define SDQ_BENCH_CORE_RANDOMROWS_H

#include "sdq/Core/Codec.h"

#include <random>

namespace sdq {

/// In f16.
inline std::vector<float> normalValues(size_t n) {
  std::mt19937 rng(1);
  std::normal_distribution<float> distribution(0.0f, 0.02f);
  std::vector<float> values(n);
  for (float &value : values)
    value = roundTo(ElementKind::F16, distribution(rng));
  return values;
}

/// Over many orders of magnitude.
inline std::vector<float> fisherWeights(size_t n) {
  std::mt19937 rng(2);
  std::lognormal_distribution<float> distribution(-20.0f, 2.0f);
  std::vector<float> weights(n);
  for (float &weight : weights)
    weight = distribution(rng);
  return weights;
}

} // namespace sdq

#endif // SDQ_BENCH_CORE_RANDOMROWS_H
