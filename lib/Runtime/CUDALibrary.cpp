//===- CUDALibrary.cpp - The CUDA driver's functions ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CUDALibrary.h"

using namespace sdq;

static_assert(sizeof(MemoryPoolProperties) == 88, "CUmemPoolProps");

llvm::Expected<CUDALibrary> CUDALibrary::open(llvm::StringRef path) {
  CUDALibrary driver;
  std::string why;
  // It stays open: threads of its own may outlive every user.
  driver.library = llvm::sys::DynamicLibrary::getLibrary(path.str().c_str(), &why);
  if (!driver.library.isValid())
    return llvm::createStringError("no CUDA driver: " + why);
  std::string missing;
  auto find = [&](auto &function, bool needed = true) {
    function.function =
        reinterpret_cast<decltype(function.function)>(driver.library.getAddressOfSymbol(function.name));
    if (!function.function && needed && missing.empty())
      missing = function.name;
  };
  auto findAll = [&](auto &...functions) { (find(functions), ...); };
  findAll(driver.init, driver.deviceGetCount, driver.deviceGet, driver.deviceGetName, driver.deviceGetAttribute,
          driver.primaryContextRetain, driver.primaryContextRelease, driver.contextPush, driver.contextPop,
          driver.moduleLoad, driver.moduleUnload, driver.moduleGetFunction, driver.functionSetAttribute,
          driver.streamCreate, driver.streamSynchronize, driver.streamDestroy, driver.memoryAllocate,
          driver.memoryFree, driver.memoryCopy, driver.copyToDevice, driver.launchKernel, driver.getErrorName,
          driver.getErrorString);
  find(driver.poolCreate, /*needed=*/false);
  find(driver.poolDestroy, false);
  find(driver.poolSetAttribute, false);
  find(driver.poolAllocate, false);
  find(driver.poolFree, false);
  if (!missing.empty())
    return llvm::createStringError(path + ": not a CUDA driver: it has no function '" + missing + "'");
  return driver;
}

llvm::Error CUDALibrary::describe(const char *function, int result) const {
  const char *name = nullptr, *reason = nullptr;
  if (getErrorName.function(result, &name) != 0 || !name)
    name = "no name";
  if (getErrorString.function(result, &reason) != 0 || !reason)
    reason = "an error that the driver has no words for";
  return llvm::createStringError(llvm::Twine(function) + ": " + reason + " (" + name + ", " + llvm::Twine(result) +
                                 ")");
}
