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
    if (types.empty() == (codebook == 0))
      return optionError(context) << "expected either types=… (vectors) or codebook=… (codebooks), found "
                                  << (codebook ? "both" : "neither");
    if (codebook && (codebook < 2 || codebook > 8))
      return optionError(context) << "expected a codebook of 2 to 8 bits (lut_c1), found " << unsigned(codebook);
    if (codebook == 0 && failed(readTypes(context)))
      return failure();
    return openCalibration(context, calibration, statistics);
  }

  /// Types and scale by name; a vector of 0 is the whole row.
  LogicalResult readTypes(MLIRContext *context) {
    elements.clear();
    for (const std::string &text : types) {
      std::optional<ElementKind> kind = elementKindNamed(text);
      if (!kind || *kind == ElementKind::F32)
        return optionError(context)
               << "expected types of i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16 or bf16, found '" << text << "'";
      elements.push_back(*kind);
    }
    std::optional<ScaleKind> kind = scaleKindNamed(scale);
    if (!kind)
      return optionError(context) << "expected a scale in f8E4M3FN, u8, f8E8M0FNU, f16 or f32 (dense_c3), found '"
                                  << scale << "'";
    scaleType = typeOf(context, *kind);
    if (vector < 0)
      return optionError(context) << "expected a vector of at least 1, or 0 for the whole row, found "
                                  << int64_t(vector);
    return success();
  }

  void runOnOperation() override {
    ParameterOp parameter = getOperation();
    if (failed(codebook ? quantizeToCodebook(parameter, codebook, unweighted ? nullptr : statistics.get(), unweighted)
                        : quantizeVectors(parameter)))
      signalPassFailure();
  }

  /// The term in another element; one that needs no scale is rounded to, and takes neither vector nor scale.
  FailureOr<WeightFormat> targetOf(ParameterOp parameter, WeightFormat term, ElementKind kind) {
    MLIRContext *context = parameter.getContext();
    Type element = typeOf(context, kind);
    int64_t inputs = !isQuantized(kind) ? 0 : vector ? int64_t(vector) : parameter.getWeightType().getColumns();
    Type scaling = isQuantized(kind) ? scaleType : Type();
    if (auto nm = dyn_cast<NMFormatAttr>(Attribute(term)); nm && !nm.getVector())
      return WeightFormat(NMFormatAttr::get(context, nm.getN(), nm.getM(), nm.getPairwise(), element, inputs, scaling));
    if (auto dense = dyn_cast<DenseFormatAttr>(Attribute(term)); dense && !dense.getVector())
      return WeightFormat(DenseFormatAttr::get(context, element, inputs, scaling, /*transposed=*/false));
    errorAt(parameter, "expected an unquantized #sdq.nm or #sdq.dense term, found ") << Attribute(term);
    return failure();
  }

  LogicalResult quantizeVectors(ParameterOp parameter) {
    WeightType type = parameter.getWeightType();
    SmallVector<WeightFormat> terms = termsOf(type.getFormat());
    if (elements.size() != terms.size())
      return errorAt(parameter, "expected one of types for each of ")
             << terms.size() << " terms, found " << elements.size();
    FailureOr<WeightView> weight = viewWeight(parameter);
    if (failed(weight))
      return failure();

    Shape shape = type.getShape();
    std::vector<float> row(shape.columns);
    std::vector<StoredWeight> quantized;
    ArrayRef<PartView> rest = weight->parts;
    for (auto [term, element] : llvm::zip_equal(terms, elements)) {
      FailureOr<WeightFormat> target = targetOf(parameter, term, element);
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
    replaceParts(parameter, std::move(result), "quantized");
    return success();
  }

  SmallVector<ElementKind> elements;
  Type scaleType;
  std::shared_ptr<const Calibration> statistics;
};

} // namespace
