//===- ChipFit.cpp - Which GPU runs which code ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChipFit.h"

using namespace sdq;

std::optional<ChipName> ChipName::parse(llvm::StringRef chip) {
  int number;
  if (!chip.consume_front("sm_"))
    return std::nullopt;
  bool exact = chip.consume_back("a");
  if (chip.getAsInteger(10, number))
    return std::nullopt;
  return ChipName{{number / 10, number % 10}, exact};
}

bool sdq::runsOn(llvm::StringRef chip, bool hasPTX, Capability gpu) {
  std::optional<ChipName> name = ChipName::parse(chip);
  if (!name)
    return false;
  if (name->exact)
    return name->capability == gpu;
  return name->capability <= gpu && (hasPTX || name->capability.first == gpu.first);
}

llvm::Expected<const Chip *> sdq::chipFor(Capability gpu) {
  const Chip *best = nullptr;
  // By rising capability, and with the suffix last.
  for (const Chip &chip : knownChips())
    if (runsOn(chip.name, /*hasPTX=*/true, gpu))
      best = &chip;
  if (best)
    return best;
  return llvm::createStringError("a GPU of compute capability " + llvm::Twine(gpu.first) + "." +
                                 llvm::Twine(gpu.second) + " is older than " + knownChips().front().name +
                                 ", the first that kernels are made for");
}
