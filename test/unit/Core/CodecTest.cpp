//===- CodecTest.cpp ------------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves every codec bit-exact against LLVM's APFloat, and integers against their definition.

#include "sdq/Core/Codec.h"
#include "sdq/Core/VectorQuantization.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/bit.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace sdq;
using llvm::APFloat;
using llvm::APInt;

namespace {

const ElementKind kFloats[] = {ElementKind::E2M1, ElementKind::E4M3, ElementKind::E5M2, ElementKind::F16,
                               ElementKind::BF16};

const ElementKind kIntegers[] = {ElementKind::Int2, ElementKind::Int3, ElementKind::Int4, ElementKind::Int8};

const llvm::fltSemantics &semanticsOf(ElementKind kind) {
  switch (kind) {
  case ElementKind::E2M1:
    return APFloat::Float4E2M1FN();
  case ElementKind::E4M3:
    return APFloat::Float8E4M3FN();
  case ElementKind::E5M2:
    return APFloat::Float8E5M2();
  case ElementKind::F16:
    return APFloat::IEEEhalf();
  default:
    return APFloat::BFloat();
  }
}

float referenceDecode(ElementKind kind, uint32_t code) {
  APFloat value(semanticsOf(kind), APInt(bitWidth(kind), code));
  bool losesInfo;
  value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &losesInfo);
  return value.convertToFloat();
}

/// Round to nearest even, then saturate.
uint32_t referenceEncode(ElementKind kind, float x) {
  const llvm::fltSemantics &semantics = semanticsOf(kind);
  uint32_t largest = uint32_t(APFloat::getLargest(semantics, std::signbit(x)).bitcastToAPInt().getZExtValue());
  if (std::fabs(x) >= maxMagnitude(kind))
    return largest;
  APFloat value(x);
  bool losesInfo;
  value.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return value.isFinite() ? uint32_t(value.bitcastToAPInt().getZExtValue()) : largest;
}

/// Floats of every magnitude, with every value the format holds, its neighbours, and all the ties between two codes.
std::vector<float> interestingFloats(ElementKind kind) {
  std::vector<float> floats = {0.0f, -0.0f, INFINITY, -INFINITY, 0x1p-149f, -0x1p-149f, 0x1p-126f, 3.4028235e38f};
  uint32_t codes = 1u << bitWidth(kind);
  for (uint32_t code = 0; code < codes; code += 1) {
    float value = referenceDecode(kind, code), next = referenceDecode(kind, (code + 1) % codes);
    if (!std::isfinite(value) || !std::isfinite(next))
      continue;
    float tie = float((double(value) + double(next)) / 2);
    for (float x : {value, tie})
      for (float y : {x, std::nextafterf(x, INFINITY), std::nextafterf(x, -INFINITY)})
        floats.push_back(y);
  }
  std::mt19937 rng(1);
  for (int i = 0; i < 200000; ++i) {
    float any = llvm::bit_cast<float>(uint32_t(rng()));
    if (!std::isnan(any))
      floats.push_back(any);
    floats.push_back(std::ldexp(float(int32_t(rng())), int(rng() % 60) - 61));
  }
  return floats;
}

TEST(Codec, EveryCodeDecodesAsAPFloatSays) {
  for (ElementKind kind : kFloats)
    for (uint32_t code = 0; code < (1u << bitWidth(kind)); ++code) {
      float expected = referenceDecode(kind, code), got = decode(kind, code);
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(got)) << name(kind).str() << " code " << code;
      } else {
        ASSERT_EQ(llvm::bit_cast<uint32_t>(expected), llvm::bit_cast<uint32_t>(got))
            << name(kind).str() << " code " << code;
      }
    }
}

TEST(Codec, EncodeRoundsToNearestEvenAndSaturates) {
  for (ElementKind kind : kFloats)
    for (float x : interestingFloats(kind))
      ASSERT_EQ(referenceEncode(kind, x), encode(kind, x)) << name(kind).str() << " of " << x;
}

