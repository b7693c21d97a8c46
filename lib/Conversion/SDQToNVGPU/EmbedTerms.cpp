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
#include "llvm/Support/FormatVariadic.h"

namespace sdq {
#define GEN_PASS_DEF_EMBEDTERMS
#include "sdq/Conversion/SDQToNVGPU/Passes.h.inc"
} // namespace sdq

using namespace mlir;
using namespace sdq;

namespace {

/// What a term becomes, nothing where it is as it should be; or why it cannot be multiplied as integers.
struct Embedding {
  std::optional<StoredTerm> term = std::nullopt;
  std::string instruction = "";
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

/// A term whose pattern no mma.sp takes may be stored dense if that is at most so many times its bytes. Decoding costs
/// ten instructions a weight or more, on an H200 as much time as reading 1.5 bytes: time is gained anyway, memory is
/// paid.
constexpr double kMostGrowth = 2;

int64_t bytesOf(const NMFormat &format, Shape shape) {
  int64_t bytes = 0;
  for (const PartSpec &spec : partsOf(format, shape))
    bytes += byteSize(spec);
  return bytes;
}

std::string spelled(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return text;
}

Embedding EmbedTermsPass::embedTerm(WeightFormat term, Shape shape, ArrayRef<PartView> parts,
                                    ActivationFormatAttr activation) {
  if (!isQuantized(*elementKindOf(activation.getElement())))
    return addedBesideIntegers(term, nullptr) ? Embedding() : Embedding{{}, "", "meets " + spelled(activation)};
  std::optional<NMFormat> stored = storedBlocks(term);
  if (!stored)
    return {{}, "", "is not of codes in blocks"};
  if (integerPath(*stored, activation, shape, *target))
    return {};
  std::string obstacle = (target->name + " has no integer mma for it with " + spelled(activation) +
                          " and scales of whole instructions (32 inputs or more)")
                             .str();
  for (const NMFormat &wanted : integerCandidates(*stored, activation, shape, *target)) {
    bool dense = wanted.n == wanted.m;
    double share = double(bytesOf(wanted, shape)) / double(bytesOf(*stored, shape));
    if (dense && share > kMostGrowth) {
      obstacle += llvm::formatv(", and dense {0:F2} times its bytes", share);
      continue;
    }
    llvm::Expected<StoredWeight> embedded = embed(*stored, shape, parts, wanted);
    if (embedded && dense)
      return {StoredTerm{DenseFormatAttr::get(&getContext(), DenseFormat{wanted.encoding}), std::move(embedded->parts)},
              llvm::formatv("mma of {0}, {1:F2} times its bytes", target->name, share)};
    if (embedded)
      return {StoredTerm{NMFormatAttr::get(&getContext(), wanted), std::move(embedded->parts)},
              llvm::formatv("mma.sp of {0}", target->name)};
    obstacle = "is not " + std::to_string(wanted.n) + ":" + std::to_string(wanted.m) +
               (wanted.pairwise ? " pairwise: " : ": ") + llvm::toString(embedded.takeError());
  }
  return {{}, "", obstacle};
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
    if (isNew)
      linear.emitRemark() << "term " << i << " of @" << parameter.getSymName() << ", " << Attribute(terms[i])
                          << ", is stored as " << Attribute(embedding.term->format) << " for integer "
                          << embedding.instruction;
    std::vector<StoredTerm> replacement;
    replacement.push_back(std::move(*embedding.term));
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
