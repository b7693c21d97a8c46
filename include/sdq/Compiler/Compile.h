//===- Compile.h - From a model to a compressed, compiled one -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_COMPILE_H
#define SDQ_COMPILER_COMPILE_H

#include "sdq/Compiler/Report.h"
#include "sdq/Pipelines/Decompose.h"

namespace sdq {

/// What `sdq-compile` is asked for.
struct CompileRequest {
  std::string input, output;
  /// Where the report goes as JSON; empty: `<output>.report.json`.
  std::string report;
  /// `cpu` for this machine; nothing compiles no code (it is compiled at load then).
  std::vector<std::string> targets = {"cpu"};
  /// The GPU whose throughput the report gives, such as sm_90; empty: none in particular.
  std::string chip;
  /// Overwrite existing files.
  bool force = false;
  /// Draw a progress bar on stderr.
  bool progress = false;
};

/// Reads, raises, compresses, measures, compiles and writes. Errors are emitted; on failure neither file is touched.
mlir::FailureOr<ModelReport> compileModel(const CompileRequest &request, const DecomposeOptions &options,
                                          mlir::MLIRContext &context);

} // namespace sdq

#endif // SDQ_COMPILER_COMPILE_H
