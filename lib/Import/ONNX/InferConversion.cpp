//===- InferConversion.cpp - Casts and copies ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

namespace sdq {

using Kind = AttributeSpec::Kind;
using Presence = AttributeSpec::Presence;
using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;

/// Integer values survive a cast to a type that holds them.
static LogicalResult castTo(Inference &op, mlir::Type to) {
  std::optional<Shape> values;
  if (to.isInteger(64) || to == op.input(0).elementType)
    values = op.input(0).values;
  return op.setOutput(to, op.input(0).shape, values);
}

static LogicalResult inferCast(Inference &op) {
  return castTo(op, llvm::cast<mlir::TypeAttr>(op.attributes.get("to")).getValue());
}

static LogicalResult inferCastLike(Inference &op) { return castTo(op, op.input(1).elementType); }

static LogicalResult inferIdentity(Inference &op) {
  return op.setOutput(op.input(0).elementType, op.input(0).shape, op.input(0).values);
}

/// In inference the identity; a training mode that is on, or not known to be off, is refused.
static LogicalResult inferDropout(Inference &op) {
  if (failed(op.expectFloat(0)))
    return failure();
  if (op.hasInput(2) && (!op.input(2).values || !op.input(2).values->front().isStatic(0)))
    return op.error() << "expected inference (training_mode absent or a constant false), found training";
  op.setOutput(1, op.booleanType(), op.input(0).shape);
  return inferIdentity(op);
}

void addConversionOperators(OperatorTable &table) {
  table.insert(
      table.end(),
      {
          {"Cast", {13, 19, 21, 23}, 1, 1, {{"to", Kind::ElementType, Presence::Required}, {"saturate", 1}}, inferCast},
          {"CastLike", {15, 19, 21, 23}, 2, 1, {{"saturate", 1}}, inferCastLike},
          {"Identity", {13, 14, 16, 19, 21, 23}, 1, 1, {}, inferIdentity},
          {"Dropout", {13, 22}, {1, 3}, {1, 2}, {{"seed", Kind::Int}}, inferDropout},
      });
}

} // namespace sdq
