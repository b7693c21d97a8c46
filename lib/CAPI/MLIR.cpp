//===- MLIR.cpp - For programs that use MLIR's C interface ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq-c/mlir.h"

#include "Registration.h"

#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Pipelines/Register.h"

#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Registration.h"
#include "mlir/InitAllPasses.h"

#include <mutex>

MLIR_DEFINE_CAPI_DIALECT_REGISTRATION(SDQ, sdq, sdq::SDQDialect)

void sdqRegisterCompilerDialects(MlirDialectRegistry registry) { sdq::registerCompilerDialects(*unwrap(registry)); }

void sdqRegisterPasses(void) {
  static std::once_flag once;
  std::call_once(once, sdq::registerPasses);
}

void sdq::registerAllPassesOnce() {
  static std::once_flag once;
  std::call_once(once, mlir::registerAllPasses);
  sdqRegisterPasses();
}
