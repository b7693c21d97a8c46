// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_OPS
#define SDQ_OPS

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "sdq/Dialect/SDQ/IR/SDQFormats.td"
include "sdq/Dialect/SDQ/IR/SDQTypes.td"

class SDQ_Op<string mnemonic, list<Trait> traits = []> : Op<SDQ_Dialect, mnemonic, traits>;

def SDQ_ParameterOp : SDQ_Op<"parameter", [Symbol, IsolatedFromAbove]> {
  let summary = "a weight of the model, with its parts";
  let description = [{
    Holds one weight. Compression passes nest on this op: they refine its type and replace its parts.

    ```mlir
    sdq.parameter @layers.0.mlp.down_proj : !sdq.weight<256x768xf16, #sdq.lut<4, f16>> =
      {codes = dense_resource<c> : tensor<256x384xi8>, tables = dense_resource<t> : tensor<256x16xf16>}
    ```

    **Constraints**
    - (parameter_c1) the parts are exactly those that the format names for the weight's shape.
    - (parameter_c2) each part has the type that the format gives it; a dynamic extent is resolved.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<StrAttr>:$sym_visibility,
                       TypeAttrOf<SDQ_Weight>:$type, DictionaryAttr:$parts);
  let assemblyFormat = [{
    (custom<Visibility>($sym_visibility)^)? $sym_name attr-dict-with-keyword `:` $type `=` $parts
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::sdq::WeightType getWeightType() { return ::llvm::cast<::sdq::WeightType>(getType()); }
    ::mlir::ElementsAttr getPart(::llvm::StringRef name) { return getParts().getAs<::mlir::ElementsAttr>(name); }
    /// The parts in the format's order.
    ::llvm::SmallVector<::mlir::ElementsAttr> getPartsInOrder();
  }];
}

def SDQ_LinearOp : SDQ_Op<"linear", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>,
                                     DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>]> {
  let summary = "multiplies activations by a weight";
  let description = [{
    y[…, n] = Σ_k x[…, k] · W[n, k], accumulated in f32.

    ```mlir
    %y = sdq.linear %x, @layers.0.mlp.down_proj : (tensor<?x768xf32>) -> tensor<?x256xf32>
    %z = sdq.linear %x, @w activations [#sdq.activation<i8, vector = 16>, #sdq.activation<f4E2M1FN, vector = 16>]
      : (tensor<?x768xf32>) -> tensor<?x256xf32>
    ```

    `activations`, one a term of the weight's format: the precision at which the activations meet that term.

    **Constraints**
    - (linear_c1) the symbol names an `sdq.parameter`.
    - (linear_c2) the last extent of the input is the weight's number of columns, that of the result its rows.
    - (linear_c3) input and result have the same rank, at least 1, the same element type, and the same leading extents.
    - (linear_c4) the element type is f16, bf16 or f32.
    - (linear_c5) `activations`, where given, has one entry a term (one for a format that is no sum).
  }];
  let arguments = (ins AnyRankedTensor:$input, FlatSymbolRefAttr:$weight, OptionalAttr<ArrayAttr>:$activations);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `,` $weight (`activations` $activations^)? attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

def SDQ_LoadOp : SDQ_Op<"load", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a parameter as a value";
  let description = [{
    ```mlir
    %w = sdq.load @embedding : !sdq.weight<256x256xf16, #sdq.dense<f16>>
    ```

    **Constraints**
    - (load_c1) the symbol names an `sdq.parameter` of the result's type.
  }];
  let arguments = (ins FlatSymbolRefAttr:$parameter);
  let results = (outs SDQ_Weight:$result);
  let assemblyFormat = "$parameter attr-dict `:` qualified(type($result))";
}

