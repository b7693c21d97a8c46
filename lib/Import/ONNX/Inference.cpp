//===- Inference.cpp - Types of one operator's results --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inference.h"

#include "mlir/IR/Builders.h"

namespace sdq {

using mlir::failure;
using mlir::FailureOr;
using mlir::LogicalResult;
using mlir::success;

mlir::RankedTensorType TensorInfo::type() const {
  llvm::SmallVector<int64_t> extents;
  for (Extent extent : shape)
    extents.push_back(extent.asMLIR());
  return mlir::RankedTensorType::get(extents, elementType);
}

mlir::InFlightDiagnostic Inference::error() const {
  mlir::InFlightDiagnostic error = mlir::emitError(loc) << operatorName;
  if (!nodeName.empty())
    error << " '" << nodeName << "'";
  error << ": ";
  return error;
}

std::optional<int64_t> Inference::integer(llvm::StringRef name) const {
  auto attribute = llvm::dyn_cast_or_null<mlir::IntegerAttr>(attributes.get(name));
  if (!attribute)
    return std::nullopt;
  return attribute.getValue().getSExtValue();
}

std::optional<llvm::SmallVector<int64_t>> Inference::integers(llvm::StringRef name) const {
  auto attribute = llvm::dyn_cast_or_null<mlir::ArrayAttr>(attributes.get(name));
  if (!attribute)
    return std::nullopt;
  return llvm::map_to_vector(attribute.getAsRange<mlir::IntegerAttr>(),
                             [](mlir::IntegerAttr value) { return value.getInt(); });
}

llvm::StringRef Inference::text(llvm::StringRef name) const {
  auto attribute = llvm::dyn_cast_or_null<mlir::StringAttr>(attributes.get(name));
  return attribute ? attribute.getValue() : llvm::StringRef();
}

void Inference::setIntegers(llvm::StringRef name, llvm::ArrayRef<int64_t> values) {
  attributes.set(name, mlir::Builder(loc.getContext()).getI64ArrayAttr(values));
}

FailureOr<int64_t> Inference::normalizeAxis(int64_t axis, int64_t rank) const {
  if (axis < -rank || axis >= rank)
    return error() << "expected an axis in [" << -rank << ", " << rank << "), found " << axis;
  return axis < 0 ? axis + rank : axis;
}

FailureOr<llvm::SmallVector<int64_t>> Inference::normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank) const {
  llvm::SmallVector<int64_t> result;
  for (int64_t axis : axes) {
    FailureOr<int64_t> normalized = normalizeAxis(axis, rank);
    if (mlir::failed(normalized))
      return failure();
    if (llvm::is_contained(result, *normalized))
      return error() << "expected different axes, found " << axis << " twice";
    result.push_back(*normalized);
  }
  return result;
}

FailureOr<int64_t> Inference::axisAttribute(int64_t rank) const { return normalizeAxis(*integer("axis"), rank); }

FailureOr<llvm::SmallVector<int64_t>> Inference::constantInput(unsigned i, llvm::StringRef name) const {
  if (mlir::failed(expectInteger(i)))
    return failure();
  const std::optional<Shape> &values = input(i).values;
  if (!values || !llvm::all_of(*values, [](Extent value) { return value.isStatic(); }))
    return error() << "expected " << name << " (input " << i
                   << ") to be known while importing, because the result's rank or extents hang on it; found a value "
                      "computed at run time";
  return llvm::map_to_vector(*values, [](Extent value) { return value.getNumber(); });
}

LogicalResult Inference::expectSameElementType(unsigned first, unsigned second) const {
  if (input(first).elementType == input(second).elementType)
    return success();
  return error() << "expected inputs " << first << " and " << second << " of one element type, found "
                 << input(first).elementType << " and " << input(second).elementType;
}

