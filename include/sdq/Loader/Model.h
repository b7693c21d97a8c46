//===- Model.h - Model files ready to run -----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LOADER_MODEL_H
#define SDQ_LOADER_MODEL_H

#include "sdq/Runtime/Signature.h"
#include "sdq/Simulator/ChipModel.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <functional>

namespace sdq {

/// Where a model's products by compressed weights run.
enum class RunDevice {
  CPU,
  /// A GPU that lib/Simulator plays: kernels are executed, checked and counted on the CPU.
  Simulator,
  /// An NVIDIA GPU (sdq/Runtime/CUDADriver.h).
  CUDA
};

struct LoadOptions {
  RunDevice device = RunDevice::CPU;
  /// The GPU that kernels are made for where the file has no code for it: "sm_80", …. Empty: on CUDA what the GPU is,
  /// in the simulator sm_80.
  std::string chip;
  /// On CUDA: which of the driver's GPUs.
  int ordinal = 0;
  /// On CUDA: inputs and results are in the GPU's memory, and calls may be made on the caller's stream. The program must
  /// consist of products by compressed weights, besides reshapes; it is compiled at load.
  bool tensorsOnDevice = false;
  /// Told what a user may want to know: that the model is compiled at load, and why.
  std::function<void(const std::string &)> note = {};
  /// Read all weights and compare them with their checksums; the note tells how many there were.
  bool verify = false;
};

/// A model from a `.sdq` file (or another file of MLIR, text or bytecode, with a program that lowers to a CPU).
class Model {
public:
  /// Maps the file; its weights are read where they lie, so the file must not change while the model lives. Of the code
  /// in the file, the one that uses most of this machine runs; a file without code for this machine is compiled.
  static llvm::Expected<std::unique_ptr<Model>> load(llvm::StringRef path, const LoadOptions &options = {});
  /// The same of a file's bytes, which must stay as they are while the model lives; `data`'s name stands in messages.
  static llvm::Expected<std::unique_ptr<Model>> load(llvm::MemoryBufferRef data, const LoadOptions &options = {});
  ~Model();

  const Signature &signature() const;

  /// What the simulator counted of each launch so far, with its kernel's name; empty on other devices.
  std::vector<std::pair<std::string, simulator::KernelWork>> kernelWork() const;

  /// See `Executable::invoke`. Thread-safe. What the simulator finds wrong with a kernel is an error.
  llvm::Expected<std::vector<OwnedTensor>> invoke(llvm::ArrayRef<TensorView> inputs,
                                                  std::optional<void *> stream = std::nullopt) const;

private:
  struct Impl;
  using Reader = llvm::function_ref<mlir::OwningOpRef<mlir::ModuleOp>(mlir::MLIRContext *)>;
  static llvm::Expected<std::unique_ptr<Model>> load(llvm::StringRef path, Reader read, const LoadOptions &options);
  explicit Model(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace sdq

#endif // SDQ_LOADER_MODEL_H
