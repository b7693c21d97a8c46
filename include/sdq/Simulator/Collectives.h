//===- Collectives.h - Votes, matches and reductions of a warp --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA "vote.sync", "match.sync" and "redux.sync": one result from the values of the lanes of a mask. Whether the
// mask names the lanes that arrived is the caller's to check; here `lanes` are those that take part.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_COLLECTIVES_H
#define SDQ_SIMULATOR_COLLECTIVES_H

#include <array>
#include <cstdint>

namespace sdq::simulator {

enum class VoteKind : uint8_t { Any, All, Uniform, Ballot };

/// `predicates`: bit i is lane i's. Any, All, Uniform: 0 or 1. Ballot: the predicates of `lanes`.
uint32_t vote(VoteKind kind, uint32_t predicates, uint32_t lanes);

/// For each lane of `lanes`, the lanes of `lanes` with the same value (`match.any`); 0 for other lanes.
std::array<uint32_t, 32> matchAny(const std::array<uint64_t, 32> &values, uint32_t lanes);

/// `lanes` if all of them have the same value, else 0 (`match.all`).
uint32_t matchAll(const std::array<uint64_t, 32> &values, uint32_t lanes);

enum class ReduceKind : uint8_t { Add, And, Or, Xor, Min, Max, UMin, UMax, FMin, FMax };

/// `redux.sync`: Add wraps; Min and Max are signed; FMin and FMax take f32 bits. `absolute`: of magnitudes (`.abs`);
/// `propagateNaN`: a NaN among the values makes the result NaN (`.NaN`), else NaNs are passed over, and −0 < +0 as in
/// PTX. At least one lane.
uint32_t reduce(ReduceKind kind, const std::array<uint32_t, 32> &values, uint32_t lanes, bool absolute = false,
                bool propagateNaN = false);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_COLLECTIVES_H
