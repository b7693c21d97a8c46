//===- DryRun.h - What a compression would take -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Nothing is written, and no weight is compressed but samples of rows.
//
//   bits     from the format that the recipe ends in. They are those that the report will have.
//   memory   a model: what the process holds now, and on each thread the largest of the weights with
//              what was imported and what is stored,
//              after a sparsification   two copies of the stage in 16 bits (one is made from the other),
//              after global outliers    what is left in 16 bits, and a bit an element,
//              SparseGPT                the values in f32 and three K×K matrices in f64.
//   time     measured, for each recipe and number of inputs K, on rows taken evenly from the first such weight: compressed
//            and measured on one thread. Statistics are left out of it, which changes what is chosen and not how long
//            that takes; a recipe that cannot do without is not timed. The weights are then distributed over the threads
//            as they will be. Reading the model, and compiling the program, are not in it.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_DRYRUN_H
#define SDQ_COMPILER_DRYRUN_H

#include "sdq/Compiler/Compile.h"

namespace sdq {

/// What is to become of one weight.
struct LayerForecast {
  std::string name, recipe, format;
  Shape shape;
  StorageBits bits;
  /// On one thread; nullopt where it was not measured.
  std::optional<double> seconds;
  int64_t memoryBytes = 0;
};

struct Forecast {
  std::vector<LayerForecast> layers;
  /// The constants that are no compressed weights.
  int64_t otherBytes = 0;
  int64_t peakMemoryBytes = 0;
  unsigned threads = 1;
  /// Nullopt where a layer's is.
  std::optional<double> seconds;
  /// Why recipes were not timed, by recipe.
  std::map<std::string, std::string> untimed;

  StorageBits bits() const;
  int64_t weights() const;
  void print(llvm::raw_ostream &out) const;
};

/// Reads and raises the model and says what compressing it would take. Errors are emitted: those that reading would have,
/// and a recipe that does not fit a weight.
mlir::FailureOr<Forecast> forecastCompression(const std::string &input, const DecomposeOptions &options,
                                              mlir::MLIRContext &context);

} // namespace sdq

#endif // SDQ_COMPILER_DRYRUN_H
