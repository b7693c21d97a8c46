//===- SafetensorsTest.cpp ------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that safetensors files survive a round trip, that a broken one is refused by the constraint it breaks, and
// that writing is all or nothing.

#include "sdq/Core/Safetensors.h"
#include "sdq/Core/AtomicFile.h"

#include "TemporaryFolder.h"

#include "llvm/Support/Endian.h"

#include <gmock/gmock.h>

using namespace sdq;
using namespace sdq::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

llvm::ArrayRef<char> bytes(llvm::StringRef text) { return {text.data(), text.size()}; }

/// A file of this header and data.
std::string file(llvm::StringRef header, llvm::StringRef data = "") {
  char length[8];
  llvm::support::endian::write64le(length, header.size());
  return (llvm::StringRef(length, 8) + header + data).str();
}

std::string errorOf(const std::string &path) {
  auto opened = SafetensorsFile::open(path);
  return opened ? "accepted" : llvm::toString(opened.takeError());
}

TEST(Safetensors, RoundTripOfEveryType) {
  TemporaryFolder folder;
  std::vector<SafetensorsTensor> tensors;
  std::string data(64, '\0');
  for (size_t i = 0; i < data.size(); ++i)
    data[i] = char(3 * i + 1);
  for (unsigned i = 0; i <= unsigned(SafetensorsType::U64); ++i) {
    auto type = SafetensorsType(i);
    tensors.push_back({"t " + name(type).str(), type, {2, 4}, bytes(data).take_front(bitWidth(type))});
  }
  tensors.push_back({"scalar", SafetensorsType::F32, {}, bytes(data).take_front(4)});
  tensors.push_back({"empty", SafetensorsType::F16, {0, 7}, {}});
  std::string path = folder.path("model.safetensors");
  ASSERT_FALSE(writeSafetensors(path, tensors, {{"rule", "a \"quoted\" one"}}));

  auto opened = SafetensorsFile::open(path);
  ASSERT_TRUE(bool(opened)) << llvm::toString(opened.takeError());
  EXPECT_EQ(tensors.size(), opened->tensors().size());
  EXPECT_EQ((SafetensorsMetadata{{"rule", "a \"quoted\" one"}}), opened->metadata());
  for (const SafetensorsTensor &tensor : tensors) {
    const SafetensorsTensor *found = opened->find(tensor.name);
    ASSERT_TRUE(found) << tensor.name;
    EXPECT_EQ(tensor.type, found->type);
    EXPECT_EQ(tensor.shape, found->shape);
    EXPECT_EQ(tensor.data, found->data);
  }
  EXPECT_EQ(nullptr, opened->find("scala"));
  EXPECT_THAT(folder.files(), ElementsAre("model.safetensors"));
}

TEST(Safetensors, NoTensorsAtAll) {
  TemporaryFolder folder;
  ASSERT_FALSE(writeSafetensors(folder.path("none"), {}));
  EXPECT_EQ("accepted", errorOf(folder.path("none")));
}

