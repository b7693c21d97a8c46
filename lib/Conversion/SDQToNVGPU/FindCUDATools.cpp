//===- FindCUDATools.cpp - The pass sdq-find-cuda-tools -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Conversion/SDQToNVGPU/Passes.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

namespace sdq {
#define GEN_PASS_DEF_FINDCUDATOOLS
#include "sdq/Conversion/SDQToNVGPU/Passes.h.inc"
} // namespace sdq

using namespace mlir;

bool sdq::findCUDATool(StringRef tool, StringRef toolkit) {
  SmallVector<std::string> toolkits;
  if (!toolkit.empty())
    toolkits.push_back(toolkit.str());
  for (StringRef variable : {"CUDA_ROOT", "CUDA_HOME", "CUDA_PATH"})
    if (std::optional<std::string> value = llvm::sys::Process::GetEnv(variable); value && !value->empty())
      toolkits.push_back(*value);
  if (llvm::sys::findProgramByName(tool))
    return true;
  return llvm::any_of(toolkits, [&](StringRef folder) {
    SmallString<128> bin(folder);
    llvm::sys::path::append(bin, "bin");
    return static_cast<bool>(llvm::sys::findProgramByName(tool, {bin}));
  });
}

namespace {

class FindCUDAToolsPass : public sdq::impl::FindCUDAToolsBase<FindCUDAToolsPass> {
public:
  using Base::Base;

  void runOnOperation() override {
    for (const std::string &tool : tools)
      if (!sdq::findCUDATool(tool, toolkit)) {
        emitError(getOperation().getLoc(), "format=bin and format=fatbin need the CUDA tool '")
            << tool << "': expected it in " << (toolkit.empty() ? "" : "'" + toolkit + "/bin', ")
            << "$PATH, $CUDA_ROOT/bin, $CUDA_HOME/bin or $CUDA_PATH/bin; format=isa needs no tool";
        return signalPassFailure();
      }
  }
};

} // namespace
