//===- GroupsOfFour.cpp - Sparser weights as 2:4 in registers -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GroupsOfFour.h"

#include "sdq/Core/Decode.h"

using namespace mlir;
using namespace sdq;

bool sdq::hasSparseGroups(const NMFormat &format) {
  if (format.storage() != NMStorage::Indices || format.m % 4 != 0 || format.n > 2)
    return false;
  return format.m > 4 || format.n == 1 || format.pairwise;
}

GroupOfFour sdq::emitGroupOfFour(IRBackend &b, const NMFormat &format, Shape shape, ValueRange parts,
                                 IRBackend::Index row, IRBackend::Index group) {
  using Real = IRBackend::Real;
  using Bits = IRBackend::Bits;
  using Predicate = IRBackend::Predicate;
  int64_t slots = format.slots(shape.columns), unit = format.unit(), stored = format.n / unit;
  int64_t groups = format.m / 4;
  IRBackend::Index block = b.div(group, b.index(groups)), begin = b.mul(block, b.index(format.m));
  Bits own = b.toBits(b.rem(group, b.index(groups)));

  // Of each that the block stores: where it is in its group, whether that is ours, and its weights.
  SmallVector<Bits, 2> places;
  SmallVector<Predicate, 2> inside;
  SmallVector<Real, 2> weights;
  for (int64_t i = 0; i < stored; ++i) {
    IRBackend::Index number = b.add(b.mul(block, b.index(stored)), b.index(i));
    Bits input = loadCode(b, parts.back(), row, number, format.indexBits(),
                          detail::streamBytes(slots / unit, format.indexBits()));
    input = b.mul(input, b.bits(uint32_t(unit)));
    inside.push_back(b.equal(b.shr(input, b.bits(2)), own));
    places.push_back(b.and_(input, b.bits(3)));
    for (int64_t member = 0; member < unit; ++member) {
      // The column only finds the scale; the block's first does where its inputs share one.
      IRBackend::Index column = begin;
      if (isQuantized(format.encoding.element) && format.encoding.vector % format.m != 0)
        column = b.min(b.add(begin, b.add(b.toIndex(input), b.index(member))), b.index(shape.columns - 1));
      IRBackend::Index slot = b.add(b.mul(number, b.index(unit)), b.index(member));
      weights.push_back(detail::decodeSlot(b, format.encoding, slots, parts, row, slot, column));
    }
  }

  auto either = [&](Predicate condition, uint32_t yes, uint32_t no) {
    return b.select(condition, b.bits(yes), b.bits(no));
  };
  auto codeOf = [&](Bits place) { return either(b.equal(b.and_(place, b.bits(2)), b.bits(0)), 0x4, 0xE); };
  Real none = b.real(0);
  if (stored == 1) {
    GroupOfFour made{{none, none}, b.select(inside[0], codeOf(places[0]), b.bits(4))};
    for (int64_t e = 0; e < 2; ++e) {
      Real weight = weights[unit == 2 ? e : 0];
      if (unit == 1)
        weight = b.select(b.equal(b.and_(places[0], b.bits(1)), b.bits(uint32_t(e))), weight, none);
      made.weights[e] = b.select(inside[0], weight, none);
    }
    return made;
  }
  // Two single inputs: both are in the group, or one is, which goes where its place says, or none.
  Bits both = b.add(places[0], b.mul(places[1], b.bits(4)));
  auto alone = [&](int64_t i, int64_t e) {
    return b.select(b.equal(b.and_(places[i], b.bits(1)), b.bits(uint32_t(e))), weights[i], none);
  };
  GroupOfFour made{{none, none},
                   b.select(inside[0], b.select(inside[1], both, codeOf(places[0])),
                            b.select(inside[1], codeOf(places[1]), b.bits(4)))};
  for (int64_t e = 0; e < 2; ++e)
    made.weights[e] =
        b.select(inside[0], b.select(inside[1], weights[e], alone(0, e)), b.select(inside[1], alone(1, e), none));
  return made;
}
