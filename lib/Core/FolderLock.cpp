//===- FolderLock.cpp - A folder that one process works in ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/FolderLock.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace sdq;
namespace fs = llvm::sys::fs;

static std::error_code systemError() { return {errno, std::generic_category()}; }

llvm::Expected<FolderLock> FolderLock::acquire(llvm::StringRef folder) {
  std::string lockFile = (folder + "/lock").str();
  while (true) {
    if (std::error_code error = fs::create_directory(folder))
      return llvm::createStringError("cannot create the folder '" + folder + "': " + error.message());
    int descriptor = ::open(lockFile.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    // Another process may remove its folder between these steps: begin again.
    if (descriptor < 0 && errno == ENOENT && !fs::exists(folder))
      continue;
    if (descriptor < 0)
      return llvm::createStringError("cannot write '" + lockFile + "': " + systemError().message());
    FolderLock lock(folder.str(), descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK)
        return llvm::createStringError("'" + folder + "' is in use by another process");
      return llvm::createStringError("cannot lock '" + lockFile + "': " + systemError().message());
    }
    struct stat locked, present;
    if (::fstat(descriptor, &locked) == 0 && ::stat(lockFile.c_str(), &present) == 0 &&
        locked.st_ino == present.st_ino && locked.st_dev == present.st_dev)
      return std::move(lock);
  }
}

FolderLock::FolderLock(FolderLock &&other)
    : path(std::move(other.path)), descriptor(std::exchange(other.descriptor, -1)) {}

FolderLock::~FolderLock() {
  if (descriptor >= 0)
    ::close(descriptor);
}

llvm::Error FolderLock::removeFolder() {
  std::error_code error = fs::remove(path + "/lock");
  if (!error)
    error = fs::remove(path);
  if (error)
    return llvm::createStringError("cannot remove the folder '" + path + "': " + error.message());
  return llvm::Error::success();
}
