//===- Decode.h - The decoders, written once --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How a stored weight is read, written once and interpreted twice: over buffers (`BufferBackend`, here), and as IR
// (`IRBackend`, in the dialect), which is what CPU and GPU kernels are made of. A backend supplies a handful of
// scalar operations; the decoders below combine them.
//
// The one entry point is `visitRow`: it visits the stored elements of one output channel,
//
//   for each stored element number i = first, first + step, … of row r:   accumulators = body(column, value, …)
//
// so a CPU kernel visits with (0, 1) and scatters into a row buffer, while the 32 lanes of a warp visit with
// (lane, 32) and each accumulates value · x[column]. Every nonzero is visited exactly once; a visit of a zero is
// allowed (padding), always with a valid column. `elementAt` reads one element by its place, where that takes no
// search.
//
// A backend B provides
//   types   Index (i64-like), Bits (u32), Real (f32), Predicate, Accumulators
//   index   index(n) add sub mul div rem (unsigned, by any Index) less(a, b) toBits toIndex min
//   bits    bits(n) add sub and_ or_ xor_ shl shr popcount equal
//   real    real(x) mul(Real, Real) fromSigned(Bits) fromUnsigned(Bits) bitcast(Bits) bitsOf(Real)
//   choice  select(Predicate, T, T)
//   memory  loadBits(part, i…) zero-extended; loadReal(part, i…) f16 or f32, widened
//   loop    loop(lower, upper, step, accumulators, body(Index, Accumulators) → Accumulators)
// where `part` is the backend's handle of one part, taken from a list in the order of `partsOf`.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_DECODE_H
#define SDQ_CORE_DECODE_H

#include "sdq/Core/Format.h"

