//===- EmbedTerms.cpp - The pass sdq-embed-terms --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IntegerTerms.h"

#include "sdq/Conversion/SDQToNVGPU/Passes.h"
#include "sdq/Core/EmbedNM.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"

#include "llvm/ADT/DenseSet.h"

namespace sdq {
#define GEN_PASS_DEF_EMBEDTERMS
#include "sdq/Conversion/SDQToNVGPU/Passes.h.inc"
} // namespace sdq

using namespace mlir;
using namespace sdq;

namespace {

/// What a term becomes, nothing where it is as it should be; or why it cannot be multiplied as integers.
struct Embedding {
  std::optional<StoredWeight> term = std::nullopt;
  std::string obstacle = "";
};

class EmbedTermsPass : public sdq::impl::EmbedTermsBase<EmbedTermsPass> {
public:
  using Base::Base;

  void runOnOperation() override;

private:
  Embedding embedTerm(WeightFormat term, Shape shape, ArrayRef<PartView> parts, ActivationFormatAttr activation);
  LogicalResult embedParameter(ParameterOp parameter, LinearOp linear);

  const Chip *target = nullptr;
  /// (format, shape, activations) that a remark has been made of.
  DenseSet<Attribute> reported;
};

std::string spelled(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return text;
}

Embedding EmbedTermsPass::embedTerm(WeightFormat term, Shape shape, ArrayRef<PartView> parts,
                                    ActivationFormatAttr activation) {
  if (!isQuantized(*elementKindOf(activation.getElement())))
    return addedBesideIntegers(term, nullptr) ? Embedding() : Embedding{{}, "meets " + spelled(activation)};
  auto nm = dyn_cast<NMFormatAttr>(Attribute(term));
  if (!nm)
    return {{}, "is not N:M"};
  NMFormat stored = nm.getLayout();
  if (integerPath(stored, activation, shape, *target))
    return {};
  std::string obstacle = (target->name + " has no integer mma.sp for it with " + spelled(activation) +
                          " and scales of whole instructions (64 inputs or more)")
                             .str();
  for (const NMFormat &wanted : integerCandidates(stored, activation, shape, *target)) {
    llvm::Expected<StoredWeight> embedded = embed(stored, shape, parts, wanted);
    if (embedded)
      return {std::move(*embedded)};
    obstacle = "is not " + std::to_string(wanted.n) + ":" + std::to_string(wanted.m) +
               (wanted.pairwise ? " pairwise: " : ": ") + llvm::toString(embedded.takeError());
  }
  return {{}, obstacle};
}

LogicalResult EmbedTermsPass::embedParameter(ParameterOp parameter, LinearOp linear) {
  WeightType type = parameter.getWeightType();
  FailureOr<WeightView> view = viewWeight(parameter);
  if (failed(view))
    return failure();
  Builder builder(&getContext());
  bool isNew = reported
                   .insert(builder.getArrayAttr({Attribute(type.getFormat()), linear.getActivationsAttr(),
                                                 builder.getDenseI64ArrayAttr({type.getRows(), type.getColumns()})}))
                   .second;
  SmallVector<WeightFormat> terms = termsOf(type.getFormat());
  std::vector<Embedding> embeddings;
  ArrayRef<PartView> parts = view->parts;
  for (auto [i, term, activation] :
       llvm::enumerate(terms, linear.getActivationsAttr().getAsRange<ActivationFormatAttr>())) {
    size_t count = term.getParts(type.getShape()).size();
    embeddings.push_back(embedTerm(term, type.getShape(), parts.take_front(count), activation));
    parts = parts.drop_front(count);
    if (embeddings.back().obstacle.empty())
      continue;
    if (isNew)
      linear.emitRemark() << "activations meet @" << parameter.getSymName() << " as values, not as codes: term " << i
                          << ", " << Attribute(term) << ", " << embeddings.back().obstacle;
    return success();
  }
  for (auto [i, embedding] : llvm::enumerate(embeddings)) {
    if (!embedding.term)
      continue;
    std::vector<StoredTerm> replacement(1);
    replacement[0].format = formatAttr(&getContext(), embedding.term->format);
    if (isNew)
      linear.emitRemark() << "term " << i << " of @" << parameter.getSymName() << ", " << Attribute(terms[i])
                          << ", is stored as " << Attribute(replacement[0].format) << " for integer mma.sp of "
                          << target->name;
    replacement[0].parts = std::move(embedding.term->parts);
    replaceTerm(parameter, i, std::move(replacement), "embedded");
  }
  return success();
}

void EmbedTermsPass::runOnOperation() {
  ModuleOp module = getOperation();
  reported.clear();
  llvm::Expected<const Chip *> found = findChip(chip);
  if (!found) {
    emitError(module.getLoc(), "nvgpu_e1: ") << llvm::toString(found.takeError());
    return signalPassFailure();
  }
  target = *found;
  SymbolTable symbols(module);
  DenseSet<Operation *> seen;
  auto visit = [&](LinearOp linear) -> WalkResult {
    if (!linear.getActivationsAttr() || SymbolTable::getNearestSymbolTable(linear) != module)
      return WalkResult::advance();
    bool anyQuantized = llvm::any_of(linear.getActivationsAttr().getAsRange<ActivationFormatAttr>(),
                                     [](auto meets) { return isQuantized(*elementKindOf(meets.getElement())); });
    auto parameter = symbols.lookup<ParameterOp>(linear.getWeight());
    if (!anyQuantized || !seen.insert(parameter).second)
      return WalkResult::advance();
    return failed(embedParameter(parameter, linear)) ? WalkResult::interrupt() : WalkResult::advance();
  };
  if (module.walk(visit).wasInterrupted())
    signalPassFailure();
}

} // namespace
