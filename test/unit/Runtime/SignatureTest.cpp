//===- SignatureTest.cpp - Wrong inputs are named -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Runtime/Signature.h"

#include "gtest/gtest.h"

using namespace sdq;

static std::string check(llvm::ArrayRef<TensorView> inputs) {
  Signature signature;
  signature.inputs = {{"ids", DType::I64, {kDynamicSize, kDynamicSize}, {"batch", "length"}},
                      {"state", DType::F32, {kDynamicSize, 4}, {"batch", ""}}};
  return llvm::toString(checkInputs(signature, inputs));
}

static const double kData[64] = {};
static TensorView tensor(DType dtype, llvm::ArrayRef<int64_t> shape) { return TensorView::dense(kData, dtype, shape); }

TEST(Signature, AcceptsWhatFits) {
  EXPECT_EQ(check({tensor(DType::I64, {2, 3}), tensor(DType::F32, {2, 4})}), "");
  EXPECT_EQ(check({TensorView::dense(nullptr, DType::I64, {0, 3}), TensorView::dense(nullptr, DType::F32, {0, 4})}),
            "");
}

TEST(Signature, CountsInputs) { // call_c1
  EXPECT_EQ(check({tensor(DType::I64, {2, 3})}), "expected 2 inputs (ids, state), got 1");
}

TEST(Signature, ChecksDeviceDTypeAndRank) { // call_c2
  TensorView onGPU = tensor(DType::I64, {2, 3});
  onGPU.device = {DeviceType::CUDA, 0};
  EXPECT_EQ(check({onGPU, tensor(DType::F32, {2, 4})}),
            "input 'ids': the data is not in CPU memory (expected i64[batch, length], got i64[2, 3])");
  EXPECT_EQ(check({tensor(DType::I32, {2, 3}), tensor(DType::F32, {2, 4})}),
            "input 'ids': expected dtype i64, got i32 (expected i64[batch, length], got i32[2, 3])");
  EXPECT_EQ(check({tensor(DType::I64, {2}), tensor(DType::F32, {2, 4})}),
            "input 'ids': expected rank 2, got 1 (expected i64[batch, length], got i64[2])");
}

TEST(Signature, ChecksSizesAndData) { // call_c3
  EXPECT_EQ(check({tensor(DType::I64, {2, -3}), tensor(DType::F32, {2, 4})}),
            "input 'ids': dimension 1 is negative (expected i64[batch, length], got i64[2, -3])");
  EXPECT_EQ(check({TensorView::dense(nullptr, DType::I64, {2, 3}), tensor(DType::F32, {2, 4})}),
            "input 'ids': no data (expected i64[batch, length], got i64[2, 3])");
  EXPECT_EQ(check({{kData, DType::I64, {2, 3}, {1}, {}}, tensor(DType::F32, {2, 4})}),
            "input 'ids': expected 2 strides, got 1 (expected i64[batch, length], got i64[2, 3])");
}

TEST(Signature, ChecksStaticSizes) { // call_c4
  EXPECT_EQ(check({tensor(DType::I64, {2, 3}), tensor(DType::F32, {2, 5})}),
            "input 'state': expected size 4 in dimension 1, got 5 (expected f32[batch, 4], got f32[2, 5])");
}

TEST(Signature, ChecksEqualSymbols) { // call_c5
  EXPECT_EQ(check({tensor(DType::I64, {2, 3}), tensor(DType::F32, {1, 4})}),
            "input 'state': expected dimension 0 'batch' to be 2 as in dimension 0 of input 'ids', got 1");
}
