//===- ParameterTable.h - One parameter for each weight ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_FRONTEND_PARAMETERTABLE_H
#define SDQ_LIB_FRONTEND_PARAMETERTABLE_H

#include "LinearPlan.h"

#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include <map>

namespace sdq {

/// The name of a constant: its `onnx.name`, else its symbol, else the name in its location, else "".
llvm::StringRef nameOf(mlir::Operation *owner);

/// Makes the parameters of a module, the same one for the same weight.
class ParameterTable {
public:
  /// The parameter holding a plan's weight. Two constants are one weight if they share a resource, or name and inline
  /// value. Null and a reason where the values have to be computed and cannot be.
  ParameterOp getOrCreate(const LinearPlan &plan, std::string &reason);

private:
  /// The part `values`, of the element type that parts store (bf16 as i16).
  mlir::ElementsAttr storedValues(mlir::ElementsAttr values, mlir::RankedTensorType type, llvm::StringRef name);

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
