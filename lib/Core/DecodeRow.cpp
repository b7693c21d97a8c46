//===- DecodeRow.cpp - Whole rows at a time -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the visits of Decode.h compute element by element, done in loops over a row that vectorise: unpack the codes,
// look their values up, scale, add. Products and sums are kept in separate statements, as in Decode.h, so that neither
// is contracted to a fused multiply-add where the other is not.
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/BitStream.h"
#include "sdq/Core/BufferBackend.h"
#include "sdq/Core/Codec.h"
#include "sdq/Core/StoredWeight.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <array>
#include <cassert>

using namespace sdq;

namespace {

/// The values of all codes of a quantized element.
const std::array<float, 256> &valuesOf(ElementKind kind) {
  static const auto tables = [] {
    std::array<std::array<float, 256>, size_t(ElementKind::E5M2) + 1> tables = {};
    for (size_t k = 0; k < tables.size(); ++k)
      for (uint32_t code = 0; code < (1u << bitWidth(ElementKind(k))); ++code)
        tables[k][code] = decode(ElementKind(k), code);
    return tables;
  }();
  return tables[size_t(kind)];
}

/// Decodes row after row, reusing its memory.
class RowDecoder {
public:
  using Views = llvm::ArrayRef<PartView>;

  void add(const Format &format, Shape shape, Views parts, int64_t row, llvm::MutableArrayRef<float> out) {
    std::visit([&](const auto &leaf) { addLeaf(leaf, shape, parts, row, out); }, format.variant());
  }

private:
  void addLeaf(const DenseFormat &format, Shape shape, Views parts, int64_t row, llvm::MutableArrayRef<float> out) {
    if (format.transposed)
      return addByVisits(format, shape, parts, row, out);
    loadSlots(format.encoding, parts, row, shape.columns);
    if (!isQuantized(format.encoding.element)) {
      for (int64_t c = 0; c < shape.columns; ++c)
        out[c] += slots[c];
      return;
    }
    loadScales(format.encoding, parts, row, shape.columns);
    for (int64_t v = 0, begin = 0; begin < shape.columns; ++v, begin += format.encoding.vector) {
      int64_t end = std::min(begin + format.encoding.vector, shape.columns);
      float scale = scales[v];
      for (int64_t c = begin; c < end; ++c) {
        float value = slots[c] * scale;
        out[c] += value;
      }
    }
  }

  void addLeaf(const NMFormat &format, Shape shape, Views parts, int64_t row, llvm::MutableArrayRef<float> out) {
    if (format.storage() == NMStorage::Grid)
      return addLeaf(DenseFormat{format.encoding}, shape, parts, row, out);
    bool quantized = isQuantized(format.encoding.element);
    loadSlots(format.encoding, parts, row, format.slots(shape.columns));
    if (quantized)
      loadScales(format.encoding, parts, row, shape.columns);
    loadUnits(format, shape, parts.back(), row);
    int64_t unit = format.unit(), perBlock = format.n / unit, slot = 0;
    for (int64_t i = 0, e = units.size(); i < e; ++i)
      for (int64_t member = 0; member < unit; ++member, ++slot) {
        int64_t column = i / perBlock * format.m + units[i] * unit + member;
        if (column >= shape.columns)
          continue;
        float value = quantized ? slots[slot] * scales[column / format.encoding.vector] : slots[slot];
        out[column] += value;
      }
  }

  void addLeaf(const LUTFormat &format, Shape shape, Views parts, int64_t row, llvm::MutableArrayRef<float> out) {
    int64_t entries = int64_t(1) << format.bits, bytes = bitWidth(format.table) / 8;
    std::array<float, 256> table;
    widen(format.table, parts[1].data.data() + row * entries * bytes, llvm::MutableArrayRef(table).take_front(entries));
    codes.resize(shape.columns);
    unpackBits(rowOf<uint8_t>(parts[0], row), format.bits, codes);
    for (int64_t c = 0; c < shape.columns; ++c)
      out[c] += table[codes[c]];
  }

