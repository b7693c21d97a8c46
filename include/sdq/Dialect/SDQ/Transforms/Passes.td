// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_TRANSFORMS_PASSES
#define SDQ_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

defvar calibrationOption = Option<"calibration", "calibration", "std::string", "",
    "safetensors file of statistics, named by weight: .fisher [N,K], .act_sq [K], .hessian [K,K]">;

def Sparsify : Pass<"sdq-sparsify", "::sdq::ParameterOp"> {
  let summary = "keep the best N of every M consecutive inputs";
  let description = [{
    A dense weight becomes N:M: in every block of M consecutive inputs of an output channel the N values (pairwise: the
    N/2 pairs) of the highest score survive; ties go to the lower column (arXiv 2406.13868).

    ```mlir
    sdq.parameter @w : !sdq.weight<256x768xf16, #sdq.dense<f16>> = {…}
    // --sdq-sparsify="pattern=7:8"
    sdq.parameter @w : !sdq.weight<256x768xf16, #sdq.nm<7:8, f16>> = {…}
    // --sdq-sparsify="pattern=4:8 pairwise=true metric=sparsegpt calibration=c.safetensors"
    sdq.parameter @w : !sdq.weight<256x768xf16, #sdq.nm<4:8, pairwise, f16>> = {…}
    ```

    | `metric` | a value's score | needs |
    | --- | --- | --- |
    | `magnitude` | \|w\| | |
    | `wanda` | \|w\|·√E[x²] (arXiv 2306.11695) | `.act_sq` |
    | `fisher` | F·w² | `.fisher` |
    | `sparsegpt` | w²/U_kk², U the Cholesky factor of the inverse Hessian; what survives is moved to make up for what goes (arXiv 2301.00774) | `.hessian` |

    A pair's score is the sum of its members'. `damping` is what `sparsegpt` adds to the Hessian's diagonal, as a share of
    its mean.
  }];
  let options = [
    Option<"pattern", "pattern", "std::string", "", "N:M">,
    Option<"pairwise", "pairwise", "bool", "false", "neighbours live and die together">,
    Option<"metric", "metric", "std::string", "\"magnitude\"",
        "what a value is worth: magnitude, wanda, sparsegpt or fisher">,
    Option<"damping", "damping", "double", "0.01", "sparsegpt: share of the Hessian's mean diagonal added to it">,
    calibrationOption
  ];
}

def ExtractOutliers : Pass<"sdq-extract-outliers", "::sdq::ParameterOp"> {
  let summary = "split a term into outliers and the rest";
  let description = [{
    Local (SDQ): of the last N:M term, n values of every block become a term of their own, placed before the rest. The
    terms before it, if any, stay as they are.

    ```mlir
    !sdq.weight<256x768xf16, #sdq.nm<7:8, f16>>
    // --sdq-extract-outliers="pattern=1:8"
    !sdq.weight<256x768xf16, #sdq.sum<#sdq.nm<1:8, f16>, #sdq.nm<6:8, f16>>>
    // --sdq-extract-outliers="pattern=1:8 metric=error types=i8,f4E2M1FN vector=16 scale=f8E4M3FN"
    !sdq.weight<256x768xf16, #sdq.sum<#sdq.nm<1:8, f16>, #sdq.nm<6:8, f16>>>
    ```

    | `metric` | takes | needs |
    | --- | --- | --- |
    | `magnitude` | the largest \|w\| | |
    | `product` | the largest \|w\|·√E[x²] | `.act_sq` |
    | `fisher` | the largest F·w² | `.fisher` |
    | `error` | the set that leaves the least squared error once both terms are quantized to `types` with a scale every `vector` inputs; a minimum over all sets for most scale formats (sdq/Core/ErrorOutliers.h) | what `weights` weighs the errors by: nothing, `.act_sq` or `.fisher` |

    Global (SqueezeLLM, arXiv 2306.07629 §4.2): of a dense weight, the `sensitive` percent of values with the largest
    Fisher information and then, by the IQR rule, the values of largest magnitude up to `percent` in all become a CSR
    term; they are zero in the dense one, which may go on to be sparsified and quantized. `sensitive=0`: the largest
    magnitudes alone.

    ```mlir
    !sdq.weight<256x768xf16, #sdq.dense<f16>>
    // --sdq-extract-outliers="percent=0.45 sensitive=0.05 calibration=c.safetensors"
    !sdq.weight<256x768xf16, #sdq.sum<#sdq.csr<f16>, #sdq.dense<f16>>>
    // --sdq-sparsify="pattern=6:8"
    !sdq.weight<256x768xf16, #sdq.sum<#sdq.csr<f16>, #sdq.nm<6:8, f16>>>
    ```
  }];
  let options = [
    Option<"pattern", "pattern", "std::string", "", "local: n:M of the outliers">,
    Option<"rest", "rest", "std::string", "", "local: N:M of the rest; by default what remains">,
    Option<"metric", "metric", "std::string", "\"magnitude\"",
        "local: what outliers are chosen by: magnitude, product, fisher or error">,
    ListOption<"types", "types", "std::string", "metric=error: number formats of outliers and of the rest">,
    Option<"vector", "vector", "int64_t", "16", "metric=error: inputs that share a scale; 0: the whole row">,
    Option<"scale", "scale", "std::string", "\"f8E4M3FN\"", "metric=error: f8E4M3FN, u8, f8E8M0FNU, f16 or f32">,
    Option<"weights", "weights", "std::string", "\"none\"",
        "metric=error: what weighs a squared error: none, activation (.act_sq) or fisher (.fisher)">,
    Option<"percent", "percent", "double", "0", "global: percent of all values to extract">,
    Option<"sensitive", "sensitive", "double", "0.05", "global: percent to take by Fisher information">,
    Option<"unweighted", "unweighted", "bool", "false", "global: go without Fisher, by magnitude alone">,
    calibrationOption
  ];
}

