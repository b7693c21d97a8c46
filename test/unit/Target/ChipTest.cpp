//===- ChipTest.cpp - The table of NVIDIA chips -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Target/Chip.h"

#include "gtest/gtest.h"

#include <set>

using namespace sdq;

TEST(Chip, NamesAreFoundAndUnique) {
  std::set<std::string> seen;
  for (const Chip &chip : knownChips()) {
    llvm::Expected<const Chip *> found = findChip(chip.name);
    ASSERT_TRUE(static_cast<bool>(found)) << llvm::toString(found.takeError());
    EXPECT_EQ(*found, &chip);
    EXPECT_TRUE(seen.insert(chip.name.str()).second) << chip.name.str();
    EXPECT_TRUE(chip.ptxFeature.starts_with("+ptx")) << chip.name.str();
    EXPECT_GE(chip.sharedMemoryPerBlock, 64u * 1024);
  }
}

TEST(Chip, UnknownNameListsTheKnownOnes) {
  llvm::Expected<const Chip *> found = findChip("sm_70");
  ASSERT_FALSE(static_cast<bool>(found));
  std::string message = llvm::toString(found.takeError());
  EXPECT_NE(message.find("unknown chip 'sm_70'"), std::string::npos) << message;
  for (const Chip &chip : knownChips())
    EXPECT_NE(message.find(chip.name.str()), std::string::npos) << message;
}

TEST(Chip, SparseTensorCoresOfEachGeneration) {
  auto has = [](llvm::StringRef name, Native instruction) { return llvm::cantFail(findChip(name))->has(instruction); };
  EXPECT_FALSE(has("sm_75", Native::MmaSpF16));
  EXPECT_TRUE(has("sm_75", Native::MmaS4));
  EXPECT_TRUE(has("sm_80", Native::MmaSpS4));
  EXPECT_FALSE(has("sm_90", Native::MmaS4));
  EXPECT_FALSE(has("sm_80", Native::MmaSpE4M3));
  EXPECT_TRUE(has("sm_89", Native::MmaSpE4M3));
  EXPECT_FALSE(has("sm_90a", Native::MmaSpS4)); // accepted by ptxas, emulated
  EXPECT_TRUE(has("sm_90a", Native::WgmmaSp));
  EXPECT_FALSE(has("sm_90", Native::WgmmaSp)); // needs the architecture-specific target
  EXPECT_FALSE(has("sm_100a", Native::PlainMetadata));
  EXPECT_TRUE(has("sm_120a", Native::MmaSpBlockE2M1));
}
