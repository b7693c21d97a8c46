//===- MeasureLayer.cpp - A compressed weight against the original -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/Report.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"

#include <sys/resource.h>

using namespace mlir;
using namespace sdq;

StorageBits &StorageBits::operator+=(const StorageBits &other) {
  values += other.values;
  metadata += other.metadata;
  scales += other.scales;
  tables += other.tables;
  return *this;
}

StorageBits sdq::bitsOf(ArrayRef<PartSpec> parts) {
  StorageBits bits;
  for (const PartSpec &part : parts) {
    int64_t size = byteSize(part) * 8;
    switch (part.kind) {
    case PartKind::Values:
      bits.values += size;
      break;
    case PartKind::Metadata:
      bits.metadata += size;
      break;
    case PartKind::Scales:
      bits.scales += size;
      break;
    case PartKind::Tables:
      bits.tables += size;
      break;
    }
  }
  return bits;
}

FailureOr<const CalibrationEntry *> sdq::findStatistics(ParameterOp parameter, const Calibration *calibration,
                                                        DictionaryAttr attributes) {
  if (!calibration)
    return static_cast<const CalibrationEntry *>(nullptr);
  // The passes have noted which weight of the file this is; without their note nothing was looked up.
  StringRef name = parameter.getSymName();
  Attribute note = attributes ? attributes.get(kCalibrationAttr) : parameter->getAttr(kCalibrationAttr);
  if (auto known = dyn_cast_or_null<StringAttr>(note))
    name = known.getValue();
  llvm::Expected<const CalibrationEntry *> found =
      calibration->find(name, parameter.getWeightType().getShape(), [] { return ""; });
  if (!found) {
    parameter.emitError(llvm::toString(found.takeError()));
    return failure();
  }
  return *found;
}

FailureOr<LayerReport> sdq::describeLayer(ParameterOp parameter) {
  FailureOr<WeightView> weight = viewWeight(parameter);
  if (failed(weight))
    return failure();
  LayerReport report;
  report.name = parameter.getSymName().str();
  llvm::raw_string_ostream(report.format) << Attribute(parameter.getWeightType().getFormat());
  for (WeightFormat term : termsOf(parameter.getWeightType().getFormat()))
    llvm::raw_string_ostream(report.terms.emplace_back()) << Attribute(term);
  report.shape = weight->shape();
  report.bits = bitsOf(llvm::map_to_vector(weight->parts, [](const PartView &part) { return part.spec; }));
  return report;
}

FailureOr<LayerReport> sdq::measureLayer(ParameterOp parameter, const OriginalWeight &original,
                                         const Calibration *calibration) {
  FailureOr<LayerReport> described = describeLayer(parameter);
  FailureOr<WeightView> after = viewWeight(parameter);
  FailureOr<WeightView> before =
      viewWeight(original.type, original.parts, [&] { return parameter.emitOpError("before compression: "); });
  FailureOr<const CalibrationEntry *> statistics = findStatistics(parameter, calibration);
  if (failed(described) || failed(after) || failed(before) || failed(statistics))
    return failure();
  LayerReport &report = *described;
  const CalibrationEntry *entry = *statistics && (*statistics)->has(Statistic::Fisher) ? *statistics : nullptr;
  report.hasFisher = entry;

  int64_t columns = report.shape.columns;
  std::vector<float> was(columns), is(columns), fisher(entry ? columns : 0);
  for (int64_t row = 0; row < report.shape.rows; ++row) {
    before->readRow(row, was);
    after->readRow(row, is);
    if (entry)
      if (llvm::Error error = entry->readRow(Statistic::Fisher, row, fisher)) {
        parameter.emitError(llvm::toString(std::move(error)));
        return failure();
      }
    report.error += ErrorMetrics::ofRow(was, is, fisher);
  }
  return described;
}

int64_t sdq::peakMemory() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return int64_t(usage.ru_maxrss) * 1024;
}
