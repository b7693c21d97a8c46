//===- TensorCoreTerms.cpp - A weight's terms as operands of mma ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorCoreTerms.h"

#include "GroupsOfFour.h"

#include "sdq/Dialect/SDQ/IR/IRBackend.h"

#include "sdq/Core/Decode.h"

using namespace mlir;
using namespace sdq;

/// The layout of a term that mma.sp can keep compressed.
static std::optional<NMFormat> keptCompressed(WeightFormat format) {
  auto nm = dyn_cast<NMFormatAttr>(Attribute(format));
  if (!nm)
    return std::nullopt;
  NMFormat layout = nm.getLayout();
  bool twoOfFour = layout.n == 2 && layout.m == 4 && !layout.pairwise && layout.storage() == NMStorage::Indices;
  return twoOfFour || hasSparseGroups(layout) ? std::optional(layout) : std::nullopt;
}

bool sdq::findsElements(WeightFormat format) {
  return isa<DenseFormatAttr, NMFormatAttr, LUTFormatAttr, TiledFormatAttr>(Attribute(format));
}

bool sdq::canSplitTerms(const LinearKernelSpec &spec) {
  bool any = false;
  for (auto [i, term] : llvm::enumerate(termsOf(spec.format))) {
    bool found = findsElements(term);
    if (!found && spec.activations &&
        isQuantized(*elementKindOf(cast<ActivationFormatAttr>(spec.activations[i]).getElement())))
      return false;
    any |= found;
  }
  return any;
}

SplitTerms sdq::splitTerms(const LinearKernelSpec &spec, const KernelOperands &operands) {
  SplitTerms split;
  size_t nextRounded = 0;
  for (const TermGroup &group : groupTerms(spec.format, spec.shape, spec.activations, operands.parts)) {
    Value x = group.activation ? operands.rounded[nextRounded++] : operands.x;
    SmallVector<TermValues, 2> dense;
    for (const TermValues &term : group.terms) {
      if (keptCompressed(term.format))
        split.multiplied.push_back({spec.shape, x, term, /*isSparse=*/true});
      else
        (findsElements(term.format) ? dense : split.visited).push_back(term);
    }
    if (!dense.empty())
      split.multiplied.push_back({spec.shape, x, dense, /*isSparse=*/false});
  }
  return split;
}

Value TensorCoreTerms::emitGroup(OpBuilder &builder, Location location, Value quarter, Value k0, int64_t upper) const {
  IRBackend b(builder, location);
  IRBackend::Index first = b.add(b.div(IRBackend::Index{k0}, b.index(4)), IRBackend::Index{quarter});
  return b.add(first, b.index(4 * upper)).value;
}

std::array<Value, 2> TensorCoreTerms::emitPair(OpBuilder &builder, Location location, Value row, Value quarter,
                                               Value k0, int64_t upper) const {
  IRBackend b(builder, location);
  if (!isSparse || !hasSparseGroups(*keptCompressed(terms.front().format))) {
    IRBackend::Index first = isSparse ? b.div(IRBackend::Index{k0}, b.index(2)) : IRBackend::Index{k0};
    first = b.add(b.add(first, b.mul(IRBackend::Index{quarter}, b.index(2))), b.index(8 * upper));
    return {emitWeight(builder, location, row, first.value),
            emitWeight(builder, location, row, b.add(first, b.index(1)).value)};
  }
  IRBackend::Index group{emitGroup(builder, location, quarter, k0, upper)}, last = b.index(lastGroup());
  GroupOfFour made =
      emitGroupOfFour(b, *keptCompressed(terms.front().format), shape, terms.front().parts, {row}, b.min(group, last));
  if (shape.columns % step() != 0)
    for (IRBackend::Real &weight : made.weights)
      weight = b.select(b.less(last, group), b.real(0), weight);
  return {made.weights[0].value, made.weights[1].value};
}

