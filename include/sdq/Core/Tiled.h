//===- Tiled.h - Codes in the order in which a kernel reads them -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The codes of a codebook, or of a dense quantized weight, lie row after row. A kernel reads them fastest where what
// its lanes load side by side lies side by side: in *tiles*. The order within a tile is a list of digits, the fastest
// first. A digit `c4:2` is worth (column div 2) mod 4, `r8:1` is (row div 1) mod 8; a code's place is the number whose
// digits these are:
//
//   place(row, column) = Σ_d ((x_d div stride_d) mod extent_d) · Π_{d' < d} extent_d'        x_d the row or the column
//
// The digits of the columns, by rising stride, count the tile's columns, each exactly once: strides 1, e₁, e₁·e₂, …;
// those of the rows likewise. Tiles follow one another along a row of tiles, then rows of tiles. The last tile of each
// is filled up with codes of 0.
//
//   [c4:1, r2:1]  a tile of 2 × 4            [c2:1, r2:1, c2:2]  the same tile, by pairs
//     row 0:  0  1  2  3                       row 0:  0  1  4  5
//     row 1:  4  5  6  7                       row 1:  2  3  6  7
//
// Codes of a width that does not divide a byte are split into *planes*, the low bits first, each a stream of codes of
// its own width in an order of its own: 3 = 2 + 1 bits. Place p of a plane of b bits occupies bits [p·b, p·b + b) of
// the tile.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_TILED_H
#define SDQ_CORE_TILED_H

#include "sdq/Core/Decode.h"
#include "sdq/Core/StoredWeight.h"

#include "llvm/ADT/Hashing.h"
#include "llvm/Support/Error.h"

#include <array>

namespace sdq {

/// One digit of a place.
struct TileDigit {
  bool ofRows = false;
  int64_t extent = 1, stride = 1;
  bool operator==(const TileDigit &) const = default;
};
inline llvm::hash_code hash_value(const TileDigit &digit) {
  return llvm::hash_combine(digit.ofRows, digit.extent, digit.stride);
}

/// Some bits of every code, and the order of a tile.
struct TilePlane {
  static constexpr size_t kMaxDigits = 8;

  unsigned bits = 0;
  unsigned count = 0;
  std::array<TileDigit, kMaxDigits> storage = {};

  TilePlane() = default;
  TilePlane(unsigned bits, llvm::ArrayRef<TileDigit> digits);
  /// The fastest first.
  llvm::ArrayRef<TileDigit> digits() const { return llvm::ArrayRef(storage).take_front(count); }
  bool operator==(const TilePlane &) const = default;

  /// A tile's extents, and its size.
  int64_t rows() const { return extent(true); }
  int64_t columns() const { return extent(false); }
  int64_t bytes() const { return rows() * columns() * bits / 8; }

private:
  int64_t extent(bool ofRows) const;
};
inline llvm::hash_code hash_value(const TilePlane &plane) {
  return llvm::hash_combine(plane.bits, llvm::hash_combine_range(plane.digits()));
}

/// A format that has a code for every element; of dense ones, those of quantized elements, not transposed.
using CodedFormat = std::variant<LUTFormat, DenseFormat>;
/// Of one code.
unsigned codeBits(const CodedFormat &format);

/// A format whose codes are tiled; its other parts, tables or scales, lie as they are.
struct TiledFormat {
  CodedFormat codes;
  std::vector<TilePlane> planes; // low bits first
  bool operator==(const TiledFormat &) const = default;

  /// Null where the codes are something else.
  const LUTFormat *codebook() const { return std::get_if<LUTFormat>(&codes); }
  const DenseFormat *dense() const { return std::get_if<DenseFormat>(&codes); }
};

/// tiled_c1 … tiled_c4, which docs/Formats.md lists.
llvm::Error verifyTiles(const TiledFormat &format);

/// planes: codes, or codes0, codes1, …, i8 [⌈R / rows⌉, ⌈C / columns⌉ · bytes]; then the format's parts behind its
/// codes.
std::vector<PartSpec> partsOf(const TiledFormat &format, Shape shape);

/// stored_c1, stored_c2, and stored_c8: codes that only fill a tile up are 0.
llvm::Error verifyStored(const TiledFormat &format, Shape shape, llvm::ArrayRef<PartView> parts);

/// The parts of `format` for a weight whose parts before, codes and what follows them, are given.
std::vector<Part> tile(const TiledFormat &format, Shape shape, llvm::ArrayRef<PartView> parts);

/// The order in which a warp reads codes, each lane 16 bytes of a row of its own, 32 rows side by side; 3 bits are 2
/// + 1. A codebook's pairs of columns lie side by side, to be looked up together; nothing for more than 4 bits. Of
/// other codes, a pair is 16 bits apart in a word, to become two f16 at once; 8 bits take two loads.
std::optional<TiledFormat> warpTiles(const CodedFormat &format);

//===----------------------------------------------------------------------===//

/// The bits of a plane at an element.
template <typename B, typename Part>
typename B::Bits loadTiled(B &b, const TilePlane &plane, const Part &part, typename B::Index row,
                           typename B::Index column) {
  auto place = b.index(0);
  int64_t weight = 1;
  for (const TileDigit &digit : plane.digits()) {
    auto value = b.rem(b.div(digit.ofRows ? row : column, b.index(digit.stride)), b.index(digit.extent));
    place = b.add(place, b.mul(value, b.index(weight)));
    weight *= digit.extent;
  }
  auto perByte = b.index(8 / plane.bits);
  auto tile = b.mul(b.div(column, b.index(plane.columns())), b.index(plane.bytes()));
  auto byte = b.loadBits(part, b.div(row, b.index(plane.rows())), b.add(tile, b.div(place, perByte)));
  auto shift = b.mul(b.toBits(b.rem(place, perByte)), b.bits(plane.bits));
  return b.and_(b.shr(byte, shift), b.bits((1u << plane.bits) - 1));
}

/// The code at an element.
template <typename B, typename Parts>
typename B::Bits loadTiledCode(B &b, const TiledFormat &format, Parts parts, typename B::Index row,
                               typename B::Index column) {
  auto code = b.bits(0);
  unsigned shift = 0;
  for (size_t i = 0; i < format.planes.size(); ++i) {
    auto bits = loadTiled(b, format.planes[i], parts[i], row, column);
    code = b.or_(code, b.shl(bits, b.bits(shift)));
    shift += format.planes[i].bits;
  }
  return code;
}

/// What the codes of vector number `vector` of a dense format's row are multiplied by.
template <typename B, typename Parts>
typename B::Real tiledScale(B &b, const TiledFormat &format, Parts parts, typename B::Index row,
                            typename B::Index vector) {
  // As if the last plane were the values.
  return detail::decodeVectorScale(b, format.dense()->encoding, parts.drop_front(format.planes.size() - 1), row,
                                   vector);
}

/// W[row, column].
template <typename B, typename Parts>
typename B::Real elementAt(B &b, const TiledFormat &format, Shape, Parts parts, typename B::Index row,
                           typename B::Index column) {
  auto code = loadTiledCode(b, format, parts, row, column);
  if (const LUTFormat *codebook = format.codebook())
    return detail::decodeSlot(b, Encoding{codebook->table}, 0, parts.drop_front(format.planes.size()), row,
                              b.toIndex(code), column);
  const Encoding &encoding = format.dense()->encoding;
  auto scale = tiledScale(b, format, parts, row, b.div(column, b.index(encoding.vector)));
  return b.mul(decodeElement(b, encoding.element, code), scale);
}

} // namespace sdq

#endif // SDQ_CORE_TILED_H
