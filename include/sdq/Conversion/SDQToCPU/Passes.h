//===- Passes.h - From sdq to loops that a CPU runs -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CONVERSION_SDQTOCPU_PASSES_H
#define SDQ_CONVERSION_SDQTOCPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace sdq {

#define GEN_PASS_DECL
#include "sdq/Conversion/SDQToCPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "sdq/Conversion/SDQToCPU/Passes.h.inc"

/// The name of the table that the runtime fills with the addresses of constants, in compiled code.
inline constexpr llvm::StringLiteral bufferTableName = "sdq_buffers";
/// The module attribute that lists the table's constants, in order, once they are lowered.
inline constexpr llvm::StringLiteral bufferListName = "sdq.buffers";

} // namespace sdq

#endif // SDQ_CONVERSION_SDQTOCPU_PASSES_H
