//===- RuntimeSymbols.cpp - What compiled code finds at load --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeSymbols.h"
#include "Invocation.h"

#include "llvm/ADT/bit.h"

#include <cstdint>
#include <cstring>

using namespace sdq;

//===----------------------------------------------------------------------===//
// Memory and failure
//===----------------------------------------------------------------------===//

static void *runtimeMalloc(size_t size) { return Invocation::allocate(size, 0); }

static void *runtimeAlignedAlloc(size_t alignment, size_t size) { return Invocation::allocate(size, alignment); }

/// LLVM turns malloc and a fill with zeros into calloc.
static void *runtimeCalloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes))
    Invocation::fail("out of memory: a tensor's size overflows");
  return std::memset(Invocation::allocate(bytes, 0), 0, bytes);
}

static void runtimeFree(void *data) { Invocation::deallocate(data); }

static int runtimePuts(const char *text) {
  Invocation::note(text);
  return 0;
}

static void runtimeAbort() { Invocation::fail(nullptr); }

static void runtimeFail(const char *message) { Invocation::fail(message); }

//===----------------------------------------------------------------------===//
// memref.copy between strided memrefs
//===----------------------------------------------------------------------===//

namespace {
/// MLIR's unranked memref: a rank and a pointer to the ranked descriptor.
struct UnrankedMemRef {
  int64_t rank;
  void *descriptor;
};

/// The ranked descriptor, read field by field since its length depends on the rank.
struct MemRef {
  char *data;
  const int64_t *sizes, *strides;
  MemRef(const UnrankedMemRef &unranked, int64_t elementBytes) {
    auto *words = static_cast<int64_t *>(unranked.descriptor);
    data = reinterpret_cast<char *>(words[1]) + words[2] * elementBytes;
    sizes = words + 3;
    strides = sizes + unranked.rank;
  }
};
} // namespace

static void copyDimension(int64_t bytes, int64_t rank, const int64_t *sizes, const char *from,
                          const int64_t *fromStrides, char *to, const int64_t *toStrides) {
  if (rank == 0 || (rank == 1 && *fromStrides == 1 && *toStrides == 1)) {
    std::memcpy(to, from, bytes * (rank == 0 ? 1 : *sizes));
    return;
  }
  for (int64_t i = 0; i < *sizes; ++i)
    copyDimension(bytes, rank - 1, sizes + 1, from + i * *fromStrides * bytes, fromStrides + 1,
                  to + i * *toStrides * bytes, toStrides + 1);
}

static void runtimeMemRefCopy(int64_t elementBytes, UnrankedMemRef *source, UnrankedMemRef *destination) {
  if (Invocation::deviceCall().tensorsOnDevice)
    Invocation::fail("the program copies a tensor on the host, and its tensors are on a device");
  MemRef from(*source, elementBytes), to(*destination, elementBytes);
  for (int64_t i = 0; i < source->rank; ++i)
    if (from.sizes[i] == 0)
      return;
  copyDimension(elementBytes, source->rank, from.sizes, from.data, from.strides, to.data, to.strides);
}

//===----------------------------------------------------------------------===//
// Conversions to bf16, which LLVM calls on CPUs without an instruction for them and Debian's libgcc lacks
//===----------------------------------------------------------------------===//

/// A 16-bit float in the register where the ABI returns one; __bf16 itself needs a newer GCC.
using BFloat16 = _Float16;

/// Round to nearest, ties to even; NaNs stay NaNs.
static uint16_t roundToBFloat16(float value) {
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  if (value != value)
    return uint16_t(bits >> 16) | 0x40;
  return uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static BFloat16 runtimeTruncSFBF2(float value) { return llvm::bit_cast<BFloat16>(roundToBFloat16(value)); }

static BFloat16 runtimeTruncDFBF2(double value) {
  // Rounding twice is only right if the first rounding keeps what the second must know: round to odd.
  float narrow = float(value);
  uint32_t bits = llvm::bit_cast<uint32_t>(narrow);
  if (value == value && double(narrow) != value) {
    bool tooLarge = (double(narrow) > value) == (value > 0);
    bits = (tooLarge ? bits - 1 : bits) | 1;
  }
  return llvm::bit_cast<BFloat16>(roundToBFloat16(llvm::bit_cast<float>(bits)));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

template <typename Function>
static void *address(Function *function) {
  return reinterpret_cast<void *>(function);
}

llvm::ArrayRef<RuntimeSymbol> sdq::runtimeSymbols() {
  static const RuntimeSymbol symbols[] = {
      {"malloc", address(runtimeMalloc)},
      {"aligned_alloc", address(runtimeAlignedAlloc)},
      {"calloc", address(runtimeCalloc)},
      {"free", address(runtimeFree)},
      {"puts", address(runtimePuts)},
      {"abort", address(runtimeAbort)},
      {"sdq_fail", address(runtimeFail)},
      {"memrefCopy", address(runtimeMemRefCopy)},
      {"__truncsfbf2", address(runtimeTruncSFBF2)},
      {"__truncdfbf2", address(runtimeTruncDFBF2)},
  };
  return symbols;
}
