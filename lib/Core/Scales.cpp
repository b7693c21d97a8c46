//===- Scales.cpp - The scales of vectors, as they are stored -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/Scales.h"

#include "ScaleCodec.h"
#include "sdq/Core/BufferBackend.h"
#include "sdq/Core/Codec.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace sdq;

//===----------------------------------------------------------------------===//
// ScaleCodec
//===----------------------------------------------------------------------===//

/// The codes that mean the smallest scale above zero and the largest.
static std::pair<uint32_t, uint32_t> codeRange(ScaleKind kind) {
  switch (kind) {
  case ScaleKind::E4M3:
    return {1, 0x7E};
  case ScaleKind::U8:
    return {1, 255};
  case ScaleKind::E8M0:
    return {1, 254};
  case ScaleKind::F16:
    return {1, 0x7BFF};
  case ScaleKind::F32:
    return {1, 0x7F7FFFFF};
  case ScaleKind::None:
    break;
  }
  llvm_unreachable("no scale");
}

ScaleCodec::ScaleCodec(const Encoding &encoding, float largest) : kind(encoding.scale) {
  if (hasRowScale(kind)) {
    BufferBackend backend;
    secondLevel = largest / decodeScale(backend, kind, codeRange(kind).second);
    // An all-zero row keeps 1: its scales are zero. So does one too small to be divided, which reads as zeros.
    if (secondLevel < 0x1p-126f)
      secondLevel = 1.0f;
  }
  // absmax = scale · max(element) falls short of the next power of two above max(element) as long as the scale's
  // mantissa falls short of their ratio.
  float most = maxMagnitude(encoding.element);
  roundUpFrom = std::exp2(std::floor(std::log2(most)) + 1) / most;
}

uint32_t ScaleCodec::encode(float scale) const {
  switch (kind) {
  case ScaleKind::E8M0: {
    // A vector of zeros reads as zeros under any scale: 1.
    if (scale == 0.0f)
      return 127;
    int exponent;
    float mantissa = 2.0f * std::frexp(scale, &exponent);
    int code = 127 + exponent - 1 + (mantissa >= roundUpFrom ? 1 : 0);
    auto [least, most] = codeRange(kind);
    return uint32_t(std::clamp(code, int(least), int(most)));
  }
  case ScaleKind::U8: {
    float rounded = std::min(std::nearbyint(scale / secondLevel), 255.0f);
    return scale > 0.0f ? std::max(1u, uint32_t(rounded)) : 0u;
  }
  default: {
    ElementKind element = kind == ScaleKind::E4M3  ? ElementKind::E4M3
                          : kind == ScaleKind::F16 ? ElementKind::F16
                                                   : ElementKind::F32;
    return std::max(sdq::encode(element, scale / secondLevel), scale > 0.0f ? 1u : 0u);
  }
  }
}

uint32_t ScaleCodec::clamp(uint32_t code) const {
  auto [least, most] = codeRange(kind);
  return std::clamp(code, least, most);
}

float ScaleCodec::decode(uint32_t code) const {
  switch (kind) {
  case ScaleKind::F16:
    return sdq::decode(ElementKind::F16, code);
  case ScaleKind::F32:
    return sdq::decode(ElementKind::F32, code);
  default: {
    BufferBackend backend;
    return decodeScale(backend, kind, code) * secondLevel;
  }
  }
}

//===----------------------------------------------------------------------===//
// Whole rows
//===----------------------------------------------------------------------===//

std::vector<float> sdq::absmaxScales(const Encoding &encoding, llvm::ArrayRef<float> row) {
  std::vector<float> scales(llvm::divideCeil(row.size(), encoding.vector));
  float largest = maxMagnitude(encoding.element);
  for (size_t v = 0; v < scales.size(); ++v) {
    float absmax = 0.0f;
    for (float value : row.drop_front(v * encoding.vector).take_front(encoding.vector))
      absmax = std::max(absmax, std::fabs(value));
    scales[v] = absmax / largest;
  }
  return scales;
}

RoundedScales sdq::roundScales(const Encoding &encoding, llvm::ArrayRef<float> scales) {
  assert(llvm::all_of(scales, [](float s) { return s >= 0.0f && std::isfinite(s); }));
  ScaleCodec codec(encoding, scales.empty() ? 0.0f : *std::max_element(scales.begin(), scales.end()));
  RoundedScales rounded;
  rounded.rowScale = codec.rowScale();
  for (float scale : scales) {
    rounded.codes.push_back(codec.encode(scale));
    rounded.values.push_back(codec.decode(rounded.codes.back()));
  }
  return rounded;
}
