//===- NpyTest.cpp - NumPy files read and written -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Runtime/Npy.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace sdq;
using testing::HasSubstr;

namespace {
struct Npy : testing::Test {
  llvm::SmallString<128> directory;
  void SetUp() override { ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("sdq-npy", directory)); }
  void TearDown() override { llvm::sys::fs::remove_directories(directory); }

  std::string path(llvm::StringRef file = "a.npy") {
    llvm::SmallString<128> result(directory);
    llvm::sys::path::append(result, file);
    return result.str().str();
  }

  void writeFile(llvm::StringRef bytes) {
    std::error_code error;
    llvm::raw_fd_ostream(path(), error) << bytes;
    ASSERT_FALSE(error);
  }

  /// A file of `version` with this header and data.
  void writeFile(llvm::StringRef dictionary, llvm::StringRef data, char version = 1) {
    std::string bytes = "\x93NUMPY";
    bytes += version;
    bytes += '\0';
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
      bytes += char(dictionary.size() >> (8 * i));
    writeFile(bytes + dictionary.str() + data.str());
  }

  std::string readError() {
    auto tensor = readNpy(path());
    return tensor ? "" : llvm::toString(tensor.takeError());
  }
};
} // namespace

static llvm::StringRef bytesOf(const TensorView &tensor) {
  return {static_cast<const char *>(tensor.data), size_t(tensor.numBytes())};
}

TEST_F(Npy, RoundTripsEveryDTypeAndRank) {
  char data[6 * 8];
  for (size_t i = 0; i < sizeof(data); ++i)
    data[i] = char(i * 37);
  for (unsigned dtype = 0; dtype <= unsigned(DType::Bool); ++dtype)
    for (llvm::ArrayRef<int64_t> shape : std::vector<Extents>{{}, {6}, {2, 3}, {1, 0, 4}}) {
      TensorView tensor = TensorView::dense(data, DType(dtype), shape);
      ASSERT_EQ(llvm::toString(writeNpy(path(), tensor)), "");
      auto read = readNpy(path());
      ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
      EXPECT_EQ(read->view.dtype, tensor.dtype);
      EXPECT_EQ(read->view.shape, tensor.shape);
      EXPECT_EQ(bytesOf(read->view), bytesOf(tensor));
    }
}

TEST_F(Npy, WritesStridedTensorsInCOrder) {
  const int16_t data[] = {1, 2, 3, 4, 5, 6};
  TensorView transposed{data, DType::I16, {3, 2}, {1, 3}, {}};
  ASSERT_EQ(llvm::toString(writeNpy(path(), transposed)), "");
  const int16_t expected[] = {1, 4, 2, 5, 3, 6};
  EXPECT_EQ(bytesOf(llvm::cantFail(readNpy(path())).view), bytesOf(TensorView::dense(expected, DType::I16, {3, 2})));
}

TEST_F(Npy, ReadsFortranOrderAsStrides) {
  for (char version : {1, 2, 3}) {
    writeFile("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", "adbecf", version);
    OwnedTensor tensor = llvm::cantFail(readNpy(path()));
    EXPECT_EQ(tensor.view.strides, Extents({1, 2}));
    EXPECT_EQ(bytesOf(copyDense(tensor.view).view), "abcdef");
  }
}

TEST_F(Npy, ReadsOtherSpellings) {
  writeFile("{\"shape\":(2L,),\"fortran_order\":False,\"descr\":\"|V2\"}", "abcd");
  EXPECT_EQ(llvm::cantFail(readNpy(path())).view.dtype, DType::BF16);
}

TEST_F(Npy, NamesWhatIsWrong) {
  EXPECT_THAT(readError(), HasSubstr("a.npy': No such file or directory"));
  writeFile("PK\x03\x04");
  EXPECT_THAT(readError(), HasSubstr("a.npy': not a readable .npy file: expected the magic number"));
  writeFile("\x93NUMPY\x01");
  EXPECT_THAT(readError(), HasSubstr("truncated in the header"));
  writeFile("{}", "", 4);
  EXPECT_THAT(readError(), HasSubstr("expected format version 1, 2 or 3, got 4"));
  writeFile("{}", "");
  EXPECT_THAT(readError(), HasSubstr("lacks 'descr', 'fortran_order' or 'shape'"));
  writeFile("{'descr': '>f4', 'fortran_order': False, 'shape': (), }", "abcd");
  EXPECT_THAT(readError(), HasSubstr("big-endian elements ('>f4') are not supported"));
  writeFile("{'descr': '<c8', 'fortran_order': False, 'shape': (), }", "abcd");
  EXPECT_THAT(readError(), HasSubstr("unsupported element type '<c8'"));
  writeFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (), }", "abcd");
  EXPECT_THAT(readError(), HasSubstr("structured arrays are not supported"));
  writeFile("{'descr': '<f4', 'fortran_order': False, 'shape': (3, -1), }", "abcd");
  EXPECT_THAT(readError(), HasSubstr("expected a size at byte 54 of the header, got '-1)"));
  writeFile("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 2), }", "abcd");
  EXPECT_THAT(readError(), HasSubstr("overflows"));
  writeFile("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", "abcd");
  EXPECT_THAT(readError(), HasSubstr("expected 24 bytes of elements for f32[2, 3], got 4"));
}

// Every prefix of a good file is an error, never a crash.
TEST_F(Npy, RejectsEveryTruncation) {
  const float data[] = {1, 2};
  llvm::cantFail(writeNpy(path(), TensorView::dense(data, DType::F32, {2})));
  std::string whole = llvm::cantFail(llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(path())))->getBuffer().str();
  for (size_t size = 0; size < whole.size(); ++size) {
    writeFile(llvm::StringRef(whole).take_front(size));
    EXPECT_THAT(readError(), HasSubstr("not a readable .npy file")) << size;
  }
}

TEST_F(Npy, LeavesNothingBehindWhenItCannotWrite) {
  const float data[] = {1};
  EXPECT_THAT(llvm::toString(writeNpy(path("missing/a.npy"), TensorView::dense(data, DType::F32, {1}))),
              HasSubstr("missing/a.npy': No such file or directory"));
  // The name is taken by a folder: the rename fails and the temporary file goes.
  ASSERT_FALSE(llvm::sys::fs::create_directory(path()));
  EXPECT_NE(llvm::toString(writeNpy(path(), TensorView::dense(data, DType::F32, {1}))), "");
  std::error_code error;
  int entries = 0;
  for (llvm::sys::fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
    ++entries;
  EXPECT_EQ(entries, 1);
}
