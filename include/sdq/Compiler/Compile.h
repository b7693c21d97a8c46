//===- Compile.h - From a model to a compressed, compiled one -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_COMPILE_H
#define SDQ_COMPILER_COMPILE_H

#include "sdq/Compiler/Emit.h"
#include "sdq/Compiler/Report.h"
#include "sdq/Pipelines/Decompose.h"

namespace sdq {

/// How progress is shown, on stderr.
enum class ShowProgress { Nothing, Lines, Bar };

/// What `sdq-compile` is asked for.
struct CompileRequest {
  std::string input, output;
  /// Where the report goes as JSON; empty: `<output>.report.json`.
  std::string report;
  /// What the output is.
  EmitKind emit = EmitKind::Model;
  /// `cpu` for this machine, and chips (sm_90) for GPUs, whose kernels the model then holds beside host code for this
  /// machine; nothing compiles no code (it is compiled at load then). Kernels are emitted for exactly one chip.
  std::vector<std::string> targets = {"cpu"};
  /// The GPU whose throughput the report gives, such as sm_90; empty: none in particular.
  std::string chip;
  /// Overwrite existing files.
  bool force = false;
  /// Discard the weights that an interrupted run has finished.
  bool restart = false;
  ShowProgress progress = ShowProgress::Nothing;
};

/// Reads, raises, compresses, measures, compiles and writes. Errors are emitted; on failure neither file is touched.
///
/// Every weight that is finished goes to `<output>.partial` (WeightStore.h) and is mapped from there, so that memory
/// follows the largest weight. A run that finds such a folder takes from it what is finished, unless the model, the
/// recipe, the calibration or the compressor are others: that is an error. The folder goes when the output is in its
/// place; after a failure it stays where a weight is finished.
mlir::FailureOr<ModelReport> compileModel(const CompileRequest &request, const DecomposeOptions &options,
                                          mlir::MLIRContext &context);

} // namespace sdq

#endif // SDQ_COMPILER_COMPILE_H
