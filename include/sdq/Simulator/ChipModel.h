//===- ChipModel.h - What counted work would take on a chip -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An *estimate*, not a measurement: every resource of a chip is taken to work at its published peak, all of them at the
// same time, and the kernel takes as long as the busiest of them. Latencies, cache hits, clocks below boost, the launch
// and the tail of the last wave are left out, so a kernel is rarely faster than its estimate and often slower; what the
// estimate is good for is which resource binds, and the ratio between two versions of a kernel.
//
//   resource          work                                    throughput
//   global memory     32 bytes a sector, as if none hit L2    the card's bandwidth
//   shared memory     passes over the banks                   one a clock and SM (32 banks × 4 bytes)
//   issue             warp instructions                       four a clock and SM, one from each scheduler
//   tensor cores      multiply-adds; half of the logical      dense multiply-adds a clock and SM, by type
//                     ones of a sparse mma
//
// SMs without a block do nothing: throughputs of an SM count for min(SMs, blocks).
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_CHIPMODEL_H
#define SDQ_SIMULATOR_CHIPMODEL_H

#include "sdq/Simulator/Fragments.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <string>

namespace sdq::simulator {

/// Dense multiply-adds a clock and SM of `mma` with these types.
struct TensorRate {
  NumberKind multiplicand, accumulator;
  unsigned perClock;
};

/// A product's published numbers.
struct ChipModel {
  /// "h200"; how `findChip` knows it.
  llvm::StringRef name;
  /// "NVIDIA H200 SXM".
  llvm::StringRef product;
  /// "sm_90".
  llvm::StringRef architecture;
  unsigned multiprocessors;
  double boostHertz, bytesPerSecond;
  unsigned instructionsPerClock;
  llvm::ArrayRef<TensorRate> tensorRates;
  /// Where the numbers are published.
  llvm::StringRef source;
};

/// Every chip of the table.
llvm::ArrayRef<ChipModel> knownChips();
/// Fails with the names there are.
llvm::Expected<const ChipModel *> findChip(llvm::StringRef name);

/// Tensor operations of one shape.
struct TensorWork {
  MmaShape shape;
  uint64_t operations = 0;
};

/// What a kernel did, as the simulator counts it.
struct KernelWork {
  uint64_t blocks = 0, warpInstructions = 0, globalSectors = 0, sharedPasses = 0;
  llvm::SmallVector<TensorWork, 4> tensor;
};

struct ResourceTime {
  llvm::StringRef resource;
  double seconds;
};

struct TimeEstimate {
  /// In the order of the table above; the binding one is the longest.
  llvm::SmallVector<ResourceTime, 4> resources;
  /// Shapes whose tensor operations were left out since the chip has none such (an assembler emulates them), said in
  /// words.
  llvm::SmallVector<std::string, 1> leftOut;

  const ResourceTime &binding() const;
};

/// Seconds of each resource. `work.blocks` is at least 1.
TimeEstimate estimate(const ChipModel &chip, const KernelWork &work);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_CHIPMODEL_H
