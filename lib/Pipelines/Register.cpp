//===- Register.cpp - What a tool or an embedding compiler registers -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/Register.h"

#include "sdq/Conversion/ONNXToLinalg/Passes.h"
#include "sdq/Conversion/SDQToCPU/Passes.h"
#include "sdq/Conversion/SDQToLinalg/Passes.h"
#include "sdq/Conversion/SDQToNVGPU/Passes.h"
#include "sdq/Conversion/TorchToONNX/Passes.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Dialect/SDQ/Transforms/Passes.h"
#include "sdq/Frontend/Passes.h"
#include "sdq/Import/ONNX/StubDialect.h"
#include "sdq/Pipelines/Compress.h"
#include "sdq/Pipelines/Decompose.h"
#include "sdq/Pipelines/DecomposeTo.h"
#include "sdq/Pipelines/LowerCPU.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"

#include <mutex>

void sdq::registerDialects(mlir::DialectRegistry &registry) { registry.insert<SDQDialect>(); }

namespace {
/// The plugins of this process, which stay loaded as long as it lives.
struct Plugins {
  std::mutex mutex;
  std::vector<mlir::DialectPlugin> list;

  static Plugins &get() {
    static Plugins plugins;
    return plugins;
  }
};
} // namespace

llvm::Error sdq::loadDialectPlugin(const std::string &path) {
  llvm::Expected<mlir::DialectPlugin> plugin = mlir::DialectPlugin::load(path);
  if (!plugin)
    return plugin.takeError();
  Plugins &plugins = Plugins::get();
  std::lock_guard lock(plugins.mutex);
  plugins.list.push_back(*plugin);
  return llvm::Error::success();
}

void sdq::registerCompilerDialects(mlir::DialectRegistry &registry) {
  Plugins &plugins = Plugins::get();
  {
    // Before our stub of `onnx`, which one of them may have.
    std::lock_guard lock(plugins.mutex);
    for (const mlir::DialectPlugin &plugin : plugins.list)
      plugin.registerDialectRegistryCallbacks(registry);
  }
  registerPluginDialects(registry);
}

void sdq::registerPluginDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllGPUToLLVMIRTranslations(registry);
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
  registerDialects(registry);
  registerONNXStub(registry);
}

void sdq::registerPasses() {
  registerFrontendPasses();
  registerSDQTransformsPasses();
  registerTorchToONNXPasses();
  registerONNXToLinalgPasses();
  registerSDQToCPUPasses();
  registerSDQToLinalgPasses();
  registerPipelinesPasses();
  registerDecompose();
  registerDecomposeTo();
  registerLowerCPU();
  registerNVGPUPasses();
}
