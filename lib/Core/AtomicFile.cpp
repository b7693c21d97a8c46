//===- AtomicFile.cpp - Files that are whole or not there -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/AtomicFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace sdq;
using llvm::Error;

Error sdq::writeFileAtomically(llvm::StringRef path, llvm::function_ref<Error(llvm::raw_ostream &)> write) {
  auto file = llvm::sys::fs::TempFile::create(path + ".tmp-%%%%%%");
  if (!file)
    return llvm::createStringError("cannot write '" + path + "': " + llvm::toString(file.takeError()));

  Error failure = Error::success();
  {
    llvm::raw_fd_ostream out(file->FD, /*shouldClose=*/false);
    failure = write(out);
    out.flush();
    if (!failure && out.has_error())
      failure = llvm::createStringError("cannot write '" + path + "': " + out.error().message());
    // An unhandled stream error ends the process on destruction.
    out.clear_error();
  }
  if (!failure) {
    // A failed rename removes the temporary file.
    if (Error kept = file->keep(path))
      return llvm::createStringError("cannot write '" + path + "': " + llvm::toString(std::move(kept)));
    return Error::success();
  }
  return llvm::joinErrors(std::move(failure), file->discard());
}
