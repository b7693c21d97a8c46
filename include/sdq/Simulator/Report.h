//===- Report.h - What a run found and cost, line by line -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A report for people (a table of source lines) and for programs (JSON). Every op is put to the source line of its
// location: of the kernel's own file, or of what it was generated from, where locations say so. Times are the estimates
// of ChipModel.h, those of a line as if it ran alone.
//
// As JSON:
//
//   counts    {"kernel": name, "blocks": n, "total": work, "lines": [line, …],
//              "estimate": {"chip", "product", "is_estimate": true, "seconds", "binding",
//                           "resources": {name: seconds, …}, "left_out": [text, …]}}     with a chip
//   work      {"warp_instructions", "lanes", "instructions": {op: {"warps", "lanes"}, …},
//              "global": {"transactions", "sectors"}, "shared": {"passes", "bank_conflicts"},
//              "tensor": [{"shape", "sparse", "a", "b", "accumulator", "operations"}, …]}
//   line      work with "file", "line" and, where the file is at hand, "source"
//   findings  {"kernel": name, "findings": [{"kind", "op", "file", "line", "column", "message", "occurrences"}, …]}
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_REPORT_H
#define SDQ_SIMULATOR_REPORT_H

#include "sdq/Simulator/Simulate.h"

#include "llvm/Support/JSON.h"

namespace sdq::simulator {

/// What the ops of one source line did, in all.
struct LineReport {
  /// Empty where ops have no location in a file.
  std::string file;
  unsigned line = 0;
  /// The line's text without the blanks around it; empty where the file cannot be read.
  std::string source;
  /// By name of the op.
  std::map<std::string, OpCounts> ops;
  OpCounts counts;
  KernelWork work;
};

/// One for each line that did something, in the order in which the kernel meets them.
std::vector<LineReport> linesOf(const SimulationReport &report);

/// Emits up to `limit` findings as errors at their ops; returns how many are left.
size_t emitFindings(const SimulationReport &report, size_t limit);

/// The layout is above; an estimate is in it if there is a chip.
llvm::json::Value countsAsJSON(llvm::StringRef kernel, const SimulationReport &report, const ChipModel *chip);
llvm::json::Value findingsAsJSON(llvm::StringRef kernel, const SimulationReport &report);

/// A table of lines, those first that take `chip` longest by the estimate.
void printLines(llvm::raw_ostream &out, const SimulationReport &report, const ChipModel &chip);
/// A line of text, with every resource and what binds.
void printEstimate(llvm::raw_ostream &out, const ChipModel &chip, const KernelWork &work);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_REPORT_H
