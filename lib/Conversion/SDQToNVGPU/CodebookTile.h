//===- CodebookTile.h - A codebook's tiles, read by a warp ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the codebook kernels share: codes in the order of `warpTiles` (sdq/Core/Tiled.h), and *pair tables*. A lane has
// an output row of its own and loads 16 bytes of its codes at a time; a warp's load is 512 bytes in a row. A step
// covers
//
//   bits   columns a step   loads of 16 bytes a lane
//   ----   --------------   ------------------------------------
//   2        64             1
//   3       128             2 of the low two bits, 1 of the high
//   4        32             1
//
// One look-up gives two weights: the table of a row has an entry (half2) for every pair of codes, 2^2b of them, which
// the block computes from the row's 2^b values. In shared memory, entry e of row r lies in word 32 e + r: a lane always
// reads its own bank, whatever its codes, so that no look-up conflicts. An entry's number is what the planes' pairs of
// codes say as they lie, so that they are not put together first:
//
//   4 bits:  lo | hi << 4        2 bits:  lo | hi << 2        3 bits:  lo₀₁ | hi₀₁ << 2 | lo₂ << 4 | hi₂ << 5
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_CODEBOOKTILE_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_CODEBOOKTILE_H

#include "KernelEmitter.h"
#include "LinearKernel.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

namespace sdq {

/// A weight that is one codebook in the order of `warpTiles`, tables in f16, and perhaps CSR terms.
struct CodebookTerms {
  TiledFormat format;
  mlir::ValueRange codebook; // its parts
  llvm::SmallVector<TermValues, 2> visited;

  /// `parts`: of the whole format; they outlive the result. Nothing where the weight is something else.
  static std::optional<CodebookTerms> of(const LinearKernelSpec &spec, mlir::ValueRange parts);
};

class CodebookTile : KernelEmitter {
public:
  /// Rows of a tile, one a lane.
  static constexpr int64_t kRows = 32;

  CodebookTile(mlir::OpBuilder &builder, mlir::Location location, const CodebookTerms &terms)
      : KernelEmitter(builder, location), format(terms.format), parts(terms.codebook) {}

  int64_t columnsOfStep() const { return format.planes.back().columns(); }
  /// Entries of a row's pair table.
  int64_t entries() const { return int64_t(1) << (2 * format.codes.bits); }

  /// Fills `table`, memref<entries × 32 × i32> in shared memory, by a block of `warps` warps; `row`: the lane's, of
  /// type index. A barrier must follow.
  void fillTable(mlir::Value table, mlir::Value row, mlir::Value warp, mlir::Value lane, int64_t warps);

  /// The lane's codes of a step, an i32 for every 32 bits, plane by plane. `tileRow`: which 32 rows; `step`: which
  /// columns; both of type index.
  llvm::SmallVector<mlir::Value> loadCodes(mlir::Value tileRow, mlir::Value step, mlir::Value lane);

  /// The weights at columns 2·pair and 2·pair + 1 of the step whose codes these are, as an i32.
  mlir::Value weights(mlir::Value table, mlir::ValueRange codes, int64_t pair, mlir::Value lane);
  /// The vector<2xf16> of such bits.
  mlir::Value asPair(mlir::Value word);

  /// Consecutive columns of the activations that are loaded together, 16 bytes.
  static constexpr int64_t kChunk = 8;
  /// x[token, column … column + 7], f16, as four vector<2xf16>. Unless `whole`, zeros past the last of `columns`; the
  /// load is one where rows of x begin at multiples of 16 bytes.
  llvm::SmallVector<mlir::Value> activations(mlir::Value x, mlir::Value token, mlir::Value column, int64_t columns,
                                             bool whole);

private:
  TiledFormat format;
  mlir::ValueRange parts;
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_CODEBOOKTILE_H
