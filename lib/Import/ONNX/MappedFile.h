//===- MappedFile.h - Files read in place -----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_MAPPEDFILE_H
#define SDQ_LIB_IMPORT_ONNX_MAPPEDFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include <memory>

namespace sdq {

/// A file mapped read-only, whole. Shared: it stays mapped as long as someone holds it.
class MappedFile {
public:
  /// The error's text is the system's, without the path.
  static llvm::Expected<std::shared_ptr<MappedFile>> open(llvm::StringRef path);

  llvm::StringRef text() const { return {region.const_data(), size}; }
  uint64_t getSize() const { return size; }

private:
  llvm::sys::fs::mapped_file_region region;
  uint64_t size = 0;
};

/// Bytes, and what keeps them readable.
struct OwnedBytes {
  llvm::ArrayRef<char> data;
  std::shared_ptr<const void> owner;
};

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_MAPPEDFILE_H
