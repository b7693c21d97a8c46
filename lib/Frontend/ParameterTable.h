//===- ParameterTable.h - One parameter for each weight ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_FRONTEND_PARAMETERTABLE_H
#define SDQ_LIB_FRONTEND_PARAMETERTABLE_H

#include "WeightSource.h"

#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include <map>

namespace sdq {

/// The name of a constant: its `onnx.name`, else the name in its location, else "".
llvm::StringRef nameOf(mlir::Operation *constant);

/// Makes the parameters of a module, the same one for the same weight.
class ParameterTable {
public:
  /// The parameter holding `source` as out × in: stored that way, or inputs × outputs (`transposed`). Two constants are
  /// one weight if they share a resource, or name and inline value.
  ParameterOp getOrCreate(const WeightSource &source, bool transposed);

private:
  /// The part `values`, of the element type that parts store (bf16 as i16).
  mlir::ElementsAttr storedValues(const WeightSource &source, mlir::RankedTensorType type, llvm::StringRef name);

  using Key = std::tuple<mlir::Operation *, const void *, std::string, bool, int64_t, int64_t>;
  std::map<Key, ParameterOp> parameters;
  struct Scope {
    mlir::SymbolTable symbols;
    ParameterOp last; // new parameters follow one another at the top
  };
  std::map<mlir::Operation *, Scope> scopes;
  unsigned unnamed = 0;
};

} // namespace sdq

#endif // SDQ_LIB_FRONTEND_PARAMETERTABLE_H
