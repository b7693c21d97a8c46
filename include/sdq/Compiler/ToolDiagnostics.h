//===- ToolDiagnostics.h - How command-line tools report -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_TOOLDIAGNOSTICS_H
#define SDQ_COMPILER_TOOLDIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/SourceMgr.h"

namespace sdq {

/// Prints diagnostics to stderr, without the operation they are at, and without a place where none is known.
class ToolDiagnostics {
public:
  explicit ToolDiagnostics(mlir::MLIRContext &context)
      : places(sources, &context), placeless(&context, [](mlir::Diagnostic &diagnostic) {
          if (!llvm::isa<mlir::UnknownLoc>(diagnostic.getLocation()))
            return mlir::failure();
          llvm::errs() << severityOf(diagnostic) << diagnostic << "\n";
          return mlir::success();
        }) {
    context.printOpOnDiagnostic(false);
  }

private:
  static llvm::StringRef severityOf(const mlir::Diagnostic &diagnostic) {
    switch (diagnostic.getSeverity()) {
    case mlir::DiagnosticSeverity::Error:
      return "error: ";
    case mlir::DiagnosticSeverity::Warning:
      return "warning: ";
    default:
      return "";
    }
  }

  llvm::SourceMgr sources;
  mlir::SourceMgrDiagnosticHandler places;
  mlir::ScopedDiagnosticHandler placeless;
};

} // namespace sdq

#endif // SDQ_COMPILER_TOOLDIAGNOSTICS_H
