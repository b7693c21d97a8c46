//===- Messages.h - Errors and messages of the C interface ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CAPI_MESSAGES_H
#define SDQ_LIB_CAPI_MESSAGES_H

#include "sdq-c/common.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/Error.h"

namespace sdq {

/// Sets what sdq_last_error returns on this thread.
void setLastError(std::string text);
inline void setLastError(llvm::Error error) { setLastError(llvm::toString(std::move(error))); }

/// Hands a message to this thread's handler.
void tell(sdq_severity severity, const std::string &text);

/// A string for the caller, who gives it to sdq_string_free.
char *newString(llvm::StringRef text);

/// What MLIR diagnoses in a scope: the first error, with its place and notes, for sdq_last_error; warnings go to the
/// handler of the thread that made this. `file` (may be empty) stands before what has no place.
class Diagnosed {
public:
  explicit Diagnosed(mlir::MLIRContext &context, llvm::StringRef file = "");
  /// Makes the error the thread's last one; `otherwise` where nothing was diagnosed.
  void setLastError(llvm::StringRef otherwise) const;

private:
  std::string error;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace sdq

#endif // SDQ_LIB_CAPI_MESSAGES_H
