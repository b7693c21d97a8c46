//===- ExecutableTest.cpp - Compiled models run and fail cleanly ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledModel.h"

#include <thread>

using namespace sdq;
using namespace sdq::test;
using testing::ElementsAre;
using testing::HasSubstr;

static const float kWeights[] = {2, 10, 20, 30, 40};

static std::unique_ptr<Executable> loadScaleAndShift(unsigned optLevel = 3) {
  return expectValue(load(kScaleAndShift, vectors({"x"}, {"y"}), {kWeights}, optLevel));
}

TEST(Executable, ReadsArgumentsAndWeightsAtEveryOptLevel) {
  for (unsigned optLevel : {0, 1, 2, 3}) {
    auto model = loadScaleAndShift(optLevel);
    const float x[] = {1, 2, 3, 4, 5};
    auto results = expectValue(model->invoke({TensorView::dense(x, DType::F32, {5})}));
    ASSERT_EQ(results.size(), 1u);
    EXPECT_THAT(elements<float>(results[0]), ElementsAre(12, 24, 36, 48, 20));
  }
}

TEST(Executable, CopiesStridedAndMisalignedInputs) {
  auto model = loadScaleAndShift();
  const float x[] = {1, 0, 2, 0, 3, 0};
  TensorView strided{x, DType::F32, {3}, {2}, {}};
  EXPECT_THAT(elements<float>(expectValue(model->invoke({strided}))[0]), ElementsAre(12, 24, 36));
  TensorView reversed{x + 4, DType::F32, {3}, {-2}, {}};
  EXPECT_THAT(elements<float>(expectValue(model->invoke({reversed}))[0]), ElementsAre(16, 24, 32));
  char bytes[sizeof(x) + 1];
  std::memcpy(bytes + 1, x, sizeof(x));
  EXPECT_THAT(elements<float>(expectValue(model->invoke({TensorView::dense(bytes + 1, DType::F32, {1})}))[0]),
              ElementsAre(12));
}

TEST(Executable, TakesEmptyInputs) {
  auto results = expectValue(loadScaleAndShift()->invoke({TensorView::dense(nullptr, DType::F32, {0})}));
  EXPECT_EQ(results[0].view.numElements(), 0);
}

TEST(Executable, ServesManyThreads) {
  auto model = loadScaleAndShift();
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int64_t repeat = 0; repeat < 200; ++repeat) {
        std::vector<float> x(16 + t, float(t));
        auto results = model->invoke({TensorView::dense(x.data(), DType::F32, {int64_t(x.size())})});
        wrong += !results || elements<float>((*results)[0])[15] != 2.0f * t + 40;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Executable, KeepsModelsApart) {
  const float other[] = {-1, 0, 0, 0, 0}, x[] = {7};
  auto first = loadScaleAndShift();
  auto second = expectValue(load(kScaleAndShift, vectors({"x"}, {"y"}), {other}));
  TensorView input = TensorView::dense(x, DType::F32, {1});
  EXPECT_THAT(elements<float>(expectValue(first->invoke({input}))[0]), ElementsAre(24));
  EXPECT_THAT(elements<float>(expectValue(second->invoke({input}))[0]), ElementsAre(-7));
}

// Results: an argument, a weight, and two views of one allocation, one of them strided.
TEST(Executable, OwnsWhatItReturns) {
  auto model = expectValue(load(R"(
    @sdq_buffers = global [1 x ptr] zeroinitializer
    define void @_mlir_ciface_main_graph(ptr %results, ptr %x) {
      %data = call ptr @data(ptr %x)
      call void @store(ptr %results, ptr %data, i64 0, i64 2, i64 1)
      %second = getelementptr %memref1, ptr %results, i32 1
      %weight = load ptr, ptr @sdq_buffers
      call void @store(ptr %second, ptr %weight, i64 0, i64 2, i64 1)
      %out = call ptr @malloc(i64 16)
      store <4 x float> <float 1.0, float 2.0, float 3.0, float 4.0>, ptr %out
      %third = getelementptr %memref1, ptr %results, i32 2
      call void @store(ptr %third, ptr %out, i64 1, i64 3, i64 1)
      %fourth = getelementptr %memref1, ptr %results, i32 3
      call void @store(ptr %fourth, ptr %out, i64 0, i64 2, i64 2)
      ret void
    })",
                                vectors({"x"}, {"argument", "weight", "view", "strided"}), {kWeights}));
  std::vector<float> x = {5, 6};
  auto results = expectValue(model->invoke({TensorView::dense(x.data(), DType::F32, {2})}));
  x = {0, 0};
  EXPECT_THAT(elements<float>(results[0]), ElementsAre(5, 6));
  EXPECT_THAT(elements<float>(results[1]), ElementsAre(2, 10));
  EXPECT_NE(results[1].view.data, kWeights);
  OwnedTensor view = results[2];
  EXPECT_THAT(elements<float>(results[3]), ElementsAre(1, 3));
  results.clear();
  EXPECT_THAT(elements<float>(view), ElementsAre(2, 3, 4));
}

