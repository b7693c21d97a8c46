//===- BufferBackend.h - The decoders, run over plain buffers ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The backend of Decode.h that computes right away, over the bytes of `PartView`s. It is the reference that everything
// else which reads a stored weight is compared with, and what tools decode with.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_BUFFERBACKEND_H
#define SDQ_CORE_BUFFERBACKEND_H

#include "sdq/Core/Decode.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/bit.h"

namespace sdq {

/// A part as the backend loads from it: row-major with `rowStride` elements a row.
struct BufferPart {
  const char *data = nullptr;
  StorageType type = StorageType::I8;
  int64_t rowStride = 0;

  BufferPart() = default;
  explicit BufferPart(const PartView &view)
      : data(view.data.data()), type(view.spec.type), rowStride(view.spec.shape.back()) {}
};

class BufferBackend {
public:
  using Index = int64_t;
  using Bits = uint32_t;
  using Real = float;
  using Predicate = bool;
  /// The body of a visit writes where it likes; nothing needs to be threaded through the loop.
  struct Accumulators {};

  Index index(int64_t n) { return n; }
  Index add(Index a, Index b) { return a + b; }
  Index sub(Index a, Index b) { return a - b; }
  Index mul(Index a, Index b) { return a * b; }
  Index div(Index a, Index b) { return Index(uint64_t(a) / uint64_t(b)); }
  Index rem(Index a, Index b) { return Index(uint64_t(a) % uint64_t(b)); }
  Index min(Index a, Index b) { return a < b ? a : b; }
  Predicate less(Index a, Index b) { return a < b; }
  Bits toBits(Index a) { return Bits(a); }
  Index toIndex(Bits a) { return Index(a); }

  Bits bits(uint32_t n) { return n; }
  Bits add(Bits a, Bits b) { return a + b; }
  Bits sub(Bits a, Bits b) { return a - b; }
  Bits mul(Bits a, Bits b) { return a * b; }
  Bits and_(Bits a, Bits b) { return a & b; }
  Bits or_(Bits a, Bits b) { return a | b; }
  Bits xor_(Bits a, Bits b) { return a ^ b; }
  Bits shl(Bits a, Bits b) { return a << b; }
  Bits shr(Bits a, Bits b) { return a >> b; }
  Bits popcount(Bits a) { return Bits(llvm::popcount(a)); }
  Predicate equal(Bits a, Bits b) { return a == b; }

  Real real(float x) { return x; }
  Real mul(Real a, Real b) { return a * b; }
  Real fromSigned(Bits a) { return float(int32_t(a)); }
  /// `a` < 2^31, as every code is.
  Real fromUnsigned(Bits a) { return float(int32_t(a)); }
  Real bitcast(Bits a) { return llvm::bit_cast<float>(a); }
  Bits bitsOf(Real a) { return llvm::bit_cast<uint32_t>(a); }

  template <typename T>
  T select(Predicate condition, T yes, T no) {
    return condition ? yes : no;
  }

  Bits loadBits(const BufferPart &part, Index i) {
    switch (part.type) {
    case StorageType::I8:
      return reinterpret_cast<const uint8_t *>(part.data)[i];
    case StorageType::I16:
    case StorageType::F16:
      return reinterpret_cast<const uint16_t *>(part.data)[i];
    case StorageType::I32:
    case StorageType::F32:
      return reinterpret_cast<const uint32_t *>(part.data)[i];
    }
    __builtin_unreachable();
  }
  Bits loadBits(const BufferPart &part, Index row, Index i) { return loadBits(part, row * part.rowStride + i); }

  /// f16 or f32, widened; f16 infinities and NaNs keep their meaning.
  Real loadReal(const BufferPart &part, Index i);
  Real loadReal(const BufferPart &part, Index row, Index i) { return loadReal(part, row * part.rowStride + i); }

  template <typename Body>
  Accumulators loop(Index lower, Index upper, Index step, Accumulators accumulators, const Body &body) {
    for (Index i = lower; i < upper; i += step)
      accumulators = body(i, accumulators);
    return accumulators;
  }
};

/// out[c] += W[row, c] for every column, where `parts` hold `format` in the order of `partsOf(format, shape)` with
/// dynamic extents resolved. The terms of a sum are added in order, in f32. Parts are trusted: see `verifyStored`.
/// The same values as a visit with `BufferBackend`, bit for bit, only faster: whole rows are unpacked at a time.
void decodeRow(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts, int64_t row,
               llvm::MutableArrayRef<float> out);

/// out[r · C + c] = W[r, c], row-major.
void decodeMatrix(const Format &format, Shape shape, llvm::ArrayRef<PartView> parts, llvm::MutableArrayRef<float> out);

} // namespace sdq

#endif // SDQ_CORE_BUFFERBACKEND_H
