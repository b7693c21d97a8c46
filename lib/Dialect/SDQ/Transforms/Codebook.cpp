//===- Codebook.cpp - SqueezeLLM's codebooks -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CodebookSolvers.h"

#include "sdq/Core/Codebook.h"
#include "sdq/Core/Pack.h"

using namespace mlir;
using namespace sdq;

LogicalResult sdq::quantizeToCodebook(ParameterOp parameter, const CodebookQuantization &quantization,
                                      const Calibration *calibration) {
  WeightType type = parameter.getWeightType();
  SmallVector<WeightFormat> terms = termsOf(type.getFormat());
  auto dense = dyn_cast<DenseFormatAttr>(Attribute(terms.back()));
  auto csr = terms.size() == 2 ? dyn_cast<CSRFormatAttr>(Attribute(terms.front())) : CSRFormatAttr();
  if (!dense || dense.getVector() || terms.size() != (csr ? 2 : 1))
    return errorAt(parameter, "expected an unquantized #sdq.dense, alone or behind a #sdq.csr, found ")
           << Attribute(type.getFormat());
  auto format = LUTFormatAttr::get(parameter.getContext(), int64_t(quantization.bits), type.getElementType());
  LUTFormat layout = format.getLayout();
  FailureOr<std::unique_ptr<CodebookFitter>> fitter =
      CodebookFitter::create(parameter, layout, quantization, calibration);
  FailureOr<WeightView> weight = viewWeight(parameter);
  if (failed(fitter) || failed(weight))
    return failure();

  Shape shape = type.getShape();
  size_t sparseParts = csr ? csr.getParts(shape).size() : 0;
  ArrayRef<PartView> parts = weight->parts;
  WeightView denseView{type.withFormat(dense), std::vector<PartView>(parts.drop_front(sparseParts))};
  std::vector<SparseEntry> entries;
  if (csr)
    entries = entriesOf(csr.getLayout(), shape, parts.take_front(sparseParts));

  StoredWeight codes = StoredWeight::allocate(layout, shape);
  auto entry = entries.begin();
  CodebookRows rows;
  for (rows.first = 0; rows.first < shape.rows; rows.first += rows.count) {
    rows.count = std::min((*fitter)->chunk(rows.first), shape.rows - rows.first);
    size_t size = rows.count * shape.columns, entriesOfTable = size_t(1) << quantization.bits;
    rows.weights.resize(size);
    rows.exact.assign(size, 0);
    rows.tables.resize(rows.count * entriesOfTable);
    rows.codes.resize(size);
    for (int64_t i = 0; i < rows.count; ++i)
      if (failed(readFiniteRow(parameter, denseView, rows.first + i,
                               MutableArrayRef(rows.weights).slice(i * shape.columns, shape.columns))))
        return failure();
    auto firstOfChunk = entry;
    auto placeOf = [&](const SparseEntry &e) { return (e.row - rows.first) * shape.columns + e.column; };
    for (; entry != entries.end() && entry->row < rows.first + rows.count; ++entry) {
      rows.weights[placeOf(*entry)] = entry->value;
      rows.exact[placeOf(*entry)] = 1;
    }
    if (failed((*fitter)->fit(rows)))
      return failure();
    auto tableOf = [&](int64_t i) { return ArrayRef(rows.tables).slice(i * entriesOfTable, entriesOfTable); };
    for (auto e = firstOfChunk; e != entry; ++e) {
      Residual residual = shareResidual(tableOf(e->row - rows.first), csr.getLayout().values, e->value);
      rows.codes[placeOf(*e)] = residual.code;
      e->value = residual.rest;
    }
    for (int64_t i = 0; i < rows.count; ++i)
      if (llvm::Error error =
              storeRow(layout, shape, codes.parts, rows.first + i,
                       ArrayRef(rows.codes).slice(i * shape.columns, shape.columns), tableOf(i)))
        return report(parameter, std::move(error));
  }
  if (!csr) {
    replaceParts(parameter, std::move(codes), "codebook");
    return success();
  }
  llvm::Expected<StoredWeight> sparse = pack(csr.getLayout(), shape, entries);
  if (!sparse)
    return report(parameter, sparse.takeError());
  std::vector<StoredWeight> sum;
  sum.push_back(std::move(*sparse));
  sum.push_back(std::move(codes));
  replaceParts(parameter, sumOf(std::move(sum)), "codebook");
  return success();
}
