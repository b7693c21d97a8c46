//===- Format.h - What a compressed weight is made of ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A weight is a matrix W of `rows` output channels by `columns` inputs. A *format* says how its numbers are stored:
// as a set of named *parts*, each a plain row-major buffer of i8, i16, i32, f16 or f32. Sub-byte codes are packed
// into i8 rows; every row starts at a byte of its own.
//
//   format            parts                                                              reads as
//   ----------------  -----------------------------------------------------------------  --------------------------
//   dense<T>          values [R,C] (bf16 as i16); transposed: [C,R]                      W[r,c] = values[r,c]
//   dense<q,Q,S>      values i8 [R, bytes(C·bits)], scales [R, ⌈C/Q⌉], row_scale f32 [R] code · scale[c/Q] · row_scale
//   nm<N:M, …>        values [R, slots], scales, row_scale as above; last mask or         see NMStorage
//                     indices
//   lut<b, T>         codes i8 [R, bytes(C·b)], tables T [R, 2^b]                        tables[r, code]
//   csr<T>            row_offsets i32 [R+1], columns i16|i32 [nnz], values T [nnz]       Σ over the row's entries
//   sum<A, B, …>      0.<part of A>…, 1.<part of B>…                                     A + B + …
//
// row_scale exists exactly where `hasRowScale(S)`: e4m3 and u8. Codes are a little-endian bit stream: code c of width b
// occupies bits [c·b, c·b + b) of its row, the lowest bit first, so that 4-bit code 0 is the low nibble of byte 0.
// An empty part is stored as one zero element (an empty resource cannot be read back from MLIR bytecode).
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_FORMAT_H
#define SDQ_CORE_FORMAT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sdq {

/// Number formats a stored value may have.
enum class ElementKind : uint8_t { Int2, Int3, Int4, Int8, E2M1, E4M3, E5M2, F16, BF16, F32 };

/// Bits of one code.
unsigned bitWidth(ElementKind kind);
/// True for the formats that need a scale: int2, int3, int4, int8, e2m1, e4m3, e5m2.
bool isQuantized(ElementKind kind);
bool isInteger(ElementKind kind);
/// The largest finite magnitude: 1, 3, 7, 127 (integers are symmetric), 6, 448, 57344, 65504, …
float maxMagnitude(ElementKind kind);
/// MLIR's spelling: i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16, bf16, f32.
llvm::StringRef name(ElementKind kind);

/// Formats a scale may have. E4M3 scales and U8 ones, plain integers, live under a per-row f32 second level (VS-Quant,
/// arXiv 2102.04503 §4); E8M0 is a power of two, 2^(code − 127), codes 1 to 254 (OCP Microscaling 1.0 §5.4.1).
enum class ScaleKind : uint8_t { None, E4M3, U8, E8M0, F16, F32 };
unsigned bitWidth(ScaleKind kind);
/// Whether scales of this kind are multiplied by the row's own: E4M3 and U8.
bool hasRowScale(ScaleKind kind);
/// The words of options and recipes: f8E4M3FN, u8, f8E8M0FNU, f16, f32; empty for none.
llvm::StringRef name(ScaleKind kind);
/// The kind of such a word.
std::optional<ScaleKind> scaleKindNamed(llvm::StringRef word);

/// The numbers of one term: values of `element`, every `vector` consecutive *inputs* (columns of the dense grid, not
/// stored slots) of a row sharing one scale. vector = 0 and scale = None exactly when the element is not quantized.
struct Encoding {
  ElementKind element = ElementKind::F16;
  int64_t vector = 0;
  ScaleKind scale = ScaleKind::None;
  bool operator==(const Encoding &) const = default;
};

/// Every element stored. `transposed`: stored inputs × outputs, as some exporters leave it; float elements only.
struct DenseFormat {
  Encoding encoding;
  bool transposed = false;
  bool operator==(const DenseFormat &) const = default;
};