namespace sdq {

/// The value of an unscaled code. Codes of e4m3 and e5m2 that stand for NaN or infinity never occur: encoders saturate.
template <typename B>
typename B::Real decodeElement(B &b, ElementKind kind, typename B::Bits code) {
  // Sign extension without a narrow type: (code ^ s) − s, s the sign bit.
  auto signedInteger = [&](uint32_t sign) { return b.fromSigned(b.sub(b.xor_(code, b.bits(sign)), b.bits(sign))); };
  // A float of `e` exponent and `m` mantissa bits: a normal is its bits moved into f32's place with the bias
  // exchanged; a subnormal is mantissa · 2^(1 − bias − m). No f32 subnormal is formed, which some CPUs trap on.
  auto smallFloat = [&](unsigned e, unsigned m) {
    int bias = (1 << (e - 1)) - 1;
    auto magnitude = b.and_(code, b.bits((1u << (e + m)) - 1));
    auto sign = b.shl(b.and_(code, b.bits(1u << (e + m))), b.bits(31 - (e + m)));
    auto normal = b.add(b.shl(magnitude, b.bits(23 - m)), b.bits(uint32_t(127 - bias) << 23));
    auto subnormal = b.mul(b.fromUnsigned(magnitude), b.real(1.0f / float(1u << (bias - 1 + int(m)))));
    auto isSubnormal = b.equal(b.shr(magnitude, b.bits(m)), b.bits(0));
    auto positive = b.select(isSubnormal, subnormal, b.bitcast(normal));
    return b.bitcast(b.or_(b.bitsOf(positive), sign));
  };
  switch (kind) {
  case ElementKind::Int2:
    return signedInteger(2);
  case ElementKind::Int3:
    return signedInteger(4);
  case ElementKind::Int4:
    return signedInteger(8);
  case ElementKind::Int8:
    return signedInteger(128);
  case ElementKind::E2M1:
    return smallFloat(2, 1);
  case ElementKind::E4M3:
    return smallFloat(4, 3);
  case ElementKind::E5M2:
    return smallFloat(5, 2);
  case ElementKind::F16:
    return smallFloat(5, 10);
  case ElementKind::BF16:
    return b.bitcast(b.shl(code, b.bits(16)));
  case ElementKind::F32:
    return b.bitcast(code);
  }
  __builtin_unreachable();
}

/// The value of an 8-bit scale, without the row's: see ScaleKind. No e8m0 code of 0 occurs, so that no f32 subnormal is
/// formed.
template <typename B>
typename B::Real decodeScale(B &b, ScaleKind kind, typename B::Bits code) {
  switch (kind) {
  case ScaleKind::U8:
    return b.fromUnsigned(code);
  case ScaleKind::E8M0:
    return b.bitcast(b.shl(code, b.bits(23)));
  default:
    return decodeElement(b, ElementKind::E4M3, code);
  }
}

/// Code number `i` of a row of the bit stream `part`, whose rows are `rowBytes` long.
template <typename B, typename Part>
typename B::Bits loadCode(B &b, const Part &part, typename B::Index row, typename B::Index i, unsigned width,
                          int64_t rowBytes) {
  if (width >= 8 && (width & (width - 1)) == 0)
    return b.loadBits(part, row, i);
  auto mask = b.bits((1u << width) - 1);
  if (8 % width == 0) {
    auto perByte = b.index(8 / width);
    auto byte = b.loadBits(part, row, b.div(i, perByte));
    auto shift = b.mul(b.toBits(b.rem(i, perByte)), b.bits(width));
    return b.and_(b.shr(byte, shift), mask);
  }
  // The code may straddle two bytes; the second is only wanted then, so reading the last one again is harmless.
  auto bit = b.mul(i, b.index(width));
  auto byte = b.div(bit, b.index(8));
  auto next = b.min(b.add(byte, b.index(1)), b.index(rowBytes - 1));
  auto pair = b.or_(b.loadBits(part, row, byte), b.shl(b.loadBits(part, row, next), b.bits(8)));
  return b.and_(b.shr(pair, b.toBits(b.rem(bit, b.index(8)))), mask);
}

namespace detail {

inline int64_t streamBytes(int64_t codes, unsigned width) { return (codes * width + 7) / 8; }

/// What the codes of vector number `vector` of a row are multiplied by, the row's own scale included. `parts`: as
/// below.
template <typename B, typename Parts>
typename B::Real decodeVectorScale(B &b, const Encoding &encoding, Parts parts, typename B::Index row,
                                   typename B::Index vector) {
  auto scale = bitWidth(encoding.scale) == 8 ? decodeScale(b, encoding.scale, b.loadBits(parts[1], row, vector))
                                             : b.loadReal(parts[1], row, vector);
  return hasRowScale(encoding.scale) ? b.mul(scale, b.loadReal(parts[2], row)) : scale;
}

/// Value of stored slot `slot`, which sits at `column` of the dense grid. `parts` starts at the `values` part and is
/// followed by `scales` and `row_scale` where the encoding has them.
template <typename B, typename Parts>
typename B::Real decodeSlot(B &b, const Encoding &encoding, int64_t slots, Parts parts, typename B::Index row,
                            typename B::Index slot, typename B::Index column) {
  if (!isQuantized(encoding.element)) {
    if (encoding.element == ElementKind::BF16)
      return decodeElement(b, encoding.element, b.loadBits(parts[0], row, slot));
    return b.loadReal(parts[0], row, slot);
  }
  unsigned width = bitWidth(encoding.element);
  auto value = decodeElement(b, encoding.element, loadCode(b, parts[0], row, slot, width, streamBytes(slots, width)));
  return b.mul(value, decodeVectorScale(b, encoding, parts, row, b.div(column, b.index(encoding.vector))));
}

template <typename B, typename Parts>
typename B::Real elementAt(B &b, const DenseFormat &format, Shape shape, Parts parts, typename B::Index row,
                           typename B::Index column) {
  return format.transposed ? decodeSlot(b, format.encoding, shape.rows, parts, column, row, row)
                           : decodeSlot(b, format.encoding, shape.columns, parts, row, column, column);
}

template <typename B, typename Parts>
typename B::Real elementAt(B &b, const LUTFormat &format, Shape shape, Parts parts, typename B::Index row,
                           typename B::Index column) {
  int64_t rowBytes = streamBytes(shape.columns, format.bits);
  auto code = b.toIndex(loadCode(b, parts[0], row, column, format.bits, rowBytes));
  return decodeSlot(b, Encoding{format.table}, 0, parts.drop_front(), row, code, column);
}

template <typename B, typename Parts>
typename B::Real elementAt(B &b, const NMFormat &format, Shape shape, Parts parts, typename B::Index row,
                           typename B::Index column) {
  int64_t slots = format.slots(shape.columns), unit = format.unit();
  // Parts come as values, scales, row_scale and last, unless the storage is Grid, the metadata.
  if (format.storage() == NMStorage::Grid)
    return elementAt(b, DenseFormat{format.encoding}, shape, parts, row, column);
  auto metadata = parts.back();
  auto m = b.index(format.m), n = b.index(format.n);
  auto block = b.div(column, m);
  auto inBlock = b.rem(column, m);
  auto place = b.toBits(b.div(inBlock, b.index(unit)));

  if (format.storage() == NMStorage::Mask) {
    // The element is stored iff its bit is set, behind as many others as bits are set below it.
    auto mask = b.loadBits(metadata, row, block);
    auto stored = b.equal(b.and_(b.shr(mask, place), b.bits(1)), b.bits(1));
    auto below = b.popcount(b.and_(mask, b.sub(b.shl(b.bits(1), place), b.bits(1))));
    auto rank = b.mul(b.toIndex(below), b.index(unit));
    if (unit == 2)
      rank = b.add(rank, b.rem(inBlock, b.index(2)));
    // A column that is not stored may have n others below it: any slot of its block does, since it is not used.
    auto slot = b.add(b.mul(block, n), b.min(rank, b.index(format.n - 1)));
    return b.select(stored, decodeSlot(b, format.encoding, slots, parts, row, slot, column), b.real(0.0f));
  }

  // The one of the block's few indices that says this place, if any does.
  auto value = b.real(0.0f);
  int64_t perBlock = format.n / unit, indices = slots / unit;
  unsigned width = format.indexBits();
  for (int64_t i = 0; i < perBlock; ++i) {
    auto number = b.add(b.mul(block, b.index(perBlock)), b.index(i));
    auto hit = b.equal(loadCode(b, metadata, row, number, width, streamBytes(indices, width)), place);
    auto slot = b.mul(number, b.index(unit));
    if (unit == 2)
      slot = b.add(slot, b.rem(inBlock, b.index(2)));
    value = b.select(hit, decodeSlot(b, format.encoding, slots, parts, row, slot, column), value);
  }
  return value;
}

/// Column by column.
template <typename B, typename Format, typename Parts, typename Body>
typename B::Accumulators visitColumns(B &b, const Format &format, Shape shape, Parts parts, typename B::Index row,
                                      typename B::Index first, typename B::Index step, typename B::Accumulators inits,
                                      const Body &body) {
  return b.loop(first, b.index(shape.columns), step, inits, [&](auto column, auto accumulators) {
    return body(column, elementAt(b, format, shape, parts, row, column), accumulators);
  });
}

template <typename B, typename Parts, typename Body>
typename B::Accumulators visitRow(B &b, const DenseFormat &format, Shape shape, Parts parts, typename B::Index row,
                                  typename B::Index first, typename B::Index step, typename B::Accumulators inits,
                                  const Body &body) {
  return visitColumns(b, format, shape, parts, row, first, step, inits, body);
}

template <typename B, typename Parts, typename Body>
typename B::Accumulators visitRow(B &b, const LUTFormat &format, Shape shape, Parts parts, typename B::Index row,
                                  typename B::Index first, typename B::Index step, typename B::Accumulators inits,
                                  const Body &body) {
  return visitColumns(b, format, shape, parts, row, first, step, inits, body);
}

template <typename B, typename Parts, typename Body>
typename B::Accumulators visitRow(B &b, const NMFormat &format, Shape shape, Parts parts, typename B::Index row,
                                  typename B::Index first, typename B::Index step, typename B::Accumulators inits,
                                  const Body &body) {
  if (format.storage() != NMStorage::Indices)
    return visitColumns(b, format, shape, parts, row, first, step, inits, body);
  // Slot by slot: the index says which column of the block it is.
  int64_t slots = format.slots(shape.columns), unit = format.unit(), indices = slots / unit;
  auto m = b.index(format.m), n = b.index(format.n);
  unsigned width = format.indexBits();
  return b.loop(first, b.index(slots), step, inits, [&](auto slot, auto accumulators) {
    auto block = b.div(slot, n);
    auto index = loadCode(b, parts.back(), row, b.div(slot, b.index(unit)), width, streamBytes(indices, width));
    auto inBlock = b.mul(b.toIndex(index), b.index(unit));
    if (unit == 2)
      inBlock = b.add(inBlock, b.rem(slot, b.index(2)));
    auto column = b.add(b.mul(block, m), inBlock);
    // Padding past the last column holds zeros; it is visited at a column that exists.
    column = b.min(column, b.index(shape.columns - 1));
    return body(column, decodeSlot(b, format.encoding, slots, parts, row, slot, column), accumulators);
  });
}

template <typename B, typename Parts, typename Body>
typename B::Accumulators visitRow(B &b, const CSRFormat &format, Shape shape, Parts parts, typename B::Index row,
                                  typename B::Index first, typename B::Index step, typename B::Accumulators inits,
                                  const Body &body) {
  auto begin = b.toIndex(b.loadBits(parts[0], row));
  auto end = b.toIndex(b.loadBits(parts[0], b.add(row, b.index(1))));
  return b.loop(b.add(begin, first), end, step, inits, [&](auto entry, auto accumulators) {
    auto column = b.toIndex(b.loadBits(parts[1], entry));
    auto value = format.values == ElementKind::BF16 ? decodeElement(b, format.values, b.loadBits(parts[2], entry))
                                                    : b.loadReal(parts[2], entry);
    return body(column, value, accumulators);
  });
}

} // namespace detail

/// W[row, column] (f32) of a format whose elements are found without search: dense, N:M and codebooks.
using detail::elementAt;

/// Visits the stored elements number first, first + step, … of `row`. `parts`: llvm::ArrayRef of the backend's part
/// handles in the order of `partsOf(format, shape)`. body(column, value, accumulators) → accumulators.
template <typename B, typename Part, typename Body>
typename B::Accumulators visitRow(B &b, const Format &format, Shape shape, llvm::ArrayRef<Part> parts,
                                  typename B::Index row, typename B::Index first, typename B::Index step,
                                  typename B::Accumulators inits, const Body &body) {
  if (auto *sum = std::get_if<SumFormat>(&format.variant())) {
    for (const Format &term : sum->terms) {
      size_t count = partsOf(term, shape).size();
      inits = visitRow(b, term, shape, parts.take_front(count), row, first, step, inits, body);
      parts = parts.drop_front(count);
    }
    return inits;
  }
  return std::visit(
      [&](const auto &leaf) -> typename B::Accumulators {
        if constexpr (std::is_same_v<std::decay_t<decltype(leaf)>, SumFormat>)
          __builtin_unreachable();
        else
          return detail::visitRow(b, leaf, shape, parts, row, first, step, inits, body);
      },
      format.variant());
}

} // namespace sdq

#endif // SDQ_CORE_DECODE_H
