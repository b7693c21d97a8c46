//===- Parts.cpp - Between a parameter's attributes and plain buffers -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/Parts.h"

#include "sdq/Core/ContentHash.h"

#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace sdq;

/// Resources that we made, and hence may release, carry this prefix.
static constexpr StringLiteral ownPrefix = "sdq:";

/// What a resource claims of its alignment. Bytecode whose sections claim more cannot be read from a pipe or a small
/// file; whoever maps a file asks for more when writing it.
static constexpr size_t resourceAlignment = 16;

std::optional<ArrayRef<char>> sdq::rawBytes(ElementsAttr attribute) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    return blob->getData();
  }
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute))
    if (!dense.isSplat() || dense.getNumElements() == 1)
      return dense.getRawData();
  return std::nullopt;
}

/// The bytes of a splat of whole-byte elements, written out; nullopt for anything else.
static std::optional<AlignedBytes> expandSplat(ElementsAttr attribute) {
  auto splat = dyn_cast<DenseElementsAttr>(attribute);
  if (!splat || !splat.isSplat() || splat.getElementType().getIntOrFloatBitWidth() % 8)
    return std::nullopt;
  ArrayRef<char> element = splat.getRawData();
  AlignedBytes bytes;
  bytes.reserve(element.size() * splat.getNumElements());
  for (int64_t i = 0; i < splat.getNumElements(); ++i)
    bytes.insert(bytes.end(), element.begin(), element.end());
  return bytes;
}

void WeightView::readRow(int64_t row, MutableArrayRef<float> out) const {
  llvm::fill(out, 0.0f);
  type.getFormat().decodeRow(type.getShape(), parts, row, out);
}

FailureOr<WeightView> sdq::viewWeight(WeightType type, DictionaryAttr parts,
                                      function_ref<InFlightDiagnostic()> emitError) {
  WeightView view{type, {}};
  for (PartSpec &spec : type.getFormat().getParts(type.getShape())) {
    auto attribute = parts.getAs<ElementsAttr>(spec.name);
    std::optional<ArrayRef<char>> bytes = rawBytes(attribute);
    if (!bytes)
      if (std::optional<AlignedBytes> splat = expandSplat(attribute))
        bytes = *view.expanded.emplace_back(std::make_shared<const AlignedBytes>(std::move(*splat)));
    if (!bytes) {
      emitError() << "part '" << spec.name
                  << "' has no bytes: expected dense elements or a resource that is there, found " << attribute;
      return failure();
    }
    spec.shape.assign(attribute.getShapedType().getShape().begin(), attribute.getShapedType().getShape().end());
    uint64_t expected = byteSize(spec);
    if (bytes->size() < expected) {
      emitError() << "part '" << spec.name << "' is too short: expected " << expected << " bytes, found "
                  << bytes->size();
      return failure();
    }
    view.parts.push_back({std::move(spec), bytes->take_front(expected)});
  }
  return view;
}

FailureOr<WeightView> sdq::viewWeight(ParameterOp parameter) {
  return viewWeight(parameter.getWeightType(), parameter.getParts(), [&] { return parameter.emitOpError(); });
}

