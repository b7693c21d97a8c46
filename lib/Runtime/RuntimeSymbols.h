//===- RuntimeSymbols.h - What compiled code finds at load ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_RUNTIME_RUNTIMESYMBOLS_H
#define SDQ_LIB_RUNTIME_RUNTIMESYMBOLS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace sdq {

struct RuntimeSymbol {
  llvm::StringLiteral name;
  void *address;
};

/// Functions of the runtime that compiled code may call; they come before the process' own of the same names.
/// Everything else (libm, memcpy, …) is the process'.
llvm::ArrayRef<RuntimeSymbol> runtimeSymbols();
/// The same of a program that launches kernels (sdq/Runtime/DeviceDriver.h).
llvm::ArrayRef<RuntimeSymbol> deviceSymbols();

} // namespace sdq

#endif // SDQ_LIB_RUNTIME_RUNTIMESYMBOLS_H
