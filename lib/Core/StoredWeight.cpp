//===- StoredWeight.cpp - A weight and the bytes it is stored in ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/StoredWeight.h"

#include "sdq/Core/BufferBackend.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cassert>

using namespace sdq;

int64_t sdq::byteSize(const PartSpec &spec) {
  int64_t elements = 1;
  for (int64_t extent : spec.shape)
    elements *= extent;
  return elements * (bitWidth(spec.type) / 8);
}

StoredWeight StoredWeight::allocate(Format format, Shape shape, int64_t entries) {
  StoredWeight weight{std::move(format), shape, {}};
  for (PartSpec &spec : partsOf(weight.format, shape)) {
    for (int64_t &extent : spec.shape)
      if (extent == kDynamicExtent)
        extent = std::max<int64_t>(entries, 1);
    AlignedBytes bytes(byteSize(spec));
    weight.parts.push_back({std::move(spec), std::move(bytes)});
  }
  return weight;
}

std::vector<PartView> StoredWeight::views() const {
  std::vector<PartView> views;
  for (const Part &part : parts)
    views.push_back(part.view());
  return views;
}

std::vector<float> StoredWeight::decode() const {
  std::vector<float> values(shape.rows * shape.columns);
  decodeMatrix(format, shape, views(), values);
  return values;
}

StoredWeight sdq::sumOf(std::vector<StoredWeight> terms) {
  assert(!terms.empty() && "a sum has terms");
  SumFormat format;
  StoredWeight sum;
  sum.shape = terms.front().shape;
  for (auto [index, term] : llvm::enumerate(terms)) {
    assert(term.shape == sum.shape && "terms are of one shape");
    format.terms.push_back(std::move(term.format));
    for (Part &part : term.parts) {
      part.spec.name = std::to_string(index) + "." + part.spec.name;
      sum.parts.push_back(std::move(part));
    }
  }
  sum.format = std::move(format);
  return sum;
}
