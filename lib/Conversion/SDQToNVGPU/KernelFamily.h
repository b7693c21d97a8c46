//===- KernelFamily.h - Ways to multiply by a weight ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A family is one way to build a kernel: for which weights it serves, from how many tokens on it is worth its while,
// and what a block of it computes. The host asks at run time how many tokens there are and launches the kernel of the
// family that starts last before them; the decode family serves everything that comes as values, and activations come
// as codes only where nm_mma_sp or nm_mma serves, so that there always is one. Of families that serve and start alike,
// the last one of the table is built.
//
//   family       serves                                                       from tokens
//   -----------  -----------------------------------------------------------  -------------
//   decode       every format, chip and activation; no codes of activations   1
//   csr_spmm_T   #sdq.csr by itself; T of 1 or 8 tokens a block                1 and 2
//   lut_gemv_T   one #sdq.tiled codebook of 2, 3 or 4 bits with f16 tables,   1 and 2
//                and CSR terms; activations that are not rounded further; T
//                of 1 or 2 tokens a block
//   dense_gemv_T one #sdq.tiled #sdq.dense of integers, f4E2M1FN or f8E4M3FN  1 and 2
//                in vectors of a multiple of 8, and CSR terms; activations
//                and T as lut_gemv_T has them
//   lut_gemm_T   as lut_gemv_T, f16 and bf16 activations, T of 8, 16, 32 or   3, 9, 17 and 33
//                64 tokens a block, chips with mma.m16n8k16
//   dense_gemm_T as dense_gemv_T, T, activations and chips as lut_gemm_T      3, 9, 17 and 33
//   tensor_core  f16 and bf16 activations, rounded further or not, chips      9
//                with mma.m16n8k16, formats with a term that is more than a
//                visit
//   nm_mma_sp    codes of activations: IntegerTerms.h says which weights,     1 and 9
//                chips and activations are multiplied as integers
//   nm_mma       the same, where no term is sparse                            1 and 9
//   block_mma    as tensor_core; the fewer rows, the later, and where         65, 129 or
//                lut_gemm_T or dense_gemm_T serve from 2048 rows on           513
//   block_nm_mma as nm_mma_sp and nm_mma, all of whose terms are stored so    65 or 129
//                that they are copied as they are: BlockIntegerKernel.cpp
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_KERNELFAMILY_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_KERNELFAMILY_H

#include "LinearKernel.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"
#include "sdq/Target/Chip.h"

namespace sdq {

struct KernelFamily {
  /// Appended to the kernel's name, with an underscore; the decode family's is empty.
  llvm::StringLiteral suffix;
  int64_t fromTokens;
  /// A block is `warps` warps, (32, warps, 1) threads, and computes so many rows of so many tokens.
  int64_t warps, rowsPerBlock, tokensPerBlock;
  bool (*serves)(const LinearKernelSpec &spec, const Chip &chip);
  /// Why the host may choose it, for a remark.
  llvm::StringLiteral reason;
  /// Fills a kernel whose entry block has the signature's arguments.
  void (*buildBody)(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                    const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip);
};

/// All of them, by rising `fromTokens`; of those from one token, one serves.
llvm::ArrayRef<KernelFamily> kernelFamilies();

/// A kernel and how many tokens it takes to choose it.
struct FamilyKernel {
  const KernelFamily *family;
  mlir::gpu::GPUFuncOp kernel;
};

/// The buffer of `type`, whose first extent is `extent`, that begins at `address`.
mlir::Value viewAt(mlir::OpBuilder &builder, mlir::Location location, mlir::Value address, mlir::MemRefType type,
                   mlir::Value extent);

/// What a kernel's arguments are inside it: its parts and its activations at their full shapes.
struct KernelOperands {
  llvm::SmallVector<mlir::Value> parts;
  mlir::Value x;
  /// The buffers of each of the spec's rounded activations.
  llvm::SmallVector<mlir::Value> rounded;
  mlir::Value y;
  /// Of type index.
  mlir::Value tokens;
};
KernelOperands openArguments(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                             const KernelSignature &signature);

/// Adds the products of terms that are visited to `sums`, one for each of `tokens`: of row `row`'s entries the `first`,
/// and every `step`th from it, times x[token, column]. All but the sums, f32, are of type index.
llvm::SmallVector<mlir::Value> addVisitedTerms(mlir::OpBuilder &builder, mlir::Location location, Shape shape,
                                               llvm::ArrayRef<TermValues> terms, mlir::Value x, mlir::Value row,
                                               llvm::ArrayRef<mlir::Value> tokens, mlir::Value first, mlir::Value step,
                                               llvm::SmallVector<mlir::Value> sums);

/// The sum of an f32 over the lanes of the warp, in every lane.
mlir::Value emitSumOfLanes(mlir::OpBuilder &builder, mlir::Location location, mlir::Value value);

// One builder a family.
void buildDecodeBody(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                     const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip);
void buildTensorCoreBody(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                         const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip);
void buildBlockMmaBody(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                       const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip);
void buildBlockIntegerBody(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                           const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip);
void buildIntegerBody(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                      const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip);
void buildWideIntegerBody(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                          const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip);
/// With few tokens memory is to be kept busy, with more there is enough to do.
constexpr int64_t integerWarps(int64_t tokenTiles) { return tokenTiles == 1 ? 8 : 4; }
/// For blocks of so many tokens.
void buildTiledGemvBody(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                        const LinearKernelSpec &spec, const KernelSignature &signature, const Chip &chip,
                        int64_t tokens);
void buildTiledGemmBody(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                        const LinearKernelSpec &spec, const KernelSignature &signature, int64_t tokens);
void buildCSRBody(mlir::OpBuilder &builder, mlir::Location location, mlir::gpu::GPUFuncOp kernel,
                  const LinearKernelSpec &spec, const KernelSignature &signature, int64_t tokens);
/// More tokens need more registers a thread.
constexpr int64_t gemvWarps(int64_t tokens) { return tokens < 2 ? 16 : 8; }
inline constexpr int64_t kGemmWarps = 8;
/// There is a block for so many rows, whichever rows it gets.
inline constexpr int64_t kCSRWarps = 8, kCSRRows = 32;
bool csrServes(const LinearKernelSpec &spec, const Chip &chip);
/// Whether the weight is tiled for warps, its codes a codebook's, or dense ones.
bool codebooksServe(const LinearKernelSpec &spec, const Chip &chip);
bool denseTilesServe(const LinearKernelSpec &spec, const Chip &chip);
bool blockIntegersServe(const LinearKernelSpec &spec, const Chip &chip);
bool tensorCoresServe(const LinearKernelSpec &spec, const Chip &chip);

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_KERNELFAMILY_H