DenseResourceElementsAttr sdq::makeResource(RankedTensorType type, StringRef name, AlignedBytes bytes) {
  auto *owner = new AlignedBytes(std::move(bytes));
  AsmResourceBlob blob(
      ArrayRef<char>(owner->data(), owner->size()), resourceAlignment,
      [owner](void *, size_t, size_t) { delete owner; }, /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}

void sdq::writeOutSplats(ParameterOp parameter) {
  NamedAttrList parts(parameter.getParts());
  for (NamedAttribute part : parameter.getParts())
    if (auto elements = dyn_cast<ElementsAttr>(part.getValue()); elements && !rawBytes(elements))
      if (std::optional<AlignedBytes> bytes = expandSplat(elements)) {
        std::string name = (ownPrefix + parameter.getSymName() + "." + part.getName().getValue()).str();
        parts.set(part.getName(), makeResource(cast<RankedTensorType>(elements.getType()), name, std::move(*bytes)));
      }
  parameter.setPartsAttr(parts.getDictionary(parameter.getContext()));
}

FailureOr<WeightView> sdq::viewLastTerm(ParameterOp parameter) {
  FailureOr<WeightView> weight = viewWeight(parameter);
  if (failed(weight))
    return failure();
  WeightFormat last = termsOf(weight->type.getFormat()).back();
  size_t earlier = weight->parts.size() - last.getParts(weight->shape()).size();
  weight->parts.erase(weight->parts.begin(), weight->parts.begin() + earlier);
  weight->type = weight->type.withFormat(last);
  return weight;
}

/// Gives the parameter another format and parts, and releases those resources of its former parts that we made.
static void setParts(ParameterOp parameter, WeightType type, ArrayRef<NamedAttribute> parts) {
  DictionaryAttr old = parameter.getParts();
  parameter.setType(type);
  parameter.setPartsAttr(DictionaryAttr::get(parameter.getContext(), parts));
  parameter->removeAttr(kChecksumAttr);
  for (NamedAttribute part : old) {
    auto resource = dyn_cast<DenseResourceElementsAttr>(part.getValue());
    if (resource && resource.getRawHandle().getKey().starts_with(ownPrefix) &&
        llvm::none_of(parts, [&](NamedAttribute kept) { return kept.getValue() == resource; }))
      if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
        *blob = AsmResourceBlob();
  }
}

/// "sdq:<symbol>.<stage>.<part>".
static std::string resourceName(ParameterOp parameter, StringRef stage, StringRef part) {
  return (ownPrefix + parameter.getSymName() + "." + stage + "." + part).str();
}

/// A stored part becomes an attribute, its bytes moved, under the name that the format gives it.
static NamedAttribute partAttr(ParameterOp parameter, StringRef stage, StringRef name, Part &part) {
  auto type = RankedTensorType::get(part.spec.shape, typeOf(parameter.getContext(), part.spec.type));
  return {StringAttr::get(parameter.getContext(), name),
          makeResource(type, resourceName(parameter, stage, name), std::move(part.data))};
}

void sdq::replaceParts(ParameterOp parameter, StoredWeight weight, StringRef stage) {
  SmallVector<NamedAttribute> parts;
  for (Part &part : weight.parts)
    parts.push_back(partAttr(parameter, stage, part.spec.name, part));
  setParts(parameter, parameter.getWeightType().withFormat(formatAttr(parameter.getContext(), weight.format)), parts);
}

void sdq::replaceParts(ParameterOp parameter, WeightType type, ArrayRef<PartView> views,
                       std::shared_ptr<const void> owner, StringRef stage) {
  MLIRContext *context = parameter.getContext();
  SmallVector<NamedAttribute> parts;
  for (const PartView &part : views) {
    AsmResourceBlob blob(
        part.data, /*dataAlignment=*/bitWidth(part.spec.type) / 8, [owner](void *, size_t, size_t) {},
        /*dataIsMutable=*/false);
    auto partType = RankedTensorType::get(part.spec.shape, typeOf(context, part.spec.type));
    parts.emplace_back(
        StringAttr::get(context, part.spec.name),
        DenseResourceElementsAttr::get(partType, resourceName(parameter, stage, part.spec.name), std::move(blob)));
  }
  setParts(parameter, type, parts);
}

void sdq::replaceLastTerm(ParameterOp parameter, std::vector<StoredWeight> weights, StringRef stage) {
  std::vector<StoredTerm> terms;
  for (StoredWeight &weight : weights)
    terms.push_back({formatAttr(parameter.getContext(), weight.format), std::move(weight.parts)});
  replaceLastTerm(parameter, std::move(terms), stage);
}

void sdq::replaceLastTerm(ParameterOp parameter, std::vector<StoredTerm> replacement, StringRef stage) {
  size_t last = termsOf(parameter.getWeightType().getFormat()).size() - 1;
  replaceTerm(parameter, last, std::move(replacement), stage);
}

void sdq::replaceTerm(ParameterOp parameter, size_t number, std::vector<StoredTerm> replacement, StringRef stage) {
  WeightType type = parameter.getWeightType();
  Shape shape = type.getShape();
  SmallVector<WeightFormat> oldTerms = termsOf(type.getFormat()), terms(ArrayRef(oldTerms).take_front(number));
  std::vector<PartSpec> oldParts = type.getFormat().getParts(shape);
  size_t replaced = 0;
  for (WeightFormat earlier : terms)
    replaced += earlier.getParts(shape).size();
  for (const StoredTerm &term : replacement)
    terms.push_back(term.format);
  terms.append(oldTerms.begin() + number + 1, oldTerms.end());
  WeightFormat format =
      terms.size() == 1 ? terms.front() : WeightFormat(SumFormatAttr::get(parameter.getContext(), terms));

  // Parts are in order of terms; only their names tell which term they are of.
  std::vector<PartSpec> specs = format.getParts(shape);
  SmallVector<NamedAttribute> parts;
  auto keep = [&](ArrayRef<PartSpec> kept) {
    for (const PartSpec &part : kept)
      parts.emplace_back(StringAttr::get(parameter.getContext(), specs[parts.size()].name),
                         parameter.getParts().get(part.name));
  };
  keep(ArrayRef(oldParts).take_front(replaced));
  for (StoredTerm &term : replacement)
    for (Part &part : term.parts)
      parts.push_back(partAttr(parameter, stage, specs[parts.size()].name, part));
  keep(ArrayRef(oldParts).drop_front(replaced + oldTerms[number].getParts(shape).size()));
  setParts(parameter, type.withFormat(format), parts);
}

std::string sdq::checksumOf(const WeightView &weight) {
  std::string type;
  llvm::raw_string_ostream(type) << weight.type;
  ContentHash hash;
  hash.add(type);
  for (const PartView &part : weight.parts)
    hash.addBytes(part.data);
  return hash.digits();
}
