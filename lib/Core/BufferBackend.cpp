//===- BufferBackend.cpp - The decoders, run over plain buffers -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/BufferBackend.h"

#include "SmallFloat.h"

#include <algorithm>
#include <cassert>

using namespace sdq;

float BufferBackend::loadReal(const BufferPart &part, Index i) {
  if (part.type == StorageType::F16)
    return decodeF16(reinterpret_cast<const uint16_t *>(part.data)[i]);
  return reinterpret_cast<const float *>(part.data)[i];
}

static void addRow(const Format &format, Shape shape, llvm::ArrayRef<BufferPart> parts, int64_t row,
                   llvm::MutableArrayRef<float> out) {
  BufferBackend backend;
  visitRow(backend, format, shape, parts, row, int64_t(0), int64_t(1), BufferBackend::Accumulators(),
           [&](int64_t column, float value, BufferBackend::Accumulators accumulators) {
             out[column] += value;
             return accumulators;
           });
}

static llvm::SmallVector<BufferPart> handlesOf(llvm::ArrayRef<PartView> parts) {
  return llvm::to_vector(llvm::map_range(parts, [](const PartView &view) { return BufferPart(view); }));
}

void sdq::decodeRow(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts, int64_t row,
                    llvm::MutableArrayRef<float> out) {
  assert(int64_t(out.size()) == shape.columns && row < shape.rows);
  addRow(format, shape, handlesOf(parts), row, out);
}

void sdq::decodeMatrix(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts,
                       llvm::MutableArrayRef<float> out) {
  assert(int64_t(out.size()) == shape.rows * shape.columns);
  std::fill(out.begin(), out.end(), 0.0f);
  llvm::SmallVector<BufferPart> handles = handlesOf(parts);
  for (int64_t row = 0; row < shape.rows; ++row)
    addRow(format, shape, handles, row, out.slice(row * shape.columns, shape.columns));
}
