//===- BitStream.h - Rows of sub-byte codes ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A row of codes of `width` bits, 1 ≤ width ≤ 8: code c occupies bits [c·width, (c+1)·width), the lowest bit first,
// so that three 3-bit codes a, b, c give byte 0 = c₁c₀b₂b₁b₀a₂a₁a₀ and byte 1 = 0000000c₂. Bits past the last code are
// zero.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_BITSTREAM_H
#define SDQ_CORE_BITSTREAM_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace sdq {

/// Bytes of a row of `codes` codes.
inline int64_t bitStreamBytes(int64_t codes, unsigned width) { return (codes * int64_t(width) + 7) / 8; }

/// Writes `codes`, each below 2^width, to `bytes`: bitStreamBytes(codes.size(), width) of them.
void packBits(llvm::ArrayRef<uint8_t> codes, unsigned width, llvm::MutableArrayRef<uint8_t> bytes);

/// Reads codes.size() codes back.
void unpackBits(llvm::ArrayRef<uint8_t> bytes, unsigned width, llvm::MutableArrayRef<uint8_t> codes);

} // namespace sdq

#endif // SDQ_CORE_BITSTREAM_H
