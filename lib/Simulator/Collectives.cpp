//===- Collectives.cpp - Votes, matches and reductions of a warp ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Collectives.h"

#include "llvm/ADT/bit.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace sdq::simulator;

template <typename Visit>
static void forEachLane(uint32_t lanes, Visit visit) {
  for (uint32_t left = lanes; left != 0; left &= left - 1)
    visit(unsigned(llvm::countr_zero(left)));
}

uint32_t sdq::simulator::vote(VoteKind kind, uint32_t predicates, uint32_t lanes) {
  uint32_t ballot = predicates & lanes;
  switch (kind) {
  case VoteKind::Any:
    return ballot != 0;
  case VoteKind::All:
    return ballot == lanes;
  case VoteKind::Uniform:
    return ballot == 0 || ballot == lanes;
  case VoteKind::Ballot:
    return ballot;
  }
  return 0;
}

std::array<uint32_t, 32> sdq::simulator::matchAny(const std::array<uint64_t, 32> &values, uint32_t lanes) {
  std::array<uint32_t, 32> result{};
  forEachLane(lanes, [&](unsigned lane) {
    forEachLane(lanes, [&](unsigned other) { result[lane] |= uint32_t(values[lane] == values[other]) << other; });
  });
  return result;
}

uint32_t sdq::simulator::matchAll(const std::array<uint64_t, 32> &values, uint32_t lanes) {
  return lanes != 0 && matchAny(values, lanes)[llvm::countr_zero(lanes)] == lanes ? lanes : 0;
}

/// The smaller (or larger) of two floats; a NaN loses unless it is to propagate.
static float extremum(float a, float b, bool largest, bool propagateNaN) {
  if (std::isnan(a) || std::isnan(b)) {
    bool both = std::isnan(a) && std::isnan(b);
    return propagateNaN || both ? llvm::bit_cast<float>(0x7FFFFFFFu) : std::isnan(a) ? b : a;
  }
  if (a == b)
    return std::signbit(a) != largest ? a : b;
  return (a < b) != largest ? a : b;
}

static uint32_t combine(ReduceKind kind, uint32_t a, uint32_t b, bool propagateNaN) {
  switch (kind) {
  case ReduceKind::Add:
    return a + b;
  case ReduceKind::And:
    return a & b;
  case ReduceKind::Or:
    return a | b;
  case ReduceKind::Xor:
    return a ^ b;
  case ReduceKind::Min:
    return uint32_t(std::min(int32_t(a), int32_t(b)));
  case ReduceKind::Max:
    return uint32_t(std::max(int32_t(a), int32_t(b)));
  case ReduceKind::UMin:
    return std::min(a, b);
  case ReduceKind::UMax:
    return std::max(a, b);
  case ReduceKind::FMin:
  case ReduceKind::FMax:
    return llvm::bit_cast<uint32_t>(
        extremum(llvm::bit_cast<float>(a), llvm::bit_cast<float>(b), kind == ReduceKind::FMax, propagateNaN));
  }
  return 0;
}

uint32_t sdq::simulator::reduce(ReduceKind kind, const std::array<uint32_t, 32> &values, uint32_t lanes, bool absolute,
                                bool propagateNaN) {
  assert(lanes != 0);
  unsigned first = llvm::countr_zero(lanes);
  auto valueOf = [&](unsigned lane) { return absolute ? values[lane] & 0x7FFFFFFF : values[lane]; };
  uint32_t result = valueOf(first);
  forEachLane(lanes & (lanes - 1), [&](unsigned lane) { result = combine(kind, result, valueOf(lane), propagateNaN); });
  return result;
}
