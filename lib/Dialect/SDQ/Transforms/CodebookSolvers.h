//===- CodebookSolvers.h - Codebooks of some rows by a solver -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_DIALECT_SDQ_TRANSFORMS_CODEBOOKSOLVERS_H
#define SDQ_LIB_DIALECT_SDQ_TRANSFORMS_CODEBOOKSOLVERS_H

#include "Codebook.h"

namespace sdq {

/// Consecutive rows of a weight on the way to codebooks, R×K but for the tables, R×2^bits.
struct CodebookRows {
  int64_t first = 0, count = 0;
  std::vector<float> weights;
  std::vector<uint8_t> exact; ///< nonzero where a sparse term carries the value
  std::vector<float> tables;
  std::vector<uint8_t> codes;
};

/// Finds tables and codes. Rows come in order, chunk by chunk.
class CodebookFitter {
public:
  virtual ~CodebookFitter() = default;
  /// How many rows from `first` are best given at once.
  virtual int64_t chunk(int64_t first) const = 0;
  /// Fills `tables` and `codes`, on all threads of the context. Errors are emitted.
  virtual mlir::LogicalResult fit(CodebookRows &rows) = 0;

  /// The fitter for a parameter's weight, or an error that names the statistic that it lacks.
  static mlir::FailureOr<std::unique_ptr<CodebookFitter>> create(ParameterOp parameter, const LUTFormat &format,
                                                                 const CodebookQuantization &quantization,
                                                                 const Calibration *calibration);
};

} // namespace sdq

#endif // SDQ_LIB_DIALECT_SDQ_TRANSFORMS_CODEBOOKSOLVERS_H
