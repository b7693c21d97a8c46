//===- Parts.h - Between a parameter's attributes and plain buffers -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_IR_PARTS_H
#define SDQ_DIALECT_SDQ_IR_PARTS_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"

namespace sdq {

/// Views of a parameter's parts, in the format's order, dynamic extents resolved. The bytes stay the attribute's;
/// splats are refused, as is a resource whose bytes are absent or short, with an error at the op.
mlir::FailureOr<std::vector<PartView>> viewParts(ParameterOp parameter);

/// The raw bytes of an elements attribute, or nullopt where it holds none (a splat, an unresolved resource).
std::optional<llvm::ArrayRef<char>> rawBytes(mlir::ElementsAttr attribute);

/// Owns bytes that become a resource: moved, never copied.
struct PartBytes {
  PartSpec spec; // dynamic extent resolved
  mlir::AsmResourceBlob bytes;
};

/// Gives the parameter its next format with its parts, and releases the blobs of the old parts that an earlier call of
/// this function made (mapped ones are the file's). `stage` makes resource names readable: "<symbol>.<stage>.<part>".
void replaceParts(ParameterOp parameter, WeightFormat format, std::vector<PartBytes> parts, llvm::StringRef stage);

} // namespace sdq

#endif // SDQ_DIALECT_SDQ_IR_PARTS_H
