//===- AtomicFile.h - Files that are whole or not there ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_ATOMICFILE_H
#define SDQ_CORE_ATOMICFILE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace sdq {

/// Writes `path` through a temporary file beside it, renamed once it is complete: on any error (the disk being full
/// among them) nothing is left behind and an existing file stays as it was. Errors name the file.
llvm::Error writeFileAtomically(llvm::StringRef path, llvm::function_ref<llvm::Error(llvm::raw_ostream &)> write);

} // namespace sdq

#endif // SDQ_CORE_ATOMICFILE_H
