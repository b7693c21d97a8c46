//===- StoredParameter.cpp - A parameter as an entry of the store -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StoredParameter.h"

#include "mlir/AsmParser/AsmParser.h"

using namespace mlir;
using namespace sdq;

static constexpr std::pair<StorageType, SafetensorsType> kTypes[] = {{StorageType::I8, SafetensorsType::I8},
                                                                     {StorageType::I16, SafetensorsType::I16},
                                                                     {StorageType::I32, SafetensorsType::I32},
                                                                     {StorageType::F16, SafetensorsType::F16},
                                                                     {StorageType::F32, SafetensorsType::F32}};

static SafetensorsType safetensorsType(StorageType type) {
  return llvm::find_if(kTypes, [&](const auto &pair) { return pair.first == type; })->second;
}

template <typename T>
static std::string print(T value) {
  std::string text;
  llvm::raw_string_ostream(text) << value;
  return text;
}

/// Calls `visit` with the name and the number of everything that is measured and not evident from the parts.
template <typename Report, typename Visit>
static void visitMeasured(Report &report, Visit visit) {
  visit("squared_error", report.error.squaredError);
  visit("squared_norm", report.error.squaredNorm);
  visit("weighted_error", report.error.weightedError);
  visit("weighted_norm", report.error.weightedNorm);
  visit("max_error", report.error.maxError);
  visit("seconds", report.seconds);
}

FinishedWeight sdq::storedForm(ParameterOp parameter, const WeightView &view, const LayerReport &report) {
  FinishedWeight weight;
  weight.name = parameter.getSymName().str();
  weight.type = print(Type(view.type));
  weight.attributes = print(DictionaryAttr::get(parameter.getContext(), to_vector(parameter->getDiscardableAttrs())));
  llvm::json::Object measured{{"has_fisher", report.hasFisher}};
  visitMeasured(report, [&](StringRef name, double number) { measured[name] = number; });
  weight.measured = llvm::formatv("{0}", llvm::json::Value(std::move(measured))).str();
  for (const PartView &part : view.parts)
    weight.parts.push_back({part.spec.name, safetensorsType(part.spec.type), part.spec.shape, part.data});
  return weight;
}

DictionaryAttr sdq::storedAttributes(const FinishedWeight &weight, MLIRContext *context) {
  return dyn_cast_or_null<DictionaryAttr>(parseAttribute(weight.attributes, context));
}

LogicalResult sdq::readMeasured(const FinishedWeight &weight, LayerReport &report) {
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(weight.measured);
  if (!parsed) {
    llvm::consumeError(parsed.takeError());
    return failure();
  }
  const llvm::json::Object *object = parsed->getAsObject();
  std::optional<bool> hasFisher = object ? object->getBoolean("has_fisher") : std::nullopt;
  bool complete = hasFisher.has_value();
  visitMeasured(report, [&](StringRef name, double &number) {
    std::optional<double> value = object ? object->getNumber(name) : std::nullopt;
    complete &= value.has_value();
    number = value.value_or(0);
  });
  report.hasFisher = hasFisher.value_or(false);
  return success(complete);
}

LogicalResult sdq::restoreParameter(ParameterOp parameter, const FinishedWeight &weight) {
  MLIRContext *context = parameter.getContext();
  auto fail = [&](const Twine &expected, const Twine &found) {
    return parameter.emitError("finished weight '") << weight.name << "': expected " << expected << ", found " << found;
  };
  auto type = dyn_cast_or_null<WeightType>(parseType(weight.type, context));
  DictionaryAttr attributes = storedAttributes(weight, context);
  Shape shape = parameter.getWeightType().getShape();
  if (!type || type.getShape() != shape)
    return fail("a weight of " + Twine(shape.rows) + "x" + Twine(shape.columns), weight.type);
  if (!attributes)
    return fail("attributes", weight.attributes);

  std::vector<PartView> parts;
  for (PartSpec &spec : type.getFormat().getParts(shape)) {
    const SafetensorsTensor *part = weight.find(spec.name);
    if (!part)
      return fail("a part '" + spec.name + "' for " + weight.type, "none");
    if (part->type != safetensorsType(spec.type))
      return fail("part '" + spec.name + "' in " + name(safetensorsType(spec.type)), name(part->type));
    spec.shape = part->shape;
    parts.push_back({std::move(spec), part->data});
  }
  replaceParts(parameter, type, parts, weight.file, "finished");
  parameter->setDiscardableAttrs(attributes);
  return parameter.verify();
}