TEST(Executable, TurnsFailedAssertionsIntoErrors) {
  auto model = expectValue(load(R"(
    @message = private constant [17 x i8] c"sizes must match\00"
    define void @_mlir_ciface_main_graph(ptr %result, ptr %x) {
      %leak = call ptr @malloc(i64 1000000)
      store volatile i8 1, ptr %leak
      %size = call i64 @size(ptr %x)
      %ok = icmp eq i64 %size, 3
      br i1 %ok, label %good, label %bad
    good:
      call void @store(ptr %result, ptr %leak, i64 0, i64 0, i64 1)
      ret void
    bad:
      call i32 @puts(ptr @message)
      call void @abort()
      unreachable
    })",
                                vectors({"x"}, {"y"})));
  const float x[3] = {};
  for (int repeat = 0; repeat < 3; ++repeat) {
    EXPECT_EQ(errorOf(model->invoke({TensorView::dense(x, DType::F32, {2})})), "sizes must match");
    EXPECT_EQ(errorOf(model->invoke({TensorView::dense(x, DType::F32, {3})})), "");
  }
}

TEST(Executable, ReportsExhaustedMemory) {
  auto model = expectValue(load(R"(
    define void @_mlir_ciface_main_graph(ptr %result) {
      %out = call ptr @malloc(i64 -8)
      call void @store(ptr %result, ptr %out, i64 0, i64 0, i64 1)
      ret void
    })",
                                vectors({}, {"y"})));
  EXPECT_THAT(errorOf(model->invoke({})), HasSubstr("out of memory"));
}

TEST(Executable, FreesInAnyOrderAndOnAnyPath) {
  auto model = expectValue(load(R"(
    define void @_mlir_ciface_main_graph() {
      %a = call ptr @malloc(i64 8)
      %b = call ptr @malloc(i64 8)
      %c = call ptr @malloc(i64 8)
      %d = call ptr @malloc(i64 8)
      store volatile ptr %a, ptr %b
      store volatile ptr %c, ptr %d
      call void @free(ptr %b)
      call void @free(ptr %d)
      call void @free(ptr %a)
      call void @free(ptr null)
      ret void
    })",
                                Signature()));
  EXPECT_EQ(errorOf(model->invoke({})), "");
}

TEST(Executable, FindsLibmAndTheRuntimesFunctions) {
  auto model = expectValue(load(R"(
    declare float @tanhf(float)
    declare void @memrefCopy(i64, ptr, ptr)
    %unranked = type { i64, ptr }
    ; y[0] = tanh(x[0]), y[1..] every second of x, in f32 through bf16
    define void @_mlir_ciface_main_graph(ptr %result, ptr %x) {
      %data = call ptr @data(ptr %x)
      %value = load volatile float, ptr %data
      %tanh = call float @tanhf(float %value)
      %narrow = fptrunc float %tanh to bfloat
      %wide = fpext bfloat %narrow to float
      %out = call ptr @malloc(i64 12)
      store float %wide, ptr %out
      %from = alloca %memref1
      %to = alloca %memref1
      call void @store(ptr %from, ptr %data, i64 1, i64 2, i64 2)
      call void @store(ptr %to, ptr %out, i64 1, i64 2, i64 1)
      %from.unranked = alloca %unranked
      %to.unranked = alloca %unranked
      store %unranked { i64 1, ptr undef }, ptr %from.unranked
      store %unranked { i64 1, ptr undef }, ptr %to.unranked
      %from.field = getelementptr %unranked, ptr %from.unranked, i32 0, i32 1
      %to.field = getelementptr %unranked, ptr %to.unranked, i32 0, i32 1
      store ptr %from, ptr %from.field
      store ptr %to, ptr %to.field
      call void @memrefCopy(i64 4, ptr %from.unranked, ptr %to.unranked)
      call void @store(ptr %result, ptr %out, i64 0, i64 3, i64 1)
      ret void
    })",
                                vectors({"x"}, {"y"})));
  const float x[] = {0.5f, 1, 2, 3};
  auto results = expectValue(model->invoke({TensorView::dense(x, DType::F32, {4})}));
  // tanh(0.5) = 0.46211716 = 0x3eec9a9f, rounded to bf16 0x3eed.
  EXPECT_THAT(elements<float>(results[0]), ElementsAre(0.462890625f, 1, 3));
}

TEST(Executable, RejectsWhatDoesNotFit) {
  auto object = expectValue(compile(kScaleAndShift));
  auto loadBytes = [&](llvm::StringRef bytes, llvm::StringRef entry, llvm::ArrayRef<const void *> buffers) {
    return errorOf(Executable::load(llvm::MemoryBufferRef(bytes, "model.sdq"), entry, vectors({"x"}, {"y"}), buffers));
  };
  llvm::StringRef bytes(object.data(), object.size());
  EXPECT_EQ(loadBytes(bytes, kEntry, {kWeights, kWeights}),
            "model.sdq: expected 1 weight buffers as in the compiled code, got 2");
  EXPECT_THAT(loadBytes(bytes, "nothing", {kWeights}), HasSubstr("nothing_packed"));
  EXPECT_THAT(loadBytes("not an object file", kEntry, {}), HasSubstr("not a readable object file"));
  EXPECT_THAT(loadBytes("", kEntry, {}), HasSubstr("not a readable object file"));
  EXPECT_THAT(errorOf(load(R"(
    declare void @no_such_function()
    define void @_mlir_ciface_main_graph() {
      call void @no_such_function()
      ret void
    })",
                           Signature())),
              HasSubstr("no_such_function"));
}