def SDQ_DecodeOp : SDQ_Op<"decode", [Pure]> {
  let summary = "the dense matrix that a weight stands for";
  let description = [{
    ```mlir
    %t = sdq.decode %w : !sdq.weight<256x768xf16, #sdq.lut<4, f16>> -> tensor<256x768xf32>
    ```

    Terms are added in f32 in the format's order, then rounded to the result's element type.

    **Constraints**
    - (decode_c1) the result has the weight's extents; its element type is f16, bf16 or f32.
  }];
  let arguments = (ins SDQ_Weight:$weight);
  let results = (outs AnyStaticShapeTensor:$result);
  let assemblyFormat = "$weight attr-dict `:` qualified(type($weight)) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

def SDQ_EncodeOp : SDQ_Op<"encode", [Pure]> {
  let summary = "a matrix as a weight";
  let description = [{
    The inverse of `sdq.decode` for formats whose numbers need no choice: unquantized `#sdq.dense`.

    ```mlir
    %w = sdq.encode %t : tensor<256x768xf16> -> !sdq.weight<256x768xf16, #sdq.dense<f16>>
    ```

    **Constraints**
    - (encode_c1) the operand has the weight's extents; its element type is f16, bf16 or f32.
    - (encode_c2) the format is an unquantized `#sdq.dense`; the others are the business of a solver (`--sdq-quantize`).
  }];
  let arguments = (ins AnyStaticShapeTensor:$tensor);
  let results = (outs SDQ_Weight:$result);
  let assemblyFormat = "$tensor attr-dict `:` type($tensor) `->` qualified(type($result))";
  let hasVerifier = 1;
}

def SDQ_BufferOp : SDQ_Op<"buffer", [Pure]> {
  let summary = "where the runtime keeps a constant";
  let description = [{
    The address of a constant's bytes, which the runtime supplies at load: weights never become LLVM constants. Lowered
    to a load from the table `sdq_buffers`; `sdq.executable` lists what the table holds.

    ```mlir
    %codes = sdq.buffer dense_resource<c> : tensor<256x384xi8> -> memref<256x384xi8>
    %onDevice = sdq.buffer device dense_resource<c> : tensor<256x384xi8> -> memref<256x384xi8>
    ```

    `device`: in the memory of the device that the program launches its kernels on, uploaded once at load; the host may
    hand the address to a launch but not read through it.

    **Constraints**
    - (buffer_c1) the memref has the constant's shape and element type (a dynamic extent may stand for a static one)
      and is laid out row-major.
  }];
  let arguments = (ins ElementsAttr:$value, UnitAttr:$device);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "(`device` $device^)? $value attr-dict `->` type($result)";
  let hasVerifier = 1;
}

def SDQ_KernelOp : SDQ_Op<"kernel", [Pure]> {
  let summary = "the runtime's handle of a kernel";
  let description = [{
    What the program hands to the runtime to launch a kernel: a `CUfunction` on NVIDIA GPUs. The runtime supplies it at
    load, as it does addresses of constants.

    ```mlir
    %handle = sdq.kernel @sdq_kernels::@linear_lut_4_f16_5x13_f32
    ```
  }];
  let arguments = (ins SymbolRefAttr:$kernel);
  let results = (outs I64:$handle);
  let assemblyFormat = "$kernel attr-dict";
}

def SDQ_ExecutableOp : SDQ_Op<"executable", [Symbol]> {
  let summary = "compiled code of this module's program";
  let description = [{
    Object code for one target. `buffers` lists what the table `sdq_buffers` refers to, in its order: constants in the
    host's memory, constants in the device's (`#sdq.on_device`), handles of kernels (symbols). `checksum`, where
    given, is the XXH3 hash of the code's bytes: the loader refuses damaged code, which no linker can be trusted with.

    **Constraints**
    - (executable_c1) the code is a one-dimensional i8 tensor.
    - (executable_c2) every buffer is an elements attribute, `#sdq.on_device` of one, or a symbol of a kernel.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$triple, StrAttr:$cpu, StrAttr:$features, StrAttr:$entry,
                       ElementsAttr:$code, ArrayAttr:$buffers, OptionalAttr<I64Attr>:$checksum);
  let assemblyFormat = [{
    $sym_name `target` `(` $triple `,` $cpu `,` $features `)` `entry` $entry `code` $code `buffers` $buffers
    attr-dict-with-keyword
  }];
  let hasVerifier = 1;
}

#endif // SDQ_OPS
