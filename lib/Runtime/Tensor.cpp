//===- Tensor.cpp - Tensors as the runtime passes them --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Runtime/Tensor.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemAlloc.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <cstring>

using namespace sdq;

namespace {
struct DTypeRow {
  DType dtype;
  llvm::StringLiteral name;
  int64_t bytes;
};
} // namespace

static constexpr DTypeRow kDTypes[] = {
    {DType::F32, "f32", 4},   {DType::F16, "f16", 2}, {DType::BF16, "bf16", 2}, {DType::F64, "f64", 8},
    {DType::I64, "i64", 8},   {DType::I32, "i32", 4}, {DType::I16, "i16", 2},   {DType::I8, "i8", 1},
    {DType::U8, "u8", 1},     {DType::U16, "u16", 2}, {DType::U32, "u32", 4},   {DType::U64, "u64", 8},
    {DType::Bool, "bool", 1},
};

llvm::StringRef sdq::name(DType dtype) { return kDTypes[size_t(dtype)].name; }

int64_t sdq::byteWidth(DType dtype) { return kDTypes[size_t(dtype)].bytes; }

std::optional<DType> sdq::parseDType(llvm::StringRef name) {
  for (const DTypeRow &row : kDTypes)
    if (row.name == name)
      return row.dtype;
  return std::nullopt;
}

Extents sdq::rowMajorStrides(llvm::ArrayRef<int64_t> shape) {
  Extents strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

std::string sdq::formatExtents(llvm::ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '[';
  llvm::interleaveComma(shape, os);
  os << ']';
  return text;
}

TensorView TensorView::dense(const void *data, DType dtype, llvm::ArrayRef<int64_t> shape) {
  return {data, dtype, Extents(shape), rowMajorStrides(shape), Device{}};
}

int64_t TensorView::numElements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

bool TensorView::isContiguous() const {
  if (numElements() == 0)
    return true;
  int64_t expected = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] != 1 && strides[i] != expected)
      return false;
    expected *= shape[i];
  }
  return true;
}

OwnedTensor OwnedTensor::allocate(DType dtype, llvm::ArrayRef<int64_t> shape) {
  OwnedTensor result;
  result.view = TensorView::dense(nullptr, dtype, shape);
  size_t bytes = llvm::alignTo<64>(std::max<int64_t>(result.view.numBytes(), 1));
  void *data = std::aligned_alloc(64, bytes);
  if (!data)
    llvm::report_bad_alloc_error("out of memory for a tensor");
  result.storage = std::shared_ptr<const void>(data, [](const void *p) { std::free(const_cast<void *>(p)); });
  result.view.data = data;
  return result;
}

/// Copies one dimension after the other; `to` advances through dense memory.
static void copyStrided(const TensorView &source, size_t dimension, const char *from, char *&to) {
  int64_t bytes = byteWidth(source.dtype);
  if (dimension == source.shape.size()) {
    std::memcpy(to, from, bytes);
    to += bytes;
    return;
  }
  bool innermost = dimension + 1 == source.shape.size();
  if (innermost && source.strides[dimension] == 1) {
    std::memcpy(to, from, source.shape[dimension] * bytes);
    to += source.shape[dimension] * bytes;
    return;
  }
  for (int64_t i = 0; i < source.shape[dimension]; ++i)
    copyStrided(source, dimension + 1, from + i * source.strides[dimension] * bytes, to);
}

OwnedTensor sdq::copyDense(const TensorView &source) {
  OwnedTensor copy = OwnedTensor::allocate(source.dtype, source.shape);
  char *to = static_cast<char *>(copy.mutableData());
  if (source.numElements() == 0)
    return copy;
  if (source.isContiguous())
    std::memcpy(to, source.data, source.numBytes());
  else
    copyStrided(source, 0, static_cast<const char *>(source.data), to);
  return copy;
}
