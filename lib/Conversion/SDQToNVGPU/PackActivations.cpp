//===- PackActivations.cpp - Activations as codes and scales --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A warp owns one vector of one token. Its lanes take 32-bit words of codes, 32 apart: four inputs of 8 bits each or
// eight of 4, read by one load where K allows. The largest magnitude goes round by a butterfly of shuffles; the second
// pass rounds and packs. The last vector of a token writes the zeros that its row ends with.
//
//   Q = 128     i8: 32 words, one a lane     i4: 16 words, half of the lanes
//
// Codes and scales are those of the CPU's rule, bit for bit (Activations.h).
//
//===----------------------------------------------------------------------===//

#include "QuantizeKernel.h"

#include "sdq/Dialect/SDQ/IR/Activations.h"
#include "sdq/Target/Chip.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sdq;

namespace {

class CodePacker {
public:
  CodePacker(OpBuilder &builder, Location location, const VectorToRound &vector)
      : b(builder), at(location), vector(vector), kind(*elementKindOf(vector.activation.getElement())),
        width(packedWidth(vector.activation)), perWord(32 / width) {}

  void build();

private:
  Value index(int64_t n) { return arith::ConstantIndexOp::create(b, at, n); }
  Value bits(uint32_t n) { return arith::ConstantOp::create(b, at, b.getI32IntegerAttr(int32_t(n))); }
  /// The inputs of a word, f32; zeros beyond K.
  SmallVector<Value> loadInputs(Value word);
  Value largestMagnitude(Value firstWord, Value endWord);
  /// The code of a value that the element has.
  Value codeOf(Value units);
  Value packWord(Value word, Value scale);