TEST(Codec, FiniteCodesSurviveARoundTrip) {
  for (ElementKind kind : kFloats)
    for (uint32_t code = 0; code < (1u << bitWidth(kind)); ++code)
      if (float value = decode(kind, code); std::isfinite(value)) {
        ASSERT_EQ(code, encode(kind, value)) << name(kind).str();
      }
  for (ElementKind kind : kIntegers)
    for (int value = -int(maxMagnitude(kind)); value <= int(maxMagnitude(kind)); ++value)
      ASSERT_EQ(float(value), decode(kind, encode(kind, float(value)))) << name(kind).str();
}

TEST(Codec, IntegersRoundToEvenAndAreSymmetric) {
  for (ElementKind kind : kIntegers) {
    float limit = maxMagnitude(kind);
    EXPECT_EQ(limit, roundTo(kind, 1e30f));
    EXPECT_EQ(limit, roundTo(kind, INFINITY));
    EXPECT_EQ(-limit, roundTo(kind, -limit - 1));
    EXPECT_EQ(-limit - 1, decode(kind, 1u << (bitWidth(kind) - 1))) << "two's complement";
    for (float x = -limit; x <= limit; x += 0.25f)
      EXPECT_EQ(std::nearbyint(x), roundTo(kind, x));
  }
  EXPECT_EQ(2.0f, roundTo(ElementKind::Int4, 2.5f));
  EXPECT_EQ(4.0f, roundTo(ElementKind::Int4, 3.5f));
}

TEST(Codec, RoundingWithoutACodeIsTheSame) {
  for (ElementKind kind : {ElementKind::Int2, ElementKind::Int3, ElementKind::Int4, ElementKind::Int8,
                           ElementKind::E2M1, ElementKind::E4M3, ElementKind::E5M2}) {
    std::vector<float> floats = interestingFloats(isInteger(kind) ? ElementKind::E4M3 : kind);
    for (float x = -200; x <= 200; x += 0.25f)
      floats.push_back(x);
    std::vector<float> rounded(floats.size());
    Encoding encoding{kind, int64_t(floats.size()), ScaleKind::F32};
    quantizeDequantize(encoding, floats, {1.0f}, rounded);
    for (size_t i = 0; i < floats.size(); ++i)
      ASSERT_EQ(roundTo(kind, floats[i]), rounded[i]) << name(kind).str() << " of " << floats[i];
  }
}

TEST(Codec, MaxMagnitudeIsTheLargestFiniteValue) {
  for (ElementKind kind : kFloats)
    EXPECT_EQ(APFloat::getLargest(semanticsOf(kind)).convertToDouble(), maxMagnitude(kind));
  EXPECT_EQ(APFloat::getLargest(APFloat::IEEEsingle()).convertToFloat(), maxMagnitude(ElementKind::F32));
}

TEST(Codec, F32IsItsOwnBits) {
  for (float x : {0.0f, -1.5f, 0x1p-149f, INFINITY}) {
    EXPECT_EQ(llvm::bit_cast<uint32_t>(x), encode(ElementKind::F32, x));
    EXPECT_EQ(x, decode(ElementKind::F32, encode(ElementKind::F32, x)));
  }
}

TEST(Codec, BulkConversionEqualsOneByOne) {
  for (ElementKind kind : {ElementKind::F16, ElementKind::BF16}) {
    std::vector<float> floats = interestingFloats(kind);
    std::vector<uint16_t> codes(floats.size());
    narrow(kind, floats, codes.data());
    std::vector<float> back(floats.size());
    widen(kind, codes.data(), back);
    for (size_t i = 0; i < floats.size(); ++i) {
      ASSERT_EQ(encode(kind, floats[i]), codes[i]);
      ASSERT_EQ(llvm::bit_cast<uint32_t>(decode(kind, codes[i])), llvm::bit_cast<uint32_t>(back[i]));
    }
    std::vector<uint16_t> all(65536);
    for (uint32_t i = 0; i < 65536; ++i)
      all[i] = uint16_t(i);
    back.resize(65536);
    widen(kind, all.data(), back);
    for (uint32_t i = 0; i < 65536; ++i)
      if (!std::isnan(back[i])) {
        ASSERT_EQ(decode(kind, i), back[i]);
      }
  }
}

} // namespace
