//===- Tiled.cpp - Codes in the order in which a kernel reads them --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/Tiled.h"

#include "sdq/Core/BufferBackend.h"
#include "sdq/Core/Verify.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace sdq;
using llvm::Error;

/// A tile larger than this would be no tile, and its size could overflow.
static constexpr int64_t kMaxExtent = 1 << 16;

template <typename... Args>
static Error fail(const char *format, Args &&...args) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Args>(args)...).str());
}

unsigned sdq::codeBits(const CodedFormat &format) {
  if (auto *codebook = std::get_if<LUTFormat>(&format))
    return codebook->bits;
  return bitWidth(std::get<DenseFormat>(format).encoding.element);
}

TilePlane::TilePlane(unsigned bits, llvm::ArrayRef<TileDigit> digits) : bits(bits), count(digits.size()) {
  assert(digits.size() <= kMaxDigits && "verified where digits are read");
  llvm::copy(digits, storage.begin());
}

int64_t TilePlane::extent(bool ofRows) const {
  int64_t extent = 1;
  for (const TileDigit &digit : digits())
    if (digit.ofRows == ofRows)
      extent *= digit.extent;
  return extent;
}

/// tiled_c3 for the digits of the rows or of the columns.
static Error verifyDigits(const TilePlane &plane, size_t number, bool ofRows) {
  llvm::SmallVector<TileDigit> digits;
  llvm::copy_if(plane.digits(), std::back_inserter(digits), [&](TileDigit digit) { return digit.ofRows == ofRows; });
  llvm::sort(digits, [](TileDigit a, TileDigit b) { return a.stride < b.stride; });
  int64_t expected = 1;
  for (TileDigit digit : digits) {
    if (digit.extent < 2 || digit.extent > kMaxExtent / expected)
      return fail("tiled_c3: plane {0}: expected digits of at least 2 and tiles of at most {1} {2}, found {3}{4}:{5}",
                  number, kMaxExtent, ofRows ? "rows" : "columns", ofRows ? "r" : "c", digit.extent, digit.stride);
    if (digit.stride != expected)
      return fail("tiled_c3: plane {0}: expected a digit of {1} of stride {2}, found {3}{4}:{5}", number,
                  ofRows ? "rows" : "columns", expected, ofRows ? "r" : "c", digit.extent, digit.stride);
    expected *= digit.extent;
  }
  return Error::success();
}

Error sdq::verifyTiles(const TiledFormat &format) {
  if (const DenseFormat *dense = format.dense(); dense && !isQuantized(dense->encoding.element))
    return fail("tiled_c1: expected a #sdq.lut or a #sdq.dense of quantized elements, found elements of {0}",
                name(dense->encoding.element));
  unsigned total = 0;
  for (auto [number, plane] : llvm::enumerate(format.planes)) {
    if (plane.bits != 1 && plane.bits != 2 && plane.bits != 4 && plane.bits != 8)
      return fail("tiled_c2: plane {0}: expected 1, 2, 4 or 8 bits, found {1}", number, plane.bits);
    total += plane.bits;
    for (bool ofRows : {false, true})
      if (Error error = verifyDigits(plane, number, ofRows))
        return error;
    if (plane.rows() * plane.columns() * plane.bits % 8 != 0)
      return fail("tiled_c4: plane {0}: expected a tile of whole bytes, found {1} codes of {2} bits", number,
                  plane.rows() * plane.columns(), plane.bits);
  }
  if (total != codeBits(format.codes))
    return fail("tiled_c2: expected planes of {0} bits together, found {1}", codeBits(format.codes), total);
  return Error::success();
}

std::vector<PartSpec> sdq::partsOf(const TiledFormat &format, Shape shape) {
  std::vector<PartSpec> parts;
  for (auto [number, plane] : llvm::enumerate(format.planes)) {
    std::string name = format.planes.size() == 1 ? "codes" : "codes" + std::to_string(number);
    int64_t tileRows = llvm::divideCeil(shape.rows, plane.rows());
    int64_t tileColumns = llvm::divideCeil(shape.columns, plane.columns());
    parts.push_back({name, PartKind::Values, StorageType::I8, {tileRows, tileColumns * plane.bytes()}});
  }
  std::vector<PartSpec> own =
      std::visit([&](const auto &codes) { return partsOf(Format(codes), shape); }, format.codes);
  parts.insert(parts.end(), own.begin() + 1, own.end());
  return parts;
}

/// The place of an element is the sum of what its row and its column make of it: here for the first `count` of either.
static std::vector<int64_t> placesOf(const TilePlane &plane, bool ofRows, int64_t count) {
  std::vector<int64_t> places(count, 0);
  int64_t weight = 1;
  for (const TileDigit &digit : plane.digits()) {
    if (digit.ofRows == ofRows)
      for (int64_t i = 0; i < count; ++i)
        places[i] += i / digit.stride % digit.extent * weight;
    weight *= digit.extent;
  }
  return places;
}

/// stored_c2 for codes of 8 bits; elements are counted row by row.
static Error verifyFiniteCodes(const TiledFormat &format, Shape shape, llvm::ArrayRef<PartView> parts) {
  BufferBackend b;
  std::vector<BufferPart> handles(parts.begin(), parts.end());
  std::vector<char> codes;
  codes.reserve(shape.rows * shape.columns);
  for (int64_t row = 0; row < shape.rows; ++row)
    for (int64_t column = 0; column < shape.columns; ++column)
      codes.push_back(char(loadTiledCode(b, format, llvm::ArrayRef(handles), row, column)));
  return verifyFinite(format.dense()->encoding.element, {parts[0].spec, codes});
}

