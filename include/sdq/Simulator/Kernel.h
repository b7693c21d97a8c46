//===- Kernel.h - A GPU kernel decoded once, run often ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_KERNEL_H
#define SDQ_SIMULATOR_KERNEL_H

#include "sdq/Simulator/Simulate.h"

namespace sdq::simulator {

/// What `simulate` does, in two steps. Copies share what was decoded; the kernel's module must outlive all of them and
/// the ops that their reports name.
class Kernel {
public:
  /// Fails, after an error at the op, where an op is unknown to the simulator or memory has a type it cannot hold.
  static mlir::FailureOr<Kernel> decode(mlir::gpu::GPUFuncOp function);

  /// As declared.
  mlir::gpu::GPUFuncOp function() const;

  /// Thread-safe. Fails, after an error at the function, where the arguments or the launch do not fit.
  mlir::FailureOr<SimulationReport> run(const LaunchConfig &config, llvm::ArrayRef<Argument> arguments) const;

private:
  struct Program;
  std::shared_ptr<const Program> program;
};

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_KERNEL_H
