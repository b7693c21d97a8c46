//===- Report.cpp - What a run found and cost, line by line ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Report.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace sdq::simulator;
namespace json = llvm::json;

namespace {
/// Lines of the files that locations name, each file read once.
class SourceText {
public:
  std::string line(llvm::StringRef path, unsigned number) {
    auto [entry, isNew] = files.try_emplace(path);
    std::vector<std::string> &lines = entry->second;
    if (isNew)
      // Without a file, or for what came from a pipe, there is no text.
      if (auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true))
        for (llvm::line_iterator at(**buffer, /*SkipBlanks=*/false); !at.is_at_eof(); ++at)
          lines.push_back(at->trim().str());
    return number >= 1 && number <= lines.size() ? lines[number - 1] : std::string();
  }

private:
  llvm::StringMap<std::vector<std::string>> files;
};
} // namespace

/// An op's place in a file; the innermost where it was inlined or fused.
static FileLineColLoc placeOf(Operation *op) { return op->getLoc()->findInstanceOf<FileLineColLoc>(); }

static KernelWork workOf(const OpCounts &counts, uint64_t blocks) {
  KernelWork work;
  work.blocks = blocks;
  work.warpInstructions = counts.warps;
  work.globalSectors = counts.sectors;
  work.sharedPasses = counts.sharedPasses;
  return work;
}

std::vector<LineReport> sdq::simulator::linesOf(const SimulationReport &report) {
  std::vector<LineReport> lines;
  std::map<std::pair<std::string, unsigned>, size_t> known;
  SourceText text;
  auto lineOf = [&](Operation *op) -> LineReport & {
    FileLineColLoc place = placeOf(op);
    std::string file = place ? place.getFilename().str() : std::string();
    unsigned number = place ? place.getLine() : 0;
    auto [entry, isNew] = known.try_emplace({file, number}, lines.size());
    if (isNew) {
      lines.emplace_back();
      lines.back().source = text.line(file, number);
      lines.back().file = std::move(file);
      lines.back().line = number;
    }
    return lines[entry->second];
  };
  for (const auto &[op, counts] : report.counts) {
    if (counts.warps == 0)
      continue;
    LineReport &line = lineOf(op);
    line.ops[op->getName().getStringRef().str()] += counts;
    line.counts += counts;
  }
  for (LineReport &line : lines)
    line.work = workOf(line.counts, report.work.blocks);
  for (const auto &[op, work] : report.tensor)
    lineOf(op).work.tensor.push_back(work);
  return lines;
}

size_t sdq::simulator::emitFindings(const SimulationReport &report, size_t limit) {
  llvm::ArrayRef<Finding> shown = llvm::ArrayRef(report.findings).take_front(limit);
  for (const Finding &finding : shown) {
    InFlightDiagnostic diagnostic = finding.op->emitError() << nameOf(finding.kind) << ": " << finding.message;
    if (finding.occurrences > 1)
      diagnostic << " (and " << finding.occurrences - 1 << " more)";
  }
  return report.findings.size() - shown.size();
}

static json::Object toJSON(const std::map<std::string, OpCounts> &ops, const OpCounts &counts,
                           llvm::ArrayRef<TensorWork> tensor) {
  json::Object instructions;
  for (const auto &[name, count] : ops)
    instructions[name] = json::Object{{"warps", count.warps}, {"lanes", count.lanes}};
  json::Array operations;
  for (const TensorWork &work : tensor)
    operations.push_back(json::Object{{"shape", work.shape.name()},
                                      {"sparse", work.shape.sparse},
                                      {"a", nameOf(work.shape.a)},
                                      {"b", nameOf(work.shape.b)},
                                      {"accumulator", nameOf(work.shape.accumulator)},
                                      {"operations", work.operations}});
  return json::Object{
      {"warp_instructions", counts.warps},
      {"lanes", counts.lanes},
      {"instructions", std::move(instructions)},
      {"global", json::Object{{"transactions", counts.transactions}, {"sectors", counts.sectors}}},
      {"shared", json::Object{{"passes", counts.sharedPasses}, {"bank_conflicts", counts.bankConflicts}}},
      {"tensor", std::move(operations)}};
}

