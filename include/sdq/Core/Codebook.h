//===- Codebook.h - Tables of values and codes into them --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_CODEBOOK_H
#define SDQ_CORE_CODEBOOK_H

#include "sdq/Core/Format.h"
#include "sdq/Core/KMeans.h"

namespace sdq {

/// One row's codebook.
struct Codebook {
  std::vector<float> table;   ///< 2^bits values of the table's format, ascending; the last repeats to fill it up
  std::vector<uint8_t> codes; ///< the nearest table entry of each value; the lower of two equally near
};

/// The codebook that minimises Σ weights·(value − table[code])² (SqueezeLLM, arXiv 2306.07629 §4.1), its entries then
/// rounded to the table's format and the codes chosen for the rounded entries. `values` and `weights` as for
/// `KMeans::solve`; values of no weight get the nearest entry as well.
Codebook fitCodebook(const LUTFormat &format, llvm::ArrayRef<float> values, llvm::ArrayRef<float> weights,
                     KMeans &solver);

/// codes[i] = nearest of the ascending `table`, the lower of two equally near.
void assignNearest(llvm::ArrayRef<float> table, llvm::ArrayRef<float> values, llvm::MutableArrayRef<uint8_t> codes);

/// How a value that a sparse term carries is shared with the codebook underneath: value = table[code] + rest.
struct Residual {
  uint8_t code = 0;
  float rest = 0;     ///< a value of the sparse term's format
  bool exact = false; ///< table[code] + rest, added in f32, is the value
};

/// The sum is read back exactly if any code allows it: the nearest does within a factor of two (Sterbenz), where the
/// difference needs no more digits than the value; otherwise the first code that works; otherwise the closest. A rest
/// in f32 is exact for every f16 value and table below 1; one in f16 may not be for values close to zero.
Residual shareResidual(llvm::ArrayRef<float> table, ElementKind kind, float value);

} // namespace sdq

#endif // SDQ_CORE_CODEBOOK_H
