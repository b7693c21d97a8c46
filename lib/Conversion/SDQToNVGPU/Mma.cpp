//===- Mma.cpp - Tensor-core instructions of kernels ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mma.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

static constexpr int kRows = 16, kTokens = 8;

static Type fourOf(Type type) {
  return LLVM::LLVMStructType::getLiteral(type.getContext(), SmallVector<Type>(4, type));
}

static SmallVector<Value> elements(OpBuilder &b, Location at, Value product) {
  SmallVector<Value> sums;
  for (int64_t i = 0; i < 4; ++i)
    sums.push_back(LLVM::ExtractValueOp::create(b, at, product, i));
  return sums;
}

static NVVM::MMALayoutAttr rowMajor(MLIRContext *context) {
  return NVVM::MMALayoutAttr::get(context, NVVM::MMALayout::row);
}

static NVVM::MMALayoutAttr columnMajor(MLIRContext *context) {
  return NVVM::MMALayoutAttr::get(context, NVVM::MMALayout::col);
}

Value sdq::asMmaRegister(OpBuilder &b, Location at, Value pair) {
  if (cast<VectorType>(pair.getType()).getElementType().isF16())
    return pair;
  // bf16 fragments are plain 32-bit registers in the nvvm dialect.
  Value words = vector::BitCastOp::create(b, at, VectorType::get({1}, b.getI32Type()), pair);
  return vector::ExtractOp::create(b, at, words, int64_t(0));
}

SmallVector<Value> sdq::emitFloatMma(OpBuilder &b, Location at, Type type, ValueRange a, ValueRange x, ValueRange c,
                                     Value metadata) {
  MLIRContext *context = b.getContext();
  auto types = NVVM::MMATypesAttr::get(context, type.isF16() ? NVVM::MMATypes::f16 : NVVM::MMATypes::bf16);
  Type result = fourOf(b.getF32Type());
  if (!metadata) {
    auto shape = NVVM::MMAShapeAttr::get(context, kRows, kTokens, 16);
    return elements(b, at,
                    NVVM::MmaOp::create(b, at, result, shape, /*b1Op=*/nullptr, /*intOverflowBehavior=*/nullptr,
                                        rowMajor(context), columnMajor(context), types, types, a, x, c));
  }
  auto shape = NVVM::MMAShapeAttr::get(context, kRows, kTokens, 32);
  Value selector = arith::ConstantOp::create(b, at, b.getI32IntegerAttr(0));
  return elements(b, at,
                  NVVM::MmaSpOp::create(b, at, result, shape, /*intOverflowBehavior=*/nullptr, types, types,
                                        b.getUnitAttr(), /*kind=*/nullptr, a, x, c, metadata, selector));
}

SmallVector<Value> sdq::emitIntegerMma(OpBuilder &b, Location at, IntegerPath path, ValueRange a, ValueRange x,
                                       Value metadata, Value scales, ValueRange c) {
  MLIRContext *context = b.getContext();
  auto result = fourOf(c.front().getType());
  auto overflow = NVVM::MMAIntOverflowAttr::get(context, NVVM::MMAIntOverflow::wrapped); // there is none
  bool s4 = path == IntegerPath::S4 || path == IntegerPath::DenseS4;
  auto type = NVVM::MMATypesAttr::get(context, s4 ? NVVM::MMATypes::s4 : NVVM::MMATypes::s8);
  if (!isSparse(path)) {
    auto shape = NVVM::MMAShapeAttr::get(context, kRows, kTokens, int(stepOf(path)));
    return elements(b, at,
                    NVVM::MmaOp::create(b, at, result, shape, /*b1Op=*/nullptr, overflow, rowMajor(context),
                                        columnMajor(context), type, type, a, x, c));
  }
  Value selector = arith::ConstantOp::create(b, at, b.getI32IntegerAttr(0));
  if (path == IntegerPath::E2M1) {
    Value ones = arith::ConstantOp::create(b, at, b.getI32IntegerAttr(0x38383838)); // e4m3
    Value first = arith::ConstantOp::create(b, at, b.getI16IntegerAttr(0));
    auto e2m1 = NVVM::MMATypesAttr::get(context, NVVM::MMATypes::e2m1);
    return elements(b, at,
                    NVVM::MmaSpBlockScaleOp::create(
                        b, at, result, NVVM::MMAShapeAttr::get(context, kRows, kTokens, 128), e2m1, e2m1,
                        NVVM::ScaleVecSizeAttr::get(context, NVVM::ScaleVecSize::X4),
                        NVVM::BlockScaleFormatAttr::get(context, NVVM::BlockScaleFormat::UE4M3),
                        NVVM::MMABlockScaleKindAttr::get(context, NVVM::MMABlockScaleKind::MXF4NVF4), b.getUnitAttr(),
                        a, x, c, metadata, selector, scales, first, first, ones, first, first));
  }
  auto shape = NVVM::MMAShapeAttr::get(context, kRows, kTokens, s4 ? 128 : 64);
  return elements(b, at,
                  NVVM::MmaSpOp::create(b, at, result, shape, overflow, type, type, b.getUnitAttr(), /*kind=*/nullptr,
                                        a, x, c, metadata, selector));
}
