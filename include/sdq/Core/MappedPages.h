//===- MappedPages.h - Memory that a file can give again --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_MAPPEDPAGES_H
#define SDQ_CORE_MAPPEDPAGES_H

#include "llvm/ADT/ArrayRef.h"

namespace sdq {

/// Asks the system to take back the whole pages within `bytes` (Linux: MADV_PAGEOUT). Their content stays what it is,
/// whatever they are pages of: those of a mapped file are read from it when they are next touched. Without the advice,
/// what was once read of a mapped model counts as this process' memory until memory is short.
void releasePages(llvm::ArrayRef<char> bytes);

} // namespace sdq

#endif // SDQ_CORE_MAPPEDPAGES_H
