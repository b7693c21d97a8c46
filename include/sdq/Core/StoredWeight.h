//===- StoredWeight.h - A weight and the bytes it is stored in --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_STOREDWEIGHT_H
#define SDQ_CORE_STOREDWEIGHT_H

#include "sdq/Core/Format.h"

#include <new>

namespace sdq {

/// Alignment of every part that SDQ allocates: a cache line, and the widest vector register.
inline constexpr size_t kPartAlignment = 64;

template <typename T>
struct PartAllocator {
  using value_type = T;
  PartAllocator() = default;
  template <typename U>
  PartAllocator(const PartAllocator<U> &) {}
  T *allocate(size_t n) { return static_cast<T *>(::operator new(n * sizeof(T), std::align_val_t(kPartAlignment))); }
  void deallocate(T *p, size_t) { ::operator delete(p, std::align_val_t(kPartAlignment)); }
  bool operator==(const PartAllocator &) const { return true; }
};

using AlignedBytes = std::vector<char, PartAllocator<char>>;

/// One owned buffer of a stored weight; `spec` has its dynamic extent resolved. T must be the element the spec's type
/// says (uint8_t, uint16_t, uint32_t or their signed and floating kin of equal width).
struct Part {
  PartSpec spec;
  AlignedBytes data;

  PartView view() const { return {spec, {data.data(), data.size()}}; }

  template <typename T>
  llvm::MutableArrayRef<T> elements() {
    return {reinterpret_cast<T *>(data.data()), data.size() / sizeof(T)};
  }
  /// Row r of a [R, n] part, or element r of a [R] part.
  template <typename T>
  llvm::MutableArrayRef<T> row(int64_t r) {
    int64_t length = spec.shape.size() == 1 ? 1 : spec.shape.back();
    return elements<T>().slice(r * length, length);
  }
};

template <typename T>
llvm::ArrayRef<T> elementsOf(const PartView &part) {
  return {reinterpret_cast<const T *>(part.data.data()), part.data.size() / sizeof(T)};
}
template <typename T>
llvm::ArrayRef<T> rowOf(const PartView &part, int64_t r) {
  int64_t length = part.spec.shape.size() == 1 ? 1 : part.spec.shape.back();
  return elementsOf<T>(part).slice(r * length, length);
}

/// Bytes of a part whose extents are all known.
int64_t byteSize(const PartSpec &spec);

/// A weight in its stored form: the parts of `partsOf(format, shape)`, in that order.
struct StoredWeight {
  Format format;
  Shape shape;
  std::vector<Part> parts;

  /// Zero-filled parts. `entries`: the nonzeros of a CSR format (an empty CSR still gets one zero element), which a
  /// sum of terms, whose nonzeros may differ, does not have: build that with `sumOf`.
  static StoredWeight allocate(Format format, Shape shape, int64_t entries = 0);

  std::vector<PartView> views() const;
  /// All R·C values, row-major.
  std::vector<float> decode() const;
};

/// The sum of terms of one shape: their parts in order, names prefixed by the term's number.
StoredWeight sumOf(std::vector<StoredWeight> terms);

} // namespace sdq

#endif // SDQ_CORE_STOREDWEIGHT_H
