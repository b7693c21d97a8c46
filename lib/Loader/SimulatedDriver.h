//===- SimulatedDriver.h - A GPU that the simulator plays -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The device's memory is the host's, cut into allocations whose bounds the kernels are held to. What the host copied to
// an allocation, or a kernel was given it before, counts as written. A launch with findings fails, and names them all.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_LOADER_SIMULATEDDRIVER_H
#define SDQ_LIB_LOADER_SIMULATEDDRIVER_H

#include "DeviceTable.h"

#include "sdq/Runtime/DeviceDriver.h"
#include "sdq/Simulator/Kernel.h"

#include "mlir/IR/BuiltinOps.h"

#include <map>
#include <mutex>

namespace sdq {

class SimulatedDriver : public DeviceDriver, public DeviceTable {
public:
  /// `kernels` holds gpu.modules, and outlives this.
  explicit SimulatedDriver(mlir::ModuleOp kernels) : kernels(kernels) {}
  ~SimulatedDriver() override;

  /// The error is at the op that the simulator does not know.
  mlir::FailureOr<void *> load(mlir::SymbolRefAttr kernel) override;
  /// Makes a constant memory of the device, where it lies.
  mlir::FailureOr<const void *> hold(llvm::ArrayRef<char> bytes) override;
  /// Of every launch so far, its kernel's name and what was counted.
  std::vector<std::pair<std::string, simulator::KernelWork>> work() const;

  llvm::Expected<void *> allocate(uint64_t bytes, void *stream) override;
  void free(void *memory, void *stream) override;
  llvm::Error copy(void *to, const void *from, uint64_t bytes, void *stream) override;
  llvm::Error launch(void *kernel, const LaunchShape &shape, void *stream,
                     llvm::ArrayRef<const void *> parameters) override;

private:
  struct Allocation {
    size_t bytes;
    bool written;
  };
  struct Loaded {
    simulator::Kernel kernel;
  };
  llvm::Expected<std::vector<simulator::Argument>> bind(mlir::gpu::GPUFuncOp function,
                                                        llvm::ArrayRef<const void *> parameters);

  mlir::ModuleOp kernels;
  std::vector<std::unique_ptr<Loaded>> loaded;
  mutable std::mutex mutex;
  std::map<const uint8_t *, Allocation> allocations;
  std::vector<std::pair<std::string, simulator::KernelWork>> done;
};

} // namespace sdq

#endif // SDQ_LIB_LOADER_SIMULATEDDRIVER_H
