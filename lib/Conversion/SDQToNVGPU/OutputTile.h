//===- OutputTile.h - What a block of tensor-core warps owns ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block computes 16 output rows of 8, or four times 8, tokens, transposed: Yᵀ = W·Xᵀ, so that the weight is the
// operand A of an mma, which may be sparse, and the activations, as they lie, are B. Its four warps, or more, take
// turns along K; their sums, f32, are added through shared memory, and terms that can only be visited are added to them
// as they are stored. With g = lane / 4 and t = lane mod 4, a lane's sum i of a tile of 8 tokens belongs to (PTX ISA,
// "Matrix Fragments", D of m16n8)
//
//   row g + 8(i >> 1)     token 2t + (i & 1)
//
// and is stored by another thread: number n < 128 of the block has row n mod 16 and the tokens n / 16, n / 16 + 8, ….
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_OUTPUTTILE_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_OUTPUTTILE_H

#include "KernelEmitter.h"
#include "KernelFamily.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace sdq {

/// Builds a kernel of a family with 16 rows a block; what it multiplies is the derived class's.
class OutputTile : protected KernelEmitter {
public:
  static constexpr int64_t kWarps = 4, kRows = 16, kTokensOfMma = 8;

  /// `tokenTiles`: of 8 tokens each. `warps`: of a block, kWarps or more. `visited`: terms to be added from x, as it
  /// came.
  OutputTile(mlir::OpBuilder &builder, mlir::Location location, const LinearKernelSpec &spec, KernelOperands operands,
             int64_t tokenTiles, int64_t warps = kWarps)
      : KernelEmitter(builder, location), spec(spec), operands(std::move(operands)), tokenTiles(tokenTiles),
        warps(warps) {}
  virtual ~OutputTile() = default;

  void build(mlir::gpu::GPUFuncOp kernel, llvm::ArrayRef<TermValues> visited);

protected:
  /// Emits this warp's products: four f32 sums a tile of tokens, added to `sums`.
  virtual llvm::SmallVector<mlir::Value> multiply(llvm::SmallVector<mlir::Value> sums) = 0;

  mlir::Value div(mlir::Value a, int64_t n) { return emit<mlir::arith::DivUIOp>(a, index(n)); }
  /// The block's token number `inBlock`, or the last token beyond it: what is computed from that is not stored.
  mlir::Value knownToken(mlir::Value inBlock);

  const LinearKernelSpec &spec;
  KernelOperands operands;
  int64_t tokenTiles, warps;
  /// Of this thread: lane, g and t in it, warp; of its block: the first row and token.
  mlir::Value lane, group, quarter, warp, firstRow, firstToken;
  /// Rows g and g + 8 of the block, or the weight's last row beyond it.
  llvm::SmallVector<mlir::Value, 2> rows;

private:
  void shareSums(mlir::Value shared, mlir::ValueRange sums);
  void storeSums(mlir::Value shared, llvm::ArrayRef<TermValues> visited);
};

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_OUTPUTTILE_H
