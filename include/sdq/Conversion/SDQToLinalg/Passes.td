// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_CONVERSION_SDQTOLINALG_PASSES
#define SDQ_CONVERSION_SDQTOLINALG_PASSES

include "mlir/Pass/PassBase.td"

def LinearToLinalg : Pass<"sdq-linear-to-linalg", "::mlir::ModuleOp"> {
  let summary = "sdq.linear and sdq.decode to linalg on packed constants";
  let description = [{
    Writes what a weight means in upstream's words: afterwards no operation, type or attribute of `sdq` is left, and a
    compiler that has never heard of it compiles the compressed model. Every part becomes an `arith.constant` of the
    bytes that it has (i8, i16, i32, f16 or f32); decoding is part of the program.

    ```mlir
    sdq.parameter @w : !sdq.weight<4x8xf16, #sdq.lut<4, f16>> = {codes = dense_resource<c> : tensor<4x4xi8>,
                                                                 tables = dense_resource<t> : tensor<4x16xf16>}
    func.func @f(%x: tensor<?x8xf32>) -> tensor<?x4xf32> {
      %y = sdq.linear %x, @w : (tensor<?x8xf32>) -> tensor<?x4xf32>
      return %y : tensor<?x4xf32>
    }
    ```
    becomes
    ```mlir
    %codes = arith.constant dense_resource<c> : tensor<4x4xi8>
    %tables = arith.constant dense_resource<t> : tensor<4x16xf16>
    %w = linalg.generic {… ["parallel", "parallel"]} outs(%empty : tensor<8x4xf32>) {
      … tensor.extract %codes[%row, %byte] … arith.shrui … tensor.extract %tables[%row, %code] …
    }
    %y = linalg.generic {… ["parallel", "reduction", "parallel"]} ins(%x, %w : …) outs(%zeros : tensor<?x4xf32>) {
      … arith.mulf … arith.addf …
    }
    ```

    Terms whose elements are found without a search (`WeightFormat::emitElement`: all but `#sdq.csr`) are decoded into
    a matrix of inputs × outputs in f32 that lives as long as its product does, which a compiler may fuse. The others
    are added output by output: the body of a `linalg.generic` loops over the stored elements of the row (`scf.for`).
    Activations that a term wants rounded are rounded in two `linalg.generic`, a scale for each vector first. Products
    and sums are f32.

    Compiled code in the module (`sdq.executable`) is dropped, as are discardable attributes of `sdq`, and those of
    `onnx` where no operation of `onnx` is left.

    **Constraints**
    - (linalg_c1) weights are used by `sdq.linear`, and by `sdq.decode` straight from `sdq.load`; nothing else takes
      or returns one.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"
  ];
}

#endif // SDQ_CONVERSION_SDQTOLINALG_PASSES
