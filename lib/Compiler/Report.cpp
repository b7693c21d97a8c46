//===- Report.cpp - The report as JSON and as a table -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/Report.h"

#include "sdq/Target/Throughput.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace sdq;
namespace json = llvm::json;

int64_t ModelReport::weights() const {
  int64_t count = 0;
  for (const LayerReport &layer : layers)
    count += layer.shape.rows * layer.shape.columns;
  return count;
}

StorageBits ModelReport::bits() const {
  StorageBits sum;
  for (const LayerReport &layer : layers)
    sum += layer.bits;
  return sum;
}

ErrorMetrics ModelReport::error() const {
  ErrorMetrics sum;
  for (const LayerReport &layer : layers)
    sum += layer.error;
  return sum;
}

Throughput ModelReport::throughput() const {
  double paper = 0, realised = 0, count = 0;
  for (const LayerReport &layer : layers) {
    double products = double(layer.shape.rows) * double(layer.shape.columns);
    count += products;
    paper += products / layer.throughput.paper;
    realised += products / layer.throughput.realised;
  }
  return count ? Throughput{count / paper, count / realised} : Throughput();
}

void sdq::describeRecipe(LayerReport &layer, const Recipe &recipe, const Chip *chip) {
  layer.recipe = printRecipe(recipe);
  layer.throughput.paper = effectiveThroughput(recipe);
  layer.throughput.realised = chip ? realisedThroughput(recipe, *chip) : effectiveThroughput(recipe, 16);
}

static json::Object bitsPerWeight(const StorageBits &bits, int64_t weights) {
  double n = std::max<int64_t>(weights, 1);
  return json::Object{{"values", bits.values / n},
                      {"metadata", bits.metadata / n},
                      {"scales", bits.scales / n},
                      {"tables", bits.tables / n},
                      {"total", bits.total() / n}};
}

json::Value ModelReport::toJSON() const {
  json::Array list;
  for (const LayerReport &layer : layers) {
    json::Object entry{{"name", layer.name},
                       {"recipe", layer.recipe},
                       {"format", layer.format},
                       {"terms", json::Array(layer.terms)},
                       {"shape", json::Array{layer.shape.rows, layer.shape.columns}},
                       {"bits_per_weight", bitsPerWeight(layer.bits, layer.shape.rows * layer.shape.columns)},
                       {"relative_error", layer.error.relativeError()},
                       {"max_error", layer.error.maxError},
                       {"paper_throughput", layer.throughput.paper},
                       {"realised_throughput", layer.throughput.realised},
                       {"seconds", layer.seconds},
                       {"resumed", layer.resumed}};
    if (layer.hasFisher)
      entry["relative_fisher_error"] = layer.error.relativeWeightedError();
    list.push_back(std::move(entry));
  }
  json::Object whole{{"model", model},
                     {"recipe", recipe},
                     {"weights", weights()},
                     {"bits_per_weight", bitsPerWeight(bits(), weights())},
                     {"relative_error", error().relativeError()},
                     {"chip", chip.empty() ? json::Value(nullptr) : json::Value(chip)},
                     {"paper_throughput", throughput().paper},
                     {"realised_throughput", throughput().realised},
                     {"seconds", seconds},
                     {"peak_memory_bytes", peakMemoryBytes},
                     {"layers", std::move(list)}};
  // Where one layer is unweighted, the sum would mean nothing.
  if (!layers.empty() && llvm::all_of(layers, [](const LayerReport &layer) { return layer.hasFisher; }))
    whole["relative_fisher_error"] = error().relativeWeightedError();
  return whole;
}

void ModelReport::print(llvm::raw_ostream &out) const {
  size_t width = 5;
  for (const LayerReport &layer : layers)
    width = std::max(width, layer.name.size());
  auto line = [&](llvm::StringRef name, llvm::StringRef shape, const StorageBits &bits, int64_t count,
                  const ErrorMetrics &error, const Throughput &throughput, double time) {
    double n = std::max<int64_t>(count, 1);
    out << llvm::left_justify(name, width) << llvm::right_justify(shape, 13)
        << llvm::format("%8.3f%9.3f%8.3f%8.3f%8.3f%11.5f%9.2f%9.2f%9.2f\n", bits.values / n, bits.metadata / n,
                        bits.scales / n, bits.tables / n, bits.total() / n, error.relativeError(), throughput.paper,
                        throughput.realised, time);
  };
  out << llvm::left_justify("layer", width) << llvm::right_justify("shape", 13)
      << "  values metadata  scales  tables   total   rel.err.  paper T   real T  seconds\n";
  double layerSeconds = 0;
  for (const LayerReport &layer : layers) {
    line(layer.name, llvm::formatv("{0}x{1}", layer.shape.rows, layer.shape.columns).str(), layer.bits,
         layer.shape.rows * layer.shape.columns, layer.error, layer.throughput, layer.seconds);
    layerSeconds += layer.seconds;
  }
  line("total", "", bits(), weights(), error(), throughput(), layerSeconds);
  out << llvm::formatv("recipe {0}; bits are per weight, of {1} weights in {2} layers\n", recipe, weights(),
                       layers.size());
  out << llvm::formatv("effective throughput: paper T {0:F2}, realised{1} {2:F2}; {3:F1} s, peak memory {4} MB\n",
                       throughput().paper, chip.empty() ? "" : " on " + chip, throughput().realised, seconds,
                       peakMemoryBytes >> 20);
}
