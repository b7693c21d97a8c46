//===- PackTest.cpp -------------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves unpack(pack(x)) = x for every format over random shapes, and that the library's decoder reads what a naive
// one reads. Quantized values are made representable, so that equality is exact.

#include "sdq/Core/Pack.h"
#include "NaiveUnpack.h"
#include "sdq/Core/BitStream.h"
#include "sdq/Core/BufferBackend.h"
#include "sdq/Core/VectorQuantization.h"
#include "sdq/Core/Verify.h"

#include <random>

using namespace sdq;
using namespace sdq::test;

namespace {

constexpr ElementKind kKinds[] = {ElementKind::Int2, ElementKind::Int3, ElementKind::Int4, ElementKind::Int8,
                                  ElementKind::E2M1, ElementKind::E4M3, ElementKind::E5M2, ElementKind::F16,
                                  ElementKind::BF16, ElementKind::F32};
constexpr ScaleKind kScales[] = {ScaleKind::E4M3, ScaleKind::U8, ScaleKind::E8M0, ScaleKind::F16, ScaleKind::F32};

class PackTest : public testing::Test {
protected:
  std::mt19937 rng{7};

  int64_t below(int64_t n) { return int64_t(rng() % uint64_t(n)); }
  /// Odd and even, smaller and larger than a block, single rows.
  Shape randomShape() { return {1 + below(5), 1 + below(100)}; }

  /// A nonzero finite value of `kind`.
  float randomValue(ElementKind kind) {
    while (true) {
      float value = kind == ElementKind::F32 ? std::ldexp(float(int32_t(rng())), -31)
                                             : decode(kind, uint32_t(rng()) & ((1u << bitWidth(kind)) - 1));
      if (std::isfinite(value) && value != 0.0f && std::fabs(value) <= maxMagnitude(kind))
        return value;
    }
  }

  Encoding randomEncoding(ElementKind kind) {
    if (!isQuantized(kind))
      return {kind};
    const int64_t vectors[] = {1, 7, 16, 32, 128};
    return {kind, vectors[below(5)], kScales[below(5)]};
  }

  /// Scales and the rounding of a row's scales that storing does not change.
  std::vector<float> exactScales(const Encoding &encoding, Shape shape) {
    if (!isQuantized(encoding.element))
      return {};
    int64_t vectors = (shape.columns + encoding.vector - 1) / encoding.vector;
    std::vector<float> scales(shape.rows * vectors);
    for (int64_t r = 0; r < shape.rows; ++r)
      for (int64_t v = 0; v < vectors; ++v)
        switch (encoding.scale) {
        case ScaleKind::E8M0:
          scales[r * vectors + v] = std::ldexp(1.0f, int(below(16)) - 8);
          break;
        case ScaleKind::U8: // as below, with integers up to 255
          scales[r * vectors + v] = float(v == 0 ? 255 : 1 + below(255)) * 0x1p-8f;
          break;
        default:
          // The row's largest, 448 · 2^-k, maps to 448; the others are e4m3 values times the same power of two.
          scales[r * vectors + v] =
              v == 0 ? 448.0f * 0x1p-8f : std::fabs(decode(ElementKind::E4M3, uint32_t(8 + below(0x77)))) * 0x1p-8f;
        }
    return scales;
  }

  float scaleAt(const Encoding &encoding, Shape shape, llvm::ArrayRef<float> scales, int64_t r, int64_t c) {
    if (scales.empty())
      return 1.0f;
    return scales[r * ((shape.columns + encoding.vector - 1) / encoding.vector) + c / encoding.vector];
  }

  /// pack → verify, decode, compare with the expected values and with the naive reading.
  void check(llvm::Expected<StoredWeight> weight, llvm::ArrayRef<float> expected, const std::string &what) {
    ASSERT_TRUE(bool(weight)) << what << ": " << llvm::toString(weight.takeError());
    EXPECT_EQ("", llvm::toString(verifyStored(weight->format, weight->shape, weight->views()))) << what;
    ASSERT_EQ(expected.vec(), weight->decode()) << what;
    ASSERT_EQ(expected.vec(), naiveUnpack(*weight)) << what;
    ASSERT_EQ(expected.vec(), visitAll(*weight)) << what;
    for (const Part &part : weight->parts)
      EXPECT_EQ(0u, reinterpret_cast<uintptr_t>(part.data.data()) % kPartAlignment);
  }

