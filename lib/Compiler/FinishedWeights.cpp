//===- FinishedWeights.cpp - From the passes to the store and back -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FinishedWeights.h"

#include "StoredParameter.h"

#include "sdq/Core/MappedPages.h"

#include "mlir/IR/Threading.h"

using namespace mlir;
using namespace sdq;

/// All that a recipe says of the weight itself, in words: how activations meet it is no part of it.
static std::string describe(Recipe recipe) {
  recipe.activations = {};
  return printRecipe(recipe);
}

FinishedWeights::FinishedWeights(MLIRContext *context, ArrayRef<ParameterOp> parameters, const ModelRecipe &recipes,
                                 const Calibration *calibration, const WeightStore &store, Progress &progress)
    : context(context), parameters(parameters), calibration(calibration), store(store), progress(progress) {
  for (ParameterOp parameter : parameters)
    weights[parameter] = {
        {parameter.getWeightType(), parameter.getParts()}, describe(recipes.of(weightName(parameter))), {}};
}

WeightKey FinishedWeights::keyOf(const Weight &weight, const WeightView &original,
                                 const CalibrationEntry *statistics) const {
  return {compressorVersion(), checksumOf(original), weight.recipe, statistics ? statistics->contentHash() : "none"};
}

FailureOr<WeightKey> FinishedWeights::currentKey(ParameterOp parameter, const FinishedWeight &finished) {
  FailureOr<WeightView> original = viewWeight(parameter);
  FailureOr<const CalibrationEntry *> statistics =
      findStatistics(parameter, calibration, storedAttributes(finished, context));
  if (failed(original) || failed(statistics))
    return failure();
  return keyOf(weights.find(parameter)->second, *original, *statistics);
}

LogicalResult FinishedWeights::findEarlier() {
  for (FinishedWeight &weight : store.read([&](const std::string &reason) {
         emitWarning(UnknownLoc::get(context)) << "a finished weight is damaged and will be compressed again: " << reason;
       }))
    found.try_emplace(weight.name, std::move(weight));

  auto refuse = [&](const Twine &reason) {
    return emitError(UnknownLoc::get(context)) << "'" << store.folder() << "' holds weights of another compression: "
                                               << reason << "; --restart discards them";
  };
  llvm::StringMap<ParameterOp> present;
  for (ParameterOp parameter : parameters)
    present[parameter.getSymName()] = parameter;
  for (const auto &entry : found) {
    const FinishedWeight &weight = entry.second;
    if (weight.key.compressor != compressorVersion())
      return refuse("they were finished by " + weight.key.compressor + ", this is " + compressorVersion());
    if (!present.contains(weight.name))
      return refuse("the model has no weight '" + weight.name + "'");
  }
  // Hashing reads all that was finished: on all threads. The first error is that of the first weight.
  SmallVector<ParameterOp> earlierOnes;
  for (ParameterOp parameter : parameters)
    if (found.contains(parameter.getSymName()))
      earlierOnes.push_back(parameter);
  std::vector<FailureOr<WeightKey>> keys(earlierOnes.size(), failure());
  parallelFor(context, 0, earlierOnes.size(), [&](size_t i) {
    keys[i] = currentKey(earlierOnes[i], found.find(earlierOnes[i].getSymName())->second);
  });
  for (auto [parameter, key] : llvm::zip_equal(earlierOnes, keys)) {
    if (failed(key))
      return failure();
    const WeightKey &then = found.find(parameter.getSymName())->second.key;
    std::string weight = "weight '" + parameter.getSymName().str() + "' ";
    if (then.model != key->model)
      return refuse(weight + "had other values or another shape in the model (ContentHash " + then.model + ", now " +
                    key->model + ")");
    if (then.recipe != key->recipe)
      return refuse(weight + "was finished by the recipe " + then.recipe + ", now it is " + key->recipe);
    if (then.calibration != key->calibration)
      return refuse(weight + "had other statistics in the calibration (ContentHash " + then.calibration + ", now " +
                    key->calibration + ")");
  }
  return success();
}

FailureOr<bool> FinishedWeights::restore(ParameterOp parameter, const Recipe &) {
  auto entry = found.find(parameter.getSymName());
  if (entry == found.end()) {
    progress.begin(parameter);
    return false;
  }
  LayerReport &report = weights.find(parameter)->second.report;
  if (failed(useStored(parameter, entry->second)))
    return failure();
  FailureOr<LayerReport> described = describeLayer(parameter);
  if (failed(described))
    return failure();
  report = std::move(*described);
  report.resumed = true;
  if (failed(readMeasured(entry->second, report)))
    return parameter.emitError("'") << store.folder() << "': expected what was measured of the weight '"
                                    << parameter.getSymName() << "', found '" << entry->second.measured << "'";
  progress.resumed(parameter);
  return true;
}

LogicalResult FinishedWeights::useStored(ParameterOp parameter, const FinishedWeight &finished) {
  if (failed(restoreParameter(parameter, finished)))
    return failure();
  for (const SafetensorsTensor &part : finished.parts)
    releasePages(part.data);
  return success();
}

LogicalResult FinishedWeights::finished(ParameterOp parameter, const Recipe &) {
  Weight &weight = weights.find(parameter)->second;
  FailureOr<LayerReport> measured = measureLayer(parameter, weight.original, calibration);
  FailureOr<WeightView> view = viewWeight(parameter);
  FailureOr<WeightView> original = viewWeight(weight.original.type, weight.original.parts,
                                              [&] { return parameter.emitOpError("before compression: "); });
  FailureOr<const CalibrationEntry *> statistics = findStatistics(parameter, calibration);
  if (failed(measured) || failed(view) || failed(original) || failed(statistics))
    return failure();
  weight.report = std::move(*measured);
  weight.report.seconds = progress.secondsSince(parameter);
  parameter->setAttr(kChecksumAttr, StringAttr::get(context, checksumOf(*view)));

  // What was left as it is can be left where it is.
  if (parameter.getParts() != weight.original.parts) {
    FinishedWeight entry = storedForm(parameter, *view, weight.report);
    entry.key = keyOf(weight, *original, *statistics);
    llvm::Expected<FinishedWeight> stored = store.write(entry);
    if (!stored)
      return storageError(stored.takeError());
    if (failed(useStored(parameter, *stored)))
      return failure();
  }
  for (const PartView &part : original->parts)
    releasePages(part.data);
  if (*statistics)
    (*statistics)->releasePages();
  progress.end(parameter);
  return success();
}

LogicalResult FinishedWeights::storageError(llvm::Error error) {
  // A full disk fails on every thread; it is said once.
  if (storageFailed.exchange(true)) {
    llvm::consumeError(std::move(error));
    return failure();
  }
  return emitError(UnknownLoc::get(context)) << llvm::toString(std::move(error));
}

std::vector<LayerReport> FinishedWeights::takeReports() {
  std::vector<LayerReport> reports;
  for (ParameterOp parameter : parameters)
    reports.push_back(std::move(weights.find(parameter)->second.report));
  return reports;
}
