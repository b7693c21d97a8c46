//===- Verify.h - Is a stored weight what its format says? ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Decoders trust what they read. What comes from a file is checked here, once, before.
//
//   stored_c1  the parts are those of `partsOf`, in order: same name, type and extents, as many bytes as that makes,
//              and one dynamic extent for all parts of a CSR
//   stored_c2  values, tables and scales are finite, and scales not negative; e4m3 and e5m2 codes likewise
//   stored_c3  a mask has exactly N/unit bits set, all below ⌈M/unit⌉
//   stored_c4  the indices of a block ascend strictly and are below ⌈M/unit⌉
//   stored_c5  slots past the last column hold code 0 (or a zero)
//   stored_c6  row offsets start at 0, never descend, and end at the number of entries (one zero element standing for
//              none)
//   stored_c7  the columns of a row ascend strictly and are below C
//   stored_c8  codes that only fill up a tile are 0
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_VERIFY_H
#define SDQ_CORE_VERIFY_H

#include "sdq/Core/Format.h"

#include "llvm/Support/Error.h"

namespace sdq {

/// stored_c1: `parts` are those that `expected` says, as `partsOf` gives them.
llvm::Error verifyParts(llvm::ArrayRef<PartSpec> expected, llvm::ArrayRef<PartView> parts);

/// stored_c2 for a part of such elements (i8 codes of e4m3, …): none is infinite or NaN, nor less than 0 where
/// `notNegative`.
llvm::Error verifyFinite(ElementKind kind, const PartView &part, bool notNegative = false);

/// stored_c2 for `scales` and, where there is one, `row_scale`.
llvm::Error verifyScales(ScaleKind kind, llvm::ArrayRef<PartView> parts);

/// Success, or the first violation, with its label, part, row, what was expected and what was found.
llvm::Error verifyStored(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts);

} // namespace sdq

#endif // SDQ_CORE_VERIFY_H