LogicalResult Inference::expectInteger(unsigned i) const {
  if (input(i).elementType.isInteger() && !input(i).elementType.isInteger(1))
    return success();
  return error() << "expected integers as input " << i << ", found " << input(i).elementType;
}

LogicalResult Inference::expectBool(unsigned i) const {
  if (input(i).elementType.isInteger(1))
    return success();
  return error() << "expected bool (i1) as input " << i << ", found " << input(i).elementType;
}

LogicalResult Inference::expectFloat(unsigned i) const {
  if (llvm::isa<mlir::FloatType>(input(i).elementType))
    return success();
  return error() << "expected floats as input " << i << ", found " << input(i).elementType;
}

LogicalResult Inference::expectNumber(unsigned i) const {
  if (!input(i).elementType.isInteger(1))
    return success();
  return error() << "expected numbers as input " << i << ", found " << input(i).elementType;
}

LogicalResult Inference::expectRank(unsigned i, int64_t rank) const {
  if (input(i).rank() == rank)
    return success();
  return error() << "expected input " << i << " of rank " << rank << ", found shape " << extents.print(input(i).shape);
}

LogicalResult Inference::expectRankAtLeast(unsigned i, int64_t rank) const {
  if (input(i).rank() >= rank)
    return success();
  return error() << "expected input " << i << " of rank " << rank << " or more, found shape "
                 << extents.print(input(i).shape);
}

LogicalResult Inference::expectEqual(Extent a, Extent b, const llvm::Twine &what) const {
  if (a == b || !a.isStatic() || !b.isStatic())
    return success();
  return error() << "expected equal " << what << ", found " << a.getNumber() << " and " << b.getNumber();
}

FailureOr<Extent> Inference::broadcast(Extent a, Extent b) const {
  if (a == b || b.isStatic(1))
    return a;
  if (a.isStatic(1))
    return b;
  if (a.isStatic() && b.isStatic())
    return failure();
  // One is a number above 1: the other must be that, or 1.
  if (a.isStatic())
    return a;
  if (b.isStatic())
    return b;
  return extents.opaque("broadcast", {a, b});
}

FailureOr<Shape> Inference::broadcast(llvm::ArrayRef<Extent> a, llvm::ArrayRef<Extent> b) const {
  size_t rank = std::max(a.size(), b.size());
  Shape result;
  for (size_t i = 0; i < rank; ++i) {
    Extent left = i + a.size() < rank ? Extent(1) : a[i + a.size() - rank];
    Extent right = i + b.size() < rank ? Extent(1) : b[i + b.size() - rank];
    FailureOr<Extent> extent = broadcast(left, right);
    if (mlir::failed(extent))
      return error() << "expected shapes that broadcast to one, found " << extents.print(a) << " and "
                     << extents.print(b);
    result.push_back(*extent);
  }
  return result;
}

FailureOr<Shape> Inference::broadcastInputs() const {
  FailureOr<Shape> result = Shape();
  for (const TensorInfo *input : inputs)
    if (input && mlir::failed(result = broadcast(*result, input->shape)))
      return failure();
  return result;
}

Extent Inference::product(llvm::ArrayRef<Extent> shape) const {
  Extent result = 1;
  for (Extent extent : shape)
    result = extents.multiply(result, extent);
  return result;
}

mlir::Type Inference::booleanType() const { return mlir::IntegerType::get(loc.getContext(), 1); }
mlir::Type Inference::int64Type() const { return mlir::IntegerType::get(loc.getContext(), 64); }

LogicalResult Inference::setOutput(mlir::Type elementType, Shape shape, std::optional<Shape> values) {
  if (values && values->size() > maximumKnownValues)
    values.reset();
  outputs[0] = {elementType, std::move(shape), std::move(values)};
  return success();
}

void Inference::setOutput(unsigned i, mlir::Type elementType, Shape shape) {
  if (i < outputs.size())
    outputs[i] = {elementType, std::move(shape), std::nullopt};
}

} // namespace sdq
