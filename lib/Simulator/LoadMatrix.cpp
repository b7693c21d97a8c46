//===- LoadMatrix.cpp - ldmatrix: 8×8 matrices from shared memory ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/LoadMatrix.h"

#include <cassert>

using namespace sdq::simulator;

void sdq::simulator::loadMatrices(llvm::ArrayRef<MatrixRow> rows, bool transpose,
                                  llvm::MutableArrayRef<std::array<uint32_t, 32>> registers) {
  assert(rows.size() == 8 * registers.size() && "eight rows a matrix");
  for (unsigned matrix = 0; matrix < registers.size(); ++matrix) {
    const MatrixRow *row = rows.data() + 8 * matrix;
    for (unsigned lane = 0; lane < 32; ++lane) {
      unsigned group = lane / 4, pair = 2 * (lane % 4);
      uint32_t low = transpose ? row[pair][group] : row[group][pair];
      uint32_t high = transpose ? row[pair + 1][group] : row[group][pair + 1];
      registers[matrix][lane] = low | high << 16;
    }
  }
}

void sdq::simulator::storeMatrices(llvm::ArrayRef<std::array<uint32_t, 32>> registers, bool transpose,
                                   llvm::MutableArrayRef<MatrixRow> rows) {
  assert(rows.size() == 8 * registers.size() && "eight rows a matrix");
  for (unsigned matrix = 0; matrix < registers.size(); ++matrix) {
    MatrixRow *row = rows.data() + 8 * matrix;
    for (unsigned lane = 0; lane < 32; ++lane) {
      unsigned group = lane / 4, pair = 2 * (lane % 4);
      (transpose ? row[pair][group] : row[group][pair]) = uint16_t(registers[matrix][lane]);
      (transpose ? row[pair + 1][group] : row[group][pair + 1]) = uint16_t(registers[matrix][lane] >> 16);
    }
  }
}

uint32_t sdq::simulator::misalignedRows(const std::array<uint64_t, 32> &addresses, unsigned count) {
  uint32_t lanes = 0;
  for (unsigned lane = 0; lane < 8 * count; ++lane)
    lanes |= uint32_t(addresses[lane] % kMatrixRowBytes != 0) << lane;
  return lanes;
}
