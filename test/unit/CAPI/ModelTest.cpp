//===- ModelTest.cpp - The C interface describes, runs and reports --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq-c/model.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <thread>

using testing::HasSubstr;

// y = a + a, and one number.
static constexpr llvm::StringLiteral kProgram = R"(
  func.func @main_graph(%a: tensor<?x2xf32> {onnx.name = "a", onnx.dim_params = "0:rows"})
      -> (tensor<?x2xf32> {onnx.name = "y"}, tensor<i64> {onnx.name = "n"}) {
    %y = linalg.add ins(%a, %a : tensor<?x2xf32>, tensor<?x2xf32>) outs(%a : tensor<?x2xf32>) -> tensor<?x2xf32>
    %n = arith.constant dense<42> : tensor<i64>
    return %y, %n : tensor<?x2xf32>, tensor<i64>
  })";

namespace {
struct CInterface : testing::Test {
  llvm::SmallString<128> path;
  sdq_model *model = nullptr;

  void SetUp() override {
    int file;
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("sdq-c", "mlir", file, path));
    llvm::raw_fd_ostream(file, /*shouldClose=*/true) << kProgram;
    testing::internal::CaptureStderr();
    model = sdq_model_load(path.c_str());
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("compiling it now"));
    ASSERT_NE(model, nullptr) << sdq_last_error();
  }
  void TearDown() override {
    sdq_model_free(model);
    llvm::sys::fs::remove(path);
  }
};
} // namespace

/// A dense f32 tensor on the CPU.
static sdq_tensor f32(const float *data, const int64_t *shape, int32_t ndim) {
  return {const_cast<float *>(data), SDQ_CPU, 0, ndim, SDQ_F32, shape, nullptr, nullptr};
}

TEST_F(CInterface, DescribesInputsAndOutputs) {
  EXPECT_EQ(sdq_abi_version(), SDQ_ABI_VERSION);
  ASSERT_EQ(sdq_model_num_inputs(model), 1u);
  ASSERT_EQ(sdq_model_num_outputs(model), 2u);
  const sdq_tensor_info *a = sdq_model_input(model, 0);
  EXPECT_STREQ(a->name, "a");
  EXPECT_EQ(a->dtype, SDQ_F32);
  ASSERT_EQ(a->ndim, 2);
  EXPECT_EQ(a->shape[0], -1);
  EXPECT_EQ(a->shape[1], 2);
  EXPECT_STREQ(a->symbols[0], "rows");
  EXPECT_STREQ(a->symbols[1], "");
  EXPECT_EQ(sdq_model_output(model, 1)->ndim, 0);
  EXPECT_EQ(sdq_model_input(model, 1), nullptr);
}

TEST_F(CInterface, OutputsOutliveTheModel) {
  const float a[] = {1, 2, 3, 4};
  const int64_t shape[] = {2, 2}, columnMajor[] = {1, 2};
  sdq_tensor input = f32(a, shape, 2), *outputs[2];
  input.strides = columnMajor;
  ASSERT_EQ(sdq_invoke(model, &input, 1, outputs, 2), 0) << sdq_last_error();
  sdq_model_free(model);
  model = nullptr;
  EXPECT_EQ(outputs[0]->shape[0], 2);
  EXPECT_EQ(outputs[0]->strides[0], 2);
  EXPECT_EQ(static_cast<float *>(outputs[0]->data)[1], 6);
  EXPECT_EQ(outputs[1]->dtype, SDQ_I64);
  EXPECT_EQ(*static_cast<int64_t *>(outputs[1]->data), 42);
  for (sdq_tensor *output : outputs)
    sdq_tensor_free(output);
}

TEST_F(CInterface, LeavesAMessagePerThread) {
  sdq_tensor *outputs[2] = {nullptr, nullptr};
  const float a[] = {1, 2};
  const int64_t shape[] = {2};
  sdq_tensor input = f32(a, shape, 1);
  EXPECT_NE(sdq_invoke(model, &input, 1, outputs, 2), 0);
  EXPECT_STREQ(sdq_last_error(), "input 'a': expected rank 2, got 1 (expected f32[rows, 2], got f32[2])");
  EXPECT_EQ(outputs[0], nullptr);
  EXPECT_NE(sdq_invoke(model, &input, 1, outputs, 1), 0);
  EXPECT_STREQ(sdq_last_error(), "expected room for 2 outputs, got 1");
  input.dtype = 99;
  EXPECT_NE(sdq_invoke(model, &input, 1, outputs, 2), 0);
  EXPECT_STREQ(sdq_last_error(), "input 0: expected an sdq_dtype, got 99");
  std::thread([] { EXPECT_STREQ(sdq_last_error(), ""); }).join();
  EXPECT_EQ(sdq_model_load("/nowhere/model.sdq"), nullptr);
  EXPECT_STREQ(sdq_last_error(), "/nowhere/model.sdq: No such file or directory");
}
