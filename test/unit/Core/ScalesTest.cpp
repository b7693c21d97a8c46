//===- ScalesTest.cpp -----------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves how scales are rounded to each format, by the definitions in Scales.h.

#include "sdq/Core/Scales.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace sdq;

namespace {

constexpr ElementKind kElements[] = {ElementKind::Int2, ElementKind::Int3, ElementKind::Int4, ElementKind::Int8,
                                     ElementKind::E2M1, ElementKind::E4M3, ElementKind::E5M2};

TEST(Scales, PowersOfTwoFollowMicroscaling) {
  std::mt19937 rng(1);
  std::uniform_real_distribution<float> exponent(-100, 100);
  for (ElementKind element : kElements)
    for (int trial = 0; trial < 1000; ++trial) {
      Encoding encoding{element, 1, ScaleKind::E8M0};
      float absmax = std::exp2(exponent(rng));
      RoundedScales scales = roundScales(encoding, absmaxScales(encoding, absmax));
      float expected = std::exp2(std::floor(std::log2(absmax)) - std::floor(std::log2(maxMagnitude(element))));
      // absmaxScales divides by the largest number in f32: within an ulp of a power of two either neighbour will do.
      if (std::fabs(std::log2(absmax) - std::round(std::log2(absmax))) < 1e-5)
        continue;
      ASSERT_EQ(expected, scales.values[0]) << name(element).str() << " absmax " << absmax;
      ASSERT_EQ(std::ldexp(1.0f, int(scales.codes[0]) - 127), scales.values[0]);
      ASSERT_EQ(1.0f, scales.rowScale);
    }
}

TEST(Scales, PowersOfTwoStayAndClampToTheFormat) {
  for (ElementKind element : kElements) {
    Encoding encoding{element, 1, ScaleKind::E8M0};
    for (int exponent = -126; exponent <= 127; ++exponent)
      ASSERT_EQ(std::ldexp(1.0f, exponent), roundScales(encoding, std::ldexp(1.0f, exponent)).values[0]);
    EXPECT_EQ(0x1p-126f, roundScales(encoding, 0x1p-140f).values[0]);
    EXPECT_EQ(0x1p127f, roundScales(encoding, 0x1.FFFFFEp127f).values[0]);
    EXPECT_EQ(1.0f, roundScales(encoding, 0.0f).values[0]) << "a vector of zeros";
  }
}

TEST(Scales, UnsignedBytesUnderTheRowScale) {
  Encoding encoding{ElementKind::Int4, 16, ScaleKind::U8};
  RoundedScales scales = roundScales(encoding, {510.0f, 2.0f, 3.0f, 5.0f, 0.0f, 1e-6f});
  EXPECT_EQ(2.0f, scales.rowScale);
  // 1.5 and 2.5 are ties; what is not zero does not become zero.
  EXPECT_EQ((std::vector<uint32_t>{255, 1, 2, 2, 0, 1}), scales.codes);
  EXPECT_EQ((std::vector<float>{510, 2, 4, 4, 0, 2}), scales.values);
}

TEST(Scales, NothingButZeroBecomesZero) {
  for (ScaleKind kind : {ScaleKind::E4M3, ScaleKind::U8, ScaleKind::E8M0, ScaleKind::F16, ScaleKind::F32}) {
    RoundedScales scales = roundScales({ElementKind::Int8, 16, kind}, {1.0f, 1e-20f, 0.0f});
    EXPECT_GT(scales.values[1], 0.0f) << name(kind).str();
    if (kind != ScaleKind::E8M0) {
      EXPECT_EQ(scales.values[2], 0.0f) << name(kind).str();
    }
  }
}

TEST(Scales, WordsAndKinds) {
  for (ScaleKind kind : {ScaleKind::E4M3, ScaleKind::U8, ScaleKind::E8M0, ScaleKind::F16, ScaleKind::F32})
    EXPECT_EQ(kind, scaleKindNamed(name(kind)));
  EXPECT_EQ(std::nullopt, scaleKindNamed("ui8"));
  EXPECT_EQ(std::nullopt, scaleKindNamed(""));
}

} // namespace
