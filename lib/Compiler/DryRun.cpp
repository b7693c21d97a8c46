//===- DryRun.cpp - What a compression would take -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/DryRun.h"

#include "SampleTime.h"

#include "sdq/Compiler/ModelFile.h"
#include "sdq/Compiler/TimeLeft.h"
#include "sdq/Dialect/SDQ/IR/NamedFormat.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace sdq;

/// Bytes of the elements attributes that are no parameter's parts, each once.
static int64_t otherBytes(ModuleOp module) {
  llvm::DenseSet<Attribute> seen;
  int64_t bytes = 0;
  AttrTypeWalker walker;
  walker.addWalk([&](ElementsAttr elements) {
    if (seen.insert(elements).second)
      if (std::optional<ArrayRef<char>> raw = rawBytes(elements))
        bytes += raw->size();
  });
  module.walk([&](Operation *op) {
    if (!isa<ParameterOp>(op))
      walker.walk(op->getAttrDictionary());
  });
  return bytes;
}

/// The model of the header, for one weight.
static int64_t workingMemory(const Recipe &recipe, Shape shape, int64_t imported, int64_t stored) {
  int64_t elements = shape.rows * shape.columns;
  int64_t bytes = imported + stored;
  if (recipe.sparsify) {
    bytes += 2 * 2 * elements;
    if (recipe.sparsify->metric == "sparsegpt")
      bytes += 4 * elements + 3 * 8 * shape.columns * shape.columns;
  }
  if (recipe.outliers)
    bytes += 2 * elements + elements / 8;
  return bytes;
}

static FailureOr<LayerForecast> forecastLayer(ParameterOp parameter, const Recipe &recipe) {
  WeightType type = parameter.getWeightType();
  FailureOr<WeightView> weight = viewWeight(parameter);
  if (failed(weight))
    return failure();
  auto dense = dyn_cast<DenseFormatAttr>(Attribute(type.getFormat()));
  if (!dense || dense.getVector())
    return parameter.emitError("weight '") << parameter.getSymName() << "': expected an unquantized #sdq.dense, found "
                                           << Attribute(type.getFormat());
  LayerForecast layer;
  layer.name = parameter.getSymName().str();
  layer.recipe = printRecipe(recipe);
  layer.shape = type.getShape();
  WeightFormat target;
  if (recipe.format) {
    FailureOr<WeightFormat> named = parseFormat(parameter.getContext(), *recipe.format);
    if (failed(named))
      return failure();
    target = *named;
  } else {
    target = formatAttr(parameter.getContext(), targetFormat(recipe, layer.shape, dense.getLayout()));
  }
  llvm::raw_string_ostream(layer.format) << Attribute(target);
  std::vector<PartSpec> parts = target.getParts(layer.shape);
  for (PartSpec &part : parts)
    for (int64_t &extent : part.shape)
      if (extent == kDynamicExtent) // an empty part is stored as one element
        extent = std::max<int64_t>(outlierCount(recipe, layer.shape), 1);
  layer.bits = bitsOf(parts);
  int64_t imported = 0;
  for (const PartView &part : weight->parts)
    imported += part.data.size();
  layer.memoryBytes = workingMemory(recipe, layer.shape, imported, layer.bits.total() / 8);
  return layer;
}

