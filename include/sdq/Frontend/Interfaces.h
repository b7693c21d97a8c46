//===- Interfaces.h - What a frontend implements ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `--sdq-raise` knows products, constants and what stands between the two only through two operation interfaces. A
// frontend is a file with models of them and a function that attaches them through an extension of the registry; in
// libSDQ it is listed in registerFrontends, elsewhere its owner adds the extension. See docs/frontends.md.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_FRONTEND_INTERFACES_H
#define SDQ_FRONTEND_INTERFACES_H

#include "sdq/Core/StoredWeight.h"
#include "sdq/Frontend/NamedModels.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OpDefinition.h"

#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace sdq {

/// A constant at which a weight begins.
struct WeightConstant {
  /// What names the weight, by `onnx.name`, `sym_name` or its location, and is in the module whose parameter it
  /// becomes.
  mlir::Operation *owner = nullptr;
  mlir::RankedTensorType type;
  /// The values; null where `compute` makes them.
  mlir::ElementsAttr values;
  /// Makes the values, row-major in `type`, or says what is wrong; asked only for a weight that is raised.
  std::function<std::optional<AlignedBytes>(std::string &reason)> compute = {};
};

/// result[resultMap(i…)] = Σ left[leftMap(i…)] · right[rightMap(i…)], summed over the loops that the result's map does
/// not name. A map's results are loops, the constant 0 (of an extent 1), or expressions that become one of these where
/// loops of extent 1 are 0 (the window of a 1×1 convolution).
struct Product {
  mlir::Value left, right;
  mlir::AffineMap leftMap, rightMap, resultMap;
  /// The right operand where it is not the value itself but computed from it and others, as of packed codes and scales.
  std::optional<WeightConstant> rightWeight = {};
};

/// result[i…] = source[map(i…)], the elements converted, and the row-major result read in another shape.
struct WeightPassage {
  mlir::Value source;
  /// From the indices of the result to those of the source: each one of the former, or the constant 0. Null: unchanged.
  mlir::AffineMap map = {};
  /// Where the map leaves out an index, the source is repeated along it: how often, kDynamic where that is not known.
  llvm::SmallVector<int64_t> repeats = {};              // by index of the result; may be empty where none is left out
  mlir::Type element = {};                              // null: unchanged
  std::optional<llvm::SmallVector<int64_t>> shape = {}; // nullopt: unchanged
};

/// A constant that cannot be a weight, and why.
struct NoWeight {
  std::string reason;
};

using WeightStep = std::variant<WeightConstant, WeightPassage, NoWeight>;

/// A passage that permutes extents as linalg.transpose, tosa.transpose and onnx.Transpose do.
WeightPassage permute(mlir::Value source, llvm::ArrayRef<int64_t> permutation);

/// `value` as a tensor of `type`, which has its shape, known more or less precisely.
mlir::Value castTensor(mlir::ImplicitLocOpBuilder &builder, mlir::Value value, mlir::Type type);
/// linalg.transpose: extent i of the result is extent `permutation[i]` of `value`.
mlir::Value transposeTensor(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                            llvm::ArrayRef<int64_t> permutation);
/// linalg.generic with arith.extf.
mlir::Value widenTensor(mlir::ImplicitLocOpBuilder &builder, mlir::Value value, mlir::Type element);
/// linalg.generic with arith.addf; `addend` is read along the extents that `dimensions` names, of extent 1 or the
/// sum's.
mlir::Value addTensor(mlir::ImplicitLocOpBuilder &builder, mlir::Value value, mlir::Value addend,
                      llvm::ArrayRef<int64_t> dimensions);

} // namespace sdq

#include "sdq/Frontend/Interfaces.h.inc"

#endif // SDQ_FRONTEND_INTERFACES_H
