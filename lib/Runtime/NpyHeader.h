//===- NpyHeader.h - The header of NumPy's array files ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_RUNTIME_NPYHEADER_H
#define SDQ_LIB_RUNTIME_NPYHEADER_H

#include "sdq/Runtime/Tensor.h"

#include "llvm/Support/Error.h"

namespace sdq {

struct NpyHeader {
  DType dtype = DType::F32;
  Extents shape;
  bool fortranOrder = false;
  size_t dataOffset = 0; // bytes from the start of the file

  /// Bytes of the elements; the parser has made sure that it does not overflow.
  int64_t dataBytes() const;
};

/// Reads the header at the start of `file`. Errors name the place within the header, not the file.
llvm::Expected<NpyHeader> parseNpyHeader(llvm::StringRef file);

/// The header of a C-order array; its length is a multiple of 64.
std::string formatNpyHeader(DType dtype, llvm::ArrayRef<int64_t> shape);

} // namespace sdq

#endif // SDQ_LIB_RUNTIME_NPYHEADER_H
