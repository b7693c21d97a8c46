//===- Extent.cpp - Numbers and symbols of shapes -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extent.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

namespace sdq {

int64_t Extent::asMLIR() const { return isStatic() ? number : mlir::ShapedType::kDynamic; }

// Symbol 0 means "a number", so the first polynomial is a placeholder.
Extents::Extents() : polynomials(1) {}

unsigned Extents::atom(llvm::StringRef name, bool mayBeNegative, bool isUnknown) {
  auto [place, isNew] = atomsByName.try_emplace(name.str(), atoms.size());
  if (isNew)
    atoms.push_back({name.str(), mayBeNegative, isUnknown});
  return place->second;
}

Extents::Polynomial Extents::polynomial(Extent extent) const {
  if (!extent.isStatic())
    return polynomials[extent.symbol];
  return extent.number == 0 ? Polynomial() : Polynomial{{Monomial(), extent.number}};
}

Extent Extents::intern(Polynomial polynomial) {
  std::erase_if(polynomial, [](const auto &term) { return term.second == 0; });
  if (polynomial.empty())
    return Extent(0);
  if (polynomial.size() == 1 && polynomial.begin()->first.empty())
    return Extent(polynomial.begin()->second);
  auto [place, isNew] = numbers.try_emplace(polynomial, polynomials.size());
  if (isNew)
    polynomials.push_back(std::move(polynomial));
  Extent result;
  result.symbol = place->second;
  return result;
}

Extent Extents::named(llvm::StringRef name) { return intern({{{atom(name, /*mayBeNegative=*/false)}, 1}}); }

Extent Extents::unknown(bool mayBeNegative) {
  return intern({{{atom("?" + std::to_string(atoms.size()), mayBeNegative, /*isUnknown=*/true)}, 1}});
}

Extent Extents::opaque(llvm::StringRef function, llvm::ArrayRef<Extent> arguments, bool mayBeNegative) {
  std::string name = function.str() + "(";
  llvm::interleave(
      arguments,
      [&](Extent argument) {
        // By number of the polynomial too: the printed form of unknowns is not unique.
        name += print(argument) + (argument.isStatic() ? "" : "#" + std::to_string(argument.symbol));
      },
      [&] { name += ", "; });
  return intern({{{atom(name + ")", mayBeNegative)}, 1}});
}

Extent Extents::add(Extent a, Extent b) {
  Polynomial sum = polynomial(a);
  for (const auto &[monomial, coefficient] : polynomial(b))
    if (llvm::AddOverflow(sum[monomial], coefficient, sum[monomial]))
      return unknown(/*mayBeNegative=*/true);
  return intern(std::move(sum));
}

Extent Extents::subtract(Extent a, Extent b) { return add(a, multiply(Extent(-1), b)); }

Extent Extents::multiply(Extent a, Extent b) {
  Polynomial product, left = polynomial(a), right = polynomial(b);
  // Longer products come from no shape arithmetic worth following.
  constexpr size_t maximumTerms = 16;
  if (left.size() * right.size() > maximumTerms)
    return opaque("product", {a, b}, !isNonNegative(a) || !isNonNegative(b));
  for (const auto &[m, x] : left)
    for (const auto &[n, y] : right) {
      Monomial both = m;
      both.insert(both.end(), n.begin(), n.end());
      llvm::sort(both);
      int64_t coefficient = 0;
      if (llvm::MulOverflow(x, y, coefficient) || llvm::AddOverflow(product[both], coefficient, product[both]))
        return unknown(/*mayBeNegative=*/true);
    }
  return intern(std::move(product));
}

Extent Extents::divide(Extent a, Extent b) {
  if (a.isStatic() && b.isStatic() && b.number != -1)
    return Extent(a.number / b.number);
  if (a == b)
    return Extent(1);
  // Exact, if b is one monomial that divides every term of a.
  Polynomial divisor = polynomial(b), quotient;
  const auto &[atomsOfB, coefficientOfB] = *divisor.begin();
  bool isExact = divisor.size() == 1;
  for (const auto &[monomial, coefficient] : polynomial(a)) {
    if (!isExact || !std::includes(monomial.begin(), monomial.end(), atomsOfB.begin(), atomsOfB.end()) ||
        coefficientOfB == -1 || coefficient % coefficientOfB != 0) {
      isExact = false;
      break;
    }
    Monomial rest;
    std::set_difference(monomial.begin(), monomial.end(), atomsOfB.begin(), atomsOfB.end(), std::back_inserter(rest));
    quotient[rest] = coefficient / coefficientOfB;
  }
  if (isExact)
    return intern(std::move(quotient));
  return opaque("div", {a, b}, !isNonNegative(a) || !isNonNegative(b));
}

Extent Extents::minimum(Extent a, Extent b) {
  Extent difference = subtract(a, b);
  if (isNonNegative(difference))
    return b;
  if (isNonNegative(subtract(b, a)))
    return a;
  return opaque("min", {a, b}, !isNonNegative(a) || !isNonNegative(b));
}

Extent Extents::maximum(Extent a, Extent b) {
  if (isNonNegative(subtract(a, b)))
    return a;
  if (isNonNegative(subtract(b, a)))
    return b;
  return opaque("max", {a, b}, !isNonNegative(a) && !isNonNegative(b));
}

bool Extents::isNonNegative(Extent extent) const {
  return llvm::all_of(polynomial(extent), [&](const auto &term) {
    return term.second >= 0 && llvm::none_of(term.first, [&](unsigned atom) { return atoms[atom].mayBeNegative; });
  });
}

bool Extents::isUnknown(Extent extent) const {
  if (extent.isStatic())
    return false;
  const auto &[monomial, coefficient] = *polynomials[extent.symbol].begin();
  return polynomials[extent.symbol].size() == 1 && coefficient == 1 && monomial.size() == 1 &&
         atoms[monomial.front()].isUnknown;
}

std::string Extents::print(Extent extent) const {
  if (extent.isStatic())
    return std::to_string(extent.number);
  std::string text;
  for (const auto &[monomial, coefficient] : llvm::reverse(polynomials[extent.symbol])) {
    text += text.empty() ? (coefficient < 0 ? "-" : "") : (coefficient < 0 ? " - " : " + ");
    std::vector<std::string> factors;
    uint64_t magnitude = coefficient < 0 ? -uint64_t(coefficient) : coefficient;
    if (magnitude != 1 || monomial.empty())
      factors.push_back(std::to_string(magnitude));
    for (unsigned atom : monomial)
      factors.push_back(atoms[atom].isUnknown ? "?" : atoms[atom].name);
    text += llvm::join(factors, "*");
  }
  return text;
}

std::string Extents::print(llvm::ArrayRef<Extent> shape) const {
  std::string text = "[";
  llvm::interleave(shape, [&](Extent extent) { text += print(extent); }, [&] { text += ", "; });
  return text + "]";
}

} // namespace sdq
