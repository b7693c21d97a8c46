//===- QuantizeActivations.cpp - Activation formats from weight formats -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/Transforms/Passes.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_QUANTIZEACTIVATIONS
#include "sdq/Dialect/SDQ/Transforms/Passes.h.inc"
} // namespace sdq

namespace {

/// The encoding of a term that has one; terms from outside and codebooks have none.
std::optional<Encoding> encodingOf(WeightFormat term) {
  if (auto dense = dyn_cast<DenseFormatAttr>(Attribute(term)))
    return dense.getLayout().encoding;
  if (auto nm = dyn_cast<NMFormatAttr>(Attribute(term)))
    return nm.getLayout().encoding;
  return std::nullopt;
}

/// At which precision activations meet the quantized terms of a weight.
struct Precision {
  unsigned bits = 0;     ///< 0: each term's own type; 16: as they come
  bool perToken = false; ///< one scale a token instead of one a vector of the term

  static bool isWidth(int64_t bits) { return bits == 0 || bits == 4 || bits == 8 || bits == 16; }
  bool asTheyCome() const { return bits == 16; }
};

/// Nothing where the word is none of the two.
std::optional<bool> isPerToken(StringRef granularity) {
  return llvm::StringSwitch<std::optional<bool>>(granularity)
      .Case("vector", false)
      .Case("token", true)
      .Default(std::nullopt);
}

struct QuantizeActivations : sdq::impl::QuantizeActivationsBase<QuantizeActivations> {
  using QuantizeActivationsBase::QuantizeActivationsBase;

  void runOnOperation() override {
    if (!Precision::isWidth(bits)) {
      getOperation().emitError("expected bits of 0, 4, 8 or 16, found ") << unsigned(bits);
      return signalPassFailure();
    }
    std::optional<bool> perToken = isPerToken(granularity);
    if (!perToken) {
      getOperation().emitError("expected a granularity of vector or token, found '") << granularity << "'";
      return signalPassFailure();
    }
    Precision otherwise{bits, *perToken};
    SymbolTableCollection symbols;
    SetVector<ParameterOp> parameters;
    WalkResult result = getOperation().walk([&](LinearOp linear) {
      auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(linear, linear.getWeightAttr());
      parameters.insert(parameter);
      FailureOr<Precision> precision = precisionFor(parameter, otherwise);
      if (failed(precision))
        return WalkResult::interrupt();
      if (!precision->asTheyCome())
        quantize(linear, parameter, *precision);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    for (ParameterOp parameter : parameters)
      parameter->removeAttr(kActivationsAttr);
  }

private:
  /// What the parameter asks for itself, else the options.
  FailureOr<Precision> precisionFor(ParameterOp parameter, Precision otherwise) {
    Attribute own = parameter->getAttr(kActivationsAttr);
    if (!own)
      return otherwise;
    auto dictionary = dyn_cast<DictionaryAttr>(own);
    auto width = dictionary ? dictionary.getAs<IntegerAttr>("bits") : IntegerAttr();
    std::optional<bool> perToken = otherwise.perToken;
    if (Attribute word = dictionary ? dictionary.get("granularity") : Attribute())
      perToken = isa<StringAttr>(word) ? isPerToken(cast<StringAttr>(word)) : std::nullopt;
    if (width && Precision::isWidth(width.getInt()) && perToken)
      return Precision{unsigned(width.getInt()), *perToken};
    parameter.emitError() << "weight '" << parameter.getSymName() << "': expected " << kActivationsAttr
                          << " = {bits = 0, 4, 8 or 16[, granularity = \"vector\" or \"token\"]}, found " << own;
    return failure();
  }

  void quantize(LinearOp linear, ParameterOp parameter, Precision precision) {
    Type asTheyCome = cast<ShapedType>(linear.getInput().getType()).getElementType();
    WeightType weight = parameter.getWeightType();
    bool any = false;
    SmallVector<Attribute> activations;
    for (WeightFormat term : termsOf(weight.getFormat())) {
      std::optional<Encoding> encoding = encodingOf(term);
      bool quantized = encoding && isQuantized(encoding->element);
      any |= quantized;
      Type element = !quantized            ? asTheyCome
                     : precision.bits == 0 ? typeOf(&getContext(), encoding->element)
                                           : IntegerType::get(&getContext(), precision.bits);
      int64_t vector = !quantized ? 0 : precision.perToken ? weight.getColumns() : encoding->vector;
      activations.push_back(ActivationFormatAttr::get(&getContext(), element, vector));
    }
    if (any)
      linear.setActivationsAttr(ArrayAttr::get(&getContext(), activations));
  }
};

} // namespace
