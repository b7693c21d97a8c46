// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_TYPES
#define SDQ_TYPES

include "mlir/IR/AttrTypeBase.td"
include "sdq/Dialect/SDQ/IR/SDQDialect.td"

def SDQ_Weight : TypeDef<SDQ_Dialect, "Weight"> {
  let mnemonic = "weight";
  let summary = "a weight matrix in a compressed format";
  let description = [{
    `!sdq.weight<4096x11008xf16, #sdq.dense<f16>>`: output channels × inputs, the type of the numbers it stands for,
    and the format it is stored in.

    **Constraints**
    - (weight_c1) two static extents, both at least 1.
    - (weight_c2) the element type is f16, bf16 or f32.
    - (weight_c3) the format can store this shape: at most 2^56 elements, and 2^31 columns in a `#sdq.csr`.
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$columns, "::mlir::Type":$elementType,
                        "::sdq::WeightFormat":$format);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    ::sdq::Shape getShape() const { return {getRows(), getColumns()}; }
    /// The same weight in another format.
    WeightType withFormat(::sdq::WeightFormat format) const {
      return get(getContext(), getRows(), getColumns(), getElementType(), format);
    }
    /// The tensor type each part has as an attribute, in the format's order; dynamic extents stay dynamic.
    ::llvm::SmallVector<::mlir::RankedTensorType> getPartTypes() const;
  }];
}

#endif // SDQ_TYPES
