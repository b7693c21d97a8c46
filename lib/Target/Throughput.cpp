//===- Throughput.cpp - How much of a recipe's speed a chip has -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Target/Throughput.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace sdq;

namespace {

enum class Operand : uint8_t { S4, S8, E2M1, FP8, F16 };

/// Which blocks an instruction multiplies.
enum class Sparsity : uint8_t { Dense, TwoOfFour, TwoPairsOfFour };

/// An instruction, and what tells that a chip has it; nothing for those that every chip has.
struct Instruction {
  Operand operand;
  Sparsity sparsity;
  double rate;
  std::optional<Native> native;
};

using enum Operand;
using enum Sparsity;
constexpr Instruction instructions[] = {
    {F16, Dense, 1, std::nullopt},
    {F16, TwoOfFour, 2, Native::MmaSpF16},
    {S8, Dense, 2, std::nullopt},
    {S8, TwoOfFour, 4, Native::MmaSpS8},
    {S4, Dense, 4, Native::MmaS4},
    {S4, TwoPairsOfFour, 8, Native::MmaSpS4},
    {FP8, Dense, 2, Native::MmaSpE4M3},
    {FP8, TwoOfFour, 4, Native::MmaSpE4M3},
    {FP8, Dense, 2, Native::WgmmaSp},
    {FP8, TwoOfFour, 4, Native::WgmmaSp},
    {E2M1, Dense, 4, Native::MmaSpBlockE2M1},
    {E2M1, TwoPairsOfFour, 8, Native::MmaSpBlockE2M1},
};

/// Whether every number of `kind`, or a fixed multiple of it, is one of `operand`.
bool represents(Operand operand, ElementKind kind) {
  unsigned bits = bitWidth(kind);
  switch (operand) {
  case S4:
    return isInteger(kind) && bits <= 4;
  case S8:
    return isInteger(kind) || kind == ElementKind::E2M1;
  case E2M1:
    return kind == ElementKind::E2M1 || (isInteger(kind) && bits <= 3);
  case FP8:
    return (isInteger(kind) && bits <= 4) || (!isInteger(kind) && bits <= 8);
  case F16:
    return true;
  }
  llvm_unreachable("unknown operand");
}

/// The most units (single columns, or pairs of neighbours) of a `window` of columns that blocks of the pattern may use,
/// wherever the window lies among them.
int64_t mostUnits(const Recipe::Pattern &pattern, bool pairwise, int64_t window, int64_t unit) {
  int64_t most = 0, period = std::lcm(window, pattern.m);
  for (int64_t begin = 0; begin < period; begin += window) {
    int64_t units = 0;
    for (int64_t block = begin / pattern.m * pattern.m; block < begin + window; block += pattern.m) {
      int64_t from = std::max(block, begin), to = std::min(block + pattern.m, begin + window);
      int64_t touched = (to - 1) / unit - from / unit + 1;
      // Pairs that live together fill a unit of two; single values may each take one of their own.
      int64_t values = pairwise && unit == 2 ? pattern.n / 2 : pattern.n;
      units += std::min(values, touched);
    }
    most = std::max(most, units);
  }
  return most;
}

bool fits(const Recipe::Term &term, bool pairwise, Sparsity sparsity) {
  if (sparsity == Dense)
    return true;
  if (!term.pattern)
    return false;
  return sparsity == TwoOfFour ? mostUnits(*term.pattern, pairwise, 4, 1) <= 2
                               : mostUnits(*term.pattern, pairwise, 8, 2) <= 2;
}

/// The type in which activations meet a term.
ElementKind activationsOf(const Recipe &recipe, const Recipe::Term &term) {
  if (!isQuantized(term.type))
    return ElementKind::F16;
  switch (recipe.activations.bits) {
  case 0:
    return term.type;
  case 4:
    return ElementKind::Int4;
  case 8:
    return ElementKind::Int8;
  default:
    return ElementKind::F16;
  }
}

} // namespace

double sdq::realisedThroughput(const Recipe &recipe, const Chip &chip) {
  double time = recipe.codebook || recipe.format || recipe.isDense() ? 1 : 0;
  bool sameActivations = true;
  for (const Recipe::Term &term : recipe.terms) {
    ElementKind activations = activationsOf(recipe, term);
    sameActivations &= activations == activationsOf(recipe, recipe.terms.front());
    double rate = 0;
    for (const Instruction &each : instructions)
      if ((!each.native || chip.has(*each.native)) && represents(each.operand, term.type) &&
          represents(each.operand, activations) && fits(term, recipe.pairwiseTerms(), each.sparsity))
        rate = std::max(rate, each.rate);
    time += 1 / rate;
  }
  if (sameActivations)
    time = std::min(time, 1.0);
  if (recipe.outliers)
    time += recipe.outliers->percent / 100;
  return 1 / time;
}
