//===- Formats.cpp - The built-in weight formats -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sdq;

using EmitError = function_ref<InFlightDiagnostic()>;

//===----------------------------------------------------------------------===//
// Between attributes and Core's descriptions
//===----------------------------------------------------------------------===//

namespace {

Encoding encodingOf(Type element, int64_t vector, Type scale) {
  return {*elementKindOf(element), vector, scale ? *scaleKindOf(scale) : ScaleKind::None};
}

LogicalResult verifyElement(EmitError emitError, StringRef label, Type element, bool quantizedAllowed = true) {
  std::optional<ElementKind> kind = elementKindOf(element);
  if (kind && (quantizedAllowed || !isQuantized(*kind)))
    return success();
  return emitError() << label << ": expected "
                     << (quantizedAllowed ? "i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16, bf16 or f32"
                                          : "f16, bf16 or f32")
                     << ", found " << element;
}

/// dense_c1 … dense_c3, shared by every format with an encoding.
LogicalResult verifyEncoding(EmitError emitError, Type element, int64_t vector, Type scale) {
  if (failed(verifyElement(emitError, "dense_c1", element)))
    return failure();
  bool quantized = isQuantized(*elementKindOf(element));
  if (quantized != (vector != 0) || quantized != !!scale) {
    InFlightDiagnostic error = emitError();
    error << "dense_c2: " << element
          << (quantized ? " is quantized: expected a vector and a scale, found "
                        : " is not quantized: expected no vector and no scale, found ");
    vector ? error << "vector = " << vector : error << "no vector";
    error << " and ";
    scale ? error << "scale = " << scale : error << "no scale";
    return error;
  }
  if (!quantized)
    return success();
  if (!scaleKindOf(scale))
    return emitError() << "dense_c3: expected a scale in f8E4M3FN, ui8, f8E8M0FNU, f16 or f32, found " << scale;
  if (vector < 1)
    return emitError() << "dense_c3: expected a vector of at least 1, found " << vector;
  return success();
}

} // namespace

DenseFormat DenseFormatAttr::getLayout() const {
  return {encodingOf(getElement(), getVector(), getScale()), getTransposed()};
}
DenseFormatAttr DenseFormatAttr::get(MLIRContext *context, const DenseFormat &layout) {
  const Encoding &e = layout.encoding;
  return get(context, typeOf(context, e.element), e.vector, typeOf(context, e.scale), layout.transposed);
}
NMFormat NMFormatAttr::getLayout() const {
  return {getN(), getM(), getPairwise(), encodingOf(getElement(), getVector(), getScale())};
}
NMFormatAttr NMFormatAttr::get(MLIRContext *context, const NMFormat &layout) {
  const Encoding &e = layout.encoding;
  return get(context, layout.n, layout.m, layout.pairwise, typeOf(context, e.element), e.vector,
             typeOf(context, e.scale));
}
LUTFormat LUTFormatAttr::getLayout() const { return {static_cast<unsigned>(getBits()), *elementKindOf(getElement())}; }
LUTFormatAttr LUTFormatAttr::get(MLIRContext *context, const LUTFormat &layout) {
  return get(context, layout.bits, typeOf(context, layout.table));
}
TiledFormat TiledFormatAttr::getLayout() const {
  auto codebook = dyn_cast<LUTFormatAttr>(getFormat());
  CodedFormat codes = codebook ? CodedFormat(codebook.getLayout()) : cast<DenseFormatAttr>(getFormat()).getLayout();
  return {codes, getPlanes().vec()};
}
TiledFormatAttr TiledFormatAttr::get(MLIRContext *context, const TiledFormat &layout) {
  if (const LUTFormat *codebook = layout.codebook())
    return get(context, LUTFormatAttr::get(context, *codebook), layout.planes);
  return get(context, DenseFormatAttr::get(context, *layout.dense()), layout.planes);
}
CSRFormat CSRFormatAttr::getLayout() const { return {*elementKindOf(getElement())}; }
CSRFormatAttr CSRFormatAttr::get(MLIRContext *context, const CSRFormat &layout) {
  return get(context, typeOf(context, layout.values));
}

