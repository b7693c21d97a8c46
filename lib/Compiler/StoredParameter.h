//===- StoredParameter.h - A parameter as an entry of the store -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_COMPILER_STOREDPARAMETER_H
#define SDQ_LIB_COMPILER_STOREDPARAMETER_H

#include "sdq/Compiler/Report.h"
#include "sdq/Compiler/WeightStore.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"

namespace sdq {

/// The entry of a parameter, without its key: its parts are those of `view`.
FinishedWeight storedForm(ParameterOp parameter, const WeightView &view, const LayerReport &report);

/// Makes the parameter what the entry holds: type, parts, which stay where they lie, and attributes. An entry that is
/// no weight of the parameter's shape is refused with an error.
mlir::LogicalResult restoreParameter(ParameterOp parameter, const FinishedWeight &weight);

/// The attributes of an entry; null where the text is none.
mlir::DictionaryAttr storedAttributes(const FinishedWeight &weight, mlir::MLIRContext *context);

/// Reads what was measured into a report.
mlir::LogicalResult readMeasured(const FinishedWeight &weight, LayerReport &report);

} // namespace sdq

#endif // SDQ_LIB_COMPILER_STOREDPARAMETER_H
