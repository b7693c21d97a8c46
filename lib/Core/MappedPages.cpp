//===- MappedPages.cpp - Memory that a file can give again ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/MappedPages.h"

#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Process.h"

#include <sys/mman.h>

void sdq::releasePages(llvm::ArrayRef<char> bytes) {
#ifdef MADV_PAGEOUT
  static const uintptr_t pageSize = llvm::sys::Process::getPageSizeEstimate();
  uintptr_t begin = llvm::alignTo(reinterpret_cast<uintptr_t>(bytes.data()), pageSize);
  uintptr_t end = llvm::alignDown(reinterpret_cast<uintptr_t>(bytes.data()) + bytes.size(), pageSize);
  // Advice: a system that does not take it keeps the pages.
  if (begin < end)
    (void)madvise(reinterpret_cast<void *>(begin), end - begin, MADV_PAGEOUT);
#endif
}
