//===- Operators.h - The operators understood -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One row an operator: since which opsets it is defined, what it takes, and how its results' types follow. Rows stand
// beside the inference functions, one file a family (Infer*.cpp).
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_OPERATORS_H
#define SDQ_LIB_IMPORT_ONNX_OPERATORS_H

#include "Inference.h"
#include "llvm/ADT/StringMap.h"
#include <variant>

namespace sdq {

/// An attribute: its kind, and its default if it has one.
struct AttributeSpec {
  enum class Kind { Int, Float, String, Tensor, Ints, Floats, ElementType };
  enum class Presence { Optional, Required };
  using Default = std::variant<std::monostate, int64_t, float, const char *>;

  AttributeSpec(llvm::StringLiteral name, int defaultValue)
      : name(name), kind(Kind::Int), defaultValue(int64_t(defaultValue)) {}
  AttributeSpec(llvm::StringLiteral name, float defaultValue)
      : name(name), kind(Kind::Float), defaultValue(defaultValue) {}
  AttributeSpec(llvm::StringLiteral name, const char *defaultValue)
      : name(name), kind(Kind::String), defaultValue(defaultValue) {}
  AttributeSpec(llvm::StringLiteral name, Kind kind, Presence presence = Presence::Optional)
      : name(name), kind(kind), isRequired(presence == Presence::Required) {}

  llvm::StringLiteral name;
  Kind kind;
  Default defaultValue;
  bool isRequired = false;
};

/// How many operands or results an operator has: those after `minimum` may be omitted.
struct Arity {
  static constexpr unsigned variadic = ~0u;
  constexpr Arity(unsigned count) : minimum(count), maximum(count) {}
  constexpr Arity(unsigned minimum, unsigned maximum) : minimum(minimum), maximum(maximum) {}
  unsigned minimum, maximum;
};

using InferenceFunction = mlir::LogicalResult (*)(Inference &);

struct Operator {
  llvm::StringLiteral name;
  /// The opsets up to maximumOpset that (re)defined it, from the one valid at minimumOpset on.
  llvm::SmallVector<unsigned> versions;
  Arity inputs, outputs;
  llvm::SmallVector<AttributeSpec, 0> attributes;
  InferenceFunction infer;
};

/// The row of an operator of the default domain, or null.
const Operator *findOperator(llvm::StringRef name);

using OperatorTable = std::vector<Operator>;
void addElementwiseOperators(OperatorTable &table);
void addLogicOperators(OperatorTable &table);
void addConversionOperators(OperatorTable &table);
void addProductOperators(OperatorTable &table);
void addReductionOperators(OperatorTable &table);
void addNormalizationOperators(OperatorTable &table);
void addReshapingOperators(OperatorTable &table);
void addMovementOperators(OperatorTable &table);
void addIndexingOperators(OperatorTable &table);
void addShapeOperators(OperatorTable &table);

} // namespace sdq

#endif // SDQ_LIB_IMPORT_ONNX_OPERATORS_H
