//===- Quantize.cpp - Number formats of terms -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPass.h"

#include "Codebook.h"

#include "sdq/Core/Pack.h"
#include "sdq/Dialect/SDQ/Transforms/Passes.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_QUANTIZE
#include "sdq/Dialect/SDQ/Transforms/Passes.h.inc"
} // namespace sdq

namespace {

struct Quantize : sdq::impl::QuantizeBase<Quantize> {
  using QuantizeBase::QuantizeBase;

  LogicalResult initialize(MLIRContext *context) override {
    return openCalibration(context, calibration, statistics);
  }

  void runOnOperation() override {
    ParameterOp parameter = getOperation();
    if (types.empty() == (codebook == 0)) {
      errorAt(parameter, "expected either types=… (vectors) or codebook=… (codebooks)");
      return signalPassFailure();
    }
    if (failed(codebook ? quantizeToCodebook(parameter, codebook, unweighted ? nullptr : statistics.get(), unweighted)
                        : quantizeVectors(parameter)))
      signalPassFailure();
  }

  /// Term i in types[i]; a type that needs no scale is rounded to, and takes neither vector nor scale.
  FailureOr<WeightFormat> targetOf(ParameterOp parameter, WeightFormat term, StringRef typeName) {
    MLIRContext *context = parameter.getContext();
    auto emitError = [&] { return errorAt(parameter); };
    auto parse = [&](StringRef option, StringRef text) -> Type {
      if (std::optional<ElementKind> kind = elementKindNamed(text))
        return typeOf(context, *kind);
      errorAt(parameter, "expected ") << option << " to be a number format, found '" << text << "'";
      return {};
    };
    Type element = parse("types", typeName);
    if (!element)
      return failure();
    int64_t inputs = 0;
    Type scaleType;
    if (isQuantized(*elementKindOf(element))) {
      inputs = vector ? int64_t(vector) : parameter.getWeightType().getColumns();
      if (!(scaleType = parse("scale", scale)))
        return failure();
    }
    if (auto nm = dyn_cast<NMFormatAttr>(Attribute(term)); nm && !nm.getVector()) {
      if (auto format = NMFormatAttr::getChecked(emitError, context, nm.getN(), nm.getM(), nm.getPairwise(), element,
                                                 inputs, scaleType))
        return WeightFormat(format);
      return failure();
    }
    if (auto dense = dyn_cast<DenseFormatAttr>(Attribute(term)); dense && !dense.getVector()) {
      if (auto format = DenseFormatAttr::getChecked(emitError, context, element, inputs, scaleType, false))
        return WeightFormat(format);
      return failure();
    }
    errorAt(parameter, "expected an unquantized #sdq.nm or #sdq.dense term, found ") << Attribute(term);
    return failure();
  }

  LogicalResult quantizeVectors(ParameterOp parameter) {
    WeightType type = parameter.getWeightType();
    SmallVector<WeightFormat> terms = termsOf(type.getFormat());
    if (types.size() != terms.size())
      return errorAt(parameter, "expected one of types for each of ")
             << terms.size() << " terms, found " << types.size();
    FailureOr<WeightView> weight = viewWeight(parameter);
    if (failed(weight))
      return failure();

    Shape shape = type.getShape();
    std::vector<float> row(shape.columns);
    std::vector<StoredWeight> quantized;
    ArrayRef<PartView> rest = weight->parts;
    for (auto [term, typeName] : llvm::zip_equal(terms, types)) {
      FailureOr<WeightFormat> target = targetOf(parameter, term, typeName);
      if (failed(target))
        return failure();
      size_t count = term.getParts(shape).size();
      WeightView view{type.withFormat(term), std::vector<PartView>(rest.take_front(count))};
      rest = rest.drop_front(count);
      Format layout = *layoutOf(*target);
      StoredWeight stored = StoredWeight::allocate(layout, shape);
      for (int64_t r = 0; r < shape.rows; ++r) {
        if (failed(readFiniteRow(parameter, view, r, row)))
          return failure();
        llvm::Error error = std::holds_alternative<NMFormat>(layout.variant())
                                ? storeRow(std::get<NMFormat>(layout.variant()), shape, stored.parts, r, row)
                                : storeRow(std::get<DenseFormat>(layout.variant()), shape, stored.parts, r, row);
        if (error)
          return report(parameter, std::move(error));
      }
      quantized.push_back(std::move(stored));
    }
    StoredWeight result = quantized.size() == 1 ? std::move(quantized.front()) : sumOf(std::move(quantized));
    replaceParts(parameter, formatAttr(parameter.getContext(), result.format), std::move(result.parts), "quantized");
    return success();
  }

  std::shared_ptr<const Calibration> statistics;
};

} // namespace
