//===- Chip.cpp - NVIDIA chips and what they multiply natively -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Target/Chip.h"

#include "llvm/ADT/STLExtras.h"

using namespace sdq;

namespace {

constexpr uint8_t set(std::initializer_list<Native> natives) {
  uint8_t bits = 0;
  for (Native native : natives)
    bits |= static_cast<uint8_t>(native);
  return bits;
}

constexpr unsigned KiB = 1024;

using enum Native;
constexpr uint8_t turing = set({MmaS4});
constexpr uint8_t ampere = set({MmaS4, MmaSpS4, MmaSpS8, MmaSpF16, PlainMetadata});
constexpr uint8_t ada = ampere | set({MmaSpE4M3});
constexpr uint8_t hopper = set({MmaSpS8, MmaSpF16, PlainMetadata});
constexpr uint8_t hopperA = hopper | set({WgmmaSp});
constexpr uint8_t blackwell = set({MmaSpS8, MmaSpF16});
constexpr uint8_t consumerBlackwellA = blackwell | set({MmaSpE4M3, MmaSpBlockE2M1});

// What is native was read off the machine code that ptxas 13.0 writes for sm_80, 86, 89, 90, 90a, 100a and 120a. The
// others take the row of their family: 87 that of 86; 103 and 110 that of 100; 121 that of 120; 75 has what PTX lists
// for it (s4 m8n8k32). A chip without the suffix `a` claims nothing that needs it. Shared memory: CUDA C++ Programming
// Guide, "Compute Capabilities".
constexpr Chip table[] = {
    {"sm_75", "+ptx80", 64 * KiB, turing},
    {"sm_80", "+ptx85", 163 * KiB, ampere},
    {"sm_86", "+ptx85", 99 * KiB, ampere},
    {"sm_87", "+ptx85", 163 * KiB, ampere},
    {"sm_89", "+ptx85", 99 * KiB, ada},
    {"sm_90", "+ptx85", 227 * KiB, hopper},
    {"sm_90a", "+ptx85", 227 * KiB, hopperA},
    {"sm_100", "+ptx86", 227 * KiB, blackwell},
    {"sm_100a", "+ptx86", 227 * KiB, blackwell},
    {"sm_103", "+ptx88", 227 * KiB, blackwell},
    {"sm_103a", "+ptx88", 227 * KiB, blackwell},
    {"sm_110", "+ptx90", 227 * KiB, blackwell},
    {"sm_110a", "+ptx90", 227 * KiB, blackwell},
    {"sm_120", "+ptx87", 99 * KiB, blackwell},
    {"sm_120a", "+ptx87", 99 * KiB, consumerBlackwellA},
    {"sm_121", "+ptx88", 99 * KiB, blackwell},
    {"sm_121a", "+ptx88", 99 * KiB, consumerBlackwellA},
};

} // namespace

llvm::ArrayRef<Chip> sdq::knownChips() { return table; }

llvm::Expected<const Chip *> sdq::findChip(llvm::StringRef name) {
  const Chip *chip = llvm::find_if(table, [&](const Chip &row) { return row.name == name; });
  if (chip != std::end(table))
    return chip;
  std::string known;
  for (const Chip &row : table)
    known += (known.empty() ? "" : ", ") + row.name.str();
  return llvm::createStringError("unknown chip '" + name + "': expected one of " + known);
}
