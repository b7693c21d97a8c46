//===- DeviceTable.h - What a program's table asks of a device --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_LOADER_DEVICETABLE_H
#define SDQ_LIB_LOADER_DEVICETABLE_H

#include "mlir/IR/BuiltinAttributes.h"

namespace sdq {

/// A device as `sdq_buffers` sees it: kernels by their symbols, constants by their bytes. Errors are emitted.
class DeviceTable {
public:
  virtual ~DeviceTable();
  /// A handle of `@module::@kernel`, for the driver's `launch`.
  virtual mlir::FailureOr<void *> load(mlir::SymbolRefAttr kernel) = 0;
  /// The device's address of a constant, which stays as long as the device.
  virtual mlir::FailureOr<const void *> hold(llvm::ArrayRef<char> bytes) = 0;
};

} // namespace sdq

#endif // SDQ_LIB_LOADER_DEVICETABLE_H
