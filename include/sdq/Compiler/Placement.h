//===- Placement.h - A finished output goes to its place --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A run that is killed between the renaming of its output and the removal of its folder of finished weights has left a
// file that the same command, given again, must not take for somebody else's. So before it renames, it writes down, in
// the file `placed` of that folder,
//
//   {"request": …, "device": …, "file": …, "size": …}
//
// the request that it works on and the identity of the file that it is about to put into its place: renaming keeps it.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_PLACEMENT_H
#define SDQ_COMPILER_PLACEMENT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace sdq {

/// Writes down, at `path`, that `staged` is what `request` makes.
llvm::Error notePlacement(llvm::StringRef path, llvm::StringRef request, llvm::StringRef staged);

/// Whether `output` is a file that, says the note at `path`, an earlier run of `request` made.
bool wasPlaced(llvm::StringRef path, llvm::StringRef request, llvm::StringRef output);

/// Renames `staged` to `place`, or copies it (atomically) where that is on another file system.
llvm::Error moveToPlace(llvm::StringRef staged, llvm::StringRef place);

} // namespace sdq

#endif // SDQ_COMPILER_PLACEMENT_H