/// How an N:M term stores its blocks. The smallest wins; ties go to the earlier one, which decodes faster.
///   Grid    one code per column of the dense grid, zeros included, no metadata.
///   Mask    N codes a block; mask i8|i16|i32 [R, blocks], bit i set = column i (pair i) of the block is stored.
///   Indices N codes a block; indices i8 [R, bytes(blocks·N·⌈log2 M⌉)], ascending columns (pairs) within the block.
/// Pairwise counts pairs: N/2 of M/2 pairs of neighbouring columns, both members stored. The last block of a row may
/// reach past the last column; its slots out there hold zeros.
enum class NMStorage : uint8_t { Grid, Mask, Indices };

/// At most N of every M consecutive inputs of an output channel are nonzero. 1 ≤ N ≤ M ≤ 32.
struct NMFormat {
  int64_t n = 0, m = 0;
  bool pairwise = false;
  Encoding encoding;
  bool operator==(const NMFormat &) const = default;

  NMStorage storage() const;
  /// Units the metadata counts in: pairs or single columns.
  int64_t unit() const { return pairwise ? 2 : 1; }
  /// Width of one mask element: 8, 16 or 32 bits.
  unsigned maskBits() const;
  /// Width of one index: ⌈log2(M/unit)⌉, at least 1.
  unsigned indexBits() const;
  int64_t blocks(int64_t columns) const { return (columns + m - 1) / m; }
  /// Codes a row stores.
  int64_t slots(int64_t columns) const { return storage() == NMStorage::Grid ? columns : blocks(columns) * n; }
};

/// A table of 2^bits values per output channel; a code per element. 2 ≤ bits ≤ 8 (SqueezeLLM, arXiv 2306.07629 §4.1).
struct LUTFormat {
  unsigned bits = 4;
  ElementKind table = ElementKind::F16;
  bool operator==(const LUTFormat &) const = default;
};

/// A few exact values in compressed sparse rows; column indices ascend within a row.
struct CSRFormat {
  ElementKind values = ElementKind::F16;
  bool operator==(const CSRFormat &) const = default;
};

struct Format;
/// The sum of its terms, in the order in which they are added.
struct SumFormat {
  std::vector<Format> terms;
  bool operator==(const SumFormat &) const;
};

struct Format : std::variant<DenseFormat, NMFormat, LUTFormat, CSRFormat, SumFormat> {
  using Variant = std::variant<DenseFormat, NMFormat, LUTFormat, CSRFormat, SumFormat>;
  using Variant::Variant;
  const Variant &variant() const { return *this; }
};
inline bool SumFormat::operator==(const SumFormat &other) const { return terms == other.terms; }

/// A weight's extent: R output channels × C inputs.
struct Shape {
  int64_t rows = 0, columns = 0;
  bool operator==(const Shape &) const = default;
};

/// What a part is for; the report itemises bits by it.
enum class PartKind : uint8_t { Values, Metadata, Scales, Tables };
/// The type of a part's elements.
enum class StorageType : uint8_t { I8, I16, I32, F16, F32 };
unsigned bitWidth(StorageType type);

/// Extent of a part whose length is not in the type: the nonzeros of a CSR.
inline constexpr int64_t kDynamicExtent = -1;

/// One buffer of a stored weight.
struct PartSpec {
  std::string name;
  PartKind kind;
  StorageType type;
  std::vector<int64_t> shape; // kDynamicExtent at most once
  bool operator==(const PartSpec &) const = default;
};

/// The parts that `format` stores a `shape` weight in, in the order of the table above.
std::vector<PartSpec> partsOf(const Format &format, Shape shape);

/// The part types of a value of this element: the storage of unpacked floats.
StorageType storageOf(ElementKind kind);

/// A part's bytes, owned by somebody else. `data` is aligned to its element.
struct PartView {
  PartSpec spec; // dynamic extent resolved
  llvm::ArrayRef<char> data;
};

} // namespace sdq

#endif // SDQ_CORE_FORMAT_H