Error sdq::verifyStored(const TiledFormat &format, Shape shape, llvm::ArrayRef<PartView> parts) {
  if (Error error = verifyParts(partsOf(format, shape), parts))
    return error;
  for (auto [number, plane] : llvm::enumerate(format.planes)) {
    BufferBackend b;
    BufferPart codes(parts[number]);
    auto mustBeZero = [&](int64_t row, int64_t column) -> Error {
      if (uint32_t code = loadTiled(b, plane, codes, row, column))
        return fail("stored_c8: part '{0}', row {1}, column {2} lie outside of {3}x{4}: expected 0, got {5:x}",
                    parts[number].spec.name, row, column, shape.rows, shape.columns, code);
      return Error::success();
    };
    int64_t allRows = llvm::alignTo(shape.rows, plane.rows()),
            allColumns = llvm::alignTo(shape.columns, plane.columns());
    for (int64_t row = 0; row < allRows; ++row)
      for (int64_t column = row < shape.rows ? shape.columns : 0; column < allColumns; ++column)
        if (Error error = mustBeZero(row, column))
          return error;
  }
  if (const LUTFormat *codebook = format.codebook())
    return verifyFinite(codebook->table, parts.back());
  const Encoding &encoding = format.dense()->encoding;
  if (encoding.element == ElementKind::E4M3 || encoding.element == ElementKind::E5M2)
    if (Error error = verifyFiniteCodes(format, shape, parts))
      return error;
  return verifyScales(encoding.scale, parts.drop_front(format.planes.size()));
}

std::vector<Part> sdq::tile(const TiledFormat &format, Shape shape, llvm::ArrayRef<PartView> parts) {
  std::vector<Part> tiled;
  for (PartSpec &spec : partsOf(format, shape)) {
    AlignedBytes bytes(byteSize(spec));
    tiled.push_back({std::move(spec), std::move(bytes)});
  }
  for (auto [from, into] :
       llvm::zip_equal(parts.drop_front(), llvm::MutableArrayRef(tiled).drop_front(format.planes.size())))
    llvm::copy(from.data, into.data.begin());

  BufferBackend b;
  BufferPart source(parts[0]);
  unsigned shift = 0;
  for (auto [number, plane] : llvm::enumerate(format.planes)) {
    llvm::MutableArrayRef<uint8_t> bytes = tiled[number].elements<uint8_t>();
    std::vector<int64_t> rowPlaces = placesOf(plane, true, plane.rows());
    std::vector<int64_t> columnPlaces = placesOf(plane, false, shape.columns);
    for (int64_t column = 0; column < shape.columns; ++column) // a column's tile, too
      columnPlaces[column] += column / plane.columns() * (plane.rows() * plane.columns());
    int64_t tileRow = tiled[number].spec.shape[1], mask = (1 << plane.bits) - 1;
    for (int64_t row = 0; row < shape.rows; ++row) {
      auto into = bytes.slice(row / plane.rows() * tileRow, tileRow);
      for (int64_t column = 0; column < shape.columns; ++column) {
        uint32_t code = loadCode(b, source, row, column, codeBits(format.codes), source.rowStride);
        int64_t bit = (rowPlaces[row % plane.rows()] + columnPlaces[column]) * plane.bits;
        into[bit / 8] |= uint8_t(((code >> shift) & mask) << (bit % 8));
      }
    }
    shift += plane.bits;
  }
  return tiled;
}

/// What a lane loads at a time, and how many lanes do.
static constexpr int64_t kLaneBits = 128, kLanes = 32;

static TileDigit columns(int64_t extent, int64_t stride = 1) { return {false, extent, stride}; }
static const TileDigit kLaneOfRow{true, kLanes, 1};

static std::optional<TiledFormat> tilesOf(const LUTFormat &format) {
  int64_t bits = format.bits;
  switch (bits) {
  case 2:
  case 4:
    return TiledFormat{format, {{format.bits, {columns(kLaneBits / bits), kLaneOfRow}}}};
  case 3:
    return TiledFormat{format, {{2, {columns(64), kLaneOfRow, columns(2, 64)}}, {1, {columns(128), kLaneOfRow}}}};
  default:
    return std::nullopt;
  }
}

/// Columns 2i and 2i + 1 at places i and i + 16/bits of a word; `loads` of 16 bytes a lane.
static TilePlane pairsApart(unsigned bits, int64_t loads) {
  int64_t ofWord = 32 / bits, ofLoad = kLaneBits / bits;
  llvm::SmallVector<TileDigit> digits = {columns(ofWord / 2, 2), columns(2), columns(kLaneBits / 32, ofWord),
                                         kLaneOfRow};
  if (loads > 1)
    digits.push_back(columns(loads, ofLoad));
  return {bits, digits};
}

static std::optional<TiledFormat> tilesOf(const DenseFormat &format) {
  if (!isQuantized(format.encoding.element))
    return std::nullopt;
  switch (unsigned bits = bitWidth(format.encoding.element)) {
  case 3:
    return TiledFormat{format, {pairsApart(2, 2), pairsApart(1, 1)}};
  case 8:
    return TiledFormat{format, {pairsApart(8, 2)}};
  default:
    return TiledFormat{format, {pairsApart(bits, 1)}};
  }
}

std::optional<TiledFormat> sdq::warpTiles(const CodedFormat &format) {
  return std::visit([](const auto &codes) { return tilesOf(codes); }, format);
}
