//===- LoopNest.cpp - linalg.generic from an iteration space --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace sdq::onnx {

LoopNest::LoopNest(ImplicitLocOpBuilder &b, ArrayRef<Extent> extents)
    : b(b), extents(extents), iterators(extents.size(), utils::IteratorType::parallel) {}

LoopNest &LoopNest::reduce(unsigned i) {
  iterators[i] = utils::IteratorType::reduction;
  return *this;
}

LoopNest &LoopNest::reduce(ArrayRef<int64_t> loops) {
  for (int64_t loop : loops)
    reduce(loop);
  return *this;
}

LoopNest &LoopNest::read(Value tensor, ArrayRef<Subscript> subscripts) {
  reads.push_back({tensor, Subscripts(subscripts)});
  return *this;
}

LoopNest &LoopNest::read(Value tensor) {
  Subscripts subscripts;
  for (unsigned i = 0; i < extents.size(); ++i)
    subscripts.push_back(Subscript::at(i));
  return read(tensor, subscripts);
}

LoopNest &LoopNest::write(Value init, ArrayRef<Subscript> subscripts) {
  writes.push_back({init, Subscripts(subscripts)});
  return *this;
}

AffineMap LoopNest::mapOf(const Access &access) {
  SmallVector<AffineExpr> results;
  for (Subscript subscript : access.subscripts)
    results.push_back(subscript.loop ? b.getAffineDimExpr(*subscript.loop) : b.getAffineConstantExpr(0));
  return AffineMap::get(extents.size(), 0, results, b.getContext());
}

SmallVector<Value> LoopNest::emit(Body body) {
  auto isGuarded = [](const Access &access) {
    return llvm::any_of(access.subscripts, [](Subscript subscript) { return subscript.guarded; });
  };
  SmallVector<Value> inputs, inits;
  SmallVector<AffineMap> maps;
  llvm::SmallBitVector covered(extents.size());
  auto cover = [&](const Access &access) {
    maps.push_back(mapOf(access));
    for (auto [d, subscript] : llvm::enumerate(access.subscripts))
      if (subscript.loop)
        covered.set(*subscript.loop);
  };

  // Whether each guarded dimension is 1 is decided once, outside the loops.
  SmallVector<SmallVector<Value>> isOne(reads.size());
  for (auto [access, ones] : llvm::zip(reads, isOne)) {
    if (!isGuarded(access)) {
      inputs.push_back(access.tensor);
      cover(access);
      continue;
    }
    for (auto [d, subscript] : llvm::enumerate(access.subscripts))
      ones.push_back(subscript.guarded ? compareEqual(b, extentOf(b, access.tensor, d), fixed(b, 1)) : Value());
  }
  llvm::SmallBitVector written(extents.size());
  for (const Access &access : writes)
    for (Subscript subscript : access.subscripts)
      if (subscript.loop)
        written.set(*subscript.loop);
  // A loop that no operand gives an extent to needs one that is there for its shape only.
  unsigned arguments = inputs.size();
  for (unsigned i = 0; i < extents.size(); ++i)
    if (!covered[i] && !written[i]) {
      inputs.push_back(emptyTensor(b, extents[i], b.getI8Type()));
      maps.push_back(AffineMap::get(extents.size(), 0, b.getAffineDimExpr(i)));
    }
  unsigned shapeOnly = inputs.size() - arguments;
  SmallVector<Type> types;
  for (const Access &access : writes) {
    inits.push_back(access.tensor);
    types.push_back(access.tensor.getType());
    maps.push_back(mapOf(access));
  }

  auto generic = linalg::GenericOp::create(
      b, types, inputs, inits, maps, iterators, [&](OpBuilder &builder, Location location, ValueRange arguments) {
        ImplicitLocOpBuilder inner(location, builder);
        SmallVector<Value> values;
        unsigned next = 0;
        for (auto [access, ones] : llvm::zip(reads, isOne)) {
          if (!isGuarded(access)) {
            values.push_back(arguments[next++]);
            continue;
          }
          SmallVector<Value> indices;
          for (auto [subscript, one] : llvm::zip(access.subscripts, ones)) {
            Value index = subscript.loop ? loopIndex(inner, *subscript.loop) : Value();
            if (!index || one)
              index = [&]() -> Value {
                Value zero = arith::ConstantIndexOp::create(inner, 0);
                return index ? arith::SelectOp::create(inner, one, zero, index) : zero;
              }();
            indices.push_back(index);
          }
          values.push_back(tensor::ExtractOp::create(inner, access.tensor, indices));
        }
        llvm::append_range(values, arguments.drop_front(next + shapeOnly));
        linalg::YieldOp::create(inner, body(inner, values));
      });
  return SmallVector<Value>(generic.getResults());
}

Value LoopNest::map(Type element, ScalarBody body) {
  Subscripts all;
  for (unsigned i = 0; i < extents.size(); ++i)
    all.push_back(Subscript::at(i));
  write(emptyTensor(b, extents, element), all);
  return emit([&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    return SmallVector<Value>{body(inner, arguments.drop_back())};
  })[0];
}

Value loopIndex(ImplicitLocOpBuilder &b, unsigned i) { return linalg::IndexOp::create(b, i); }

Value filled(ImplicitLocOpBuilder &b, ArrayRef<Extent> extents, Value value) {
  return linalg::FillOp::create(b, value, emptyTensor(b, extents, value.getType())).getResult(0);
}

} // namespace sdq::onnx
