//===- WarpTile.h - Tiled codes, read by a warp -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the kernels of tiled weights share: codes in the order of `warpTiles` (sdq/Core/Tiled.h), turned into pairs of
// numbers. A lane has an output row of its own and loads 16 bytes of its codes at a time; a warp's load is 512 bytes in
// a row. A step covers
//
//   bits            columns a step   loads of 16 bytes a lane
//   -------------   --------------   ------------------------------------
//   2                 64             1
//   3                128             2 of the low two bits, 1 of the high
//   4                 32             1
//   8, not looked     32             2
//   up
//
// How codes become weights is a codebook's (CodebookTile.h) or a dense format's (DenseTile.h). Weights of the latter
// still want a factor, one for every vector of columns and row.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_WARPTILE_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_WARPTILE_H

#include "KernelEmitter.h"
#include "LinearKernel.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

namespace sdq {

/// A weight that is one format in the order of `warpTiles`, of which a warp makes f16, and perhaps CSR terms.
struct TiledTerms {
  TiledFormat format;
  mlir::ValueRange tiled; // its parts
  llvm::SmallVector<TermValues, 2> visited;

  /// `parts`: of the whole format; they outlive the result. Nothing where the weight is something else.
  static std::optional<TiledTerms> of(const LinearKernelSpec &spec, mlir::ValueRange parts);
};

class WarpTile : protected KernelEmitter {
public:
  /// Rows of a tile, one a lane.
  static constexpr int64_t kRows = 32;
  /// What a lane loads at a time.
  static constexpr int64_t kLoadBytes = 16;

  /// `tableType`: f16, which all weights are without their factor, or bf16, to which a codebook's are rounded.
  static std::unique_ptr<WarpTile> create(mlir::OpBuilder &builder, mlir::Location location, Shape shape,
                                          const TiledTerms &terms, mlir::Type tableType);
  virtual ~WarpTile() = default;

  int64_t columnsOfStep() const { return format.planes.back().columns(); }
  int64_t loadsOfStep() const { return columnsOfStep() * codeBits(format.codes) / (8 * kLoadBytes); }

  /// The lane's codes of a step, an i32 for every 32 bits, plane by plane. `tileRow`: which 32 rows; `step`: which
  /// columns; both of type index.
  llvm::SmallVector<mlir::Value> loadCodes(mlir::Value tileRow, mlir::Value step, mlir::Value lane);

  /// i32 a row that a block keeps in shared memory for `weights`.
  virtual int64_t wordsOfRow() const { return 0; }
  /// Fills `memory`, memref<wordsOfRow × 32 × i32>, by a block of `warps` warps; `row`: the lane's, of type index. A
  /// barrier must follow.
  virtual void fillMemory(mlir::Value memory, mlir::Value row, mlir::Value warp, mlir::Value lane, int64_t warps) {}

  /// The weights at columns 2·pair and 2·pair + 1 of the step whose codes these are, without their factor: a
  /// vector<2xf16>, or of a table of bf16 a vector<2xbf16>.
  virtual mlir::Value weights(mlir::Value memory, mlir::ValueRange codes, int64_t pair, mlir::Value lane) = 0;

  /// Columns of a step that have one factor, a multiple of kChunk.
  virtual int64_t columnsOfFactor() const { return columnsOfStep(); }
  /// The factors, f32, of a row's weights in `steps` steps from `step` on, a multiple of `steps`, in order; none where
  /// all are 1.
  virtual llvm::SmallVector<mlir::Value> loadFactors(mlir::Value row, mlir::Value step, int64_t steps) { return {}; }

  /// Consecutive columns of the activations that are loaded together: 16 bytes, or of f32 twice that.
  static constexpr int64_t kChunk = 8;
  /// x[token, column … column + 7], as four vectors of two. Unless `whole`, zeros past the last of `columns`; a load is
  /// 16 bytes where rows of x begin at multiples of them.
  llvm::SmallVector<mlir::Value> activations(mlir::Value x, mlir::Value token, mlir::Value column, int64_t columns,
                                             bool whole);

  /// The vector<2xf16>, or of two of another type of 16 bits, of such bits, and the i32 of such a vector.
  mlir::Value asPair(mlir::Value word, mlir::Type element);
  mlir::Value asPair(mlir::Value word) { return asPair(word, b.getF16Type()); }
  mlir::Value asWord(mlir::Value pair);
  /// The vector of two f32.
  mlir::Value widened(mlir::Value pair);

protected:
  WarpTile(mlir::OpBuilder &builder, mlir::Location location, const TiledTerms &terms)
      : KernelEmitter(builder, location), format(terms.format), parts(terms.tiled) {}

  TiledFormat format;
  mlir::ValueRange parts;
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_WARPTILE_H
