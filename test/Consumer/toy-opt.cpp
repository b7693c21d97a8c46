//===- toy-opt.cpp - An opt tool of somebody else's, with SDQ in it -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/Register.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  sdq::registerCompilerDialects(registry);
  // SignFormat.cpp is linked in: what it tells a host that loads it, it tells us.
  mlirGetDialectPluginInfo().registerDialectRegistryCallbacks(&registry);
  sdq::registerPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "A toy compiler\n", registry));
}
