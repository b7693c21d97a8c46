//===- CUDATable.cpp - A model's kernels and constants on a GPU -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CUDATable.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace sdq;

DeviceTable::~DeviceTable() = default;

gpu::BinaryOp sdq::kernelsOf(ExecutableOp executable) {
  for (auto kernel : executable.getBuffers().getAsRange<Attribute>())
    if (auto symbol = dyn_cast<SymbolRefAttr>(kernel))
      return SymbolTable::lookupNearestSymbolFrom<gpu::BinaryOp>(executable, symbol.getRootReference());
  return nullptr;
}

StringRef sdq::chipOf(gpu::ObjectAttr object) {
  auto target = dyn_cast<NVVM::NVVMTargetAttr>(object.getTarget());
  return target ? target.getChip() : StringRef();
}

static bool hasPTX(gpu::ObjectAttr object) { return object.getFormat() != gpu::CompilationTarget::Binary; }

gpu::ObjectAttr sdq::selectObject(gpu::BinaryOp binary, Capability gpu) {
  gpu::ObjectAttr best;
  auto rank = [](gpu::ObjectAttr object) {
    std::optional<ChipName> name = ChipName::parse(chipOf(object));
    return std::tuple(name->capability, name->exact, object.getFormat() != gpu::CompilationTarget::Assembly);
  };
  for (auto object : binary.getObjects().getAsRange<gpu::ObjectAttr>())
    if (runsOn(chipOf(object), hasPTX(object), gpu) && (!best || rank(best) < rank(object)))
      best = object;
  return best;
}

std::string sdq::listChips(gpu::BinaryOp binary) {
  std::string text;
  for (auto object : binary.getObjects().getAsRange<gpu::ObjectAttr>())
    text += (text.empty() ? "" : ", ") + chipOf(object).str() + (hasPTX(object) ? "" : " (machine code only)");
  return text;
}

FailureOr<void *> CUDATable::load(SymbolRefAttr kernel) {
  auto binary = SymbolTable::lookupNearestSymbolFrom<gpu::BinaryOp>(module, kernel.getRootReference());
  if (!binary)
    return module.emitError() << "there is no code of kernel " << kernel;
  void *&loaded = modules[kernel.getRootReference()];
  if (!loaded) {
    auto [major, minor] = driver.capability();
    gpu::ObjectAttr object = selectObject(binary, {major, minor});
    if (!object)
      return binary.emitError() << "no code for " << driver.name() << " (compute capability " << major << '.' << minor
                                << "): there is code for " << listChips(binary);
    StringRef code = object.getObject().getValue();
    llvm::Expected<void *> result = driver.loadModule({code.data(), code.size()});
    if (!result)
      return binary.emitError() << llvm::toString(result.takeError());
    loaded = *result;
  }
  llvm::Expected<void *> found = driver.findKernel(loaded, kernel.getLeafReference().getValue());
  if (!found)
    return binary.emitError() << llvm::toString(found.takeError());
  return *found;
}

FailureOr<const void *> CUDATable::hold(ArrayRef<char> bytes) {
  llvm::Expected<void *> memory = driver.hold(bytes);
  if (!memory)
    return module.emitError() << bytes.size() << " bytes of a weight: " << llvm::toString(memory.takeError());
  return static_cast<const void *>(*memory);
}