WeightFormat sdq::formatAttr(MLIRContext *context, const Format &format) {
  if (auto *sum = std::get_if<SumFormat>(&format.variant())) {
    SmallVector<WeightFormat> terms;
    for (const Format &term : sum->terms)
      terms.push_back(formatAttr(context, term));
    return SumFormatAttr::get(context, terms);
  }
  if (auto *dense = std::get_if<DenseFormat>(&format.variant()))
    return DenseFormatAttr::get(context, *dense);
  if (auto *nm = std::get_if<NMFormat>(&format.variant()))
    return NMFormatAttr::get(context, *nm);
  if (auto *lut = std::get_if<LUTFormat>(&format.variant()))
    return LUTFormatAttr::get(context, *lut);
  return CSRFormatAttr::get(context, std::get<CSRFormat>(format.variant()));
}

std::optional<Format> sdq::layoutOf(WeightFormat format) {
  return llvm::TypeSwitch<Attribute, std::optional<Format>>(format)
      .Case<DenseFormatAttr, NMFormatAttr, LUTFormatAttr, CSRFormatAttr>(
          [](auto leaf) { return Format(leaf.getLayout()); })
      .Case([](SumFormatAttr sum) -> std::optional<Format> {
        SumFormat layout;
        for (WeightFormat term : sum.getTerms()) {
          std::optional<Format> termLayout = layoutOf(term);
          if (!termLayout)
            return std::nullopt;
          layout.terms.push_back(*termLayout);
        }
        return Format(layout);
      })
      .Default(std::nullopt);
}

