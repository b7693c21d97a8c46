//===- CompileTest.cpp - LLVM IR becomes object files ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledModel.h"

#include "llvm/Object/ObjectFile.h"
#include "llvm/TargetParser/Triple.h"

using namespace sdq;
using namespace sdq::test;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

static std::vector<std::string> definedGlobals(llvm::StringRef bytes) {
  auto object = expectValue(llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(bytes, "")));
  std::vector<std::string> names;
  for (const llvm::object::SymbolRef &symbol : object->symbols()) {
    uint32_t flags = expectValue(symbol.getFlags());
    if ((flags & llvm::object::SymbolRef::SF_Global) && !(flags & llvm::object::SymbolRef::SF_Undefined))
      names.push_back(expectValue(symbol.getName()).str());
  }
  return names;
}

TEST(Compile, HidesEverythingButEntryAndTable) {
  auto object = expectValue(compile(kScaleAndShift));
  EXPECT_THAT(definedGlobals({object.data(), object.size()}),
              UnorderedElementsAre("_mlir_ciface_main_graph_packed", "sdq_buffers"));
}

TEST(Compile, CrossCompiles) {
  auto object = expectValue(compile(kScaleAndShift, 3, {"aarch64-unknown-linux-gnu", "cortex-a76", ""}));
  auto file = expectValue(
      llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef({object.data(), object.size()}, "")));
  EXPECT_EQ(file->getArch(), llvm::Triple::aarch64);
}

TEST(Compile, RejectsBadModules) {
  EXPECT_EQ(errorOf(compile("")), "the module does not define the entry function '_mlir_ciface_main_graph'");
  EXPECT_EQ(errorOf(compile("define i32 @_mlir_ciface_main_graph() { ret i32 0 }")),
            "the entry function '_mlir_ciface_main_graph' must take pointers and return nothing");
  EXPECT_EQ(errorOf(compile("define void @_mlir_ciface_main_graph(i64 %n) { ret void }")),
            "the entry function '_mlir_ciface_main_graph' must take pointers and return nothing");
}

TEST(CPUTarget, RejectsUnknownWords) {
  EXPECT_THAT(errorOf(compile(kScaleAndShift, 3, {"nowhere-none", "", ""})),
              HasSubstr("unknown target triple 'nowhere-none'"));
  EXPECT_EQ(errorOf(compile(kScaleAndShift, 3, {"x86_64-unknown-linux-gnu", "i1000", ""})),
            "unknown processor 'i1000' for x86_64");
  EXPECT_EQ(errorOf(compile(kScaleAndShift, 3, {"x86_64-unknown-linux-gnu", "x86-64", "+avx9"})),
            "unknown processor feature 'avx9' for x86_64");
}

TEST(CPUTarget, HostRunsItsOwnCodeOnly) {
  EXPECT_TRUE(expectValue(fitToHost(CPUTarget::host())).runs());
  EXPECT_FALSE(expectValue(fitToHost({"riscv64-unknown-linux-gnu", "", ""})).runs());
  EXPECT_THAT(errorOf(fitToHost({CPUTarget::host().triple, "i1000", ""})), HasSubstr("unknown processor"));
  if (llvm::Triple(CPUTarget::host().triple).getArch() != llvm::Triple::x86_64)
    return;
  HostFit baseline = expectValue(fitToHost({"x86_64-unknown-linux-gnu", "x86-64", ""}));
  EXPECT_TRUE(baseline.runs());
  EXPECT_LT(baseline.used, expectValue(fitToHost(CPUTarget::host())).used);
  // Nothing has both AMD's 4-operand fused multiply-add and Intel's AMX.
  EXPECT_FALSE(expectValue(fitToHost({"x86_64-unknown-linux-gnu", "x86-64", "+fma4,+amx-tile"})).runs());
}
