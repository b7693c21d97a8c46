//===- Codebook.cpp - SqueezeLLM's codebooks -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Codebook.h"

#include "sdq/Core/Codebook.h"
#include "sdq/Core/Pack.h"

using namespace mlir;
using namespace sdq;

LogicalResult sdq::quantizeToCodebook(ParameterOp parameter, unsigned bits, const Calibration *calibration,
                                      bool unweighted) {
  WeightType type = parameter.getWeightType();
  SmallVector<WeightFormat> terms = termsOf(type.getFormat());
  auto dense = dyn_cast<DenseFormatAttr>(Attribute(terms.back()));
  auto csr = terms.size() == 2 ? dyn_cast<CSRFormatAttr>(Attribute(terms.front())) : CSRFormatAttr();
  if (!dense || dense.getVector() || terms.size() != (csr ? 2 : 1))
    return errorAt(parameter, "expected an unquantized #sdq.dense, alone or behind a #sdq.csr, found ")
           << Attribute(type.getFormat());
  auto format = LUTFormatAttr::get(parameter.getContext(), int64_t(bits), type.getElementType());
  FailureOr<ErrorWeights> weights =
      ErrorWeights::find(parameter, unweighted ? Weighing::None : Weighing::Fisher, calibration,
                         "--unweighted builds the codebooks as if every error weighed the same");
  FailureOr<WeightView> weight = viewWeight(parameter);
  if (failed(weights) || failed(weight))
    return failure();

  Shape shape = type.getShape();
  size_t sparseParts = csr ? csr.getParts(shape).size() : 0;
  ArrayRef<PartView> parts = weight->parts;
  WeightView denseView{type.withFormat(dense), std::vector<PartView>(parts.drop_front(sparseParts))};
  std::vector<SparseEntry> entries;
  if (csr)
    entries = entriesOf(csr.getLayout(), shape, parts.take_front(sparseParts));

  LUTFormat layout = format.getLayout();
  StoredWeight codes = StoredWeight::allocate(layout, shape);
  KMeans solver;
  std::vector<float> row(shape.columns), importance(shape.columns);
  auto entry = entries.begin();
  for (int64_t r = 0; r < shape.rows; ++r) {
    if (failed(readFiniteRow(parameter, denseView, r, row)) || failed(weights->read(r, importance)))
      return failure();
    auto firstOfRow = entry;
    for (; entry != entries.end() && entry->row == r; ++entry) {
      importance[entry->column] = 0;
      row[entry->column] = entry->value;
    }
    Codebook codebook = fitCodebook(layout, row, importance, solver);
    for (auto e = firstOfRow; e != entry; ++e) {
      Residual residual = shareResidual(codebook.table, csr.getLayout().values, e->value);
      codebook.codes[e->column] = residual.code;
      e->value = residual.rest;
    }
    if (llvm::Error error = storeRow(layout, shape, codes.parts, r, codebook.codes, codebook.table))
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
