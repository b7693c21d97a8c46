//===- LoadMatrixOps.cpp - ldmatrix and stmatrix as ops -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Access.h"
#include "Warp.h"

#include "sdq/Simulator/LoadMatrix.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

using namespace mlir;
using namespace sdq::simulator;

/// Calls `visit(row, thread, position)` for each row of the warp's matrices that is where it should be, and counts.
template <typename Visit>
static void forEachRow(BlockState &state, const Locate &locate, unsigned rows, unsigned warp, const char *verb,
                       Visit visit) {
  WarpAccess together;
  for (unsigned row = 0; row < rows; ++row) {
    if (!(state.active[warp] >> row & 1))
      continue;
    unsigned thread = 32 * warp + row;
    std::optional<Position> at = locate(state, thread, kMatrixRowBytes, kMatrixRowBytes, verb);
    if (!at)
      continue;
    together.add(row, *at);
    visit(row, thread, *at);
  }
  together.count(state, kMatrixRowBytes, kMatrixRowBytes);
}

static Execute load(Locate locate, Slot result, unsigned count, bool transpose) {
  return [=](BlockState &state) {
    forEachWarp(
        state, [](unsigned) { return ~0u; },
        [&](unsigned warp) {
          std::vector<MatrixRow> rows(8 * count, MatrixRow{});
          forEachRow(state, locate, 8 * count, warp, "loads a row",
                     [&](unsigned row, unsigned thread, const Position &at) {
                       readFor(state, at, kMatrixRowBytes, thread, reinterpret_cast<uint8_t *>(rows[row].data()));
                     });
          std::vector<WarpRegister> registers(count);
          loadMatrices(rows, transpose, registers);
          unpack(state, result, registers, warp);
        });
  };
}

static FailureOr<Execute> decodeLoadMatrix(Operation *op, Decoder &decoder) {
  auto matrices = cast<nvgpu::LdMatrixOp>(op);
  FailureOr<Locate> locate = locatorOf(op, matrices.getSrcMemref(), matrices.getIndices(), decoder);
  FailureOr<Slot> result = decoder.slotOf(matrices.getRes());
  if (failed(locate) || failed(result))
    return failure();
  return load(*locate, *result, matrices.getNumTiles(), matrices.getTranspose());
}

/// An error for the shapes of newer chips.
template <typename Op>
static LogicalResult verifyShape(Op op) {
  if (op.getShape().getM() == 8 && op.getShape().getN() == 8 && op.getEltType() == NVVM::LdStMatrixEltType::B16)
    return success();
  return op->emitOpError() << "moves matrices of m" << op.getShape().getM() << "n" << op.getShape().getN() << " and "
                           << NVVM::stringifyLdStMatrixEltType(op.getEltType()) << "; the simulator knows m8n8 of b16";
}

static FailureOr<Execute> decodePointerLoadMatrix(Operation *op, Decoder &decoder) {
  auto matrices = cast<NVVM::LdMatrixOp>(op);
  FailureOr<Locate> locate = locatorOf(op, matrices.getPtr(), decoder);
  FailureOr<Slot> result = decoder.slotOf(matrices.getRes());
  if (failed(locate) || failed(result) || failed(verifyShape(matrices)))
    return failure();
  return load(*locate, *result, matrices.getNum(), matrices.getLayout() == NVVM::MMALayout::col);
}

static FailureOr<Execute> decodeStoreMatrix(Operation *op, Decoder &decoder) {
  auto matrices = cast<NVVM::StMatrixOp>(op);
  FailureOr<Locate> locate = locatorOf(op, matrices.getPtr(), decoder);
  FailureOr<llvm::SmallVector<Slot, 4>> sources = decoder.slotsOf(matrices.getSources());
  if (failed(locate) || failed(sources) || failed(verifyShape(matrices)))
    return failure();
  bool transpose = matrices.getLayout() == NVVM::MMALayout::col;
  return Execute([=, locate = *locate, sources = *sources](BlockState &state) {
    forEachWarp(
        state, [](unsigned) { return ~0u; },
        [&](unsigned warp) {
          std::vector<MatrixRow> rows(8 * sources.size());
          storeMatrices(packed(state, sources, warp), transpose, rows);
          forEachRow(state, locate, unsigned(rows.size()), warp, "stores a row",
                     [&](unsigned row, unsigned thread, const Position &at) {
                       writeFor(state, at, kMatrixRowBytes, thread,
                                reinterpret_cast<const uint8_t *>(rows[row].data()));
                     });
        });
  });
}

void sdq::simulator::addLoadMatrixOps(Decoder &decoder) {
  decoder.add<nvgpu::LdMatrixOp>(decodeLoadMatrix);
  decoder.add<NVVM::LdMatrixOp>(decodePointerLoadMatrix);
  decoder.add<NVVM::StMatrixOp>(decodeStoreMatrix);
}
