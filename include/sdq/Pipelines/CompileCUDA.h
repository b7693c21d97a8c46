//===- CompileCUDA.h - A program's code for an NVIDIA GPU -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_PIPELINES_COMPILECUDA_H
#define SDQ_PIPELINES_COMPILECUDA_H

#include "sdq/Conversion/SDQToNVGPU/Passes.h"
#include "sdq/Pipelines/CompileCPU.h"
#include "sdq/Target/Chip.h"

namespace sdq {

/// Appends `sdq.executable @<name>` of host code and `gpu.binary @<name>.<kernels>` of the kernels it launches,
/// replacing those of the same names. A program may have several, one a chip: kernels and the host's choice among them
/// differ from chip to chip. `tensorsOnDevice`: see sdq-keep-on-device. Errors are emitted; the module is then unchanged.
mlir::FailureOr<ExecutableOp> compileForCUDA(mlir::ModuleOp module, const CPUTarget &host, const Chip &chip,
                                             GPUCodeFormat format, llvm::StringRef name,
                                             bool tensorsOnDevice = false);

/// Fatbin where ptxas and fatbinary are found, which hold machine code and PTX; else PTX, which the driver compiles
/// when the model is loaded, and a remark.
GPUCodeFormat bestCodeFormat(mlir::Location location);

} // namespace sdq

#endif // SDQ_PIPELINES_COMPILECUDA_H
