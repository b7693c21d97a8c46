//===- Register.cpp - What a tool or an embedding compiler registers -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/Register.h"

#include "sdq/Conversion/SDQToCPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Dialect/SDQ/Transforms/Passes.h"
#include "sdq/Pipelines/Decompose.h"
#include "sdq/Pipelines/LowerCPU.h"

void sdq::registerDialects(mlir::DialectRegistry &registry) { registry.insert<SDQDialect>(); }

void sdq::registerPasses() {
  registerSDQTransformsPasses();
  registerSDQToCPUPasses();
  registerDecompose();
  registerLowerCPU();
}