  void addLeaf(const CSRFormat &format, Shape shape, Views parts, int64_t row, llvm::MutableArrayRef<float> out) {
    addByVisits(format, shape, parts, row, out);
  }

  void addLeaf(const SumFormat &format, Shape shape, Views parts, int64_t row, llvm::MutableArrayRef<float> out) {
    for (const Format &term : format.terms) {
      size_t count = partsOf(term, shape).size();
      add(term, shape, parts.take_front(count), row, out);
      parts = parts.drop_front(count);
    }
  }

  void addByVisits(const Format &format, Shape shape, Views parts, int64_t row, llvm::MutableArrayRef<float> out) {
    BufferBackend backend;
    llvm::SmallVector<BufferPart> handles(parts.begin(), parts.end());
    visitRow(backend, format, shape, llvm::ArrayRef<BufferPart>(handles), row, int64_t(0), int64_t(1), {},
             [&](int64_t column, float value, BufferBackend::Accumulators none) {
               out[column] += value;
               return none;
             });
  }

  /// slots = the row's stored values, unscaled.
  void loadSlots(const Encoding &encoding, Views parts, int64_t row, int64_t count) {
    slots.resize(count);
    if (!isQuantized(encoding.element))
      return widen(encoding.element, parts[0].data.data() + row * count * (bitWidth(encoding.element) / 8), slots);
    codes.resize(count);
    unpackBits(rowOf<uint8_t>(parts[0], row), bitWidth(encoding.element), codes);
    const std::array<float, 256> &values = valuesOf(encoding.element);
    for (int64_t i = 0; i < count; ++i)
      slots[i] = values[codes[i]];
  }

  void loadScales(const Encoding &encoding, Views parts, int64_t row, int64_t columns) {
    int64_t vectors = llvm::divideCeil(columns, encoding.vector);
    scales.resize(vectors);
    if (bitWidth(encoding.scale) > 8) {
      ElementKind kind = encoding.scale == ScaleKind::F16 ? ElementKind::F16 : ElementKind::F32;
      return widen(kind, parts[1].data.data() + row * vectors * (bitWidth(kind) / 8), scales);
    }
    BufferBackend backend;
    llvm::ArrayRef<uint8_t> stored = rowOf<uint8_t>(parts[1], row);
    for (int64_t v = 0; v < vectors; ++v)
      scales[v] = decodeScale(backend, encoding.scale, stored[v]);
    if (!hasRowScale(encoding.scale))
      return;
    float rowScale = rowOf<float>(parts[2], row)[0];
    for (int64_t v = 0; v < vectors; ++v)
      scales[v] *= rowScale;
  }

  /// units = the stored columns or pairs of each block, block after block.
  void loadUnits(const NMFormat &format, Shape shape, const PartView &metadata, int64_t row) {
    units.resize(format.blocks(shape.columns) * (format.n / format.unit()));
    if (format.storage() == NMStorage::Indices)
      return unpackBits(rowOf<uint8_t>(metadata, row), format.indexBits(), units);
    BufferBackend backend;
    BufferPart masks(metadata);
    size_t next = 0;
    for (int64_t block = 0; block < format.blocks(shape.columns); ++block)
      for (uint32_t mask = backend.loadBits(masks, row, block); mask && next < units.size(); mask &= mask - 1)
        units[next++] = uint8_t(llvm::countr_zero(mask));
  }

  std::vector<uint8_t> codes, units;
  std::vector<float> slots, scales;
};

} // namespace

void sdq::decodeRow(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts, int64_t row,
                    llvm::MutableArrayRef<float> out) {
  assert(int64_t(out.size()) == shape.columns && row < shape.rows);
  RowDecoder().add(format, shape, parts, row, out);
}

void sdq::decodeMatrix(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts,
                       llvm::MutableArrayRef<float> out) {
  assert(int64_t(out.size()) == shape.rows * shape.columns);
  std::fill(out.begin(), out.end(), 0.0f);
  RowDecoder decoder;
  for (int64_t row = 0; row < shape.rows; ++row)
    decoder.add(format, shape, parts, row, out.slice(row * shape.columns, shape.columns));
}
