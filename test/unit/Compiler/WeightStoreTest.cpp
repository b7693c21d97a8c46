// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The store gives back what was finished, whole or not at all, to one process at a time.

#include "sdq/Compiler/WeightStore.h"

#include "../Core/TemporaryFolder.h"

#include "gmock/gmock.h"

using namespace sdq;
using namespace sdq::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class WeightStoreTest : public testing::Test {
protected:
  TemporaryFolder temporary;
  std::string folder = temporary.path("m.sdq.partial");
  std::vector<std::string> complaints;

  WeightStore open() {
    llvm::Expected<WeightStore> store = WeightStore::open(folder);
    if (!store)
      ADD_FAILURE() << llvm::toString(store.takeError());
    return std::move(*store);
  }
  std::vector<FinishedWeight> read(const WeightStore &store) {
    return store.read([&](const std::string &reason) { complaints.push_back(reason); });
  }
  /// The file of the one entry.
  std::string entry() {
    for (const std::string &name : temporary.files("m.sdq.partial"))
      if (llvm::StringRef(name).starts_with("weight-"))
        return folder + "/" + name;
    return "";
  }
};

/// Parts of `size` bytes, enough to be mapped where it is some pages.
FinishedWeight makeWeight(const std::string &name, const std::vector<char> &bytes) {
  FinishedWeight weight{name, "!sdq.weight<…>", "{a = 1 : i64}", "{}", {"SDQ", "1", "W4", "none"}, {}, nullptr};
  weight.parts.push_back({"scales", SafetensorsType::F16, {2, 2}, llvm::ArrayRef(bytes).take_front(8)});
  weight.parts.push_back({"codes", SafetensorsType::I8, {int64_t(bytes.size())}, bytes});
  return weight;
}

TEST_F(WeightStoreTest, FindsWhatAnEarlierRunWrote) {
  std::vector<char> bytes(100'000, 'x'), others(9, 'y');
  FinishedWeight weight = makeWeight("layers.0/ä", bytes);
  {
    WeightStore store = open();
    ASSERT_TRUE(bool(store.write(makeWeight("b", others))));
    llvm::Expected<FinishedWeight> mapped = store.write(weight);
    ASSERT_TRUE(bool(mapped));
    EXPECT_NE(bytes.data(), mapped->find("codes")->data.data());
  }
  std::vector<FinishedWeight> found = read(open());
  EXPECT_THAT(complaints, IsEmpty());
  ASSERT_EQ(2u, found.size());
  EXPECT_EQ("b", found[0].name);
  EXPECT_EQ("layers.0/ä", found[1].name);
  EXPECT_EQ(weight.type, found[1].type);
  EXPECT_EQ(weight.attributes, found[1].attributes);
  EXPECT_EQ(weight.measured, found[1].measured);
  EXPECT_EQ(weight.key, found[1].key);
  ASSERT_TRUE(found[1].find("codes"));
  EXPECT_EQ(bytes, found[1].find("codes")->data.vec());
  EXPECT_THAT(found[1].find("scales")->shape, ElementsAre(2, 2));
  EXPECT_EQ(nullptr, found[1].find("tables"));
}

TEST_F(WeightStoreTest, RewritesAWeightInPlace) {
  std::vector<char> bytes(20'000, 'x');
  WeightStore store = open();
  FinishedWeight weight = makeWeight("w", bytes);
  llvm::Expected<FinishedWeight> first = store.write(weight);
  ASSERT_TRUE(bool(first));
  weight.key.recipe = "W8";
  ASSERT_TRUE(bool(store.write(weight)));
  ASSERT_EQ(1u, read(store).size());
  EXPECT_EQ("W8", read(store)[0].key.recipe);
  EXPECT_EQ(bytes, first->find("codes")->data.vec()) << "the file that was mapped stays";
}

// Every byte counts: one that differs anywhere, or is missing, makes the entry a damaged one, which is then gone.
TEST_F(WeightStoreTest, FindsDamageAnywhere) {
  std::vector<char> bytes(64, 'x');
  FinishedWeight weight = makeWeight("w", bytes);
  std::string whole;
  {
    WeightStore store = open();
    ASSERT_TRUE(bool(store.write(weight)));
    whole = TemporaryFolder::read(entry());
  }
  std::string path = entry();
  auto overwrite = [&](llvm::StringRef content) {
    temporary.write("m.sdq.partial/" + llvm::sys::path::filename(path).str(), content);
  };
  WeightStore store = open();
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] ^= 1;
    overwrite(damaged);
    complaints.clear();
    EXPECT_THAT(read(store), IsEmpty()) << "byte " << i;
    ASSERT_EQ(1u, complaints.size()) << "byte " << i;
    EXPECT_THAT(complaints[0], HasSubstr(path));
    EXPECT_FALSE(llvm::sys::fs::exists(path));
  }
  for (size_t length = 0; length < whole.size(); ++length) {
    overwrite(llvm::StringRef(whole).take_front(length));
    EXPECT_THAT(read(store), IsEmpty()) << length << " bytes";
  }
  overwrite(whole);
  EXPECT_EQ(1u, read(store).size());
}

TEST_F(WeightStoreTest, IsOneProcessAtATime) {
  {
    WeightStore store = open();
    llvm::Expected<WeightStore> second = WeightStore::open(folder);
    ASSERT_FALSE(bool(second));
    EXPECT_EQ("'" + folder + "' is in use by another process", llvm::toString(second.takeError()));
  }
  open();
}

TEST_F(WeightStoreTest, SweepsWhatInterruptedWritesLeft) {
  open();
  for (std::string name : {"weight-0123456789abcdef.tmp-a1b2c3", "staged-output", "staged-output.tmp-1", "placed.tmp-1"})
    temporary.write("m.sdq.partial/" + name, "half");
  WeightStore store = open();
  EXPECT_THAT(read(store), IsEmpty());
  EXPECT_THAT(complaints, IsEmpty());
  EXPECT_FALSE(bool(store.remove()));
  EXPECT_FALSE(llvm::sys::fs::exists(folder));
}

TEST_F(WeightStoreTest, RemovesItselfWhileItsPartsStayMapped) {
  std::vector<char> bytes(100'000, 'x');
  WeightStore store = open();
  llvm::Expected<FinishedWeight> mapped = store.write(makeWeight("w", bytes));
  ASSERT_TRUE(bool(mapped));
  EXPECT_FALSE(bool(store.remove()));
  EXPECT_FALSE(llvm::sys::fs::exists(folder));
  EXPECT_EQ(bytes, mapped->find("codes")->data.vec());
}

TEST_F(WeightStoreTest, LeavesAFolderOfSomethingElseAlone) {
  ASSERT_FALSE(llvm::sys::fs::create_directory(folder));
  temporary.write("m.sdq.partial/thesis.tex", "precious");
  llvm::Expected<WeightStore> store = WeightStore::open(folder);
  ASSERT_FALSE(bool(store));
  EXPECT_EQ("expected nothing but finished weights in '" + folder + "', found 'thesis.tex'",
            llvm::toString(store.takeError()));
  EXPECT_TRUE(llvm::sys::fs::exists(folder + "/thesis.tex"));
}

TEST_F(WeightStoreTest, SaysWhyTheFolderCannotBe) {
  llvm::Expected<WeightStore> store = WeightStore::open(temporary.path("none/m.partial"));
  ASSERT_FALSE(bool(store));
  EXPECT_THAT(llvm::toString(store.takeError()), HasSubstr("none/m.partial': No such file or directory"));
}

} // namespace