Value TensorCoreTerms::emitMadeMetadata(OpBuilder &builder, Location location, ValueRange rows, Value quarter,
                                        Value k0) const {
  IRBackend b(builder, location);
  IRBackend::Index t{quarter};
  IRBackend::Bits words[2], shift = b.mul(b.toBits(t), b.bits(4));
  for (int64_t upper = 0; upper < 2; ++upper) {
    // Of the groups whose weights this lane has: nibble t of either row's half of a word.
    IRBackend::Index group = b.min({emitGroup(builder, location, quarter, k0, upper)}, b.index(lastGroup()));
    IRBackend::Bits codes[2];
    for (int64_t half = 0; half < 2; ++half)
      codes[half] =
          emitGroupOfFour(b, *keptCompressed(terms.front().format), shape, terms.front().parts, {rows[half]}, group)
              .code;
    words[upper] = b.shl(b.or_(codes[0], b.shl(codes[1], b.bits(16))), shift);
    for (int32_t distance : {1, 2}) {
      auto shuffle = gpu::ShuffleOp::create(builder, location, words[upper].value, distance, int32_t(kWarpSize),
                                            gpu::ShuffleMode::XOR);
      words[upper] = b.or_(words[upper], {shuffle.getShuffleResult()});
    }
  }
  return b.select(b.equal(b.toBits(b.rem(t, b.index(2))), b.bits(0)), words[0], words[1]).value;
}

Value TensorCoreTerms::emitWeight(OpBuilder &builder, Location location, Value row, Value slot) const {
  IRBackend b(builder, location);
  bool whole = shape.columns % step() == 0;
  auto guarded = [&](int64_t slots, auto weightAt) -> Value {
    IRBackend::Index place{slot};
    if (whole)
      return weightAt(place).value;
    auto weight = weightAt(b.min(place, b.index(slots - 1)));
    return b.select(b.less(place, b.index(slots)), weight, b.real(0)).value;
  };
  if (!isSparse)
    return guarded(shape.columns, [&](IRBackend::Index column) {
      Value sum;
      for (const TermValues &term : terms) {
        Value weight = term.format.emitElement(builder, location, shape, term.parts, row, column.value);
        sum = sum ? arith::AddFOp::create(builder, location, sum, weight).getResult() : weight;
      }
      return IRBackend::Real{sum};
    });

  const TermValues &term = terms.front();
  NMFormat layout = *keptCompressed(term.format);
  int64_t slots = layout.slots(shape.columns);
  return guarded(slots, [&](IRBackend::Index place) {
    // The column only finds the scale; any of the group's does where they share one.
    auto column = b.mul(b.div(place, b.index(2)), b.index(4));
    if (layout.encoding.vector % 4 != 0) {
      auto kept = loadCode(b, term.parts.back(), IRBackend::Index{row}, place, 2, detail::streamBytes(slots, 2));
      column = b.add(column, b.toIndex(kept));
    }
    column = b.min(column, b.index(shape.columns - 1));
    return detail::decodeSlot(b, layout.encoding, slots, term.parts, IRBackend::Index{row}, place, column);
  });
}

Value TensorCoreTerms::emitMetadata(OpBuilder &builder, Location location, ValueRange rows, Value quarter,
                                    Value k0) const {
  if (hasSparseGroups(*keptCompressed(terms.front().format)))
    return emitMadeMetadata(builder, location, rows, quarter, k0);
  IRBackend b(builder, location);
  Value metadata = terms.front().parts.back();
  int64_t groups = llvm::divideCeil(shape.columns, 4), bytes = llvm::divideCeil(groups, 2);
  // A byte names two groups; lanes of odd t take the second half of the step's four bytes.
  auto first =
      b.add(b.div(IRBackend::Index{k0}, b.index(8)), b.mul(b.rem(IRBackend::Index{quarter}, b.index(2)), b.index(2)));
  auto word = b.bits(0);
  for (auto [half, row] : llvm::enumerate(rows))
    for (int64_t i = 0; i < 2; ++i) {
      auto place = b.add(first, b.index(i));
      IRBackend::Bits codes = b.bits(0);
      if (shape.columns % step() == 0) {
        codes = b.loadBits(metadata, IRBackend::Index{row}, place);
      } else {
        // Groups beyond the last hold zeros, but their codes must be legal too: inputs 0 and 1.
        codes = b.loadBits(metadata, IRBackend::Index{row}, b.min(place, b.index(bytes - 1)));
        if (groups % 2 == 1) {
          auto halfFull = b.or_(b.and_(codes, b.bits(0xF)), b.bits(0x40));
          codes = b.select(b.less(place, b.index(bytes - 1)), codes, halfFull);
        }
        codes = b.select(b.less(place, b.index(bytes)), codes, b.bits(0x44));
      }
      word = b.or_(word, b.shl(codes, b.bits(uint32_t(16 * half + 8 * i))));
    }
  return word.value;
}