  /// The generic decoders over buffers, as 3 lanes that share each row.
  static std::vector<float> visitAll(const StoredWeight &weight) {
    std::vector<PartView> views = weight.views();
    std::vector<BufferPart> parts(views.begin(), views.end());
    std::vector<float> out(weight.shape.rows * weight.shape.columns);
    BufferBackend backend;
    for (int64_t row = 0; row < weight.shape.rows; ++row)
      for (int64_t lane = 0; lane < 3; ++lane)
        visitRow(backend, weight.format, weight.shape, llvm::ArrayRef(parts), row, lane, int64_t(3), {},
                 [&](int64_t column, float value, BufferBackend::Accumulators none) {
                   EXPECT_TRUE(column >= 0 && column < weight.shape.columns);
                   out[row * weight.shape.columns + column] += value;
                   return none;
                 });
    return out;
  }

  static std::string describe(const Encoding &encoding, Shape shape) {
    return name(encoding.element).str() + " vector " + std::to_string(encoding.vector) + " " +
           std::to_string(shape.rows) + "x" + std::to_string(shape.columns);
  }
};

TEST_F(PackTest, BitStreamsOfEveryWidth) {
  for (unsigned width = 1; width <= 8; ++width)
    for (int64_t count = 0; count < 70; ++count) {
      std::vector<uint8_t> codes(count), back(count), bytes(bitStreamBytes(count, width));
      for (uint8_t &code : codes)
        code = uint8_t(rng()) & uint8_t((1u << width) - 1);
      packBits(codes, width, bytes);
      unpackBits(bytes, width, back);
      ASSERT_EQ(codes, back);
      for (int64_t i = 0; i < count * width; ++i)
        ASSERT_EQ((codes[i / width] >> (i % width)) & 1, (bytes[i / 8] >> (i % 8)) & 1);
    }
}

TEST_F(PackTest, Dense) {
  for (int trial = 0; trial < 400; ++trial) {
    Encoding encoding = randomEncoding(kKinds[trial % 10]);
    Shape shape = randomShape();
    DenseFormat format{encoding, !isQuantized(encoding.element) && trial % 3 == 0};
    std::vector<float> scales = exactScales(encoding, shape), values(shape.rows * shape.columns);
    for (int64_t i = 0; i < int64_t(values.size()); ++i)
      values[i] = below(5) == 0 ? 0.0f
                                : randomValue(encoding.element) *
                                      scaleAt(encoding, shape, scales, i / shape.columns, i % shape.columns);
    check(pack(format, shape, values, scales), values, describe(encoding, shape));
  }
}

TEST_F(PackTest, NMInEveryStorage) {
  int seen[3] = {};
  for (int trial = 0; trial < 3000; ++trial) {
    Encoding encoding = randomEncoding(kKinds[trial % 10]);
    bool pairwise = trial % 3 == 0;
    int64_t unit = pairwise ? 2 : 1, m = unit * (1 + below(32 / unit)), n = unit * (1 + below(m / unit));
    NMFormat format{n, m, pairwise, encoding};
    ++seen[int(format.storage())];
    Shape shape = randomShape();
    std::vector<float> scales = exactScales(encoding, shape), values(shape.rows * shape.columns);
    for (int64_t r = 0; r < shape.rows; ++r)
      for (int64_t block = 0; block < format.blocks(shape.columns); ++block)
        for (int64_t i = 0, kept = below(n / unit + 1); i < kept; ++i) {
          int64_t first = block * m + below(m / unit) * unit;
          for (int64_t c = first; c < std::min(first + unit, shape.columns); ++c)
            if (below(8))
              values[r * shape.columns + c] = randomValue(encoding.element) * scaleAt(encoding, shape, scales, r, c);
        }
    check(pack(format, shape, values, scales), values,
          std::to_string(n) + ":" + std::to_string(m) + (pairwise ? "p " : " ") + describe(encoding, shape));
  }
  for (int count : seen)
    EXPECT_GT(count, 300) << "every storage is met";
}

TEST_F(PackTest, LUTOfEveryWidth) {
  for (unsigned bits = 2; bits <= 8; ++bits)
    for (ElementKind table : {ElementKind::F16, ElementKind::BF16, ElementKind::F32})
      for (int trial = 0; trial < 10; ++trial) {
        Shape shape = randomShape();
        std::vector<float> tables(shape.rows << bits), values;
        for (float &value : tables)
          value = randomValue(table);
        std::vector<uint8_t> codes(shape.rows * shape.columns);
        for (int64_t i = 0; i < int64_t(codes.size()); ++i) {
          codes[i] = uint8_t(below(1 << bits));
          values.push_back(tables[((i / shape.columns) << bits) + codes[i]]);
        }
        check(pack(LUTFormat{bits, table}, shape, codes, tables), values, "lut " + std::to_string(bits));
      }
}

TEST_F(PackTest, CSRIncludingEmpty) {
  for (int trial = 0; trial < 200; ++trial) {
    ElementKind kind = kKinds[7 + trial % 3];
    Shape shape = trial % 50 == 49 ? Shape{2, 70000} : randomShape();
    std::vector<SparseEntry> entries;
    std::vector<float> values(shape.rows * shape.columns);
    for (int64_t i = 0; i < int64_t(values.size()); ++i)
      if (trial % 10 && below(10) == 0) {
        values[i] = randomValue(kind);
        entries.push_back({i / shape.columns, i % shape.columns, values[i]});
      }
    auto weight = pack(CSRFormat{kind}, shape, entries);
    ASSERT_TRUE(bool(weight));
    EXPECT_EQ(int64_t(std::max<size_t>(entries.size(), 1)), weight->parts[1].spec.shape[0]);
    check(std::move(weight), values, "csr");
  }
}

TEST_F(PackTest, SumsNest) {
  Shape shape{3, 21};
  std::vector<float> sparse(63), dense(63), expected(63);
  std::vector<SparseEntry> entries;
  for (int64_t i = 0; i < 63; ++i) {
    dense[i] = float(below(100));
    if (i % 8 == 3)
      sparse[i] = float(below(100) - 50);
    if (i % 11 == 0)
      entries.push_back({i / 21, i % 21, 256.0f});
    expected[i] = sparse[i] + dense[i] + (i % 11 == 0 ? 256.0f : 0.0f);
  }
  std::vector<StoredWeight> inner, outer;
  inner.push_back(llvm::cantFail(pack(NMFormat{3, 8, false, {ElementKind::F16}}, shape, sparse)));
  inner.push_back(llvm::cantFail(pack(CSRFormat{}, shape, entries)));
  outer.push_back(sumOf(std::move(inner)));
  outer.push_back(llvm::cantFail(pack(DenseFormat{{ElementKind::F32}}, shape, dense)));
  StoredWeight weight = sumOf(std::move(outer));
  std::vector<std::string> names;
  for (const PartSpec &spec : partsOf(weight.format, shape))
    names.push_back(spec.name);
  for (size_t i = 0; i < names.size(); ++i)
    EXPECT_EQ(names[i], weight.parts[i].spec.name);
  EXPECT_EQ("0.1.row_offsets", names[2]);
  check(std::move(weight), expected, "sum");
}

TEST_F(PackTest, AbsmaxQuantizationIsNearestUnderTheStoredScale) {
  std::normal_distribution<float> normal;
  for (int trial = 0; trial < 200; ++trial) {
    Encoding encoding = randomEncoding(kKinds[trial % 7]);
    Shape shape = randomShape();
    std::vector<float> values(shape.rows * shape.columns), row(shape.columns);
    for (float &value : values)
      value = normal(rng);
    auto weight = pack(DenseFormat{encoding}, shape, values);
    ASSERT_TRUE(bool(weight));
    std::vector<float> decoded = weight->decode();
    ASSERT_EQ(naiveUnpack(*weight), decoded);
    for (int64_t r = 0; r < shape.rows; ++r) {
      auto original = llvm::ArrayRef<float>(values).slice(r * shape.columns, shape.columns);
      RoundedScales scales = roundScales(encoding, absmaxScales(encoding, original));
      quantizeDequantize(encoding, original, row);
      if (encoding.scale == ScaleKind::E4M3) {
        EXPECT_EQ(448.0f, decode(ElementKind::E4M3, *std::max_element(scales.codes.begin(), scales.codes.end())));
      }
      if (encoding.scale == ScaleKind::U8) {
        EXPECT_EQ(255u, *std::max_element(scales.codes.begin(), scales.codes.end()));
      }
      for (int64_t c = 0; c < shape.columns; ++c) {
        float got = decoded[r * shape.columns + c], scale = scales.values[c / encoding.vector];
        EXPECT_EQ(row[c], got);
        float best = INFINITY;
        for (uint32_t code = 0; code < (1u << bitWidth(encoding.element)); ++code)
          if (float value = decode(encoding.element, code); std::fabs(value) <= maxMagnitude(encoding.element))
            best = std::min(best, std::fabs(value * scale - original[c]));
        EXPECT_LE(std::fabs(got - original[c]), best * 1.0001f + 1e-6f);
      }
    }
  }
}

TEST_F(PackTest, ZeroRowsAndTinyScalesReadAsZero) {
  for (ScaleKind scale : kScales) {
    Shape shape{3, 32};
    std::vector<float> values(96);
    values[32] = 1e30f; // the second vector of row 1 stays zero
    values[64] = 1e-42f;
    if (scale == ScaleKind::F16)
      values[32] = 1.0f;
    auto weight = pack(DenseFormat{{ElementKind::Int8, 16, scale}}, shape, values);
    ASSERT_TRUE(bool(weight));
    EXPECT_EQ("", llvm::toString(verifyStored(weight->format, shape, weight->views())));
    std::vector<float> decoded = weight->decode();
    EXPECT_EQ(0.0f, decoded[0]);
    EXPECT_NEAR(1.0, decoded[32] / values[32], 0.01);
    EXPECT_NEAR(0.0, decoded[64], 1e-40);
    EXPECT_EQ(naiveUnpack(*weight), decoded);
  }
}

TEST_F(PackTest, WrongInputIsNamed) {
  auto message = [](auto result) { return llvm::toString(result.takeError()); };
  std::vector<float> values(20, 1.0f);
  EXPECT_EQ(message(pack(NMFormat{2, 4, false, {ElementKind::F16}}, {2, 10}, values)),
            "pack_c2: row 0, block 0 (columns 0 to 3): expected at most 2 nonzero values, got 4");
  EXPECT_EQ(message(pack(NMFormat{2, 8, true, {ElementKind::F16}}, {2, 10}, values)),
            "pack_c2: row 0, block 0 (columns 0 to 7): expected at most 1 nonzero pairs, got 4");
  values[13] = NAN;
  EXPECT_EQ(message(pack(DenseFormat{{ElementKind::F16}}, {2, 10}, values)),
            "pack_c1: row 1, column 3: expected a finite value, got nan");
  EXPECT_EQ(message(pack(DenseFormat{{ElementKind::F16}}, {3, 10}, values)),
            "pack: expected 30 values for 3 x 10, got 20");
  EXPECT_EQ(message(pack(CSRFormat{}, {2, 10}, {{0, 3, 1.0f}, {0, 3, 2.0f}})),
            "pack_c4: entry 1: expected a place after (0, 3), got (0, 3)");
  EXPECT_EQ(message(pack(CSRFormat{}, {2, 10}, {{0, 10, 1.0f}})),
            "pack_c4: entry 0: expected a place inside 2 x 10, got (0, 10)");
  EXPECT_EQ(message(pack(LUTFormat{2}, {1, 2}, {1, 4}, {1, 2, 3, 4})),
            "pack_c3: row 0, column 1: expected a code below 4, got 4");
}

} // namespace
