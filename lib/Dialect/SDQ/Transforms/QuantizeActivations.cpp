//===- QuantizeActivations.cpp - Activation formats from weight formats -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/Transforms/Passes.h"

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

struct QuantizeActivations : sdq::impl::QuantizeActivationsBase<QuantizeActivations> {
  using QuantizeActivationsBase::QuantizeActivationsBase;

  void runOnOperation() override {
    if (!isWidth(bits)) {
      getOperation().emitError("expected bits of 0, 4, 8 or 16, found ") << unsigned(bits);
      return signalPassFailure();
    }
    SymbolTableCollection symbols;
    SetVector<ParameterOp> parameters;
    WalkResult result = getOperation().walk([&](LinearOp linear) {
      auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(linear, linear.getWeightAttr());
      parameters.insert(parameter);
      FailureOr<unsigned> width = widthFor(parameter);
      if (failed(width))
        return WalkResult::interrupt();
      if (*width != kAsTheyCome)
        quantize(linear, parameter, *width);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    for (ParameterOp parameter : parameters)
      parameter->removeAttr(kActivationsAttr);
  }

private:
  static constexpr unsigned kAsTheyCome = 16;
  static bool isWidth(int64_t bits) { return bits == 0 || bits == 4 || bits == 8 || bits == kAsTheyCome; }

  /// What the parameter asks for itself, else the option.
  FailureOr<unsigned> widthFor(ParameterOp parameter) {
    Attribute own = parameter->getAttr(kActivationsAttr);
    if (!own)
      return unsigned(bits);
    auto dictionary = dyn_cast<DictionaryAttr>(own);
    auto width = dictionary ? dictionary.getAs<IntegerAttr>("bits") : IntegerAttr();
    if (width && isWidth(width.getInt()))
      return unsigned(width.getInt());
    parameter.emitError() << "weight '" << parameter.getSymName() << "': expected " << kActivationsAttr
                          << " = {bits = 0, 4, 8 or 16}, found " << own;
    return failure();
  }

  void quantize(LinearOp linear, ParameterOp parameter, unsigned width) {
    Type asTheyCome = cast<ShapedType>(linear.getInput().getType()).getElementType();
    bool any = false;
    SmallVector<Attribute> activations;
    for (WeightFormat term : termsOf(parameter.getWeightType().getFormat())) {
      std::optional<Encoding> encoding = encodingOf(term);
      bool quantized = encoding && isQuantized(encoding->element);
      any |= quantized;
      Type element = !quantized   ? asTheyCome
                     : width == 0 ? typeOf(&getContext(), encoding->element)
                                  : IntegerType::get(&getContext(), width);
      activations.push_back(ActivationFormatAttr::get(&getContext(), element, quantized ? encoding->vector : 0));
    }
    if (any)
      linear.setActivationsAttr(ArrayAttr::get(&getContext(), activations));
  }
};

} // namespace
