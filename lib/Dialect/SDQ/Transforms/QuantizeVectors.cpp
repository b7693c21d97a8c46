//===- QuantizeVectors.cpp - Numbers under per-vector scales -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantizeVectors.h"

#include "sdq/Core/Pack.h"
#include "sdq/Core/QuantizeTerms.h"

#include "mlir/IR/Threading.h"

using namespace mlir;
using namespace sdq;

namespace {

/// Rows that are read before they are quantized in parallel.
constexpr int64_t kRowsAtATime = 64;

/// One term on its way.
struct Term {
  WeightView view; ///< as it is
  Format target;
  StoredWeight stored;              ///< dense and N:M
  std::vector<SparseEntry> entries; ///< CSR
  size_t nextEntry = 0;

  bool isCSR() const { return std::holds_alternative<CSRFormat>(target.variant()); }
};

/// The term in another element; one that needs no scale is rounded to, and takes neither vector nor scale.
FailureOr<Format> targetOf(ParameterOp parameter, WeightFormat term, ElementKind element,
                           const VectorQuantization &options) {
  Encoding encoding{element};
  if (isQuantized(element))
    encoding = {element, options.vector ? options.vector : parameter.getWeightType().getColumns(), options.scale};
  if (auto nm = dyn_cast<NMFormatAttr>(Attribute(term)); nm && !nm.getVector())
    return Format(NMFormat{nm.getN(), nm.getM(), nm.getPairwise(), encoding});
  if (auto dense = dyn_cast<DenseFormatAttr>(Attribute(term)); dense && !dense.getVector())
    return Format(DenseFormat{encoding});
  if (isa<CSRFormatAttr>(Attribute(term))) {
    if (!isQuantized(element))
      return Format(CSRFormat{element});
    errorAt(parameter, "expected f16 or bf16 for a #sdq.csr term (csr_c1), found ") << name(element);
    return failure();
  }
  errorAt(parameter, "expected an unquantized #sdq.nm or #sdq.dense term, or #sdq.csr, found ") << Attribute(term);
  return failure();
}

/// Whether the bytes of a term are what its format says; its parts may go by their names in a sum.
llvm::Error verifyParts(WeightFormat format, Shape shape, ArrayRef<PartView> parts) {
  std::vector<PartView> named(parts);
  for (auto [part, spec] : llvm::zip_equal(named, format.getParts(shape)))
    part.spec.name = spec.name;
  return format.verifyContent(shape, named);
}

/// The terms of a weight with their targets, allocated.
FailureOr<SmallVector<Term>> prepareTerms(ParameterOp parameter, const WeightView &weight,
                                          const VectorQuantization &options) {
  WeightType type = parameter.getWeightType();
  SmallVector<WeightFormat> formats = termsOf(type.getFormat());
  if (options.elements.size() != formats.size()) {
    errorAt(parameter, "expected one of types for each of ")
        << formats.size() << " terms, found " << options.elements.size();
    return failure();
  }
  Shape shape = type.getShape();
  SmallVector<Term> terms;
  ArrayRef<PartView> rest = weight.parts;
  for (auto [format, element] : llvm::zip_equal(formats, options.elements)) {
    FailureOr<Format> target = targetOf(parameter, format, element, options);
    if (failed(target))
      return failure();
    ArrayRef<PartView> parts = rest.take_front(format.getParts(shape).size());
    rest = rest.drop_front(parts.size());
    Term &term = terms.emplace_back(Term{{type.withFormat(format), parts.vec()}, *target, {}, {}});
    if (auto csr = dyn_cast<CSRFormatAttr>(Attribute(format))) {
      // Offsets lead into other parts: they are not followed unseen.
      if (llvm::Error error = verifyParts(format, shape, parts))
        return report(parameter, std::move(error));
      term.entries = entriesOf(csr.getLayout(), shape, parts);
    } else {
      term.stored = StoredWeight::allocate(*target, shape);
    }
  }
  return terms;
}

/// One row of all terms.
struct Row {
  std::vector<TermRow> terms;
  std::vector<float> importance;
};

llvm::Error storeTerm(Term &term, Shape shape, int64_t r, const TermRow &row) {
  if (auto *nm = std::get_if<NMFormat>(&term.target.variant()))
    return storeRow(*nm, shape, term.stored.parts, r, row.values, &row.scales);
  return storeRow(std::get<DenseFormat>(term.target.variant()), shape, term.stored.parts, r, row.values, &row.scales);
}

/// The values of a row's entries, as they have become.
void storeEntries(Term &term, int64_t r, const TermRow &row) {
  for (; term.nextEntry < term.entries.size() && term.entries[term.nextEntry].row == r; ++term.nextEntry)
    term.entries[term.nextEntry].value = row.values[term.entries[term.nextEntry].column];
}

} // namespace

