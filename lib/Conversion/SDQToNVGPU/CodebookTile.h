//===- CodebookTile.h - Codes looked up in pairs ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One look-up in a *pair table* gives two weights: the table of a row has an entry (half2) for every pair of codes,
// 2^2b of them, which the block computes from the row's 2^b values, as they are or rounded to bf16. In shared memory,
// entry e of row r lies in word 32 e + r: a lane always reads its own bank, whatever its codes, so that no look-up
// conflicts. An entry's number is what the planes' pairs of codes say as they lie, so that they are not put together
// first:
//
//   4 bits:  lo | hi << 4        2 bits:  lo | hi << 2        3 bits:  lo₀₁ | hi₀₁ << 2 | lo₂ << 4 | hi₂ << 5
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_CODEBOOKTILE_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_CODEBOOKTILE_H

#include "WarpTile.h"

namespace sdq {

class CodebookTile : public WarpTile {
public:
  CodebookTile(mlir::OpBuilder &builder, mlir::Location location, const TiledTerms &terms, mlir::Type tableType)
      : WarpTile(builder, location, terms), width(terms.format.codebook()->bits), element(tableType) {}

  int64_t wordsOfRow() const override { return int64_t(1) << (2 * width); }
  void fillMemory(mlir::Value memory, mlir::Value row, mlir::Value warp, mlir::Value lane, int64_t warps) override;
  mlir::Value weights(mlir::Value memory, mlir::ValueRange codes, int64_t pair, mlir::Value lane) override;

private:
  /// `values` of f16, scalar or a vector, as the table has them.
  mlir::Value rounded(mlir::Value values);

  unsigned width;
  mlir::Type element;
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_CODEBOOKTILE_H
