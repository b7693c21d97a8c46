//===- TileWeights.cpp - The pass sdq-tile-weights ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WarpTile.h"

#include "sdq/Conversion/SDQToNVGPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"

#include "llvm/ADT/MapVector.h"

namespace sdq {
#define GEN_PASS_DEF_TILEWEIGHTS
#include "sdq/Conversion/SDQToNVGPU/Passes.h.inc"
} // namespace sdq

using namespace mlir;
using namespace sdq;

namespace {

/// The term in the order in which a warp reads its codes, where it has any.
std::optional<TiledFormat> tiled(WeightFormat term) {
  if (auto codebook = dyn_cast<LUTFormatAttr>(Attribute(term)))
    return warpTiles(codebook.getLayout());
  auto dense = dyn_cast<DenseFormatAttr>(Attribute(term));
  return dense ? warpTiles(dense.getLayout()) : std::nullopt;
}

/// Whether the weight has codes that are not tiled, and kernels would read them in tiles.
bool gainsByTiles(WeightFormat format, Shape shape, Type activation) {
  MLIRContext *context = activation.getContext();
  SmallVector<WeightFormat> terms = termsOf(format);
  for (WeightFormat &term : terms)
    if (std::optional<TiledFormat> layout = tiled(term))
      term = TiledFormatAttr::get(context, *layout);
  WeightFormat whole = terms.size() == 1 ? terms.front() : WeightFormat(SumFormatAttr::get(context, terms));
  LinearKernelSpec spec{whole, shape, activation};
  return whole != format && TiledTerms::of(spec, {});
}

class TileWeightsPass : public sdq::impl::TileWeightsBase<TileWeightsPass> {
public:
  using Base::Base;

  void runOnOperation() override {
    // Every sdq.linear must gain: one that does not would read tiles element by element.
    llvm::MapVector<ParameterOp, bool> parameters;
    SymbolTableCollection symbols;
    getOperation().walk([&](LinearOp linear) {
      auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(linear, linear.getWeightAttr());
      if (!parameter)
        return;
      WeightType type = parameter.getWeightType();
      Type activation = cast<ShapedType>(linear.getType()).getElementType();
      LinearKernelSpec spec{type.getFormat(), type.getShape(), activation, linear.getActivationsAttr()};
      bool gains = spec.rounded().empty() && gainsByTiles(type.getFormat(), type.getShape(), activation);
      auto [known, isNew] = parameters.insert({parameter, gains});
      known->second &= gains;
    });
    for (auto [parameter, gains] : parameters)
      if (gains && failed(tileCodes(parameter)))
        return signalPassFailure();
  }

private:
  LogicalResult tileCodes(ParameterOp parameter) {
    FailureOr<WeightView> weight = viewWeight(parameter);
    if (failed(weight))
      return failure();
    ArrayRef<PartView> parts = weight->parts;
    for (auto [number, term] : llvm::enumerate(termsOf(weight->type.getFormat()))) {
      size_t count = term.getParts(weight->shape()).size();
      if (std::optional<TiledFormat> layout = tiled(term)) {
        std::vector<StoredTerm> terms;
        terms.push_back(
            {TiledFormatAttr::get(&getContext(), *layout), tile(*layout, weight->shape(), parts.take_front(count))});
        replaceTerm(parameter, number, std::move(terms), "tiled");
        return success(); // it is the only one
      }
      parts = parts.drop_front(count);
    }
    llvm_unreachable("a weight that gains has codes");
  }
};

} // namespace
