//===- BlockTile.h - What a block computes for many tokens ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block of eight warps computes 128 output rows of 128 tokens, Yᵀ = W·Xᵀ: weights are operand A of its mma,
// activations B. Both go through shared memory, in *tiles* of 128 rows of 64 bytes: the rows of W, or the tokens of X,
// at the inputs of one step along K (32 of 16 bits). Warp w owns rows 64 (w mod 2) … + 63 of tokens 32 (w div 2) … +
// 31:
//
//               tokens 0 … 31   32 … 63   64 … 95   96 … 127
//   rows 0 … 63        warp 0         2         4          6         4 × 4 mma of m16n8 each: 64 f32 sums a lane
//   rows 64 … 127      warp 1         3         5          7
//
// ## Swizzle
//
// ldmatrix reads, and the block's threads write, eight pieces of 16 bytes at a time, which must lie in all 32 banks of
// four bytes. 128 bytes, one turn of the banks, hold two rows of a tile, and eight rows of one column of *chunks*, as
// they lie, would meet only two places of the turn. So chunk c of row r lies at chunk c xor (r div 2 mod 4) of its row:
//
//   row          place 0   1   2   3            eight rows of chunk 0: places (row, chunk)
//   0, 1               0   1   2   3              0,0  1,0 | 2,1  3,1 | 4,2  5,2 | 6,3  7,3
//   2, 3               1   0   3   2              bytes of the turn
//   4, 5               2   3   0   1              0    64  | 16   80  | 32   96  | 48   112
//   6, 7               3   2   1   0
//
// Rows of 32 bytes, two chunks, are four to a turn: chunk c of row r lies at c xor (r div 4 mod 2).
//
// Writes by the threads of a quarter warp are two whole rows, 128 bytes, whatever the order of their chunks.
//
// ## Fragments
//
// ldmatrix.x4 reads four matrices of 8 rows of 16 bytes; lanes 8j … 8j + 7 say where the rows of matrix j begin, which
// comes to be register j. What mma.m16n8k16 wants of a lane (g, t), g = lane / 4 and t = lane mod 4 (PTX ISA, "Matrix
// Fragments"), is four bytes t of row g of such a matrix (c is the first of the two chunks that 16 inputs are):
//
//   register                   0              1              2                3
//   A, 16 rows from r          r …     c      r + 8 …  c     r …     c + 1    r + 8 …     c + 1
//   B, 16 tokens from n        n …     c      n …   c + 1    n + 8 …     c    n + 8 …     c + 1     two mma's, two each
//   B of mma.sp, 8 tokens      n …     0      n …     1      n …         2    n …             3
//
// For an integer mma, whose k is 32 inputs of a byte, chunks are the same, as are all these tables.
//
// ## Pipeline
//
// Activations, and weights that are multiplied as they are stored, arrive by cp.async, three stages deep; what is
// decoded goes to the other of two tiles. One barrier a step, behind which everybody's copies of step s are there and
// nobody reads step s − 1 any more:
//
//   for s:    wait until one group of copies is left; barrier
//             begin copying step s + 2 to stage (s + 2) mod 3, where s − 1 was
//             decode W of step s + 1 in registers         (loads on their way during the mma)
//             ldmatrix and mma of step s
//             store W of step s + 1 to tile (s + 1) mod 2, where s − 1 was
//
//   family         bytes of shared memory          as
//   -------------  ------------------------------  ---------------------------------------------------------
//   block_mma      3 × 8192, 2 × 8192              stages of activations, tiles of weights
//   block_nm_mma   3 × (8192 + 4096 + 1024)        stages of activations, of codes of weights, of metadata
//   †              3 × (8192 + 8192)               († where all are dense)
//   both           0 … 34816 of the same           sums as y's type, a token every 272 bytes, of which a thread
//                                                  stores 16; f32 sums are stored as they are
//
// Copies beyond K, or of tokens beyond the last, fill up with zeros; rows beyond the last repeat it and are not stored.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_BLOCKTILE_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_BLOCKTILE_H

#include "KernelEmitter.h"
#include "KernelFamily.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

namespace sdq {

/// Builds a kernel of a family with such blocks; what it multiplies is the derived class's.
class BlockTile : protected KernelEmitter {
public:
  static constexpr int64_t kRows = 128, kTokens = 128, kWarps = 8, kThreads = kWarps * kWarpSize;
  static constexpr int64_t kChunkBytes = 16, kChunks = 4, kTileBytes = kRows * kChunks * kChunkBytes;
  static constexpr int64_t kStages = 3;

