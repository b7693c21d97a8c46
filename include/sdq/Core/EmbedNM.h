//===- EmbedNM.h - One N:M pattern stored as another ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A sparse tensor core takes one pattern only: 2:4, or for 4-bit types two pairs of four. A sparser term is of that
// pattern too once zeros are stored with it, and some denser ones happen to be: what is left of whole pairs when single
// values are taken out of them still lies in those pairs. For 3:8 int4,
//
//   columns       0  1 | 2  3 | 4  5 | 6  7      codes 5 at 2, −3 at 6, 1 at 7
//   3:8           slots 5 −3 1                   mask 11000100b
//   pairwise 4:8  slots 5 0 −3 1                 indices 1, 3: the pairs (2, 3) and (6, 7)
//
// Numbers do not change: codes and scales are the same.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_EMBEDNM_H
#define SDQ_CORE_EMBEDNM_H

#include "sdq/Core/StoredWeight.h"

#include "llvm/Support/Error.h"

namespace sdq {

/// Whether every code of `from` is a code of the same value in `to`: the same element, or integers that are not
/// narrower.
bool holdsElement(ElementKind from, ElementKind to);

/// The term whose parts are `parts` (of `from`, trusted: see `verifyStored`) in the pattern and element of `to`.
/// `from` is quantized, `to` has its vector and scale, and `holdsElement`.
/// pack_c2: at most N of each block of M columns (N/2 of M/2 pairs) are nonzero.
llvm::Expected<StoredWeight> embed(const NMFormat &from, Shape shape, llvm::ArrayRef<PartView> parts,
                                   const NMFormat &to);

} // namespace sdq

#endif // SDQ_CORE_EMBEDNM_H
