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
    if (bits != 0 && bits != 4 && bits != 8) {
      getOperation().emitError("expected bits of 0, 4 or 8, found ") << unsigned(bits);
      return signalPassFailure();
    }
    SymbolTableCollection symbols;
    getOperation().walk([&](LinearOp linear) {
      auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(linear, linear.getWeightAttr());
      Type asTheyCome = cast<ShapedType>(linear.getInput().getType()).getElementType();
      bool any = false;
      SmallVector<Attribute> activations;
      for (WeightFormat term : termsOf(parameter.getWeightType().getFormat())) {
        std::optional<Encoding> encoding = encodingOf(term);
        bool quantized = encoding && isQuantized(encoding->element);
        any |= quantized;
        Type element = !quantized ? asTheyCome
                       : bits == 0 ? typeOf(&getContext(), encoding->element)
                                   : IntegerType::get(&getContext(), bits);
        activations.push_back(ActivationFormatAttr::get(&getContext(), element, quantized ? encoding->vector : 0));
      }
      if (any)
        linear.setActivationsAttr(ArrayAttr::get(&getContext(), activations));
    });
  }
};

} // namespace
