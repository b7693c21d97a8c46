// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The output of a run that was killed in its last moment is known for what it is; nothing else is taken for it.

#include "sdq/Compiler/Placement.h"

#include "../Core/TemporaryFolder.h"

using namespace sdq;
using namespace sdq::test;

namespace {

struct PlacementTest : testing::Test {
  TemporaryFolder folder;
  std::string note = folder.path("placed"), output = folder.path("m.sdq");

  void place(const char *request) {
    std::string staged = folder.write("staged", "weights");
    ASSERT_FALSE(bool(notePlacement(note, request, staged)));
    ASSERT_FALSE(bool(moveToPlace(staged, output)));
  }
};

TEST_F(PlacementTest, KnowsItsOutput) {
  EXPECT_FALSE(wasPlaced(note, "r", output));
  place("r");
  EXPECT_EQ("weights", TemporaryFolder::read(output));
  EXPECT_FALSE(llvm::sys::fs::exists(folder.path("staged")));
  EXPECT_TRUE(wasPlaced(note, "r", output));
  EXPECT_FALSE(wasPlaced(note, "another recipe", output));
}

TEST_F(PlacementTest, DoesNotTakeAnotherFileForIt) {
  place("r");
  std::string other = folder.write("other", "weights");
  ASSERT_FALSE(llvm::sys::fs::rename(other, output));
  EXPECT_FALSE(wasPlaced(note, "r", output)) << "another file of the same name and size";
  place("r");
  folder.write("m.sdq", "the same file, written anew");
  EXPECT_FALSE(wasPlaced(note, "r", output));
  ASSERT_FALSE(llvm::sys::fs::remove(output));
  EXPECT_FALSE(wasPlaced(note, "r", output));
}

TEST_F(PlacementTest, SaysWhatItCannotPlace) {
  std::string staged = folder.write("staged", "weights");
  EXPECT_EQ("cannot write '" + folder.path("none/m.sdq") + "': No such file or directory",
            llvm::toString(moveToPlace(staged, folder.path("none/m.sdq"))));
}

} // namespace