static json::Object toJSON(const ChipModel &chip, const TimeEstimate &time) {
  json::Object resources;
  for (const ResourceTime &resource : time.resources)
    resources[resource.resource] = resource.seconds;
  return json::Object{{"chip", chip.name},
                      {"product", chip.product},
                      {"is_estimate", true},
                      {"seconds", time.binding().seconds},
                      {"binding", time.binding().resource},
                      {"resources", std::move(resources)},
                      {"left_out", json::Array(time.leftOut)}};
}

json::Value sdq::simulator::countsAsJSON(llvm::StringRef kernel, const SimulationReport &report,
                                         const ChipModel *chip) {
  std::map<std::string, OpCounts> ops;
  json::Array lines;
  for (const LineReport &line : linesOf(report)) {
    for (const auto &[name, counts] : line.ops)
      ops[name] += counts;
    json::Object object = toJSON(line.ops, line.counts, line.work.tensor);
    object["file"] = line.file;
    object["line"] = line.line;
    if (!line.source.empty())
      object["source"] = json::fixUTF8(line.source);
    lines.push_back(std::move(object));
  }
  json::Object result{{"kernel", kernel},
                      {"blocks", report.work.blocks},
                      {"total", toJSON(ops, report.total(), report.work.tensor)},
                      {"lines", std::move(lines)}};
  if (chip)
    result["estimate"] = toJSON(*chip, estimate(*chip, report.work));
  return result;
}

json::Value sdq::simulator::findingsAsJSON(llvm::StringRef kernel, const SimulationReport &report) {
  json::Array findings;
  for (const Finding &finding : report.findings) {
    json::Object object{{"kind", nameOf(finding.kind)},
                        {"op", finding.op->getName().getStringRef()},
                        {"message", json::fixUTF8(finding.message)},
                        {"occurrences", finding.occurrences}};
    if (FileLineColLoc place = placeOf(finding.op)) {
      object["file"] = place.getFilename().str();
      object["line"] = place.getLine();
      object["column"] = place.getColumn();
    }
    findings.push_back(std::move(object));
  }
  return json::Object{{"kernel", kernel}, {"findings", std::move(findings)}};
}

void sdq::simulator::printLines(llvm::raw_ostream &out, const SimulationReport &report, const ChipModel &chip) {
  std::vector<LineReport> lines = linesOf(report);
  std::vector<std::pair<double, const LineReport *>> costs;
  for (const LineReport &line : lines)
    costs.push_back({estimate(chip, line.work).binding().seconds, &line});
  llvm::stable_sort(costs, [](const auto &a, const auto &b) { return a.first > b.first; });
  out << "lines of the kernel, by estimated time alone on " << chip.product << " (not measured)\n";
  out << llvm::formatv("{0,10} {1,10} {2,6} {3,10} {4,10} {5,10} {6,8}  line\n", "us", "warps", "lanes", "sectors",
                       "passes", "conflicts", "tensor");
  for (const auto &[seconds, line] : costs) {
    const OpCounts &counts = line->counts;
    uint64_t tensor = 0;
    for (const TensorWork &work : line->work.tensor)
      tensor += work.operations;
    out << llvm::format("%10.4f %10llu %6.1f ", 1e6 * seconds, (unsigned long long)counts.warps,
                        counts.warps == 0 ? 0 : double(counts.lanes) / double(counts.warps))
        << llvm::formatv("{0,10} {1,10} {2,10} {3,8}  ", counts.sectors, counts.sharedPasses, counts.bankConflicts,
                         tensor);
    if (line->file.empty())
      out << "(no location)\n";
    else
      out << line->file << ':' << line->line << (line->source.empty() ? "" : "  ") << line->source << '\n';
  }
}

void sdq::simulator::printEstimate(llvm::raw_ostream &out, const ChipModel &chip, const KernelWork &work) {
  TimeEstimate time = estimate(chip, work);
  out << "estimate for " << chip.product
      << ", not a measurement: " << llvm::format("%.3f us", 1e6 * time.binding().seconds) << ", bound by "
      << time.binding().resource << " (";
  llvm::interleave(
      time.resources, out,
      [&](const ResourceTime &resource) {
        out << resource.resource << llvm::format(" %.3f us", 1e6 * resource.seconds);
      },
      ", ");
  out << ")\n";
  for (const std::string &text : time.leftOut)
    out << "  left out: " << text << '\n';
}
