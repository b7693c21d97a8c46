//===- IntegerTerms.cpp - Terms multiplied as integers --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IntegerTerms.h"

#include "sdq/Core/EmbedNM.h"
#include "sdq/Dialect/SDQ/IR/Activations.h"

using namespace mlir;
using namespace sdq;

int64_t sdq::stepOf(IntegerPath path) {
  switch (path) {
  case IntegerPath::DenseS8:
    return 32;
  case IntegerPath::DenseS4:
  case IntegerPath::S8:
    return 64;
  case IntegerPath::S4:
  case IntegerPath::S8Twice:
  case IntegerPath::E2M1:
    return 128;
  }
  llvm_unreachable("every path is listed");
}

std::optional<NMFormat> sdq::storedBlocks(WeightFormat term) {
  if (auto nm = dyn_cast<NMFormatAttr>(Attribute(term)))
    return nm.getLayout();
  auto dense = dyn_cast<DenseFormatAttr>(Attribute(term));
  if (!dense || !isQuantized(dense.getLayout().encoding.element))
    return std::nullopt;
  return everyInput(dense.getLayout().encoding);
}

/// Whether one scale holds for every step.
static bool sharedBySteps(int64_t vector, Shape shape, IntegerPath path) {
  return vector >= shape.columns || vector % stepOf(path) == 0;
}

/// Whether the block-scaled instruction takes the weight's scales, and one or several of it the activations'.
static bool blockScaled(const Encoding &weights, ActivationFormatAttr activation, Shape shape) {
  int64_t own = weights.vector, inputs = activation.getVector(), step = stepOf(IntegerPath::E2M1);
  return weights.scale == ScaleKind::E4M3 && (own >= shape.columns || own % kScaledBlock == 0) &&
         (inputs >= shape.columns || inputs % step == 0 || (step % inputs == 0 && inputs % kScaledBlock == 0));
}

std::optional<IntegerPath> sdq::integerPath(const NMFormat &stored, ActivationFormatAttr activation, Shape shape,
                                            const Chip &chip) {
  ElementKind weights = stored.encoding.element, inputs = *elementKindOf(activation.getElement());
  bool twoOfFourPairs = stored.pairwise && stored.n == 4 && stored.m == 8;
  if (twoOfFourPairs && weights == ElementKind::E2M1 && inputs == ElementKind::E2M1)
    return chip.has(Native::MmaSpBlockE2M1) && blockScaled(stored.encoding, activation, shape)
               ? std::optional(IntegerPath::E2M1)
               : std::nullopt;
  bool pairs = twoOfFourPairs && weights == ElementKind::Int4;
  bool singles = !stored.pairwise && stored.n == 2 && stored.m == 4 &&
                 (weights == ElementKind::Int4 || weights == ElementKind::Int8);
  // Chips with mma.sp have the dense instructions of the same types.
  bool all = stored.storage() == NMStorage::Grid && (weights == ElementKind::Int4 || weights == ElementKind::Int8);
  if (!isInteger(inputs) || !(pairs || singles || all))
    return std::nullopt;
  std::optional<IntegerPath> path;
  if (all && weights == ElementKind::Int4 && bitWidth(inputs) <= 4 && chip.has(Native::MmaSpS4))
    path = IntegerPath::DenseS4;
  else if (all && chip.has(Native::MmaSpS8))
    path = IntegerPath::DenseS8;
  else if (pairs && bitWidth(inputs) <= 4 && chip.has(Native::MmaSpS4))
    path = IntegerPath::S4;
  else if (chip.has(Native::MmaSpS8))
    path = pairs ? IntegerPath::S8Twice : IntegerPath::S8;
  if (path &&
      (!sharedBySteps(stored.encoding.vector, shape, *path) || !sharedBySteps(activation.getVector(), shape, *path)))
    return std::nullopt;
  return path;
}

SmallVector<NMFormat> sdq::integerCandidates(const NMFormat &term, ActivationFormatAttr activation, Shape shape,
                                             const Chip &chip) {
  SmallVector<NMFormat> formats;
  for (auto [n, m, pairwise, element] :
       {std::tuple(4, 8, true, ElementKind::E2M1), std::tuple(4, 8, true, ElementKind::Int4),
        std::tuple(2, 4, false, ElementKind::Int4), std::tuple(2, 4, false, ElementKind::Int8),
        std::tuple(1, 1, false, ElementKind::Int4), std::tuple(1, 1, false, ElementKind::Int8)}) {
    // i4 codes in i8 would be twice the bytes for the same products.
    if (element == ElementKind::Int8 && holdsElement(term.encoding.element, ElementKind::Int4))
      continue;
    NMFormat format{n, m, pairwise, term.encoding};
    format.encoding.element = element;
    if (isQuantized(term.encoding.element) && holdsElement(term.encoding.element, element) &&
        integerPath(format, activation, shape, chip))
      formats.push_back(format);
  }
  return formats;
}

bool sdq::addedBesideIntegers(WeightFormat format, ActivationFormatAttr activation) {
  return !activation && isa<CSRFormatAttr>(Attribute(format));
}

/// The path of each term that is multiplied as integers; nothing where some must be, but is not.
static std::optional<SmallVector<IntegerPath>> integerPaths(const LinearKernelSpec &spec, const Chip &chip) {
  SmallVector<IntegerPath> paths;
  if (!spec.activations)
    return paths;
  for (auto [term, meets] : llvm::zip_equal(termsOf(spec.format), spec.activations)) {
    auto activation = cast<ActivationFormatAttr>(meets);
    if (!isQuantized(*elementKindOf(activation.getElement()))) {
      if (!addedBesideIntegers(term, nullptr))
        return std::nullopt;
      continue;
    }
    std::optional<NMFormat> stored = storedBlocks(term);
    std::optional<IntegerPath> path;
    if (stored)
      path = integerPath(*stored, activation, spec.shape, chip);
    if (!path)
      return std::nullopt;
    paths.push_back(*path);
  }
  return paths;
}

bool sdq::multipliesIntegers(const LinearKernelSpec &spec, const Chip &chip) {
  auto paths = integerPaths(spec, chip);
  return paths && !paths->empty();
}

bool sdq::multipliesSparseIntegers(const LinearKernelSpec &spec, const Chip &chip) {
  auto paths = integerPaths(spec, chip);
  return paths && llvm::any_of(*paths, isSparse);
}
