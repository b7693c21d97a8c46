//===- ModelTest.cpp - Model files load, run, and fail with one error -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/FileVersion.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Loader/Model.h"
#include "sdq/Pipelines/CompileCPU.h"
#include "sdq/Pipelines/Register.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace sdq;
using testing::ElementsAre;
using testing::HasSubstr;

/// Of the weight below.
static const char *const kChecksum = "02f5535d23c2f864";

// y = x · wᵀ + bias with w = [[1, 0], [0, 2], [1, 1]]; at most four tokens.
static constexpr llvm::StringLiteral kProgram = R"(
  sdq.parameter @w : !sdq.weight<3x2xf32, #sdq.dense<f32>> = {values = dense_resource<w> : tensor<3x2xf32>}
  func.func @main_graph(%x: tensor<?x2xf32> {onnx.name = "x", onnx.dim_params = "0:tokens"},
                        %bias: tensor<?x3xf32> {onnx.name = "bias", onnx.dim_params = "0:tokens"})
      -> (tensor<?x3xf32> {onnx.name = "y"}, tensor<2xi16> {onnx.name = "constant"}) {
    %c0 = arith.constant 0 : index
    %c5 = arith.constant 5 : index
    %tokens = tensor.dim %x, %c0 : tensor<?x2xf32>
    %few = arith.cmpi ult, %tokens, %c5 : index
    cf.assert %few, "at most four tokens"
    %product = sdq.linear %x, @w : (tensor<?x2xf32>) -> tensor<?x3xf32>
    %y = linalg.add ins(%product, %bias : tensor<?x3xf32>, tensor<?x3xf32>) outs(%bias : tensor<?x3xf32>)
      -> tensor<?x3xf32>
    %constant = arith.constant dense_resource<c> : tensor<2xi16>
    return %y, %constant : tensor<?x3xf32>, tensor<2xi16>
  }
  {-# dialect_resources: { builtin: {
    w: "0x400000000000803F0000000000000000000000400000803F0000803F",
    c: "0x40000000DEC01000"
  } } #-})";

namespace {
struct ModelFile : testing::Test {
  mlir::DialectRegistry registry;
  llvm::SmallString<128> directory;
  std::vector<std::string> notes;

  ModelFile() { registerCompilerDialects(registry); }
  void SetUp() override { ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("sdq-model", directory)); }
  void TearDown() override { llvm::sys::fs::remove_directories(directory); }

  std::string path() { return (directory + "/model.sdq").str(); }

  std::string write(llvm::StringRef bytes) {
    std::error_code error;
    llvm::raw_fd_ostream(path(), error) << bytes;
    EXPECT_FALSE(error);
    return path();
  }

  /// The program as bytecode with code for `targets`.
  std::string bytecode(llvm::ArrayRef<CPUTarget> targets) {
    mlir::MLIRContext context(registry);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(kProgram, &context);
    if (!module) {
      ADD_FAILURE() << "the test's program does not parse";
      return "";
    }
    for (auto [i, target] : llvm::enumerate(targets))
      EXPECT_TRUE(mlir::succeeded(compileForCPU(*module, target, "cpu" + std::to_string(i))));
    std::string bytes;
    llvm::raw_string_ostream os(bytes);
    EXPECT_TRUE(mlir::succeeded(mlir::writeBytecodeToFile(*module, os)));
    return bytes;
  }

  llvm::Expected<std::unique_ptr<Model>> load() {
    notes.clear();
    return Model::load(path(), {.note = [this](const std::string &note) { notes.push_back(note); }});
  }
  std::string loadError() {
    auto model = load();
    return model ? "" : llvm::toString(model.takeError());
  }
};
} // namespace

static const float kX[] = {1, 2, 3, 4}, kBias[] = {10, 20, 30, 40, 50, 60};

