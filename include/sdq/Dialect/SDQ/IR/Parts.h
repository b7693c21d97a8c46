//===- Parts.h - Between a parameter's attributes and plain buffers -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_IR_PARTS_H
#define SDQ_DIALECT_SDQ_IR_PARTS_H

#include "sdq/Core/StoredWeight.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"

namespace sdq {

/// The raw bytes of an elements attribute, or nullopt where it holds none (a splat, an unresolved resource).
std::optional<llvm::ArrayRef<char>> rawBytes(mlir::ElementsAttr attribute);

/// A weight as the decoders read it. The bytes stay the attributes', but those of splats, which have none.
struct WeightView {
  WeightType type;
  std::vector<PartView> parts;                                    // in the format's order, dynamic extents resolved
  std::vector<std::shared_ptr<const AlignedBytes>> expanded = {}; // bytes of parts that were splats

  Shape shape() const { return type.getShape(); }
  /// out[k] = W[row, k]; `out` has as many values as the weight has columns.
  void readRow(int64_t row, llvm::MutableArrayRef<float> out) const;
};

/// Views the parts of a weight. A resource whose bytes are absent or short is refused.
mlir::FailureOr<WeightView> viewWeight(WeightType type, mlir::DictionaryAttr parts,
                                       llvm::function_ref<mlir::InFlightDiagnostic()> emitError);
mlir::FailureOr<WeightView> viewWeight(ParameterOp parameter);
/// Views the last term of a sum; all of a weight that is none.
mlir::FailureOr<WeightView> viewLastTerm(ParameterOp parameter);

/// Gives parts that are splats bytes of their own, as whoever hands buffers to compiled code needs them: MLIR turns
/// constants of equal elements into splats, however they were written.
void writeOutSplats(ParameterOp parameter);

/// Makes the parameter hold `weight`: its format, and its parts, whose bytes become resources without a copy. Releases
/// the resources that an earlier call made (imported ones are the file's). `stage` makes resource names readable:
/// "sdq:<symbol>.<stage>.<part>".
void replaceParts(ParameterOp parameter, StoredWeight weight, llvm::StringRef stage);

/// The same where the bytes lie in memory that `owner` keeps, a mapped file say. The parts are those of `type`'s
/// format, in its order.
void replaceParts(ParameterOp parameter, WeightType type, llvm::ArrayRef<PartView> parts,
                  std::shared_ptr<const void> owner, llvm::StringRef stage);

/// ContentHash of the weight's type, as it prints, and the bytes of its parts in the format's order.
std::string checksumOf(const WeightView &weight);

/// A term of any format and its parts, in the format's order.
struct StoredTerm {
  WeightFormat format;
  std::vector<Part> parts;
};

/// Term number `number` of `termsOf` becomes `terms`: the others keep their formats, built in or not, and their
/// attributes.
void replaceTerm(ParameterOp parameter, size_t number, std::vector<StoredTerm> terms, llvm::StringRef stage);
/// The same for the last term of a sum (all of a weight that is none).
void replaceLastTerm(ParameterOp parameter, std::vector<StoredTerm> terms, llvm::StringRef stage);
void replaceLastTerm(ParameterOp parameter, std::vector<StoredWeight> terms, llvm::StringRef stage);

/// Moves owned bytes into a resource of the context.
mlir::DenseResourceElementsAttr makeResource(mlir::RankedTensorType type, llvm::StringRef name, AlignedBytes bytes);

} // namespace sdq

#endif // SDQ_DIALECT_SDQ_IR_PARTS_H
