//===- Interfaces.cpp - What frontends share ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/Interfaces.h"
#include "sdq/Frontend/Register.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace sdq;

#include "sdq/Frontend/Interfaces.cpp.inc"

void sdq::registerFrontends(DialectRegistry &registry) {
  registerTensorWeights(registry);
  registerGlobalWeights(registry);
  registerLinalgFrontend(registry);
  registerTOSAFrontend(registry);
  registerONNXFrontend(registry);
  registerTorchFrontend(registry);
}

WeightPassage sdq::permute(Value source, ArrayRef<int64_t> permutation) {
  return WeightPassage{source, inversePermutation(AffineMap::getPermutationMap(permutation, source.getContext()))};
}

Value sdq::castTensor(ImplicitLocOpBuilder &builder, Value value, Type type) {
  return value.getType() == type ? value : tensor::CastOp::create(builder, type, value).getResult();
}

/// An uninitialised tensor of `type`, its dynamic extents those of `like` in the order `dimensions`.
static Value empty(ImplicitLocOpBuilder &builder, RankedTensorType type, Value like, ArrayRef<int64_t> dimensions) {
  SmallVector<Value> extents;
  for (auto [extent, dimension] : llvm::zip_equal(type.getShape(), dimensions))
    if (ShapedType::isDynamic(extent))
      extents.push_back(tensor::DimOp::create(builder, like, dimension));
  return tensor::EmptyOp::create(builder, type, extents);
}

Value sdq::transposeTensor(ImplicitLocOpBuilder &builder, Value value, ArrayRef<int64_t> permutation) {
  auto type = cast<RankedTensorType>(value.getType());
  Value into = empty(builder, type.clone(applyPermutation(type.getShape(), permutation)), value, permutation);
  return linalg::TransposeOp::create(builder, value, into, permutation)->getResult(0);
}

/// A linalg.generic over the extents of `like`, whose result has them and elements of type `element`.
static Value elementwise(ImplicitLocOpBuilder &builder, Value like, Type element, ValueRange inputs,
                         SmallVector<AffineMap> maps, function_ref<Value(OpBuilder &, Location, ValueRange)> body) {
  auto type = cast<RankedTensorType>(like.getType());
  Value into = empty(builder, type.clone(element), like, llvm::to_vector(llvm::seq<int64_t>(type.getRank())));
  maps.push_back(builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
  auto emit = [&](OpBuilder &inner, Location loc, ValueRange arguments) {
    linalg::YieldOp::create(inner, loc, body(inner, loc, arguments));
  };
  return linalg::GenericOp::create(builder, into.getType(), inputs, into, maps, loops, emit).getResult(0);
}

Value sdq::widenTensor(ImplicitLocOpBuilder &builder, Value value, Type element) {
  AffineMap identity = builder.getMultiDimIdentityMap(cast<RankedTensorType>(value.getType()).getRank());
  return elementwise(builder, value, element, value, {identity},
                     [&](OpBuilder &inner, Location loc, ValueRange arguments) -> Value {
                       return arith::ExtFOp::create(inner, loc, element, arguments[0]);
                     });
}

Value sdq::addTensor(ImplicitLocOpBuilder &builder, Value value, Value addend, ArrayRef<int64_t> dimensions) {
  auto type = cast<RankedTensorType>(value.getType()), addendType = cast<RankedTensorType>(addend.getType());
  SmallVector<AffineExpr> read;
  for (auto [dimension, extent] : llvm::zip_equal(dimensions, addendType.getShape()))
    read.push_back(extent == 1 ? builder.getAffineConstantExpr(0) : builder.getAffineDimExpr(dimension));
  SmallVector<AffineMap> maps{builder.getMultiDimIdentityMap(type.getRank()),
                              AffineMap::get(type.getRank(), 0, read, builder.getContext())};
  return elementwise(builder, value, type.getElementType(), {value, addend}, maps,
                     [](OpBuilder &inner, Location loc, ValueRange arguments) -> Value {
                       return arith::AddFOp::create(inner, loc, arguments[0], arguments[1]);
                     });
}
