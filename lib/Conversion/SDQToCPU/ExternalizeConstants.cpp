//===- ExternalizeConstants.cpp - Resource constants to runtime buffers -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Conversion/SDQToCPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_EXTERNALIZECONSTANTS
#include "sdq/Conversion/SDQToCPU/Passes.h.inc"
} // namespace sdq

namespace {

struct ExternalizeConstants : sdq::impl::ExternalizeConstantsBase<ExternalizeConstants> {
  void runOnOperation() override {
    getOperation().walk([](arith::ConstantOp constant) {
      auto value = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
      if (!value)
        return;
      OpBuilder b(constant);
      auto type = cast<RankedTensorType>(value.getType());
      auto memref = MemRefType::get(type.getShape(), type.getElementType());
      Value buffer = BufferOp::create(b, constant.getLoc(), memref, value);
      // Not writable: the bytes may be a mapped file.
      constant.replaceAllUsesWith(bufferization::ToTensorOp::create(b, constant.getLoc(), type, buffer,
                                                                    /*restrict=*/true, /*writable=*/false)
                                      .getResult());
      constant.erase();
    });
  }
};

} // namespace