  /// `bytes`: of shared memory, not less than sums need.
  BlockTile(mlir::OpBuilder &builder, mlir::Location location, const LinearKernelSpec &spec, KernelOperands operands,
            int64_t bytes)
      : KernelEmitter(builder, location), spec(spec), operands(std::move(operands)), bytes(bytes) {}
  virtual ~BlockTile() = default;

  /// `visited`: terms to be added from x, as it came.
  void build(mlir::gpu::GPUFuncOp kernel, llvm::ArrayRef<TermValues> visited);

protected:
  static constexpr int64_t kWarpRows = 64, kWarpTokens = 32, kRowsOfMma = 16, kTokensOfMma = 8;
  static constexpr int64_t kMmaOfRows = kWarpRows / kRowsOfMma, kMmaOfTokens = kWarpTokens / kTokensOfMma;
  /// Chunks of a tile that one thread writes: of rows 64 apart.
  static constexpr int64_t kPieces = kRows * kChunks / kThreads;

  /// Emits this warp's products, four f32 sums an mma of 16 rows (slower) and 8 tokens, added to `sums`.
  virtual llvm::SmallVector<mlir::Value> multiply(llvm::SmallVector<mlir::Value> sums) = 0;

  /// One thread's share of a tile: chunk `chunk` of row `row`, and how many chunks into the tile it lies.
  struct Piece {
    mlir::Value row, chunk, place;
  };
  /// Those of this thread, 64 rows apart, and of a tile whose rows are 32 bytes, its only one.
  llvm::ArrayRef<Piece> pieces() const { return ownPieces; }
  const Piece &narrowPiece() const { return ownNarrowPiece; }

  /// Shared memory from byte `offset` (of type index) on, as `count` of `element`.
  mlir::Value view(mlir::Value offset, int64_t count, mlir::Type element);
  /// Begins to copy `elements` of `source` from `indices` on, 4, 8 or 16 bytes, to `place` of a view of shared memory;
  /// zeros unless `inside`.
  void copy(mlir::Value tile, mlir::Value place, mlir::Value source, mlir::ValueRange indices, int64_t elements,
            mlir::Value inside);
  /// What was begun since the last of these is a group.
  void endGroup();
  /// Waits until `left` of this thread's groups are left at most, and for all threads.
  void arrive(uint32_t left);
  mlir::Value nextStage(mlir::Value stage);
  mlir::Value stageBefore(mlir::Value stage);

  using Registers = llvm::SmallVector<mlir::Value, 4>;
  /// The warp's A, 64 rows, of an mma each, and B, 32 tokens, of an mma each: chunks 2 `half` and 2 `half` + 1 of rows
  /// of `chunks`. Registers are what 32 bits of `tile`, a view of a type of 16 or 32 bits, are: vector<2xf16>, or i32.
  llvm::SmallVector<Registers> loadA(mlir::Value tile, int64_t half, int64_t chunks = kChunks);
  llvm::SmallVector<Registers> loadB(mlir::Value tile, int64_t half);
  /// B of sparse mma, all four chunks each.
  llvm::SmallVector<Registers> loadWholeB(mlir::Value tile);

  /// Rows and tokens, in the block, of a lane's sums: of 16 rows and 8 tokens number `mma`.
  mlir::Value rowOf(int64_t mma, int64_t half);
  mlir::Value tokenOf(int64_t mma, int64_t element);
  /// Of the weight, or its last row; of x, or its last token: what is computed from that is not stored.
  mlir::Value knownRow(mlir::Value inBlock);
  mlir::Value knownToken(mlir::Value inBlock);

  const LinearKernelSpec &spec;
  KernelOperands operands;
  /// Of this thread: its number in the block, lane, g and t in it; of its block: the first row and token.
  mlir::Value thread, lane, group, quarter, firstRow, firstToken;

private:
  mlir::Value swizzled(mlir::Value row, mlir::Value chunk, int64_t chunks);
  Piece pieceOf(mlir::Value number, int64_t chunks);
  Registers loadMatrices(mlir::Value tile, mlir::Value warpFirst, mlir::Value laneRow, mlir::Value laneChunk,
                         int64_t row, int64_t half, int64_t chunks);
  llvm::SmallVector<mlir::Value> visit(llvm::ArrayRef<TermValues> visited, llvm::SmallVector<mlir::Value> sums);
  /// As 16-bit values, by way of shared memory; and as f32, which would not fit there, each by its lane.
  void store(llvm::ArrayRef<mlir::Value> sums);
  void storeWide(llvm::ArrayRef<mlir::Value> sums);

  int64_t bytes;
  llvm::SmallVector<Piece, kPieces> ownPieces;
  Piece ownNarrowPiece;
  mlir::Value memory, warpRow, warpToken, row16, chunk16, tokenInPair, chunkOfPair, token8, chunkOf8;
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_BLOCKTILE_H
