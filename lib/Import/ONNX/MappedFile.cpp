//===- MappedFile.cpp - Files read in place -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MappedFile.h"

#include "llvm/ADT/ScopeExit.h"

namespace sdq {

namespace fs = llvm::sys::fs;

llvm::Expected<std::shared_ptr<MappedFile>> MappedFile::open(llvm::StringRef path) {
  llvm::Expected<fs::file_t> file = fs::openNativeFileForRead(path);
  if (!file)
    return file.takeError();
  llvm::scope_exit close([&] { fs::closeFile(*file); });

  fs::file_status status;
  if (std::error_code error = fs::status(*file, status))
    return llvm::errorCodeToError(error);
  if (status.type() == fs::file_type::directory_file)
    return llvm::errorCodeToError(std::make_error_code(std::errc::is_a_directory));
  if (status.type() != fs::file_type::regular_file)
    return llvm::createStringError("not a regular file");

  auto result = std::make_shared<MappedFile>();
  result->size = status.getSize();
  if (result->size == 0)
    return result;
  std::error_code error;
  result->region = fs::mapped_file_region(*file, fs::mapped_file_region::readonly, result->size, 0, error);
  if (error)
    return llvm::errorCodeToError(error);
  return result;
}

} // namespace sdq
