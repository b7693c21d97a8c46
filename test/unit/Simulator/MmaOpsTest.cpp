//===- MmaOpsTest.cpp -----------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves what each mma op of nvgpu and nvvm is read as, and that what the simulator does not know is refused by name.

#include "sdq/Simulator/MmaOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace sdq::simulator;
using enum sdq::simulator::NumberKind;

namespace {

class MmaOpsTest : public ::testing::Test {
protected:
  MmaOpsTest() { context.loadDialect<func::FuncDialect, LLVM::LLVMDialect, NVVM::NVVMDialect, nvgpu::NVGPUDialect>(); }

  /// The instruction that the body's one mma is, or the error that says why not.
  FailureOr<MmaInstruction> read(llvm::StringRef arguments, llvm::StringRef body) {
    error.clear();
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) { error += diagnostic.str(); });
    std::string text = ("func.func @f(" + arguments + ") {\n" + body + "\nreturn }").str();
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << error;
    FailureOr<MmaInstruction> result = failure();
    if (module)
      module->walk([&](Operation *op) {
        if (isMma(op))
          result = readMma(op);
      });
    return result;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::string error;
};

TEST_F(MmaOpsTest, NVGPUDense) {
  auto mma = read("%a: vector<4x2xf16>, %b: vector<2x2xf16>, %c: vector<2x2xf32>",
                  "%d = nvgpu.mma.sync(%a, %b, %c) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, "
                  "vector<2x2xf32>) -> vector<2x2xf32>");
  ASSERT_TRUE(succeeded(mma)) << error;
  EXPECT_EQ(mma->shape.name(), "m16n8k16");
  EXPECT_EQ(mma->shape.a, F16);
  EXPECT_EQ(mma->shape.accumulator, F32);
  EXPECT_FALSE(mma->shape.sparse);
  mma = read("%a: vector<4x4xi8>, %b: vector<2x4xi8>, %c: vector<2x2xi32>",
             "%d = nvgpu.mma.sync(%a, %b, %c) {mmaShape = [16, 8, 32]} : (vector<4x4xi8>, vector<2x4xi8>, "
             "vector<2x2xi32>) -> vector<2x2xi32>");
  ASSERT_TRUE(succeeded(mma)) << error;
  EXPECT_EQ(mma->shape.a, S8);
  EXPECT_EQ(mma->overflow, IntegerOverflow::Saturate);
}

TEST_F(MmaOpsTest, NVGPUSparseIsPlain) {
  auto mma = read("%a: vector<4x8xi4>, %b: vector<4x8xi4>, %c: vector<2x2xi32>, %m: vector<2xi16>",
                  "%d = nvgpu.mma.sp.sync(%a, %b, %c) metadata(%m) {mmaShape = [16, 8, 128]} : (vector<4x8xi4>, "
                  "vector<4x8xi4>, vector<2x2xi32>) -> vector<2x2xi32>");
  ASSERT_TRUE(succeeded(mma)) << error;
  EXPECT_TRUE(mma->shape.sparse);
  EXPECT_EQ(mma->shape.k, 128u);
  EXPECT_EQ(mma->shape.a, S4);
  EXPECT_FALSE(mma->orderedMetadata);
}

TEST_F(MmaOpsTest, NVVMDense) {
  auto mma = read("%a: i32, %b: i32, %c: i32",
                  "%d = nvvm.mma.sync A[%a, %a, %a, %a] B[%b, %b] C[%c, %c, %c, %c] {intOverflowBehavior = "
                  "#nvvm.mma_int_overflow<wrapped>, layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, "
                  "multiplicandAPtxType = #nvvm.mma_type<u8>, multiplicandBPtxType = #nvvm.mma_type<s8>, shape = "
                  "#nvvm.shape<m = 16, n = 8, k = 32>} : (i32, i32, i32) -> !llvm.struct<(i32, i32, i32, i32)>");
  ASSERT_TRUE(succeeded(mma)) << error;
  EXPECT_EQ(mma->shape.a, U8);
  EXPECT_EQ(mma->shape.b, S8);
  EXPECT_EQ(mma->overflow, IntegerOverflow::Wrap);
}

TEST_F(MmaOpsTest, NVVMSparse) {
  auto mma = read("%a: vector<2xf16>, %c: f32, %m: i32, %s: i32",
                  "%d = nvvm.mma.sp.sync A[%a, %a, %a, %a] B[%a, %a, %a, %a] C[%c, %c, %c, %c] sparseMetadata[%m] "
                  "selector[%s] {orderedMetadata, shape = #nvvm.shape<m = 16, n = 8, k = 32>} : (vector<2xf16>, "
                  "vector<2xf16>, f32) -> !llvm.struct<(f32, f32, f32, f32)>");
  ASSERT_TRUE(succeeded(mma)) << error;
  EXPECT_TRUE(mma->shape.sparse);
  EXPECT_TRUE(mma->orderedMetadata);
  EXPECT_EQ(mma->shape.a, F16);
}

TEST_F(MmaOpsTest, NVVMBlockScaled) {
  auto mma =
      read("%a: i32, %c: f32, %m: i32, %s: i32, %z: i16",
           "%d = nvvm.mma.sp.block_scale A[%a, %a, %a, %a] B[%a, %a, %a, %a] C[%c, %c, %c, %c] "
           "sparseMetadata[%m] selector[%s] scaleA[%a, %z, %z] scaleB[%a, %z, %z] {shape = #nvvm.shape<m = 16, n "
           "= 8, k = 128>, multiplicandAPtxType = #nvvm.mma_type<e2m1>, multiplicandBPtxType = "
           "#nvvm.mma_type<e2m1>, scaleVecSize = #nvvm.scale_vec_size<x4>, blockScaleFormat = "
           "#nvvm.block_scale_format<ue4m3>, kind = #nvvm.block_scale_kind<mxf4nvf4>, orderedMetadata} : (i32, "
           "i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>");
  ASSERT_TRUE(succeeded(mma)) << error;
  EXPECT_EQ(mma->shape.a, E2M1);
  ASSERT_TRUE(mma->scales.has_value());
  EXPECT_EQ(mma->scales->count, 4u);
  EXPECT_EQ(mma->scales->kind, UE4M3);
}

TEST_F(MmaOpsTest, TheRestIsRefusedByName) {
  EXPECT_TRUE(failed(read("%a: vector<1x1xf64>, %c: vector<1x2xf64>",
                          "%d = nvgpu.mma.sync(%a, %a, %c) {mmaShape = [8, 8, 4]} : (vector<1x1xf64>, "
                          "vector<1x1xf64>, vector<1x2xf64>) -> vector<1x2xf64>")));
  EXPECT_EQ(error, "'nvgpu.mma.sync' op mma_types: the simulator knows no mma of 'f64' in 'f64'");
  EXPECT_TRUE(failed(read("%a: vector<2x2xf16>, %b: vector<2x2xf16>, %c: vector<2x2xf16>, %m: vector<2xi16>",
                          "%d = nvgpu.mma.sp.sync(%a, %b, %c) metadata(%m) {mmaShape = [16, 8, 16]} : "
                          "(vector<2x2xf16>, vector<2x2xf16>, vector<2x2xf16>) -> vector<2x2xf16>")));
  EXPECT_EQ(error, "'nvgpu.mma.sp.sync' op mma_shape: sparse m16n8k16 of f16 is not simulated; expected m16n8k32");
}

} // namespace
