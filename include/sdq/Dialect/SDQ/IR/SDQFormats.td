// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_FORMATS
#define SDQ_FORMATS

include "mlir/IR/AttrTypeBase.td"
include "sdq/Dialect/SDQ/IR/SDQDialect.td"
include "sdq/Dialect/SDQ/IR/SDQInterfaces.td"

class SDQ_FormatAttr<string name, string mnemonic_, list<Trait> traits>
    : AttrDef<SDQ_Dialect, name # "Format", traits> {
  let mnemonic = mnemonic_;
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

// Every leaf format has a plain description in Core, which the algorithms work on.
class SDQ_LeafFormatAttr<string name, string mnemonic_, string core>
    : SDQ_FormatAttr<name, mnemonic_, [SDQ_WeightFormat, SDQ_LayoutMethods]> {
  let extraClassDeclaration = [{
    /// The same format as Core knows it.
    ::sdq::}] # core # [{ getLayout() const;
    static }] # name # [{FormatAttr get(::mlir::MLIRContext *context, const ::sdq::}] # core # [{ &layout);
  }];
}

def SDQ_DenseFormat : SDQ_LeafFormatAttr<"Dense", "dense", "DenseFormat"> {
  let summary = "every element stored";
  let description = [{
    `#sdq.dense<T>`: W[n,k] = values[n,k], T one of f16, bf16, f32.
    `#sdq.dense<T, transposed>`: stored as the exporter left it, inputs × outputs: W[n,k] = values[k,n].
    `#sdq.dense<q, vector = Q, scale = S>`: quantized, every Q consecutive inputs of a row sharing a scale:
    W[n,k] = q(values[n,k]) · scales[n, k div Q] (· row_scale[n] where S is f8E4M3FN or ui8).

    **Constraints**
    - (dense_c1) T is i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16, bf16 or f32.
    - (dense_c2) a vector and a scale are given if and only if T is quantized (i2, i3, i4, i8, f4E2M1FN, f8E4M3FN,
      f8E5M2).
    - (dense_c3) the scale is f8E4M3FN, ui8, f8E8M0FNU, f16 or f32; the vector is at least 1.
    - (dense_c4) a transposed weight is not quantized.
  }];
  let parameters = (ins "::mlir::Type":$element, "int64_t":$vector, "::mlir::Type":$scale, "bool":$transposed);
}

def SDQ_NMFormat : SDQ_LeafFormatAttr<"NM", "nm", "NMFormat"> {
  let summary = "N of every M consecutive inputs stored";
  let description = [{
    `#sdq.nm<N:M[, pairwise], T[, vector = Q, scale = S]>`: of every M consecutive inputs of an output channel at most
    N are nonzero (SDQ, arXiv 2406.13868). `pairwise`: neighbours (2i, 2i+1) are kept or dropped together, which 4-bit
    sparse tensor cores require. The vector counts inputs of the dense grid. Storage is the smallest of grid, mask and
    indices (sdq/Core/Format.h, `NMStorage`).

    **Constraints**
    - (nm_c1) 1 ≤ N ≤ M ≤ 32.
    - (nm_c2) pairwise needs even N and even M.
    - (nm_c3) T, vector and scale as dense_c1, dense_c2 and dense_c3 say.
  }];
  let parameters = (ins "int64_t":$n, "int64_t":$m, "bool":$pairwise, "::mlir::Type":$element, "int64_t":$vector,
                        "::mlir::Type":$scale);
}

def SDQ_LUTFormat : SDQ_LeafFormatAttr<"LUT", "lut", "LUTFormat"> {
  let summary = "one table of 2^bits values per output channel";
  let description = [{
    `#sdq.lut<bits, T>`: W[n,k] = tables[n, codes[n,k]] (SqueezeLLM, arXiv 2306.07629 §4.1).

    **Constraints**
    - (lut_c1) 2 ≤ bits ≤ 8.
    - (lut_c2) T is f16, bf16 or f32.
  }];
  let parameters = (ins "int64_t":$bits, "::mlir::Type":$element);
}

