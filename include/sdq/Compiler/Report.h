//===- Report.h - What compression did to a model -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_REPORT_H
#define SDQ_COMPILER_REPORT_H

#include "sdq/Core/Calibration.h"
#include "sdq/Core/ErrorMetrics.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Recipe/Recipe.h"
#include "sdq/Target/Chip.h"

#include "llvm/Support/JSON.h"

namespace sdq {

/// Bits that a weight takes, by what they are for.
struct StorageBits {
  int64_t values = 0, metadata = 0, scales = 0, tables = 0;

  int64_t total() const { return values + metadata + scales + tables; }
  StorageBits &operator+=(const StorageBits &other);
};

/// The bits of parts whose extents are known.
StorageBits bitsOf(llvm::ArrayRef<PartSpec> parts);

/// Effective compute throughput, relative to dense 16-bit arithmetic: as the paper counts it, and as it is realised, on
/// a chip where one is named, else with activations at 16 bits or more and every term multiplied by itself.
struct Throughput {
  double paper = 1, realised = 1;
};

/// One weight, before and after.
struct LayerReport {
  std::string name, format;
  /// Its own recipe: a name, or all of it in one line.
  std::string recipe;
  /// The formats of its terms, outliers first.
  std::vector<std::string> terms;
  Shape shape;
  StorageBits bits;
  /// Errors of the stored weight against the imported one; Fisher-weighted where the calibration has the Fisher.
  ErrorMetrics error;
  bool hasFisher = false;
  /// How long it took to compress, on one thread; where it was resumed, in the earlier run.
  double seconds = 0;
  Throughput throughput;
  /// An earlier run had finished it.
  bool resumed = false;
};

/// A model. Bits are of the compressed weights alone; what was left alone counts in no line.
struct ModelReport {
  /// `recipe`: a name or a file, as it was given.
  std::string model, recipe;
  /// What realises the throughput; empty: no chip in particular.
  std::string chip;
  std::vector<LayerReport> layers;
  double seconds = 0;
  int64_t peakMemoryBytes = 0;

  int64_t weights() const;
  StorageBits bits() const;
  ErrorMetrics error() const;
  /// Of all layers, one after the other: their times are as their weights over their throughputs.
  Throughput throughput() const;

  llvm::json::Value toJSON() const;
  /// A table a person reads: a line a layer and one for all.
  void print(llvm::raw_ostream &out) const;
};

/// A parameter as it was when it was raised, to measure errors against.
struct OriginalWeight {
  WeightType type;
  mlir::DictionaryAttr parts;
};

/// What the calibration says of a parameter, or null. The parameter's attributes say which weight of the file it is, or
/// where `attributes` are given, those.
mlir::FailureOr<const CalibrationEntry *> findStatistics(ParameterOp parameter, const Calibration *calibration,
                                                         mlir::DictionaryAttr attributes = {});

/// What a compressed parameter is, without what has to be measured: name, formats, shape and bits.
mlir::FailureOr<LayerReport> describeLayer(ParameterOp parameter);
/// Describes a compressed parameter and measures it against what it was. Streams row by row.
mlir::FailureOr<LayerReport> measureLayer(ParameterOp parameter, const OriginalWeight &original,
                                          const Calibration *calibration);

/// What `recipe` says of a layer, whatever came of it: its name and its throughput (`chip` may be null).
void describeRecipe(LayerReport &layer, const Recipe &recipe, const Chip *chip);

/// The most memory this process has held, in bytes.
int64_t peakMemory();

} // namespace sdq

#endif // SDQ_COMPILER_REPORT_H
