// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_DIALECT
#define SDQ_DIALECT

include "mlir/IR/DialectBase.td"

def SDQ_Dialect : Dialect {
  let name = "sdq";
  let cppNamespace = "::sdq";
  let summary = "Compressed weights as sums of cheap terms";
  let description = [{
    A compressed weight is a sum of terms, and its type says how far it has come:

    ```mlir
    !sdq.weight<4096x11008xf16, #sdq.dense<f16>>                                   // as raised
    !sdq.weight<4096x11008xf16, #sdq.nm<7:8, f16>>                                 // sparsified
    !sdq.weight<4096x11008xf16, #sdq.sum<#sdq.nm<1:8, f16>, #sdq.nm<6:8, f16>>>    // outliers extracted
    !sdq.weight<4096x11008xf16, #sdq.sum<                                          // quantized
        #sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>,
        #sdq.nm<6:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>>
    !sdq.weight<4096x11008xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<3, f16>>>         // SqueezeLLM, the same words
    ```

    Weights live in module-level `sdq.parameter` symbols; functions multiply by them with `sdq.linear`. Passes refine
    a parameter's type and parts and never touch the functions. SDQ is arXiv 2406.13868, SqueezeLLM arXiv 2306.07629.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let extraClassDeclaration = [{
    /// Has bytecode say, and be asked, in which version it is: FileVersion.h.
    void addFileVersion();
  }];
}

#endif // SDQ_DIALECT
