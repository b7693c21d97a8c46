//===- MmaOps.cpp - What the mma ops of MLIR ask of a warp ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/MmaOps.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sdq::simulator;

/// The number an element type of a nvgpu fragment stands for; floats of 32 bits are tf32 as multiplicands.
static std::optional<NumberKind> kindOf(Type type, bool multiplicand) {
  if (type.isF16())
    return NumberKind::F16;
  if (type.isBF16())
    return NumberKind::BF16;
  if (type.isF32())
    return multiplicand ? NumberKind::TF32 : NumberKind::F32;
  if (isa<Float8E4M3FNType>(type))
    return NumberKind::E4M3;
  if (isa<Float8E5M2Type>(type))
    return NumberKind::E5M2;
  if (type.isInteger(8) && multiplicand)
    return NumberKind::S8;
  if (type.isInteger(4) && multiplicand)
    return NumberKind::S4;
  if (type.isInteger(32) && !multiplicand)
    return NumberKind::S32;
  return std::nullopt;
}

static constexpr const char *kUnknownTypes = "mma_types: the simulator knows no mma of ";

/// Shape, types and scales together, once they are read.
static FailureOr<MmaInstruction> checked(Operation *op, const MmaInstruction &instruction) {
  llvm::Error error = instruction.scales ? verify(instruction.shape, *instruction.scales) : verify(instruction.shape);
  if (error)
    return op->emitOpError() << llvm::toString(std::move(error));
  return instruction;
}

/// `nvgpu.mma.sync` and `nvgpu.mma.sp.sync`.
template <typename Op>
static FailureOr<MmaInstruction> readNVGPU(Op op) {
  MmaInstruction instruction;
  MmaShape &shape = instruction.shape;
  auto [m, n, k] = op.getMmaShapeAsArray();
  auto elementOf = [](Value value) { return cast<VectorType>(value.getType()).getElementType(); };
  std::optional<NumberKind> kind = kindOf(elementOf(op.getMatrixA()), true);
  std::optional<NumberKind> accumulator = kindOf(elementOf(op.getMatrixC()), false);
  if (!kind || !accumulator)
    return op.emitOpError() << kUnknownTypes << elementOf(op.getMatrixA()) << " in " << elementOf(op.getMatrixC());
  if (n != 8)
    return op.emitOpError() << "mma_shape: the simulator knows mma with n = 8 only, got n = " << n;
  shape.m = m;
  shape.k = k;
  shape.a = shape.b = *kind;
  shape.accumulator = *accumulator;
  shape.sparse = std::is_same_v<Op, nvgpu::MmaSparseSyncOp>;
  instruction.overflow = IntegerOverflow::Saturate;
  return checked(op, instruction);
}

/// The attribute if there is one, else what the operand's type says. Sparse ops are asked through the dense one:
/// libMLIR 22 declares the function for both and defines it for one.
static std::optional<NumberKind> multiplicandOf(std::optional<NVVM::MMATypes> type, OperandRange operands) {
  if (!type)
    type = NVVM::MmaOp::inferOperandMMAType(operands.front().getType(), /*isAccumulator=*/false);
  return type ? findNumberKind(NVVM::stringifyEnum(*type)) : std::nullopt;
}

/// What the four nvvm ops have in common.
template <typename Op>
static FailureOr<MmaInstruction> readNVVM(Op op, MmaInstruction instruction, std::optional<NumberKind> a,
                                          std::optional<NumberKind> b, std::optional<NumberKind> c,
                                          std::optional<NumberKind> d) {
  if (!a || !b || !c || !d)
    return op.emitOpError() << kUnknownTypes << "these operands";
  if (*c != *d)
    return op.emitOpError() << kUnknownTypes << "different accumulator and result, " << nameOf(*c) << " and "
                            << nameOf(*d);
  if (op.getShape().getN() != 8)
    return op.emitOpError() << "mma_shape: the simulator knows mma with n = 8 only, got n = " << op.getShape().getN();
  MmaShape &shape = instruction.shape;
  shape.m = op.getShape().getM();
  shape.k = op.getShape().getK();
  shape.a = *a;
  shape.b = *b;
  shape.accumulator = *c;
  // An e2m1 without block scales sits in a byte (.kind::f8f6f4).
  if (shape.a == NumberKind::E2M1 && !instruction.scales)
    return op.emitOpError() << kUnknownTypes << "e2m1 without block scales";
  return checked(op, instruction);
}

template <typename Op>
static FailureOr<MmaInstruction> readUnscaled(Op op, MmaInstruction instruction) {
  if (op.getIntOverflowBehavior() == NVVM::MMAIntOverflow::satfinite)
    instruction.overflow = IntegerOverflow::Saturate;
  return readNVVM(op, instruction, multiplicandOf(op.getMultiplicandAPtxType(), op.getOperandA()),
                  multiplicandOf(op.getMultiplicandBPtxType(), op.getOperandB()),
                  findNumberKind(NVVM::stringifyEnum(op.accumPtxType())),
                  findNumberKind(NVVM::stringifyEnum(op.resultPtxType())));
}

static FailureOr<MmaInstruction> read(NVVM::MmaOp op) {
  if (op.getLayoutA() != NVVM::MMALayout::row || op.getLayoutB() != NVVM::MMALayout::col)
    return op.emitOpError() << "mma_layout: expected A by rows and B by columns, got "
                            << NVVM::stringifyEnum(op.getLayoutA()) << " and " << NVVM::stringifyEnum(op.getLayoutB());
  return readUnscaled(op, {});
}

static FailureOr<MmaInstruction> read(NVVM::MmaSpOp op) {
  MmaInstruction instruction;
  instruction.shape.sparse = true;
  instruction.orderedMetadata = op.getOrderedMetadata();
  return readUnscaled(op, instruction);
}

template <typename Op>
static FailureOr<MmaInstruction> readScaled(Op op, bool sparse) {
  MmaInstruction instruction;
  instruction.shape.sparse = sparse;
  instruction.orderedMetadata = sparse;
  instruction.scales =
      ScaleVector{1u << unsigned(op.getScaleVecSize()),
                  op.getBlockScaleFormat() == NVVM::BlockScaleFormat::UE8M0 ? NumberKind::UE8M0 : NumberKind::UE4M3};
  std::optional<NVVM::MMATypes> a = op.getMultiplicandAPtxType(), b = op.getMultiplicandBPtxType();
  auto kindOf = [](std::optional<NVVM::MMATypes> type) {
    return type ? findNumberKind(NVVM::stringifyEnum(*type)) : std::nullopt;
  };
  return readNVVM(op, instruction, kindOf(a), kindOf(b), NumberKind::F32, NumberKind::F32);
}

bool sdq::simulator::isMma(Operation *op) {
  return isa<nvgpu::MmaSyncOp, nvgpu::MmaSparseSyncOp, NVVM::MmaOp, NVVM::MmaSpOp, NVVM::MmaBlockScaleOp,
             NVVM::MmaSpBlockScaleOp>(op);
}

FailureOr<MmaInstruction> sdq::simulator::readMma(Operation *op) {
  return llvm::TypeSwitch<Operation *, FailureOr<MmaInstruction>>(op)
      .Case<nvgpu::MmaSyncOp, nvgpu::MmaSparseSyncOp>([](auto mma) { return readNVGPU(mma); })
      .Case<NVVM::MmaOp, NVVM::MmaSpOp>([](auto mma) { return read(mma); })
      .Case<NVVM::MmaBlockScaleOp>([](auto mma) { return readScaled(mma, false); })
      .Case<NVVM::MmaSpBlockScaleOp>([](auto mma) { return readScaled(mma, true); });
}
