//===- SimulateExampleTest.cpp --------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that the example of docs/Simulator.md compiles as it stands there, computes what it says and finds a planted
// race.

// [docs/Simulator.md]
#include "sdq/Simulator/Report.h"

#include "mlir/IR/BuiltinOps.h"

using namespace sdq::simulator;

/// Runs the kernel @reverse of a module on one block of 64 threads. Findings and counts go to `log`; an empty result
/// says that the kernel could not be run, after an error at the op.
std::vector<float> reverse(mlir::ModuleOp module, std::vector<float> in, llvm::raw_ostream &log) {
  mlir::gpu::GPUFuncOp kernel;
  module.walk([&](mlir::gpu::GPUFuncOp function) {
    if (function.getName() == "reverse")
      kernel = function;
  });
  std::vector<float> out(in.size());
  auto bytes = [](std::vector<float> &values) {
    return llvm::MutableArrayRef<uint8_t>(reinterpret_cast<uint8_t *>(values.data()), values.size() * sizeof(float));
  };
  int64_t size = int64_t(in.size());
  // The output has no values from the start: reading one before the kernel writes it is a finding.
  std::vector<Argument> arguments = {Buffer{bytes(in), {size}}, Buffer{bytes(out), {size}, /*initialized=*/false}};
  LaunchConfig config;
  config.block = {64, 1, 1};
  mlir::FailureOr<SimulationReport> report = simulate(kernel, config, arguments);
  if (failed(report))
    return {};
  for (const Finding &finding : report->findings)
    log << finding.op->getLoc() << ": " << nameOf(finding.kind) << ": " << finding.message << '\n';
  log << report->total().bankConflicts << " bank conflicts\n";
  printEstimate(log, *llvm::cantFail(findChip("h200")), report->work);
  return out;
}
// [docs/Simulator.md]

#include "mlir/InitAllDialects.h"
#include "mlir/Parser/Parser.h"

#include "llvm/Support/MemoryBuffer.h"

#include <gmock/gmock.h>

#include <numeric>

namespace {

/// Through shared memory, with a barrier or without.
std::string kernelWith(llvm::StringRef barrier) {
  return (R"mlir(
    gpu.module @kernels {
      gpu.func @reverse(%in: memref<?xf32>, %out: memref<?xf32>)
          workgroup(%tile: memref<64xf32, #gpu.address_space<workgroup>>) kernel {
        %c63 = arith.constant 63 : index
        %tid = gpu.thread_id x
        %value = memref.load %in[%tid] : memref<?xf32>
        memref.store %value, %tile[%tid] : memref<64xf32, #gpu.address_space<workgroup>>
        )mlir" +
          barrier + R"mlir(
        %other = arith.subi %c63, %tid : index
        %mirrored = memref.load %tile[%other] : memref<64xf32, #gpu.address_space<workgroup>>
        memref.store %mirrored, %out[%tid] : memref<?xf32>
        gpu.return
      }
    })mlir")
      .str();
}

class SimulateExampleTest : public testing::Test {
protected:
  SimulateExampleTest() {
    mlir::DialectRegistry registry;
    mlir::registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    std::iota(in.begin(), in.end(), 1.0f);
  }

  std::vector<float> run(llvm::StringRef barrier) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(kernelWith(barrier), &context);
    llvm::raw_string_ostream stream(log);
    return reverse(*module, in, stream);
  }

  mlir::MLIRContext context;
  std::vector<float> in = std::vector<float>(64);
  std::string log;
};

TEST_F(SimulateExampleTest, TheRightKernel) {
  std::vector<float> out = run("gpu.barrier");
  EXPECT_THAT(out, testing::ElementsAreArray(in.rbegin(), in.rend()));
  EXPECT_THAT(log, testing::StartsWith("0 bank conflicts\nestimate for NVIDIA H200 SXM, not a measurement: "));
}

TEST_F(SimulateExampleTest, TheWrongKernel) {
  run("");
  EXPECT_THAT(log,
              testing::HasSubstr("race: thread (0,0,0) of block (0,0,0) reads shared memory at byte 252 that thread "
                                 "(63,0,0) of block (0,0,0) writes, with no barrier between"));
}

/// The text between two marks.
llvm::StringRef between(llvm::StringRef text, llvm::StringRef first, llvm::StringRef last) {
  return text.split(first).second.split(last).first.trim();
}

TEST_F(SimulateExampleTest, TheDocumentHasThisText) {
  std::string root = SDQ_SOURCE_DIR;
  auto document = llvm::MemoryBuffer::getFile(root + "/docs/Simulator.md");
  auto source = llvm::MemoryBuffer::getFile(root + "/test/unit/Simulator/SimulateExampleTest.cpp");
  ASSERT_TRUE(document && source);
  llvm::StringRef mark = "// [docs/Simulator.md]\n";
  EXPECT_EQ(between((*document)->getBuffer(), "```cpp\n", "```").str(),
            between((*source)->getBuffer(), mark, mark).str());
}

} // namespace