TEST(SafetensorsInvalid, EachConstraintNamesItself) {
  TemporaryFolder folder;
  auto tensor = [](llvm::StringRef dtype, llvm::StringRef shape, llvm::StringRef offsets) {
    return R"({"w":{"dtype":")" + dtype.str() + R"(","shape":)" + shape.str() + R"(,"data_offsets":)" + offsets.str() +
           "}}";
  };
  std::string eight(8, 'x');
  struct Case {
    std::string content, label, says;
  } cases[] = {
      {"", "c1", "found 0"},
      {"1234567", "c1", "found 7"},
      {std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10), "c1", "at most 2 bytes"},
      {file("{}").substr(0, 9), "c1", "at most 1 bytes, found its length to be 2"},
      {file("{\"a\":"), "c2", "expected a JSON header"},
      {file(std::string(100000, '[')), "c2", "more than 16 deep"},
      {file("[]"), "c2", "JSON object"},
      {file("\xff\xfe{}"), "c2", "JSON"},
      {file(R"({"__metadata__":{"a":1}})"), "c2", "'a'"},
      {file(R"({"__metadata__":[]})"), "c2", "object of strings"},
      {file(R"({"w":[]})"), "c2", "tensor 'w'"},
      {file(R"({"w":{"dtype":"F32","shape":[1]}})", "1234"), "c2", "data_offsets"},
      {file(tensor("F31", "[2]", "[0,8]"), eight), "c3", "found 'F31'"},
      {file(tensor("F32", "[-2]", "[0,8]"), eight), "c4", "[-2]"},
      {file(tensor("F32", "[1.5]", "[0,8]"), eight), "c4", "integer"},
      {file(tensor("F32", "[4294967296,4294967296]", "[0,8]"), eight), "c4", "2^63"},
      {file(tensor("F4", "[3]", "[0,2]"), "xx"), "c4", "whole bytes"},
      {file(tensor("F32", "[2]", "[0,8]"), "short"), "c5", "5 bytes of data, found [0, 8]"},
      {file(tensor("F32", "[2]", "[8,0]"), eight), "c5", "found [8, 0]"},
      {file(tensor("F32", "[2]", "[-8,0]"), eight), "c5", "found [-8, 0]"},
      {file(tensor("F32", "[2]", "[0,99999999999999999999]"), eight), "c5", "no integer"},
      {file(tensor("F32", "[3]", "[0,8]"), eight), "c6", "expected 12 bytes for shape [3] of F32, found 8"},
      {file(
           R"({"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
           eight),
       "c7", "tensor 'b': expected its data to begin at byte 5, where the tensor before it ends, found 4"},
      {file(
           R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
           eight),
       "c7", "found 4"},
      {file(tensor("U8", "[4]", "[0,4]"), eight), "c7", "expected 4 bytes of data, the sum of its tensors, found 8"},
  };
  for (const Case &each : cases) {
    std::string path = folder.write("bad.safetensors", each.content), message = errorOf(path);
    EXPECT_THAT(message, HasSubstr("'" + path + "': "));
    EXPECT_THAT(message, HasSubstr("(safetensors_" + each.label + ")"));
    EXPECT_THAT(message, HasSubstr(each.says));
  }
  EXPECT_THAT(errorOf(folder.path("absent")), HasSubstr("cannot read '" + folder.path("absent") + "'"));
}

// Every truncation of a good file is an error, never a crash.
TEST(SafetensorsInvalid, Truncations) {
  TemporaryFolder folder;
  std::string path = folder.path("whole"), data(12, 'x');
  ASSERT_FALSE(writeSafetensors(path, {{"w", SafetensorsType::F32, {3}, bytes(data)}}, {{"a", "b"}}));
  std::string whole = TemporaryFolder::read(path);
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE("accepted", errorOf(folder.write("part", llvm::StringRef(whole).take_front(length)))) << length;
}

TEST(SafetensorsInvalid, WriterRefusesWhatItCouldNotRead) {
  TemporaryFolder folder;
  std::string path = folder.write("kept", "before"), data(8, 'x');
  auto errorOfWriting = [&](std::vector<SafetensorsTensor> tensors) {
    return llvm::toString(writeSafetensors(path, tensors));
  };
  EXPECT_THAT(errorOfWriting({{"w", SafetensorsType::F32, {3}, bytes(data)}}), HasSubstr("expected 12 bytes"));
  EXPECT_THAT(
      errorOfWriting({{"w", SafetensorsType::F32, {2}, bytes(data)}, {"w", SafetensorsType::U8, {8}, bytes(data)}}),
      HasSubstr("found it twice"));
  EXPECT_THAT(errorOfWriting({{"__metadata__", SafetensorsType::F32, {2}, bytes(data)}}), HasSubstr("reserved"));
  EXPECT_THAT(errorOfWriting({{"\xff", SafetensorsType::F32, {2}, bytes(data)}}), HasSubstr("UTF-8"));
  EXPECT_EQ("before", TemporaryFolder::read(path));
  EXPECT_THAT(folder.files(), ElementsAre("kept"));
}

TEST(AtomicFile, AnErrorLeavesTheOldFileAlone) {
  TemporaryFolder folder;
  std::string path = folder.write("kept", "before");
  llvm::Error failure = writeFileAtomically(path, [](llvm::raw_ostream &out) {
    out << "half";
    return llvm::createStringError("stopped");
  });
  EXPECT_EQ("stopped", llvm::toString(std::move(failure)));
  EXPECT_EQ("before", TemporaryFolder::read(path));
  EXPECT_THAT(folder.files(), ElementsAre("kept"));
  EXPECT_THAT(llvm::toString(writeFileAtomically(folder.path("no/such"),
                                                 [](llvm::raw_ostream &) { return llvm::Error::success(); })),
              HasSubstr("cannot write '" + folder.path("no/such") + "'"));
}

} // namespace
