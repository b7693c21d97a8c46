//===- Throughput.h - How much of a recipe's speed a chip has ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_TARGET_THROUGHPUT_H
#define SDQ_TARGET_THROUGHPUT_H

#include "sdq/Recipe/Recipe.h"
#include "sdq/Target/Chip.h"

namespace sdq {

/// The effective compute throughput T that tensor cores of `chip` realise, relative to its dense 16-bit arithmetic.
///
/// The paper (arXiv 2406.13868) counts a term of N:M products as N/M of the dense ones, at the rate of its operands. A
/// chip multiplies densely, by 2:4, or, 4-bit operands, by pairs, two of every four. So T = 1 / Σ_t 1/r_t, with r_t the
/// rate of the fastest instruction of the chip that holds the term, relative to a dense 16-bit one:
///
///   operands         dense   sparse
///   16 bits          1       2 in 2:4
///   s8, fp8          2       4 in 2:4
///   s4, e2m1         4       8 in pairwise 4:8
///
/// An instruction holds a term when
///   - its operand type represents the term's type and that of the activations which meet it: s8 takes narrower
///   integers
///     and e2m1 (doubled, its values are integers); fp8 both 8-bit floats, e2m1 and integers up to 4 bits; e2m1
///     integers up to 3 bits; 16 bits all;
///   - its sparsity holds every block of the pattern, padded with zeros: 1:8, 2:8 and 2:4 are in 2:4, 6:8 is in none;
///     two pairs of four hold 1:8, 2:8 and pairwise 4:8, not 2:4, which may need four.
///
/// A codebook multiplies by its 16-bit entries. Where all terms meet the same activations, their sum may also be
/// multiplied as one dense 16-bit matrix, in time 1. A CSR term adds its share of 16-bit products to that. Rates are
/// those of operand widths; what scaling costs beside the products (vectors shorter than an instruction's k) is not in
/// them.
double realisedThroughput(const Recipe &recipe, const Chip &chip);

} // namespace sdq

#endif // SDQ_TARGET_THROUGHPUT_H
