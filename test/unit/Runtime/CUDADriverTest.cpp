//===- CUDADriverTest.cpp - The CUDA driver's calls and failures ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Against test/fake-cuda, which refuses calls without a current context and addresses that are not its own.
//
//===----------------------------------------------------------------------===//

#include "sdq/Runtime/CUDADriver.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace sdq;
using testing::HasSubstr;
using testing::Not;

static constexpr llvm::StringLiteral kPTX = ".version 8.0\n.target sm_80\n.visible .entry square(\n";

namespace {
struct FakeGPU : testing::Test {
  llvm::SmallString<128> log;

  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("sdq-cuda", "log", log));
    setenv("FAKE_CUDA_LOG", log.c_str(), 1);
  }
  void TearDown() override {
    for (const char *variable : {"FAKE_CUDA_LOG", "FAKE_CUDA_FAIL", "FAKE_CUDA_CAPABILITY", "FAKE_CUDA_POOLS"})
      unsetenv(variable);
    llvm::sys::fs::remove(log);
  }

  std::string calls() { return (*llvm::MemoryBuffer::getFile(log))->getBuffer().str(); }

  /// Everything that a driver does, once; the message of the first failure, or "".
  std::string useAll() {
    llvm::Expected<std::unique_ptr<CUDADriver>> driver = CUDADriver::open(0, SDQ_FAKE_CUDA);
    if (!driver)
      return llvm::toString(driver.takeError());
    return llvm::toString(use(**driver));
  }

private:
  static llvm::Error use(CUDADriver &driver) {
    const float x[4] = {1, 2, 3, 4};
    float y[4] = {};
    auto module = driver.loadModule({kPTX.data(), kPTX.size()});
    if (!module)
      return module.takeError();
    auto kernel = driver.findKernel(*module, "square");
    if (!kernel)
      return kernel.takeError();
    auto constant = driver.hold({reinterpret_cast<const char *>(x), sizeof(x)});
    if (!constant)
      return constant.takeError();
    auto stream = driver.openStream();
    if (!stream)
      return stream.takeError();
    auto output = driver.allocate(sizeof(y), *stream);
    if (!output)
      return output.takeError();
    const void *parameters[] = {&*constant, &*output};
    llvm::Error error = driver.launch(*kernel, {{1, 1, 1}, {4, 1, 1}, 64 << 10}, *stream, parameters);
    if (!error)
      error = driver.copy(y, *output, sizeof(y), *stream);
    driver.free(*output, *stream);
    if (!error)
      error = driver.synchronize(*stream);
    driver.closeStream(*stream);
    if (!error && (y[0] != 1 || y[3] != 16))
      return llvm::createStringError("the kernel computed something else");
    return error;
  }
};
} // namespace

TEST_F(FakeGPU, RunsAKernelAndLeavesNothing) {
  EXPECT_EQ(useAll(), "");
  EXPECT_THAT(calls(), HasSubstr("cuLaunchKernel 1 1 1, 4 1 1, 65536 "));
  EXPECT_THAT(calls(), HasSubstr("cuMemAllocFromPoolAsync 16 "));
  EXPECT_THAT(calls(), HasSubstr("0: 0 allocations, 0 streams, 0 modules, 0 pools left"));
}

TEST_F(FakeGPU, DoesWithoutPools) {
  setenv("FAKE_CUDA_POOLS", "0", 1);
  EXPECT_EQ(useAll(), "");
  EXPECT_THAT(calls(), Not(HasSubstr("Pool")));
  EXPECT_THAT(calls(), HasSubstr("0: 0 allocations, 0 streams, 0 modules, 0 pools left"));
}

// Every call that can stop the work is named in the error with the driver's reason, and nothing is left behind.
TEST_F(FakeGPU, NamesWhatFailed) {
  for (std::string function :
       {"cuInit", "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName", "cuDeviceGetAttribute",
        "cuDevicePrimaryCtxRetain", "cuCtxPushCurrent_v2", "cuMemPoolCreate", "cuMemPoolSetAttribute",
        "cuModuleLoadDataEx", "cuModuleGetFunction", "cuMemAlloc_v2", "cuMemcpyHtoD_v2", "cuStreamCreate",
        "cuMemAllocFromPoolAsync", "cuFuncSetAttribute", "cuLaunchKernel", "cuMemcpyAsync", "cuStreamSynchronize"}) {
    setenv("FAKE_CUDA_FAIL", (function + ":1").c_str(), 1);
    EXPECT_THAT(useAll(), HasSubstr(function + ": a planted failure (CUDA_ERROR_UNKNOWN, 999)"));
    EXPECT_THAT(calls(), Not(testing::ContainsRegex("[1-9][0-9]* (allocations|streams|modules|pools)"))) << function;
  }
}

TEST_F(FakeGPU, GivesTheCompilersWords) {
  setenv("FAKE_CUDA_FAIL", "cuModuleLoadDataEx", 1);
  EXPECT_EQ(useAll(), "cuModuleLoadDataEx: a planted failure (CUDA_ERROR_UNKNOWN, 999):\nptxas fatal: planted, line 7");
}

TEST_F(FakeGPU, HandsStreamsOutAgain) {
  auto driver = CUDADriver::open(0, SDQ_FAKE_CUDA);
  ASSERT_TRUE(bool(driver)) << llvm::toString(driver.takeError());
  auto first = (*driver)->openStream(), other = (*driver)->openStream();
  ASSERT_TRUE(first && other);
  EXPECT_NE(*first, *other);
  (*driver)->closeStream(*first);
  auto again = (*driver)->openStream();
  ASSERT_TRUE(bool(again));
  EXPECT_EQ(*again, *first);
}

TEST_F(FakeGPU, SaysWhatIsMissing) {
  auto errorOf = [](int ordinal, llvm::StringRef library) {
    auto driver = CUDADriver::open(ordinal, library);
    return driver ? "" : llvm::toString(driver.takeError());
  };
  EXPECT_THAT(errorOf(0, "/nowhere/libcuda.so.1"), HasSubstr("no CUDA driver: /nowhere/libcuda.so.1: "));
  EXPECT_EQ(errorOf(1, SDQ_FAKE_CUDA), "no GPU number 1: the CUDA driver has 1");
  EXPECT_THAT(errorOf(0, "libm.so.6"), HasSubstr("libm.so.6: not a CUDA driver: it has no function 'cuInit'"));
  auto driver = CUDADriver::open(0, SDQ_FAKE_CUDA);
  ASSERT_TRUE(bool(driver));
  EXPECT_EQ((*driver)->name(), "Fake GPU");
  EXPECT_EQ((*driver)->capability(), std::pair(9, 0));
  auto module = (*driver)->loadModule({kPTX.data(), kPTX.size()});
  ASSERT_TRUE(bool(module));
  auto kernel = (*driver)->findKernel(*module, "cube");
  EXPECT_EQ(llvm::toString(kernel.takeError()),
            "kernel 'cube': cuModuleGetFunction: named symbol not found (CUDA_ERROR_NOT_FOUND, 500)");
}
