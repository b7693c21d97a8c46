// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_INTERFACES
#define SDQ_INTERFACES

include "mlir/IR/Interfaces.td"

def SDQ_WeightFormat : AttrInterface<"WeightFormat"> {
  let cppNamespace = "::sdq";
  let description = [{
    How the numbers of a weight are stored. A format knows nothing of targets. It names the parts that a weight of a
    shape is stored in and says how they are read, once over buffers and once as IR; everything else (sizes, reports,
    reference kernels for every target) follows from these. A new format is one attribute that implements this, most
    easily by way of a layout: LayoutFormat.h.
  }];
  let methods = [
    InterfaceMethod<[{
        Verifies that a weight of `shape` can be stored in this format.
      }],
      "::llvm::LogicalResult", "verifyShape",
      (ins "::sdq::Shape":$shape, "::llvm::function_ref<::mlir::InFlightDiagnostic()>":$emitError)>,
    InterfaceMethod<[{
        The named buffers that a weight of `shape` is stored in, in a fixed order. One extent of a part may be
        `kDynamicExtent`: the number of nonzeros is never in the type.
      }],
      "::std::vector<::sdq::PartSpec>", "getParts", (ins "::sdq::Shape":$shape)>,
    InterfaceMethod<[{
        Verifies the content of the parts: indices in range, offsets monotone, masks as full as N:M says.
      }],
      "::llvm::Error", "verifyContent",
      (ins "::sdq::Shape":$shape, "::llvm::ArrayRef<::sdq::PartView>":$parts)>,
    InterfaceMethod<[{
        Adds row `row` of the stored matrix to `out` (`shape.columns` values), reading buffers.
      }],
      "void", "decodeRow",
      (ins "::sdq::Shape":$shape, "::llvm::ArrayRef<::sdq::PartView>":$parts, "int64_t":$row,
           "::llvm::MutableArrayRef<float>":$out)>,
    InterfaceMethod<[{
        Whether `storeRow` says how any values become codes. Where it does not (a codebook wants a solver), or a part's
        extent depends on the values, weights get into this format by a pass of its own.
      }],
      "bool", "storesValues">,
    InterfaceMethod<[{
        Stores row `row` (`shape.columns` finite values), rounding as the format does, in zero-initialised parts. Touches
        no other row, so that rows may be stored in parallel. An error where the format cannot hold the values.
      }],
      "::llvm::Error", "storeRow",
      (ins "::sdq::Shape":$shape, "::llvm::MutableArrayRef<::sdq::Part>":$parts, "int64_t":$row,
           "::llvm::ArrayRef<float>":$values)>,
    InterfaceMethod<[{
        Emits loops that visit the stored elements number first, first + step, … of `row`, threading accumulators
        through `body(builder, location, column : index, value : f32, accumulators)`. `parts`: one memref or tensor a part.
        Every nonzero is visited exactly once; a visit of a zero is allowed, always at a valid column.
      }],
      "::llvm::SmallVector<::mlir::Value>", "emitVisitRow",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$location, "::sdq::Shape":$shape,
           "::mlir::ValueRange":$parts, "::mlir::Value":$row, "::mlir::Value":$first, "::mlir::Value":$step,
           "::mlir::ValueRange":$accumulators, "::sdq::VisitBody":$body)>,
    InterfaceMethod<[{
        Emits the element (f32) of `row` at `column`, both of type index, where finding it takes no search; null, and
        nothing emitted, where it does: such formats are visited. `parts` as above.
      }],
      "::mlir::Value", "emitElement",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$location, "::sdq::Shape":$shape,
           "::mlir::ValueRange":$parts, "::mlir::Value":$row, "::mlir::Value":$column)>,
  ];
}

// Implements WeightFormat for an attribute that has `getLayout()`: sdq/Dialect/SDQ/IR/LayoutFormat.h.
def SDQ_LayoutMethods : NativeAttrTrait<"LayoutMethods"> {
  let cppNamespace = "::sdq";
}

#endif // SDQ_INTERFACES
