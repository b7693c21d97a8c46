//===- ChipModel.cpp - What counted work would take on a chip -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/ChipModel.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cassert>

using namespace sdq::simulator;
using enum NumberKind;

// Published peaks are 2 · multiply-adds · SMs · boost clock; the tables hold the multiply-adds, and a test multiplies
// them back. s4 is native up to sm_89.
static constexpr TensorRate kAmpereServer[] = {{F16, F32, 1024}, {F16, F16, 1024}, {BF16, F32, 1024},
                                               {TF32, F32, 512}, {S8, S32, 2048},  {S4, S32, 4096}};
static constexpr TensorRate kAmpereDesktop[] = {{F16, F32, 256},  {F16, F16, 512}, {BF16, F32, 256},
                                                {TF32, F32, 128}, {S8, S32, 1024}, {S4, S32, 2048}};
static constexpr TensorRate kAda[] = {{F16, F32, 256}, {F16, F16, 512}, {BF16, F32, 256}, {TF32, F32, 128},
                                      {S8, S32, 1024}, {S4, S32, 2048}, {E4M3, F32, 512}, {E4M3, F16, 1024}};
static constexpr TensorRate kHopper[] = {{F16, F32, 2048},  {F16, F16, 2048}, {BF16, F32, 2048},
                                         {TF32, F32, 1024}, {S8, S32, 4096},  {E4M3, F32, 4096}};
static constexpr TensorRate kBlackwellDesktop[] = {{F16, F32, 256},   {F16, F16, 512},  {BF16, F32, 256},
                                                   {TF32, F32, 128},  {S8, S32, 1024},  {E4M3, F32, 512},
                                                   {E4M3, F16, 1024}, {E2M1, F32, 2048}};

static constexpr ChipModel kChips[] = {
    {"a100", "NVIDIA A100 SXM4 80GB", "sm_80", 108, 1.410e9, 2039e9, 4, kAmpereServer,
     "NVIDIA A100 Tensor Core GPU Architecture, table 1; A100 datasheet"},
    {"rtx3090", "NVIDIA GeForce RTX 3090", "sm_86", 82, 1.695e9, 936e9, 4, kAmpereDesktop,
     "NVIDIA Ampere GA102 GPU Architecture, table 9"},
    {"rtx4090", "NVIDIA GeForce RTX 4090", "sm_89", 128, 2.520e9, 1008e9, 4, kAda,
     "NVIDIA Ada GPU Architecture, appendix A"},
    {"h100", "NVIDIA H100 SXM5", "sm_90", 132, 1.830e9, 3352e9, 4, kHopper,
     "NVIDIA H100 Tensor Core GPU Architecture, tables 1 and 2; these peaks are wgmma's, mma.sync reaches less"},
    {"h200", "NVIDIA H200 SXM", "sm_90", 132, 1.830e9, 4800e9, 4, kHopper,
     "NVIDIA H200 datasheet; these peaks are wgmma's, mma.sync reaches less"},
    {"rtx5090", "NVIDIA GeForce RTX 5090", "sm_120", 170, 2.407e9, 1792e9, 4, kBlackwellDesktop,
     "NVIDIA RTX Blackwell GPU Architecture, appendix A"},
};

llvm::ArrayRef<ChipModel> sdq::simulator::knownChips() { return kChips; }

llvm::Expected<const ChipModel *> sdq::simulator::findChip(llvm::StringRef name) {
  for (const ChipModel &chip : kChips)
    if (chip.name == name)
      return &chip;
  std::string names = llvm::join(llvm::map_range(kChips, [](const ChipModel &chip) { return chip.name; }), ", ");
  return llvm::createStringError(llvm::formatv("no numbers of chip '{0}'; expected one of {1}", name, names));
}

/// Types of one width work at one rate: unsigned as signed, e5m2 as e4m3.
static NumberKind representative(NumberKind kind) {
  return kind == U8 ? S8 : kind == U4 ? S4 : kind == E5M2 ? E4M3 : kind;
}

/// 0 where the chip has no such tensor operation.
static unsigned multiplyAddsPerClock(const ChipModel &chip, const MmaShape &shape) {
  for (const TensorRate &rate : chip.tensorRates)
    if (rate.multiplicand == representative(shape.a) && rate.accumulator == shape.accumulator)
      return rate.perClock;
  return 0;
}

const ResourceTime &TimeEstimate::binding() const {
  return *std::max_element(resources.begin(), resources.end(),
                           [](const ResourceTime &a, const ResourceTime &b) { return a.seconds < b.seconds; });
}

TimeEstimate sdq::simulator::estimate(const ChipModel &chip, const KernelWork &work) {
  assert(work.blocks > 0);
  double clocks = chip.boostHertz * double(std::min<uint64_t>(chip.multiprocessors, work.blocks));
  TimeEstimate result;
  double tensorClocks = 0;
  for (const TensorWork &tensor : work.tensor) {
    const MmaShape &shape = tensor.shape;
    if (unsigned rate = multiplyAddsPerClock(chip, shape))
      tensorClocks += double(tensor.operations) * shape.m * 8 * shape.storedK() / rate;
    else
      result.leftOut.push_back(llvm::formatv("{0} {1}{2} of {3} in {4}: no tensor cores for it on {5}",
                                             tensor.operations, shape.sparse ? "sparse " : "", shape.name(),
                                             nameOf(shape.a), nameOf(shape.accumulator), chip.architecture));
  }
  result.resources = {{"global memory", double(work.globalSectors) * 32 / chip.bytesPerSecond},
                      {"shared memory", double(work.sharedPasses) / clocks},
                      {"issue", double(work.warpInstructions) / (chip.instructionsPerClock * clocks)},
                      {"tensor cores", tensorClocks / clocks}};
  return result;
}
