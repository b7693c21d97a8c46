//===- Pack.h - Values and decisions to stored parts ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Encoders: the inverse of Decode.h. Each `store…Row` writes one row of an already allocated weight and touches no
// other row, so callers may run rows in parallel and get the same bytes whatever the thread count. `parts` are the
// parts of that one term, in the order of `partsOf` (for a term of a sum: its slice). The `pack…` functions do a whole
// matrix at once.
//
// Values must be finite (pack_c1). Values that a float element cannot hold are rounded, and saturate: see Codec.h.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_PACK_H
#define SDQ_CORE_PACK_H

#include "sdq/Core/Scales.h"
#include "sdq/Core/StoredWeight.h"

#include "llvm/Support/Error.h"

namespace sdq {

using MutableParts = llvm::MutableArrayRef<Part>;

/// Stores a row of C values. `scales`: the row's, one a vector; absmax if null.
llvm::Error storeRow(const DenseFormat &format, Shape shape, MutableParts parts, int64_t row,
                     llvm::ArrayRef<float> values, const RoundedScales *scales = nullptr);

/// Stores a row given on the dense grid. pack_c2: at most N of each block of M values are nonzero (pairwise: at most
/// N/2 of its M/2 pairs have a nonzero member).
llvm::Error storeRow(const NMFormat &format, Shape shape, MutableParts parts, int64_t row, llvm::ArrayRef<float> values,
                     const RoundedScales *scales = nullptr);

/// Stores a row of C codes and its table. pack_c3: the table has 2^bits values and every code is below that.
llvm::Error storeRow(const LUTFormat &format, Shape shape, MutableParts parts, int64_t row,
                     llvm::ArrayRef<uint8_t> codes, llvm::ArrayRef<float> table);

/// `values`: R·C, row-major. `scales`: R·⌈C/vector⌉, to be rounded to the format's scale kind, or empty for absmax.
/// pack_c1 holds for scales too, which are not negative.
llvm::Expected<StoredWeight> pack(const DenseFormat &format, Shape shape, llvm::ArrayRef<float> values,
                                  llvm::ArrayRef<float> scales = {});
llvm::Expected<StoredWeight> pack(const NMFormat &format, Shape shape, llvm::ArrayRef<float> values,
                                  llvm::ArrayRef<float> scales = {});
/// `codes`: R·C, `tables`: R·2^bits, row-major.
llvm::Expected<StoredWeight> pack(const LUTFormat &format, Shape shape, llvm::ArrayRef<uint8_t> codes,
                                  llvm::ArrayRef<float> tables);

/// One value of a sparse matrix.
struct SparseEntry {
  int64_t row = 0, column = 0;
  float value = 0;
  bool operator==(const SparseEntry &) const = default;
};

/// pack_c4: entries ascend by row, then column, without repetition, inside `shape`; there are fewer than 2^31.
llvm::Expected<StoredWeight> pack(const CSRFormat &format, Shape shape, llvm::ArrayRef<SparseEntry> entries);

/// The entries of a stored CSR term, zeros among them included. Parts are trusted: see `verifyStored`.
std::vector<SparseEntry> entriesOf(const CSRFormat &format, Shape shape, llvm::ArrayRef<PartView> parts);

} // namespace sdq

#endif // SDQ_CORE_PACK_H