SmallVector<WeightFormat> sdq::termsOf(WeightFormat format) {
  auto sum = dyn_cast<SumFormatAttr>(Attribute(format));
  if (!sum)
    return {format};
  SmallVector<WeightFormat> terms;
  for (WeightFormat term : sum.getTerms())
    llvm::append_range(terms, termsOf(term));
  return terms;
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

LogicalResult DenseFormatAttr::verify(EmitError emitError, Type element, int64_t vector, Type scale, bool transposed) {
  if (failed(verifyEncoding(emitError, element, vector, scale)))
    return failure();
  if (transposed && vector)
    return emitError() << "dense_c4: a transposed weight cannot be quantized, found " << element;
  return success();
}

LogicalResult NMFormatAttr::verify(EmitError emitError, int64_t n, int64_t m, bool pairwise, Type element,
                                   int64_t vector, Type scale) {
  if (n < 1 || n > m || m > 32)
    return emitError() << "nm_c1: expected 1 <= N <= M <= 32, found N = " << n << ", M = " << m;
  if (pairwise && (n % 2 || m % 2))
    return emitError() << "nm_c2: pairwise needs even N and M, found N = " << n << ", M = " << m;
  return verifyEncoding(emitError, element, vector, scale);
}

LogicalResult LUTFormatAttr::verify(EmitError emitError, int64_t bits, Type element) {
  if (bits < 2 || bits > 8)
    return emitError() << "lut_c1: expected 2 to 8 bits, found " << bits;
  return verifyElement(emitError, "lut_c2", element, /*quantizedAllowed=*/false);
}

LogicalResult TiledFormatAttr::verify(EmitError emitError, Attribute format, ArrayRef<TilePlane> planes) {
  CodedFormat codes;
  if (auto codebook = dyn_cast<LUTFormatAttr>(format))
    codes = codebook.getLayout();
  else if (auto dense = dyn_cast<DenseFormatAttr>(format))
    codes = dense.getLayout();
  else
    return emitError() << "tiled_c1: expected a #sdq.lut or a #sdq.dense of quantized elements, found " << format;
  if (llvm::Error error = verifyTiles({codes, planes.vec()}))
    return emitError() << llvm::toString(std::move(error));
  return success();
}

LogicalResult CSRFormatAttr::verify(EmitError emitError, Type element) {
  return verifyElement(emitError, "csr_c1", element, /*quantizedAllowed=*/false);
}

LogicalResult SumFormatAttr::verify(EmitError emitError, ArrayRef<WeightFormat> terms) {
  if (terms.size() < 2)
    return emitError() << "sum_c1: expected at least two terms, found " << terms.size();
  return success();
}

LogicalResult ActivationFormatAttr::verify(EmitError emitError, Type element, int64_t vector) {
  if (failed(verifyElement(emitError, "activation_c1", element)))
    return failure();
  bool quantized = isQuantized(*elementKindOf(element));
  if (quantized == (vector != 0) && vector >= 0)
    return success();
  InFlightDiagnostic error = emitError();
  error << "activation_c2: " << element
        << (quantized ? " is quantized: expected a vector of at least 1, found "
                      : " is not quantized: expected no vector, found ");
  vector ? error << vector : error << "none";
  return error;
}

/// Columns are stored in at most 32 bits, which every decoder may read as signed.
static constexpr int64_t kMaxCSRColumns = int64_t(1) << 31;

LogicalResult sdq::verifyShape(const CSRFormat &, Shape shape, EmitError emitError) {
  if (shape.columns > kMaxCSRColumns)
    return emitError() << "weight_c3: expected at most " << kMaxCSRColumns << " columns in a #sdq.csr, found "
                       << shape.columns;
  return success();
}

//===----------------------------------------------------------------------===//
// Sums go through the interface, so that a term may come from outside
//===----------------------------------------------------------------------===//

LogicalResult SumFormatAttr::verifyShape(Shape shape, EmitError emitError) const {
  return success(llvm::all_of(getTerms(), [&](WeightFormat t) { return succeeded(t.verifyShape(shape, emitError)); }));
}

std::vector<PartSpec> SumFormatAttr::getParts(Shape shape) const {
  std::vector<PartSpec> parts;
  for (auto [i, term] : llvm::enumerate(getTerms()))
    for (PartSpec &part : term.getParts(shape)) {
      part.name = std::to_string(i) + "." + part.name;
      parts.push_back(std::move(part));
    }
  return parts;
}

llvm::Error SumFormatAttr::verifyContent(Shape shape, ArrayRef<PartView> parts) const {
  for (auto [i, term] : llvm::enumerate(getTerms())) {
    std::vector<PartView> termParts;
    for (const PartSpec &spec : term.getParts(shape)) {
      PartView view = parts.front();
      view.spec.name = spec.name; // a term does not know that it is one
      termParts.push_back(std::move(view));
      parts = parts.drop_front();
    }
    if (llvm::Error error = term.verifyContent(shape, termParts))
      return llvm::createStringError("term " + llvm::Twine(i) + ": " + llvm::toString(std::move(error)));
  }
  return llvm::Error::success();
}

void SumFormatAttr::decodeRow(Shape shape, ArrayRef<PartView> parts, int64_t row, MutableArrayRef<float> out) const {
  for (WeightFormat term : getTerms()) {
    size_t count = term.getParts(shape).size();
    term.decodeRow(shape, parts.take_front(count), row, out);
    parts = parts.drop_front(count);
  }
}

bool SumFormatAttr::storesValues() const {
  return llvm::all_of(getTerms(), [](WeightFormat term) { return term.storesValues(); });
}

llvm::Error SumFormatAttr::storeRow(Shape shape, MutableArrayRef<Part> parts, int64_t row,
                                    ArrayRef<float> values) const {
  std::vector<float> left(values), stored(values.size());
  for (WeightFormat term : getTerms()) {
    MutableArrayRef<Part> own = parts.take_front(term.getParts(shape).size());
    parts = parts.drop_front(own.size());
    if (llvm::Error error = term.storeRow(shape, own, row, left))
      return error;
    llvm::fill(stored, 0.0f);
    term.decodeRow(shape, llvm::map_to_vector(own, [](const Part &part) { return part.view(); }), row, stored);
    for (auto [rest, value] : llvm::zip_equal(left, stored))
      rest -= value;
  }
  return llvm::Error::success();
}

/// Whoever wants elements asks the terms.
Value SumFormatAttr::emitElement(OpBuilder &, Location, Shape, ValueRange, Value, Value) const { return {}; }

SmallVector<Value> SumFormatAttr::emitVisitRow(OpBuilder &builder, Location location, Shape shape, ValueRange parts,
                                               Value row, Value first, Value step, ValueRange accumulators,
                                               VisitBody body) const {
  SmallVector<Value> carried(accumulators);
  for (WeightFormat term : getTerms()) {
    size_t count = term.getParts(shape).size();
    carried = term.emitVisitRow(builder, location, shape, parts.take_front(count), row, first, step, carried, body);
    parts = parts.drop_front(count);
  }
  return carried;
}
