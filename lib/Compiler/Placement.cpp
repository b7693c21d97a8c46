//===- Placement.cpp - A finished output goes to its place -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/Placement.h"

#include "sdq/Core/AtomicFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace sdq;
using llvm::StringRef;
namespace fs = llvm::sys::fs;

/// The note about a file; empty where there is none.
static std::string describe(StringRef request, StringRef path) {
  fs::file_status status;
  if (fs::status(path, status) || status.type() != fs::file_type::regular_file)
    return "";
  return llvm::formatv("{0:2}\n", llvm::json::Value(llvm::json::Object{
                                      {"request", request},
                                      {"device", int64_t(status.getUniqueID().getDevice())},
                                      {"file", int64_t(status.getUniqueID().getFile())},
                                      {"size", int64_t(status.getSize())}}));
}

llvm::Error sdq::notePlacement(StringRef path, StringRef request, StringRef staged) {
  return writeFileAtomically(path, [&](llvm::raw_ostream &out) {
    out << describe(request, staged);
    return llvm::Error::success();
  });
}

bool sdq::wasPlaced(StringRef path, StringRef request, StringRef output) {
  auto note = llvm::MemoryBuffer::getFile(path);
  std::string expected = describe(request, output);
  return note && !expected.empty() && (*note)->getBuffer() == expected;
}

llvm::Error sdq::moveToPlace(StringRef staged, StringRef place) {
  std::error_code error = fs::rename(staged, place);
  if (error == std::errc::cross_device_link) {
    auto file = llvm::MemoryBuffer::getFile(staged, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    if (!file)
      return llvm::createStringError("cannot read '" + staged + "': " + file.getError().message());
    return writeFileAtomically(place, [&](llvm::raw_ostream &out) {
      out << (*file)->getBuffer();
      return llvm::Error::success();
    });
  }
  if (error)
    return llvm::createStringError("cannot write '" + place + "': " + error.message());
  return llvm::Error::success();
}