  OpBuilder &b;
  Location at;
  const VectorToRound &vector;
  ElementKind kind;
  unsigned width;
  int64_t perWord;
};

SmallVector<Value> CodePacker::loadInputs(Value word) {
  Type type = cast<MemRefType>(vector.x.getType()).getElementType();
  Value first = arith::MulIOp::create(b, at, word, index(perWord));
  auto widened = [&](Value value) {
    return type.isF32() ? value : arith::ExtFOp::create(b, at, b.getF32Type(), value).getResult();
  };
  auto guarded = [&](Value column, int64_t last, auto load) -> Value {
    Value inside = arith::CmpIOp::create(b, at, arith::CmpIPredicate::ule, column, index(last));
    Value value = load(arith::MinUIOp::create(b, at, column, index(last)));
    Value zero = arith::ConstantOp::create(b, at, b.getZeroAttr(value.getType()));
    return arith::SelectOp::create(b, at, inside, value, zero);
  };
  SmallVector<Value> inputs;
  if (vector.columns % perWord == 0) {
    auto several = VectorType::get({perWord}, type);
    // Loads of f32 come in sixteen bytes at most.
    int64_t bytes = std::min<int64_t>(perWord * type.getIntOrFloatBitWidth() / 8, 16);
    Value loaded = guarded(first, vector.columns - perWord, [&](Value column) -> Value {
      return vector::LoadOp::create(b, at, several, vector.x, ValueRange{vector.token, column}, /*nontemporal=*/false,
                                    llvm::MaybeAlign(bytes));
    });
    for (int64_t i = 0; i < perWord; ++i)
      inputs.push_back(widened(vector::ExtractOp::create(b, at, loaded, i)));
    return inputs;
  }
  for (int64_t i = 0; i < perWord; ++i)
    inputs.push_back(
        widened(guarded(arith::AddIOp::create(b, at, first, index(i)), vector.columns - 1, [&](Value column) {
          return memref::LoadOp::create(b, at, vector.x, ValueRange{vector.token, column}).getResult();
        })));
  return inputs;
}

Value CodePacker::largestMagnitude(Value firstWord, Value endWord) {
  Value zero = arith::ConstantOp::create(b, at, b.getF32FloatAttr(0));
  auto loop = scf::ForOp::create(b, at, firstWord, endWord, index(kWarpSize), zero);
  {
    OpBuilder::InsertionGuard restore(b);
    b.setInsertionPointToStart(loop.getBody());
    Value most = loop.getRegionIterArg(0);
    for (Value input : loadInputs(loop.getInductionVar()))
      most = arith::MaximumFOp::create(b, at, most, emitMagnitude(b, at, input));
    scf::YieldOp::create(b, at, most);
  }
  Value most = loop.getResult(0);
  for (int32_t offset = kWarpSize / 2; offset > 0; offset /= 2) {
    auto shuffle = gpu::ShuffleOp::create(b, at, most, offset, int32_t(kWarpSize), gpu::ShuffleMode::XOR);
    most = arith::MaximumFOp::create(b, at, most, shuffle.getShuffleResult());
  }
  return most;
}

Value CodePacker::codeOf(Value units) {
  if (kind != ElementKind::E2M1) {
    Value integer = arith::FPToSIOp::create(b, at, b.getI32Type(), units);
    return arith::AndIOp::create(b, at, integer, bits((1u << width) - 1));
  }
  // From 1 on, an e2m1's exponent and mantissa are the upper bits of the f32's, whose bias is 126 more; below, there
  // are 0 and ½, codes 0 and 1.
  Value magnitude = emitMagnitude(b, at, units);
  Value upper = arith::ShRUIOp::create(b, at, arith::BitcastOp::create(b, at, b.getI32Type(), magnitude), bits(22));
  Value normal = arith::SubIOp::create(b, at, upper, bits(2 * 126));
  Value doubled = arith::AddFOp::create(b, at, magnitude, magnitude);
  Value small = arith::FPToSIOp::create(b, at, b.getI32Type(), doubled);
  Value one = arith::ConstantOp::create(b, at, b.getF32FloatAttr(1));
  Value isSmall = arith::CmpFOp::create(b, at, arith::CmpFPredicate::OLT, magnitude, one);
  Value sign = arith::ShRUIOp::create(b, at, arith::BitcastOp::create(b, at, b.getI32Type(), units), bits(28));
  sign = arith::AndIOp::create(b, at, sign, bits(8));
  return arith::OrIOp::create(b, at, arith::SelectOp::create(b, at, isSmall, small, normal), sign);
}

Value CodePacker::packWord(Value word, Value scale) {
  Value packed;
  for (auto [i, input] : llvm::enumerate(loadInputs(word))) {
    Value units = emitActivationUnits(b, at, kind, input, scale);
    Value code = codeOf(units);
    code = arith::ShLIOp::create(b, at, code, bits(width * i));
    packed = packed ? arith::OrIOp::create(b, at, packed, code).getResult() : code;
  }
  return packed;
}

void CodePacker::build() {
  Value lane = gpu::ThreadIdOp::create(b, at, gpu::Dimension::x);
  int64_t length = vector.activation.getVector(), count = llvm::divideCeil(vector.columns, length);
  Value words = index(packedInputs(vector.columns) / perWord);
  Value begin = arith::MulIOp::create(b, at, vector.number, index(length / perWord));
  Value end = words;
  if (count > 1) {
    end = arith::AddIOp::create(b, at, begin, index(length / perWord));
    Value isLast = arith::CmpIOp::create(b, at, arith::CmpIPredicate::eq, vector.number, index(count - 1));
    end = arith::SelectOp::create(b, at, isLast, words, end);
  } else {
    begin = index(0);
  }
  begin = arith::AddIOp::create(b, at, begin, lane);
  Value scale = emitActivationScale(b, at, kind, largestMagnitude(begin, end));
  auto loop = scf::ForOp::create(b, at, begin, end, index(kWarpSize));
  {
    OpBuilder::InsertionGuard restore(b);
    b.setInsertionPointToStart(loop.getBody());
    Value word = loop.getInductionVar();
    memref::StoreOp::create(b, at, packWord(word, scale), vector.buffers[0], ValueRange{vector.token, word});
  }
  Value isFirst = arith::CmpIOp::create(b, at, arith::CmpIPredicate::eq, lane, index(0));
  auto guard = scf::IfOp::create(b, at, isFirst, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard restore(b);
  b.setInsertionPointToStart(guard.thenBlock());
  memref::StoreOp::create(b, at, scale, vector.buffers[1], ValueRange{vector.token, vector.number});
}

} // namespace

void sdq::buildRoundToCodes(OpBuilder &b, Location at, const VectorToRound &vector) {
  CodePacker(b, at, vector).build();
}
