//===- KernelFamily.cpp - Ways to multiply by a weight --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelFamily.h"

#include "BlockTile.h"
#include "IntegerTerms.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sdq;

/// The kernels of tiled codes for blocks of so many tokens; `serve`: of a codebook's, or of dense ones.
template <int64_t tokens, bool (*serve)(const LinearKernelSpec &, const Chip &)>
static KernelFamily tiledGemv(llvm::StringLiteral suffix, int64_t fromTokens, llvm::StringLiteral reason) {
  return {suffix,
          fromTokens,
          gemvWarps(tokens),
          32,
          tokens,
          serve,
          reason,
          [](OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
             const KernelSignature &signature,
             const Chip &chip) { buildTiledGemvBody(builder, location, kernel, spec, signature, chip, tokens); }};
}

/// Whether tensor cores multiply tiles where there are any. The chips that have mma.sp are those that have m16n8k16.
static bool multipliesTiles(const LinearKernelSpec &spec, const Chip &chip) {
  return chip.has(Native::MmaSpF16) && !spec.activation.isF32();
}

template <int64_t tokens, bool (*serve)(const LinearKernelSpec &, const Chip &)>
static KernelFamily tiledGemm(llvm::StringLiteral suffix, int64_t fromTokens, llvm::StringLiteral reason) {
  auto serves = [](const LinearKernelSpec &spec, const Chip &chip) {
    return multipliesTiles(spec, chip) && serve(spec, chip);
  };
  return {suffix,
          fromTokens,
          kGemmWarps,
          32,
          tokens,
          serves,
          reason,
          [](OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
             const KernelSignature &signature,
             const Chip &) { buildTiledGemmBody(builder, location, kernel, spec, signature, tokens); }};
}

template <int64_t tokens>
static KernelFamily csr(llvm::StringLiteral suffix, int64_t fromTokens) {
  return {suffix,
          fromTokens,
          kCSRWarps,
          kCSRRows,
          tokens,
          csrServes,
          "warps share entries and rows evenly",
          [](OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
             const KernelSignature &signature,
             const Chip &) { buildCSRBody(builder, location, kernel, spec, signature, tokens); }};
}

/// From how many tokens on blocks of 128 rows and 128 tokens are worth their while. One tile of tokens of 8192 rows is
/// 64 blocks, of 4096 rows 32, which leave most multiprocessors idle while tensor_core's smaller tiles keep all busy.
/// Where lut_gemm or dense_gemm serves, to which decoding costs little, not before some 80 blocks, and never with few
/// rows.
static std::optional<int64_t> blocksFrom(const LinearKernelSpec &spec, const Chip &chip) {
  if (multipliesTiles(spec, chip) && (codebooksServe(spec, chip) || denseTilesServe(spec, chip)))
    return spec.shape.rows >= 2048 ? std::optional(513) : std::nullopt;
  return spec.shape.rows >= 8192 ? 65 : 129;
}

template <int64_t fromTokens, bool (*serve)(const LinearKernelSpec &, const Chip &)>
static KernelFamily blocks(llvm::StringLiteral suffix, llvm::StringLiteral reason,
                           decltype(KernelFamily::buildBody) buildBody) {
  auto serves = [](const LinearKernelSpec &spec, const Chip &chip) {
    return serve(spec, chip) && blocksFrom(spec, chip) == fromTokens;
  };
  return {suffix, fromTokens, BlockTile::kWarps, BlockTile::kRows, BlockTile::kTokens, serves, reason, buildBody};
}

template <int64_t fromTokens>
static KernelFamily blockMma() {
  return blocks<fromTokens, tensorCoresServe>("block_mma", "one decoding of a weight serves 128 tokens",
                                              buildBlockMmaBody);
}

template <int64_t fromTokens>
static KernelFamily blockIntegers() {
  return blocks<fromTokens, blockIntegersServe>(
      "block_nm_mma", "one copy of the codes in shared memory serves 128 tokens", buildBlockIntegerBody);
}