static void expectRuns(const Model &model) {
  for (int repeat = 0; repeat < 2; ++repeat) {
    auto results =
        model.invoke({TensorView::dense(kX, DType::F32, {2, 2}), TensorView::dense(kBias, DType::F32, {2, 3})});
    ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
    auto *y = static_cast<const float *>((*results)[0].view.data);
    EXPECT_THAT(std::vector<float>(y, y + 6), ElementsAre(11, 24, 33, 43, 58, 67));
    auto *constant = static_cast<const int16_t *>((*results)[1].view.data);
    EXPECT_THAT(std::vector<int16_t>(constant, constant + 2), ElementsAre(-16162, 16));
  }
  EXPECT_EQ(kBias[0], 10); // `outs(%bias)` did not compute in the caller's memory
}

TEST_F(ModelFile, RunsCodeFromTheFile) {
  write(bytecode({CPUTarget::host()}));
  auto model = load();
  ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError());
  EXPECT_TRUE(notes.empty());
  EXPECT_EQ((*model)->signature().inputs[0].format(), "f32[tokens, 2]");
  EXPECT_EQ((*model)->signature().outputs[1].format(), "i16[2]");
  expectRuns(**model);
}

TEST_F(ModelFile, CompilesTextAtLoadAndSaysSo) {
  write(kProgram);
  auto model = load();
  ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError());
  EXPECT_THAT(notes, ElementsAre(HasSubstr("no code for this machine in the file; compiling it now")));
  expectRuns(**model);
}

TEST_F(ModelFile, SkipsCodeForOtherMachines) {
  write(bytecode({{"riscv64-unknown-linux-gnu", "", ""}}));
  auto model = load();
  ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError());
  EXPECT_THAT(notes, ElementsAre(HasSubstr("@cpu0 lacks riscv64-linux code on ")));
  expectRuns(**model);
}

TEST_F(ModelFile, TakesTheCodeThatFitsAmongSeveral) {
  write(bytecode({{"riscv64-unknown-linux-gnu", "", ""}, CPUTarget::host(), {CPUTarget::host().triple, "", ""}}));
  auto model = load();
  ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError());
  EXPECT_TRUE(notes.empty());
  expectRuns(**model);
}

TEST_F(ModelFile, ReturnsFailedAssertions) {
  write(kProgram);
  auto model = load();
  ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError());
  float zeros[15] = {};
  auto results =
      (*model)->invoke({TensorView::dense(zeros, DType::F32, {5, 2}), TensorView::dense(zeros, DType::F32, {5, 3})});
  EXPECT_EQ(llvm::toString(results.takeError()), "at most four tokens");
}

TEST_F(ModelFile, NamesWhatIsWrong) {
  EXPECT_EQ(loadError(), path() + ": No such file or directory");
  write(llvm::StringRef("\x08\x07\x12\0onnx", 8));
  EXPECT_EQ(loadError(), path() + ": expected MLIR bytecode (.sdq) or text, found other binary data");
  write("func.func @main_graph(");
  EXPECT_EQ(loadError(), path() + ":1:22: expected non-function type");
  write("func.func @a() { return }\nfunc.func @b() { return }");
  EXPECT_EQ(loadError(), path() + ": expected a function @main_graph with a body");
  write("func.func @main_graph(%x: tensor<2xcomplex<f32>>) { return }");
  EXPECT_THAT(loadError(), HasSubstr("input 'input0': expected a ranked tensor of "));
  write("func.func @main_graph(%x: tensor<?xf32> {onnx.dim_params = \"1:n\"}) { return }");
  EXPECT_THAT(loadError(), HasSubstr("expected onnx.dim_params as \"<dimension>:<name>,…\" below rank 1"));
  write("func.func @main_graph(%x: tensor<f32> {onnx.name = \"a\"}, %y: tensor<f32> {onnx.name = \"a\"}) { return }");
  EXPECT_THAT(loadError(), HasSubstr("two inputs are named 'a'"));
  write("func.func @main_graph() { \"unknown.op\"() : () -> () return }");
  EXPECT_THAT(loadError(), HasSubstr(":1:39: operation being parsed with an unregistered dialect"));
}

