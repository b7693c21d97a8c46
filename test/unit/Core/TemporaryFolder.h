//===- TemporaryFolder.h - A folder for one test ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_TEST_UNIT_CORE_TEMPORARYFOLDER_H
#define SDQ_TEST_UNIT_CORE_TEMPORARYFOLDER_H

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

namespace sdq::test {

/// An empty folder, removed with all its files.
class TemporaryFolder {
public:
  TemporaryFolder() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("sdq-test", folder)); }
  ~TemporaryFolder() { llvm::sys::fs::remove_directories(folder); }

  std::string path(llvm::StringRef name) const {
    llvm::SmallString<128> joined = folder;
    llvm::sys::path::append(joined, name);
    return joined.str().str();
  }
  std::string write(llvm::StringRef name, llvm::StringRef bytes) const {
    std::error_code failure;
    llvm::raw_fd_ostream out(path(name), failure);
    EXPECT_FALSE(failure);
    out << bytes;
    return path(name);
  }
  static std::string read(const std::string &path) {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    return buffer ? (*buffer)->getBuffer().str() : "(unreadable)";
  }
  /// Names of the files in the folder, or in one within it, sorted.
  std::vector<std::string> files(llvm::StringRef within = "") const {
    std::vector<std::string> names;
    std::error_code failure;
    for (llvm::sys::fs::directory_iterator at(path(within), failure), end; at != end && !failure; at.increment(failure))
      names.push_back(llvm::sys::path::filename(at->path()).str());
    llvm::sort(names);
    return names;
  }

private:
  llvm::SmallString<128> folder;
};

} // namespace sdq::test

#endif // SDQ_TEST_UNIT_CORE_TEMPORARYFOLDER_H