FailureOr<Forecast> sdq::forecastCompression(const std::string &input, const DecomposeOptions &options,
                                             MLIRContext &context) {
  llvm::Expected<std::shared_ptr<const ModelRecipe>> recipes =
      resolveRecipe(options.recipe, options.metric, options.unweighted);
  if (!recipes)
    return emitError(UnknownLoc::get(&context)) << llvm::toString(recipes.takeError());
  OwningOpRef<ModuleOp> module = readModel(input, context);
  PassManager manager(&context);
  buildRaise(manager, options);
  manager.addPass(createCheckRecipe(CheckRecipeOptions{options.recipe}, *recipes));
  if (!module || failed(manager.run(*module)))
    return failure();

  Forecast forecast;
  forecast.otherBytes = otherBytes(*module);
  forecast.threads = std::max(context.getNumThreads(), 1u);
  std::map<std::pair<std::string, int64_t>, std::optional<double>> secondsPerRow;
  for (ParameterOp parameter : module->getOps<ParameterOp>()) {
    const Recipe &recipe = (*recipes)->of(weightName(parameter));
    FailureOr<LayerForecast> layer = forecastLayer(parameter, recipe);
    if (failed(layer))
      return failure();
    auto [known, isNew] = secondsPerRow.try_emplace({layer->recipe, layer->shape.columns});
    if (isNew) {
      llvm::Expected<double> measured = timeRows(parameter, recipe);
      if (measured)
        known->second = *measured;
      else
        forecast.untimed.try_emplace(layer->recipe, llvm::toString(measured.takeError()));
    }
    if (known->second)
      layer->seconds = *known->second * layer->shape.rows;
    forecast.layers.push_back(std::move(*layer));
  }

  std::vector<double> jobs;
  int64_t largest = 0;
  for (const LayerForecast &layer : forecast.layers) {
    largest = std::max(largest, layer.memoryBytes);
    if (layer.seconds)
      jobs.push_back(*layer.seconds);
  }
  if (jobs.size() == forecast.layers.size())
    forecast.seconds = finishTime(std::vector<double>(forecast.threads, 0.0), jobs);
  int64_t atOnce = std::min<int64_t>(forecast.threads, forecast.layers.size());
  forecast.peakMemoryBytes = peakMemory() + atOnce * largest;
  return forecast;
}

StorageBits Forecast::bits() const {
  StorageBits sum;
  for (const LayerForecast &layer : layers)
    sum += layer.bits;
  return sum;
}

int64_t Forecast::weights() const {
  int64_t sum = 0;
  for (const LayerForecast &layer : layers)
    sum += layer.shape.rows * layer.shape.columns;
  return sum;
}

void Forecast::print(llvm::raw_ostream &out) const {
  size_t width = 5;
  for (const LayerForecast &layer : layers)
    width = std::max(width, layer.name.size());
  auto line = [&](StringRef name, StringRef shape, const StorageBits &bits, int64_t count, StringRef time,
                  StringRef rest) {
    double n = std::max<int64_t>(count, 1);
    out << llvm::left_justify(name, width) << llvm::right_justify(shape, 13)
        << llvm::format("%8.3f%9.3f%8.3f%8.3f%8.3f%10.2f", bits.values / n, bits.metadata / n, bits.scales / n,
                        bits.tables / n, bits.total() / n, bits.total() / 8e6)
        << llvm::right_justify(time, 14) << "  " << rest << "\n";
  };
  out << llvm::left_justify("layer", width) << llvm::right_justify("shape", 13)
      << "  values metadata  scales  tables   total        MB          time  format\n";
  for (const LayerForecast &layer : layers)
    line(layer.name, llvm::formatv("{0}x{1}", layer.shape.rows, layer.shape.columns).str(), layer.bits,
         layer.shape.rows * layer.shape.columns,
         layer.seconds ? llvm::formatv("{0:F2} s", *layer.seconds).str() : "-", layer.format);
  line("total", "", bits(), weights(), seconds ? printDuration(*seconds) : "-", "");
  out << llvm::formatv("dry run, nothing written; bits are per weight, of {0} weights in {1} layers\n", weights(),
                       layers.size());
  out << llvm::formatv("file: {0:F2} MB of weights, {1:F2} MB of other constants, and the code\n", bits().total() / 8e6,
                       otherBytes / 1e6);
  out << llvm::formatv("memory: about {0} MB on {1} threads (a model); disk while it runs: twice the weights\n",
                       (peakMemoryBytes + (1 << 20) - 1) >> 20, threads);
  out << "time to compress: " << (seconds ? "about " + printDuration(*seconds) : std::string("not estimated"))
      << " on " << threads << " threads (from sampled rows)\n";
  for (const auto &[recipe, reason] : untimed)
    out << "not timed: " << recipe << ": " << reason << "\n";
}
