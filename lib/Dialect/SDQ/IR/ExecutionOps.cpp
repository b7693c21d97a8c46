//===- ExecutionOps.cpp - sdq.buffer, sdq.executable -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/SDQ.h"

using namespace mlir;
using namespace sdq;

LogicalResult BufferOp::verify() {
  ShapedType value = getValue().getShapedType();
  auto memref = cast<MemRefType>(getType());
  if (value.getElementType() != memref.getElementType() || !memref.getLayout().isIdentity() ||
      failed(verifyCompatibleShape(value.getShape(), memref.getShape())))
    return emitOpError("buffer_c1: expected a row-major memref of the shape and element type of ")
           << value << ", found " << memref;
  return success();
}

LogicalResult ExecutableOp::verify() {
  ShapedType code = getCode().getShapedType();
  if (code.getRank() != 1 || !code.getElementType().isSignlessInteger(8))
    return emitOpError("executable_c1: expected code as a one-dimensional i8 tensor, found ") << code;
  for (Attribute buffer : getBuffers())
    if (!isa<ElementsAttr, OnDeviceAttr, SymbolRefAttr>(buffer))
      return emitOpError("executable_c2: expected elements attributes, also on a device, or symbols of kernels, found ")
             << buffer;
  return success();
}
