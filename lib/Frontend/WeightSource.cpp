//===- WeightSource.cpp - From a matmul's side back to its constant -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightSource.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sdq;

static std::string print(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

bool sdq::holds(Type wide, Type narrow) {
  if (wide == narrow)
    return true;
  return (isa<Float32Type>(wide) && isa<Float16Type, BFloat16Type>(narrow)) ||
         (isa<Float64Type>(wide) && isa<Float16Type, BFloat16Type, Float32Type>(narrow));
}

bool sdq::isErasable(Operation *op) {
  if (!op->use_empty())
    return false;
  return isOpTriviallyDead(op) ||
         llvm::any_of(matmulFrontends(), [&](const MatmulFrontend *frontend) { return frontend->isPure(op); });
}

static ElementsAttr constantValue(Operation *op) {
  for (const MatmulFrontend *frontend : matmulFrontends())
    if (ElementsAttr value = frontend->constantValue(op))
      return value;
  return nullptr;
}

static std::optional<Passage> passageOf(Operation *op) {
  for (const MatmulFrontend *frontend : matmulFrontends())
    if (std::optional<Passage> passage = frontend->passage(op))
      return passage;
  return std::nullopt;
}

/// Follows passages from `value` to what they begin with; `passages`, where wanted, get them, the last one first.
static Operation *beginningOf(Value value, SmallVectorImpl<Passage> *passages) {
  // In a graph region an unregistered operation may, through others, be its own operand.
  llvm::SmallPtrSet<Operation *, 8> seen;
  Operation *op = value.getDefiningOp();
  while (op && seen.insert(op).second) {
    std::optional<Passage> passage = passageOf(op);
    if (!passage)
      return op;
    op = passage->source.getDefiningOp();
    if (passages)
      passages->push_back(std::move(*passage));
  }
  return nullptr;
}

bool sdq::isConstant(Value value) {
  Operation *op = beginningOf(value, nullptr);
  return op && constantValue(op);
}

std::optional<WeightSource> sdq::traceConstant(Value value, std::string &reason) {
  WeightSource source;
  SmallVector<Passage> passages;
  source.constant = beginningOf(value, &passages);
  source.values = constantValue(source.constant);
  if (!isa<DenseResourceElementsAttr, DenseElementsAttr>(source.values)) {
    reason = "the constant is neither a resource nor dense elements";
    return std::nullopt;
  }
  ShapedType type = source.values.getShapedType();
  source.elementAtMatmul = type.getElementType();
  if (!isa<Float16Type, BFloat16Type, Float32Type>(source.elementAtMatmul)) {
    reason = "the constant's element type is " + print(source.elementAtMatmul) + ", not f16, bf16 or f32";
    return std::nullopt;
  }

  // `shape` is what the value has at each step, its data that of the constant, swapped or not.
  SmallVector<int64_t> shape(type.getShape());
  for (const Passage &passage : llvm::reverse(passages)) {
    if (passage.swap) {
      if (shape.size() != 2) {
        reason = "the constant is transposed at rank " + std::to_string(shape.size());
        return std::nullopt;
      }
      std::swap(shape[0], shape[1]);
      source.swapped = !source.swapped;
    }
    if (passage.element) {
      if (!holds(passage.element, source.elementAtMatmul)) {
        reason = "the cast from " + print(source.elementAtMatmul) + " to " + print(passage.element) + " rounds";
        return std::nullopt;
      }
      source.elementAtMatmul = passage.element;
    }
    if (passage.shape && shape != *passage.shape) {
      if (source.swapped || ShapedType::getNumElements(shape) != ShapedType::getNumElements(*passage.shape)) {
        reason = source.swapped ? "the constant is reshaped after a transposition"
                                : "the constant is reshaped to another number of elements";
        return std::nullopt;
      }
      shape = *passage.shape;
    }
  }
  if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1) {
    reason = shape.size() == 2 ? "the constant is empty"
                               : "the constant is of rank " + std::to_string(shape.size()) + ", not 2";
    return std::nullopt;
  }
  if (source.swapped)
    std::swap(shape[0], shape[1]);
  source.rows = shape[0];
  source.columns = shape[1];
  return source;
}
