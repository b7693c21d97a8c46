//===- Operators.cpp - The operators understood ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operators.h"

namespace sdq {

const Operator *findOperator(llvm::StringRef name) {
  static const llvm::StringMap<Operator> byName = [] {
    OperatorTable table;
    addElementwiseOperators(table);
    addLogicOperators(table);
    addConversionOperators(table);
    addProductOperators(table);
    addReductionOperators(table);
    addNormalizationOperators(table);
    addReshapingOperators(table);
    addMovementOperators(table);
    addIndexingOperators(table);
    addShapeOperators(table);
    llvm::StringMap<Operator> byName;
    for (Operator &op : table)
      byName.try_emplace(op.name, op);
    return byName;
  }();
  auto found = byName.find(name);
  return found == byName.end() ? nullptr : &found->second;
}

} // namespace sdq