TEST_F(ModelFile, RejectsForgedExecutables) {
  auto forge = [&](const std::string &features, const std::string &entry, const std::string &code) {
    write("func.func @main_graph() { return }\nsdq.executable @cpu target(\"" + CPUTarget::host().triple +
          "\", \"\", \"" + features + "\") entry \"" + entry + "\" code " + code + " buffers []");
  };
  forge("+avx9", "main_graph", "dense<0> : tensor<4xi8>");
  EXPECT_THAT(loadError(), HasSubstr("sdq.executable @cpu: unknown processor feature 'avx9'"));
  forge("", "_mlir_ciface_main_graph", "dense<0> : tensor<4xi8>");
  EXPECT_THAT(loadError(), HasSubstr("sdq.executable @cpu has no code"));
  forge("", "_mlir_ciface_main_graph", "dense<[1, 2]> : tensor<2xi8>");
  EXPECT_THAT(loadError(), HasSubstr("model.sdq: not a readable object file"));
  forge("", "_mlir_ciface_g", "dense<[1, 2]> : tensor<2xi8>");
  EXPECT_THAT(loadError(), HasSubstr("sdq.executable @cpu: no function for its entry '_mlir_ciface_g'"));
}

TEST_F(ModelFile, RejectsDamagedCode) {
  std::string bytes = bytecode({CPUTarget::host()});
  size_t object = bytes.find("\x7f" "ELF");
  ASSERT_NE(object, std::string::npos);
  bytes[object + 100] ^= 1;
  write(bytes);
  EXPECT_EQ(loadError(), path() + ": the code of sdq.executable @cpu0 is damaged: its checksum differs");
}

// Weights are compared with their checksums where that is asked for, and only there.
TEST_F(ModelFile, VerifiesWeightsOnDemand) {
  std::string program = kProgram.str();
  std::string with = std::string("@w attributes {sdq.checksum = \"") + kChecksum + "\"}";
  program.replace(program.find("@w"), 2, with);
  auto verify = [&](llvm::StringRef text) {
    write(text);
    notes.clear();
    auto model = Model::load(path(), {.note = [this](const std::string &note) { notes.push_back(note); }, .verify = true});
    return model ? "" : llvm::toString(model.takeError());
  };
  EXPECT_EQ("", verify(program));
  EXPECT_EQ(path() + ": 1 weights are what their checksums say, 0 have none", notes[0]);
  EXPECT_EQ("", verify(kProgram));
  EXPECT_EQ(path() + ": 0 weights are what their checksums say, 1 have none", notes[0]);
  program.replace(program.find("803F0000803F\""), 2, "81");
  EXPECT_THAT(verify(program), HasSubstr(path() + ": the weight 'w' is damaged: expected the checksum " + kChecksum +
                                         ", found "));
  auto model = load();
  EXPECT_TRUE(bool(model)) << llvm::toString(model.takeError());
}

// A file of a version to come is refused by its number, however it may read.
TEST_F(ModelFile, RefusesFilesOfANewerVersion) {
  auto ofVersion = [&](uint64_t number) {
    mlir::MLIRContext context(registry);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(kProgram, &context);
    mlir::BytecodeWriterConfig config;
    config.setDialectVersion<SDQDialect>(std::make_unique<FileVersion>(number));
    std::string bytes;
    llvm::raw_string_ostream os(bytes);
    EXPECT_TRUE(mlir::succeeded(mlir::writeBytecodeToFile(*module, os, config)));
    return bytes;
  };
  write(ofVersion(FileVersion::kCurrent));
  EXPECT_EQ("", loadError());
  write(ofVersion(0));
  EXPECT_EQ("", loadError());
  write(ofVersion(FileVersion::kCurrent + 1));
  EXPECT_THAT(loadError(), HasSubstr(path() + ": expected a file of version 1 or earlier, found version 2: a newer SDQ "
                                              "wrote it"));
}

// Every prefix of a good file is one error, never a crash.
TEST_F(ModelFile, RejectsEveryTruncation) {
  std::string whole = bytecode({CPUTarget::host()});
  for (size_t size = 0; size < whole.size(); size += std::max<size_t>(1, size / 64)) {
    write(llvm::StringRef(whole).take_front(size));
    EXPECT_NE(loadError(), "") << size;
  }
}