def Quantize : Pass<"sdq-quantize", "::sdq::ParameterOp"> {
  let summary = "give each term its number format";
  let description = [{
    Vectors (VS-Quant): term i is rounded to `types[i]` with a scale every `vector` inputs (0: the whole row). A CSR term
    takes f16 or bf16.

    ```mlir
    !sdq.weight<256x768xf16, #sdq.sum<#sdq.nm<1:8, f16>, #sdq.nm<6:8, f16>>>
    // --sdq-quantize="types=i8,f4E2M1FN vector=16 scale=f8E4M3FN"
    !sdq.weight<256x768xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>,
                                      #sdq.nm<6:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>>
    ```

    With `scale-choice=absmax` a scale maps the largest magnitude of its vector to the largest number of the type; with
    `scale-choice=mse` it is, of the scales as they are stored, the one of least Σ importance·(w − ŵ)², never worse than
    absmax's. The importance is 1 with `weights=none`, the mean squared input (`.act_sq`) with `weights=activation`, the
    Fisher information with `weights=fisher`.

    With `feedback=n`, for up to n rounds, N:M terms trade places so that those values become outliers whose error
    falls most, and each term, the last one last, is quantized anew on what the others leave of the weight. No round
    raises the error (weighted as above) of any row.

    Codebooks (SqueezeLLM §4.1): the dense term becomes a table of 2^codebook values per output channel, the exact
    minimum of Σ F·(w − c)²; a CSR term before it is adjusted to what the table leaves there.

    ```mlir
    !sdq.weight<256x768xf16, #sdq.sum<#sdq.csr<f16>, #sdq.dense<f16>>>
    // --sdq-quantize="codebook=3 calibration=c.safetensors"
    !sdq.weight<256x768xf16, #sdq.sum<#sdq.csr<f16>, #sdq.lut<3, f16>>>
    ```

    With `solver=lnq` (GuidedQuant, arXiv 2505.07004) the table and the codes of a channel minimise (ŵ − w)ᵀ·H·(ŵ − w)
    instead, the error of the layer's output: `iterations` times, the best table for the codes and then `sweeps` passes
    over the codes. H is the calibration's `.guided_hessian` of the channel's group, else its `.hessian`. It starts from
    the exact codebook for H's diagonal and ends no worse.
  }];
  let options = [
    ListOption<"types", "types", "std::string", "vectors: i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16 or bf16 for each term">,
    Option<"vector", "vector", "int64_t", "16", "vectors: inputs that share a scale; 0: the whole row">,
    Option<"scale", "scale", "std::string", "\"f8E4M3FN\"", "vectors: f8E4M3FN, u8, f8E8M0FNU, f16 or f32">,
    Option<"scaleChoice", "scale-choice", "std::string", "\"absmax\"", "vectors: what a scale is chosen by: absmax or mse">,
    Option<"weights", "weights", "std::string", "\"none\"",
           "vectors: what weighs squared errors: none, activation or fisher (need the calibration)">,
    Option<"feedback", "feedback", "unsigned", "0", "vectors: rounds of error feedback between terms">,
    Option<"codebook", "codebook", "unsigned", "0", "codebooks: bits of a code, 2 to 8">,
    Option<"solver", "solver", "std::string", "\"kmeans\"", "codebooks: kmeans or lnq">,
    Option<"iterations", "iterations", "unsigned", "3", "solver=lnq: table steps">,
    Option<"sweeps", "sweeps", "unsigned", "4", "solver=lnq: passes over the codes after each table step">,
    Option<"unweighted", "unweighted", "bool", "false",
        "solver=kmeans: go without Fisher, every error weighs the same">,
    calibrationOption
  ];
}

