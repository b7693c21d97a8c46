//===- EmbedNM.cpp - One N:M pattern stored as another --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/EmbedNM.h"

#include "sdq/Core/BufferBackend.h"
#include "sdq/Core/Pack.h"

using namespace sdq;

bool sdq::holdsElement(ElementKind from, ElementKind to) {
  return from == to || (isInteger(from) && isInteger(to) && bitWidth(from) <= bitWidth(to));
}

/// The format with one scale a row, an f32: with ones for scales its values are the codes'.
static NMFormat unscaled(NMFormat format, Shape shape) {
  format.encoding.vector = std::max<int64_t>(shape.columns, 1);
  format.encoding.scale = ScaleKind::F32;
  return format;
}

llvm::Expected<StoredWeight> sdq::embed(const NMFormat &from, Shape shape, llvm::ArrayRef<PartView> parts,
                                        const NMFormat &to) {
  assert(isQuantized(from.encoding.element) && holdsElement(from.encoding.element, to.encoding.element));
  assert(from.encoding.vector == to.encoding.vector && from.encoding.scale == to.encoding.scale);
  // In a sum, views carry the term's number in their names: they are told apart by their order.
  std::vector<PartSpec> specs = partsOf(from, shape);
  auto viewOf = [&](auto isWanted) { return parts[llvm::find_if(specs, isWanted) - specs.begin()]; };
  NMFormat codesFrom = unscaled(from, shape), codesTo = unscaled(to, shape);
  std::vector<float> ones(shape.rows, 1.0f), row(shape.columns);
  llvm::SmallVector<PartView> codes;
  for (const PartSpec &spec : partsOf(codesFrom, shape)) {
    if (spec.kind == PartKind::Scales)
      codes.push_back({spec, {reinterpret_cast<const char *>(ones.data()), ones.size() * sizeof(float)}});
    else
      codes.push_back(viewOf([&](const PartSpec &own) { return own.kind == spec.kind; }));
  }
  RoundedScales one{{0x3F800000}, 1.0f, {1.0f}};
  StoredWeight packed = StoredWeight::allocate(codesTo, shape);
  for (int64_t r = 0; r < shape.rows; ++r) {
    llvm::fill(row, 0.0f);
    decodeRow(codesFrom, shape, codes, r, row);
    if (llvm::Error error = storeRow(codesTo, shape, packed.parts, r, row, &one))
      return std::move(error);
  }

  StoredWeight embedded = StoredWeight::allocate(to, shape);
  for (Part &part : embedded.parts) {
    if (part.spec.kind != PartKind::Scales) {
      part.data =
          std::move(llvm::find_if(packed.parts, [&](Part &own) { return own.spec.kind == part.spec.kind; })->data);
      continue;
    }
    llvm::ArrayRef<char> same = viewOf([&](const PartSpec &own) { return own.name == part.spec.name; }).data;
    part.data.assign(same.begin(), same.end());
  }
  return embedded;
}