def SDQ_TiledFormat : SDQ_LeafFormatAttr<"Tiled", "tiled", "TiledFormat"> {
  let summary = "a format whose codes lie in the order in which a kernel reads them";
  let description = [{
    `#sdq.tiled<#sdq.lut<4, f16>, 4 : [c32:1, r32:1]>`: the numbers of a `#sdq.lut`, or of a `#sdq.dense` of quantized
    elements, whose codes are stored tile by tile.
    Planes, low bits first, are `bits : [digits]`, the fastest digit first: `c4:2` is (column div 2) mod 4, `r8:1` is
    (row div 1) mod 8 (sdq/Core/Tiled.h). Tiles that reach past the last row or column are filled up with zeros.

    **Constraints**
    - (tiled_c1) the format is a #sdq.lut or a #sdq.dense of quantized elements.
    - (tiled_c2) a plane has 1, 2, 4 or 8 bits; the planes have a code's bits together.
    - (tiled_c3) of a plane's digits, at most eight, those of the columns have strides 1, e₁, e₁·e₂, … by their extents,
      each at least 2, and so have those of the rows; a tile has at most 2^16 of either.
    - (tiled_c4) a tile is a whole number of bytes.
  }];
  let parameters = (ins "::mlir::Attribute":$format, ArrayRefParameter<"::sdq::TilePlane">:$planes);
}

def SDQ_CSRFormat : SDQ_LeafFormatAttr<"CSR", "csr", "CSRFormat"> {
  let summary = "a few exact values in compressed sparse rows";
  let description = [{
    `#sdq.csr<T>`: row n holds entries row_offsets[n] … row_offsets[n+1]; entry e adds values[e] at column columns[e]
    (SqueezeLLM, arXiv 2306.07629 §4.2). The number of entries is not in the type.

    **Constraints**
    - (csr_c1) T is f16, bf16 or f32.
  }];
  let parameters = (ins "::mlir::Type":$element);
}

def SDQ_SumFormat : SDQ_FormatAttr<"Sum", "sum", [DeclareAttrInterfaceMethods<SDQ_WeightFormat>]> {
  let summary = "the sum of several terms";
  let description = [{
    `#sdq.sum<A, B, …>`: W = A + B + …. A sum is a format like any other, so decompositions nest. Values are stored
    in it term by term, each taking what those before it leave.

    **Constraints**
    - (sum_c1) at least two terms.
  }];
  let parameters = (ins ArrayRefParameter<"::sdq::WeightFormat">:$terms);
}

def SDQ_ActivationFormat : AttrDef<SDQ_Dialect, "ActivationFormat"> {
  let mnemonic = "activation";
  let summary = "the number format in which activations meet a term";
  let description = [{
    `#sdq.activation<T>` (T float: no quantization) or `#sdq.activation<q, vector = Q>`: every Q consecutive inputs of
    a token are divided by their own scale, max |x| / max(q), rounded to q (to nearest, ties to even), and multiplied
    back (dynamic VS-Quant). The scale is an f32 that is not rounded; a vector of zeros has scale 1. A vector of all
    inputs is one scale a token. Products and sums are f32.

    **Constraints**
    - (activation_c1) T is i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16, bf16 or f32.
    - (activation_c2) a vector (at least 1) is given if and only if T is quantized.
  }];
  let parameters = (ins "::mlir::Type":$element, "int64_t":$vector);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def SDQ_OnDevice : AttrDef<SDQ_Dialect, "OnDevice"> {
  let mnemonic = "on_device";
  let summary = "a constant in the memory of the program's device";
  let description = [{
    `#sdq.on_device<dense<1> : tensor<4xi8>>`: an entry of an `sdq.executable`'s table that the runtime uploads at load.
  }];
  let parameters = (ins "::mlir::ElementsAttr":$value);
  let assemblyFormat = "`<` $value `>`";
}

#endif // SDQ_FORMATS
