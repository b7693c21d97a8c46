//===- FolderLock.h - A folder that one process works in --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_FOLDERLOCK_H
#define SDQ_CORE_FOLDERLOCK_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace sdq {

/// Exclusive use of a folder, by flock(2) on a file `lock` in it: the system gives it up when the process ends, however
/// it ends.
class FolderLock {
public:
  /// Creates the folder (not its parent) where there is none, and locks it without waiting. Errors name the folder.
  static llvm::Expected<FolderLock> acquire(llvm::StringRef folder);
  FolderLock(FolderLock &&other);
  FolderLock &operator=(FolderLock &&) = delete;
  ~FolderLock();

  llvm::StringRef folder() const { return path; }
  /// Removes the folder, in which nothing but the lock is left, and then gives up the lock.
  llvm::Error removeFolder();

private:
  FolderLock(std::string path, int descriptor) : path(std::move(path)), descriptor(descriptor) {}

  std::string path;
  int descriptor = -1;
};

} // namespace sdq

#endif // SDQ_CORE_FOLDERLOCK_H
