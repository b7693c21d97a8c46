//===- sdq-opt.cpp - Runs passes over modules -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/Register.h"

#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  sdq::registerCompilerDialects(registry);
  mlir::registerAllPasses();
  sdq::registerPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "SDQ optimizer driver\n", registry));
}
