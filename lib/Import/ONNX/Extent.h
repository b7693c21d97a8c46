//===- Extent.h - Numbers and symbols of shapes -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The extents of dynamic tensors are reckoned with symbolically, so that `sequence` broadcast with `sequence` stays
// `sequence`, and Reshape(Concat(Shape(x)[0], -1, 4, 64)) finds its static extents. An extent is a polynomial with
// integer coefficients over atoms:
//
//   a name the model gives a dimension        batch, sequence
//   an unknown                                ?7
//   a function that is no polynomial          max(sequence - 3, 0)
//
// Polynomials are interned: two extents are the same object exactly if they are the same polynomial, and equal
// extents are equal at run time. (The converse does not hold, of course.) The same arithmetic serves the values of
// small integer tensors, which is what shapes are computed from.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_EXTENT_H
#define SDQ_LIB_IMPORT_ONNX_EXTENT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sdq {

/// A number, or a symbolic expression known to an Extents.
class Extent {
public:
  Extent(int64_t number = 0) : number(number) {}

  bool isStatic() const { return symbol == 0; }
  bool isStatic(int64_t value) const { return isStatic() && number == value; }
  int64_t getNumber() const { return number; }
  /// The number, or MLIR's mark for a dynamic extent.
  int64_t asMLIR() const;

  bool operator==(const Extent &other) const { return symbol == other.symbol && number == other.number; }

private:
  friend class Extents;
  int64_t number;
  unsigned symbol = 0;
};

using Shape = llvm::SmallVector<Extent, 4>;

/// The symbolic expressions of one model.
class Extents {
public:
  Extents();

  /// The extent of that name, not negative.
  Extent named(llvm::StringRef name);
  /// A new one, of which nothing is known; an extent of a tensor is not negative.
  Extent unknown(bool mayBeNegative = false);
  /// A function of extents that has no closed form here; equal arguments give the equal result.
  Extent opaque(llvm::StringRef function, llvm::ArrayRef<Extent> arguments, bool mayBeNegative = false);

  Extent add(Extent a, Extent b);
  Extent subtract(Extent a, Extent b);
  Extent multiply(Extent a, Extent b);
  /// a / b rounded towards zero; b must not be the number 0.
  Extent divide(Extent a, Extent b);
  Extent minimum(Extent a, Extent b);
  Extent maximum(Extent a, Extent b);

  /// True if the extent certainly is 0 or more.
  bool isNonNegative(Extent extent) const;
  /// True if nothing is known but that the extent exists.
  bool isUnknown(Extent extent) const;
  /// For messages: "3", "sequence + 1", "?".
  std::string print(Extent extent) const;
  std::string print(llvm::ArrayRef<Extent> shape) const;

private:
  /// Sorted atoms; the empty monomial is 1.
  using Monomial = std::vector<unsigned>;
  /// Coefficients, none zero.
  using Polynomial = std::map<Monomial, int64_t>;
  struct Atom {
    std::string name;
    bool mayBeNegative;
    bool isUnknown;
  };

  unsigned atom(llvm::StringRef name, bool mayBeNegative, bool isUnknown = false);
  Polynomial polynomial(Extent extent) const;
  Extent intern(Polynomial polynomial);

  std::vector<Atom> atoms;
  std::map<std::string, unsigned> atomsByName;
  std::vector<Polynomial> polynomials;
  std::map<Polynomial, unsigned> numbers;
};

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_EXTENT_H
