//===- Tensor.h - Tensors as the runtime passes them ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What DLPack's DLTensor says, in C++: a pointer, an element type, a shape, strides counted in elements, a device.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RUNTIME_TENSOR_H
#define SDQ_RUNTIME_TENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sdq {

/// Element types of inputs and outputs. Bool is one byte, 0 or 1.
enum class DType : uint8_t { F32, F16, BF16, F64, I64, I32, I16, I8, U8, U16, U32, U64, Bool };

/// f32, f16, bf16, f64, i64, …, u64, bool.
llvm::StringRef name(DType dtype);
std::optional<DType> parseDType(llvm::StringRef name);
/// Bytes of one element.
int64_t byteWidth(DType dtype);

/// Where data lives; the numbers are DLPack's.
enum class DeviceType : int32_t { CPU = 1, CUDA = 2 };
struct Device {
  DeviceType type = DeviceType::CPU;
  int32_t id = 0;
  bool operator==(const Device &) const = default;
};

using Extents = llvm::SmallVector<int64_t, 4>;

/// Strides of a dense row-major tensor, in elements.
Extents rowMajorStrides(llvm::ArrayRef<int64_t> shape);
/// "[2, 16, 64]"
std::string formatExtents(llvm::ArrayRef<int64_t> shape);

/// A tensor in somebody else's memory. `data` points to the element with all indices zero.
struct TensorView {
  const void *data = nullptr;
  DType dtype = DType::F32;
  Extents shape;
  Extents strides; // in elements, one a dimension
  Device device;

  /// A dense row-major tensor.
  static TensorView dense(const void *data, DType dtype, llvm::ArrayRef<int64_t> shape);

  int64_t numElements() const;
  int64_t numBytes() const { return numElements() * byteWidth(dtype); }
  /// Dense and row-major. Strides of dimensions of one element do not matter, nor any of an empty tensor.
  bool isContiguous() const;
};

/// A tensor and what keeps its memory alive.
struct OwnedTensor {
  TensorView view;
  std::shared_ptr<const void> storage;

  /// Uninitialised, dense and row-major, aligned to 64 bytes.
  static OwnedTensor allocate(DType dtype, llvm::ArrayRef<int64_t> shape);
  /// Writable elements; only for tensors that `allocate` made.
  void *mutableData() { return const_cast<void *>(view.data); }
};

/// A dense row-major copy of a tensor on the CPU.
OwnedTensor copyDense(const TensorView &source);

} // namespace sdq

#endif // SDQ_RUNTIME_TENSOR_H
