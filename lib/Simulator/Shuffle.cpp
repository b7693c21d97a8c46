//===- Shuffle.cpp - Values exchanged between the lanes of a warp ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Shuffle.h"

#include <cassert>

using namespace sdq::simulator;

ShuffleSources sdq::simulator::shuffleSources(ShuffleMode mode, const std::array<uint32_t, 32> &offset,
                                              const std::array<uint32_t, 32> &maskAndClamp, uint32_t active) {
  ShuffleSources sources;
  for (unsigned lane = 0; lane < 32; ++lane) {
    sources.lane[lane] = lane;
    if (!(active >> lane & 1))
      continue;
    int b = offset[lane] & 31, mask = maskAndClamp[lane] >> 8 & 31, clamp = maskAndClamp[lane] & 31;
    int self = int(lane), maxLane = (self & mask) | (clamp & ~mask), from = self;
    switch (mode) {
    case ShuffleMode::Up:
      from = self - b;
      break;
    case ShuffleMode::Down:
      from = self + b;
      break;
    case ShuffleMode::Xor:
      from = self ^ b;
      break;
    case ShuffleMode::Index:
      from = (self & mask) | (b & ~mask);
      break;
    }
    if (mode == ShuffleMode::Up ? from < maxLane : from > maxLane)
      continue;
    sources.lane[lane] = uint8_t(from);
    sources.valid |= 1u << lane;
    if (!(active >> from & 1))
      sources.fromInactive |= 1u << lane;
  }
  return sources;
}

uint32_t sdq::simulator::maskAndClampOf(ShuffleMode mode, unsigned width) {
  assert(width > 0 && width <= 32 && (width & (width - 1)) == 0 && "width is a power of two up to 32");
  return (32 - width) << 8 | (mode == ShuffleMode::Up ? 0 : 31);
}

ShuffleSources sdq::simulator::shuffleSources(ShuffleMode mode, const std::array<uint32_t, 32> &offset, unsigned width,
                                              uint32_t active) {
  assert(width > 0 && width <= 32);
  std::array<uint32_t, 32> maskAndClamp;
  maskAndClamp.fill(mode == ShuffleMode::Up ? 0 : width - 1);
  uint32_t participating = width == 32 ? ~0u : (1u << width) - 1;
  return shuffleSources(mode, offset, maskAndClamp, active & participating);
}
