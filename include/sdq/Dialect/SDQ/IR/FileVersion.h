//===- FileVersion.h - The version of the dialect in a file -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_IR_FILEVERSION_H
#define SDQ_DIALECT_SDQ_IR_FILEVERSION_H

#include "mlir/Bytecode/BytecodeImplementation.h"

namespace sdq {

/// Bytecode with anything of the dialect in it says in which version: whoever wrote it may have known formats,
/// attributes or parts that the reader does not. It is raised when a file of the new version would be misread by the
/// former library; text has no version.
struct FileVersion : mlir::DialectVersion {
  /// What this library writes, and the newest it reads. Files of the time before there were versions read as 0.
  static constexpr uint64_t kCurrent = 1;

  explicit FileVersion(uint64_t number) : number(number) {}
  uint64_t number;
};

} // namespace sdq

#endif // SDQ_DIALECT_SDQ_IR_FILEVERSION_H