def ResidualTerms : Pass<"sdq-residual-terms", "::sdq::ParameterOp"> {
  let summary = "a sum of N:M terms, each of what the earlier ones leave";
  let description = [{
    A dense weight becomes a sum of quantized N:M terms (TASD, arXiv 2403.07953): term i takes the best `patterns[i]` of
    what the terms before it leave, their quantization errors included, and rounds it to `types[i]`. A value may be in
    several terms. No term makes any value's error larger.

    ```mlir
    sdq.parameter @w : !sdq.weight<256x768xf16, #sdq.dense<f16>> = {…}
    // --sdq-residual-terms="patterns=1:8,6:8 types=i8,f4E2M1FN vector=16 scale=f8E4M3FN"
    sdq.parameter @w : !sdq.weight<256x768xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>,
                                                         #sdq.nm<6:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>> = {…}
    ```

    The best values are those of the largest f·r², r what is left of a value and f what `weights` says an error of it
    weighs: 1 (`none`), E[x²] (`activation`, `.act_sq`) or the Fisher information (`fisher`, `.fisher`). A pair's is the
    sum of its members'; ties go to the lower column. `scale-choice=mse` weighs errors the same way.
  }];
  let options = [
    ListOption<"patterns", "patterns", "std::string", "N:M of each term, in the order in which they are taken">,
    Option<"pairwise", "pairwise", "bool", "false", "neighbours live and die together, in every term">,
    ListOption<"types", "types", "std::string", "i2, i3, i4, i8, f4E2M1FN, f8E4M3FN, f8E5M2, f16 or bf16 for each term">,
    Option<"vector", "vector", "int64_t", "16", "inputs that share a scale; 0: the whole row">,
    Option<"scale", "scale", "std::string", "\"f8E4M3FN\"", "f8E4M3FN, u8, f8E8M0FNU, f16 or f32">,
    Option<"scaleChoice", "scale-choice", "std::string", "\"absmax\"",
        "scales by the largest magnitude, or by search of the squared error: absmax or mse">,
    Option<"weights", "weights", "std::string", "\"none\"", "what weighs an error: none, activation or fisher">,
    calibrationOption
  ];
}

def Encode : Pass<"sdq-encode", "::sdq::ParameterOp"> {
  let summary = "store a weight in a format of your choice";
  let description = [{
    The last term of a weight (all of a weight that is no sum) is stored in `format`, its values rounded as that format
    does. This is how a weight gets into a format from outside (docs/add-a-format.md), and into any other that says how
    values become codes: all but `#sdq.lut` and `#sdq.csr`, which are the business of `--sdq-quantize` and
    `--sdq-extract-outliers`. A recipe that is a format's text runs this pass.

    ```mlir
    sdq.parameter @w : !sdq.weight<256x768xf16, #sdq.dense<f16>> = {…}
    // --sdq-encode="format=#sdq.dense<i4,vector=32,scale=f16>"
    sdq.parameter @w : !sdq.weight<256x768xf16, #sdq.dense<i4, vector = 32, scale = f16>> = {…}
    // --sdq-encode="format=#sdq.sum<#sdq.dense<i4,vector=32,scale=f16>,#toy.sign<32>>"
    sdq.parameter @w : !sdq.weight<256x768xf16, #sdq.sum<#sdq.dense<i4, vector = 32, scale = f16>, #toy.sign<32>>> = {…}
    ```
  }];
  let options = [Option<"format", "format", "std::string", "", "the format's text">];
}

def QuantizeActivations : Pass<"sdq-quantize-activations", "::mlir::ModuleOp"> {
  let summary = "say at which precision activations meet each term";
  let description = [{
    Sets `activations` on every `sdq.linear` whose weight has a quantized term: with `bits=0` each such term's own type,
    with `bits=8` i8 and with `bits=4` i4; with `bits=16`, and where terms are not quantized (codebooks, CSR, floats),
    activations are taken as they come. Scales are f32: with `granularity=vector` one for each of the term's vectors,
    with `granularity=token` one for each token and term. A parameter's own `sdq.activations` dictionary of such
    options, as recipes leave it, comes before them and is removed.

    ```mlir
    sdq.linear %x, @w activations [#sdq.activation<i8, vector = 16>, #sdq.activation<f4E2M1FN, vector = 16>] : …
    ```
  }];
  let options = [
    Option<"bits", "bits", "unsigned", "0", "0, 4, 8 or 16">,
    Option<"granularity", "granularity", "std::string", "\"vector\"", "what shares a scale: vector or token">
  ];
}

def VerifyWeights : Pass<"sdq-verify-weights", "::sdq::ParameterOp"> {
  let summary = "check what the parts of a weight contain";
  let description = [{
    The verifier of `sdq.parameter` looks at types only. This looks at every byte: masks are as full as N:M says, indices
    are in range, offsets are monotone, numbers are finite. The pipelines run it between their stages.
  }];
}

#endif // SDQ_TRANSFORMS_PASSES
