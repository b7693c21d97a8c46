//===- DenseTile.h - Codes turned into numbers in pairs ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A pair of codes lies 16 bits apart in a word (`warpTiles`), each in a half that becomes an f16 by itself. An integer
// u of b bits at bit s is or-ed into the mantissa of 1024, whose last bit is worth 1, and one fma moves it to its
// place:
//
//   0x6400 | u << s  reads as  1024 + u·2^s          (s + b <= 10: a word is shifted only every 10 / b pairs)
//   (1024 + u·2^s) · 2^(1-b-s) − (2^(11-b-s) + 1)  =  (u − 2^(b-1)) / 2^(b-1)
//
// with u the code, its sign bit flipped by the xor that puts 1024 there. The fma is exact, and so are all numbers. A
// small float's magnitude is put where an f16 has its exponent and mantissa, its sign at the top, and the exponent's
// bias corrected by a product. What a lane makes of a code is thus the number divided by a power of two:
//
//   element      i2   i3   i4   i8   f4E2M1FN   f8E4M3FN
//   divided by   2    4    8    128  8          256
//   at most      1    1    1    1    0.75       1.75
//
// so that products with activations stay within an f16's range; the factor of a vector of columns, its scale in f32, is
// multiplied by that power.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_DENSETILE_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_DENSETILE_H

#include "WarpTile.h"

namespace sdq {

class DenseTile : public WarpTile {
public:
  DenseTile(mlir::OpBuilder &builder, mlir::Location location, const TiledTerms &terms, Shape shape)
      : WarpTile(builder, location, terms), encoding(terms.format.dense()->encoding), shape(shape) {}

  /// Whether a warp makes numbers of such codes: elements of the table above, vectors of a multiple of kChunk columns.
  static bool serves(const Encoding &encoding);

  mlir::Value weights(mlir::Value memory, mlir::ValueRange codes, int64_t pair, mlir::Value lane) override;
  int64_t columnsOfFactor() const override;
  llvm::SmallVector<mlir::Value> loadFactors(mlir::Value row, mlir::Value step, int64_t steps) override;

private:
  mlir::Value constantPair(float value);
  mlir::Value integers(mlir::Value word, int64_t bit);
  mlir::Value smallFloats(mlir::Value word);
  /// The row's factors of `count` vectors of columns from number `first` on, a multiple of `count`: one load.
  llvm::SmallVector<mlir::Value> factors(mlir::Value row, mlir::Value first, int64_t count);

  Encoding encoding;
  Shape shape;
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_DENSETILE_H