LogicalResult sdq::quantizeVectors(ParameterOp parameter, const VectorQuantization &options,
                                   const Calibration *calibration) {
  FailureOr<WeightView> weight = viewWeight(parameter);
  if (failed(weight))
    return failure();
  FailureOr<SmallVector<Term>> terms = prepareTerms(parameter, *weight, options);
  if (failed(terms))
    return failure();
  FailureOr<ErrorWeights> weights =
      ErrorWeights::find(parameter, options.weights, calibration, "weights=none needs none");
  if (failed(weights))
    return failure();

  Shape shape = weight->shape();
  std::vector<Format> targets;
  for (const Term &term : *terms)
    targets.push_back(term.target);
  TermQuantizer quantizer(std::move(targets), options.choice, options.feedback);
  std::vector<Row> rows(std::min(kRowsAtATime, shape.rows));
  for (int64_t begin = 0; begin < shape.rows; begin += kRowsAtATime) {
    int64_t count = std::min(kRowsAtATime, shape.rows - begin);
    // Read in order, so that of several bad values the first is the one that is reported.
    for (int64_t i = 0; i < count; ++i) {
      Row &row = rows[i];
      row.terms.resize(terms->size());
      for (auto [term, termRow] : llvm::zip_equal(*terms, row.terms)) {
        termRow.values.resize(shape.columns);
        if (failed(readFiniteRow(parameter, term.view, begin + i, termRow.values)))
          return failure();
      }
      if (options.weights != Weighing::None) {
        row.importance.resize(shape.columns);
        if (failed(weights->read(begin + i, row.importance)))
          return failure();
      }
    }
    std::vector<std::string> errors(count);
    parallelFor(parameter.getContext(), 0, count, [&](size_t i) {
      quantizer.quantizeRow(rows[i].terms, rows[i].importance);
      for (auto [term, row] : llvm::zip_equal(*terms, rows[i].terms))
        if (!term.isCSR())
          if (llvm::Error error = storeTerm(term, shape, begin + i, row); error && errors[i].empty())
            errors[i] = llvm::toString(std::move(error));
    });
    for (const std::string &error : errors)
      if (!error.empty())
        return errorAt(parameter) << error;
    for (int64_t i = 0; i < count; ++i)
      for (auto [term, row] : llvm::zip_equal(*terms, rows[i].terms))
        storeEntries(term, begin + i, row);
  }

  std::vector<StoredWeight> quantized;
  for (Term &term : *terms) {
    if (!term.isCSR()) {
      quantized.push_back(std::move(term.stored));
      continue;
    }
    llvm::Expected<StoredWeight> sparse = pack(std::get<CSRFormat>(term.target.variant()), shape, term.entries);
    if (!sparse)
      return report(parameter, sparse.takeError());
    quantized.push_back(std::move(*sparse));
  }
  StoredWeight result = quantized.size() == 1 ? std::move(quantized.front()) : sumOf(std::move(quantized));
  replaceParts(parameter, std::move(result), "quantized");
  return success();
}
