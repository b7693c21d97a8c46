//===- TiledSums.h - The sums of a block of tiled codes ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block of eight warps, which split K, computes 32 output rows of T tokens, T a multiple of 8, as Yᵀ = W·Xᵀ. With
// g = lane / 4 and t = lane mod 4, a lane's sum i of eight tokens and 16 rows belongs to (PTX ISA, "Matrix Fragments",
// D of m16n8)
//
//   row g + 8(i >> 1)     token 2t + (i & 1)
//
// and its sums are those of the first eight tokens, rows 0 to 15 and 16 to 31, then of the next eight, and so on. Half
// of the warps leave theirs in shared memory, 4 × T × 32 words; the others add their own and leave both there. They are
// stored by other threads: warp w has rows 4w … 4w + 3, eight lanes each, lane i of them the tokens i, i + 8, …; the
// same eight lanes visit the row's entries of CSR terms.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_TILEDSUMS_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_TILEDSUMS_H

#include "KernelEmitter.h"
#include "KernelFamily.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

namespace sdq {

/// What a kernel of such blocks shares with others of its kind: where a thread is, and how its sums are stored.
class TiledSums : protected KernelEmitter {
public:
  static constexpr int64_t kWarps = kGemmWarps, kRows = 32, kRowsOfMma = 16, kTokensOfMma = 8;
  /// That visit a row's outliers, and store its sums.
  static constexpr int64_t kLanesOfRow = kWarps * kWarpSize / kRows;

  TiledSums(mlir::OpBuilder &builder, mlir::Location location, const LinearKernelSpec &spec,
            KernelOperands kernelOperands, int64_t tileTokens)
      : KernelEmitter(builder, location), spec(spec), operands(std::move(kernelOperands)), tileTokens(tileTokens) {}

protected:
  int64_t sumsOfLane() const { return kRows / kRowsOfMma * (tileTokens / kTokensOfMma) * 4; }
  /// Rows of 32 words that `addAndStore` wants.
  int64_t rowsOfMemory() const { return kWarps / 2 * tileTokens; }
  /// Sets `lane` and what follows it.
  void findPlace();
  /// Adds the warps' sums and the products of `visited` and stores them; the whole block, through `memory`,
  /// rowsOfMemory × 32 × i32, which nobody uses any more.
  void addAndStore(mlir::ValueRange sums, mlir::Value memory, llvm::ArrayRef<TermValues> visited);

  const LinearKernelSpec &spec;
  KernelOperands operands;
  int64_t tileTokens;
  /// Of this thread: lane, g and t in it, warp; of its block: which 32 rows, and the first token.
  mlir::Value lane, group, quarter, warp, tileRow, firstToken;

private:
  template <typename Body>
  void forSums(Body body);
  /// Word of the memory that holds the sum of a half's warp, a token and a row.
  std::array<mlir::Value, 2> slotOf(mlir::Value halfWarp, mlir::Value token, mlir::Value row);
  void shareSums(mlir::ValueRange sums, mlir::Value memory, mlir::Value halfWarp);
  llvm::SmallVector<mlir::Value> addShared(mlir::ValueRange sums, mlir::Value memory);
  mlir::Value visit(llvm::ArrayRef<TermValues> visited, mlir::Value row, mlir::Value laneOfRow, mlir::Value first);
  void storeSums(mlir::Value memory, llvm::ArrayRef<TermValues> visited);
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_TILEDSUMS_H
