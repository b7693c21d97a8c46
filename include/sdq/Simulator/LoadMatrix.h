//===- LoadMatrix.h - ldmatrix: 8×8 matrices from shared memory -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "ldmatrix" (.m8n8 .b16). A warp loads one, two or four 8×8 matrices of 16-bit elements; lane 8j + i names
// the address of row i of matrix j, 16 bytes that must start at a multiple of 16. Lanes beyond 8·count name nothing.
// Register j of lane l then holds, with g = l / 4 and t = l mod 4, elements
//
//   row g, columns 2t (low half) and 2t + 1      of matrix j, or
//   rows 2t (low half) and 2t + 1, column g      with `.trans`.
//
// What the 16 bits mean is the reader's affair: a row is 8 f16, 16 bytes or 32 nibbles, which a register holds in the
// order of memory. So one x4 load of a tile contiguous in k fills the fragment of an mma's A or B, whatever its type
// (Fragments.h); `.trans` keeps 16-bit units together and is of use for 16-bit types only.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_LOADMATRIX_H
#define SDQ_SIMULATOR_LOADMATRIX_H

#include "llvm/ADT/ArrayRef.h"

#include <array>
#include <cstdint>

namespace sdq::simulator {

inline constexpr unsigned kMatrixRowBytes = 16;

/// A row of a matrix as it lies in memory.
using MatrixRow = std::array<uint16_t, 8>;

/// Registers of `rows.size() / 8` matrices (1, 2 or 4), each in all lanes. `rows`: row i of matrix j at 8j + i.
void loadMatrices(llvm::ArrayRef<MatrixRow> rows, bool transpose,
                  llvm::MutableArrayRef<std::array<uint32_t, 32>> registers);

/// The reverse, `stmatrix`: the rows that registers in the same places make.
void storeMatrices(llvm::ArrayRef<std::array<uint32_t, 32>> registers, bool transpose,
                   llvm::MutableArrayRef<MatrixRow> rows);

/// Lanes among the first 8·`count` whose row address is not a multiple of 16.
uint32_t misalignedRows(const std::array<uint64_t, 32> &addresses, unsigned count);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_LOADMATRIX_H