llvm::ArrayRef<KernelFamily> sdq::kernelFamilies() {
  // An activation comes as codes exactly where integers can be multiplied.
  auto sparse = [](const LinearKernelSpec &spec, const Chip &chip) {
    return spec.packed && multipliesSparseIntegers(spec, chip);
  };
  auto dense = [](const LinearKernelSpec &spec, const Chip &chip) {
    return spec.packed && !multipliesSparseIntegers(spec, chip);
  };
  constexpr llvm::StringLiteral lookedUp = "pairs of codes are looked up in shared memory",
                                inRegisters = "pairs of codes become f16 in registers",
                                lookedUpForMma = "pairs of codes, looked up in shared memory, feed tensor cores",
                                inRegistersForMma = "pairs of codes, made f16 in registers, feed tensor cores";
  static const KernelFamily families[] = {
      {"", 1, 4, 4, 8, [](const LinearKernelSpec &spec, const Chip &) { return !spec.packed; }, "serves every format",
       buildDecodeBody},
      {"nm_mma_sp", 1, integerWarps(1), 16, 8, sparse, "codes are multiplied as they are stored", buildIntegerBody},
      {"nm_mma", 1, integerWarps(1), 16, 8, dense, "codes are multiplied as they are stored", buildIntegerBody},
      csr<1>("csr_spmm_1", 1),
      tiledGemv<1, codebooksServe>("lut_gemv_1", 1, lookedUp),
      tiledGemv<1, denseTilesServe>("dense_gemv_1", 1, inRegisters),
      tiledGemv<2, codebooksServe>("lut_gemv_2", 2, lookedUp),
      tiledGemv<2, denseTilesServe>("dense_gemv_2", 2, inRegisters),
      csr<8>("csr_spmm_8", 2),
      tiledGemm<8, codebooksServe>("lut_gemm_8", 3, lookedUpForMma),
      tiledGemm<8, denseTilesServe>("dense_gemm_8", 3, inRegistersForMma),
      {"tensor_core", 9, 4, 16, 32, tensorCoresServe, "one mma multiplies a decoded weight by eight tokens",
       buildTensorCoreBody},
      {"nm_mma_sp_32", 9, integerWarps(4), 16, 32, sparse, "one read of the codes serves 32 tokens",
       buildWideIntegerBody},
      {"nm_mma_32", 9, integerWarps(4), 16, 32, dense, "one read of the codes serves 32 tokens", buildWideIntegerBody},
      tiledGemm<16, codebooksServe>("lut_gemm_16", 9, lookedUpForMma),
      tiledGemm<16, denseTilesServe>("dense_gemm_16", 9, inRegistersForMma),
      tiledGemm<32, codebooksServe>("lut_gemm_32", 17, lookedUpForMma),
      tiledGemm<32, denseTilesServe>("dense_gemm_32", 17, inRegistersForMma),
      tiledGemm<64, codebooksServe>("lut_gemm_64", 33, lookedUpForMma),
      tiledGemm<64, denseTilesServe>("dense_gemm_64", 33, inRegistersForMma),
      blockMma<65>(),
      blockIntegers<65>(),
      blockMma<129>(),
      blockIntegers<129>(),
      blockMma<513>(),
  };
  return families;
}

Value sdq::viewAt(OpBuilder &builder, Location location, Value address, MemRefType type, Value extent) {
  SmallVector<OpFoldResult> sizes{extent}, strides;
  for (int64_t size : type.getShape().drop_front())
    sizes.push_back(builder.getIndexAttr(size));
  int64_t stride = 1;
  for (int64_t size : llvm::reverse(type.getShape())) {
    strides.push_back(builder.getIndexAttr(stride));
    stride *= size;
  }
  std::reverse(strides.begin(), strides.end());
  return memref::ReinterpretCastOp::create(builder, location, type, address, OpFoldResult(builder.getIndexAttr(0)),
                                           ArrayRef<OpFoldResult>(sizes), ArrayRef<OpFoldResult>(strides));
}

KernelOperands sdq::openArguments(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel,
                                  const KernelSignature &signature) {
  auto toIndex = [&](Value i64) -> Value {
    return arith::IndexCastOp::create(builder, location, builder.getIndexType(), i64);
  };
  Block::BlockArgListType values = kernel.getArguments();
  size_t x = signature.partCount, y = x + 1 + signature.roundedCount, extent = y + 2;
  KernelOperands operands;
  operands.tokens = toIndex(values[y + 1]);
  for (auto [value, argument] : llvm::zip(values.take_front(x), signature.parts()))
    operands.parts.push_back(argument.buffer.hasStaticShape()
                                 ? Value(value)
                                 : viewAt(builder, location, value, argument.buffer, toIndex(values[extent++])));
  auto byToken = [&](Value address, const KernelArgument &argument) {
    return viewAt(builder, location, address, argument.buffer, operands.tokens);
  };
  operands.x = byToken(values[x], signature.x());
  for (auto [value, argument] : llvm::zip(values.drop_front(x + 1), signature.rounded()))
    operands.rounded.push_back(byToken(value, argument));
  operands.y = byToken(values[y], signature.y());
  return operands;
}

SmallVector<Value> sdq::addVisitedTerms(OpBuilder &builder, Location location, Shape shape, ArrayRef<TermValues> terms,
                                        Value x, Value row, ArrayRef<Value> tokens, Value first, Value step,
                                        SmallVector<Value> sums) {
  auto accumulate = [&](OpBuilder &inner, Location place, Value column, Value weight, ValueRange carried) {
    SmallVector<Value> next;
    for (auto [token, sum] : llvm::zip_equal(tokens, carried)) {
      Value element = memref::LoadOp::create(inner, place, x, ValueRange{token, column});
      if (!element.getType().isF32())
        element = arith::ExtFOp::create(inner, place, inner.getF32Type(), element);
      next.push_back(math::FmaOp::create(inner, place, weight, element, sum));
    }
    return next;
  };
  for (const TermValues &term : terms)
    sums = term.format.emitVisitRow(builder, location, shape, term.parts, row, first, step, sums, accumulate);
  return sums;
}

Value sdq::emitSumOfLanes(OpBuilder &builder, Location location, Value value) {
  constexpr int32_t warpSize = 32;
  for (int32_t offset = warpSize / 2; offset > 0; offset /= 2) {
    auto shuffle = gpu::ShuffleOp::create(builder, location, value, offset, warpSize, gpu::ShuffleMode::XOR);
    value = arith::AddFOp::create(builder, location, value, shuffle.getShuffleResult());
  }
  return value;
}
