// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_PIPELINES_PASSES
#define SDQ_PIPELINES_PASSES

include "mlir/Pass/PassBase.td"

def Compress : Pass<"sdq-compress", "::sdq::ParameterOp"> {
  let summary = "run a weight's own recipe on it";
  let description = [{
    Looks up the recipe of the parameter's weight (by the name that the model has for it: `sdq.origin`, else the symbol)
    and runs the passes that the recipe stands for, ending with `sdq-verify-weights`. Different weights take different
    recipes, weights run in parallel, and each is finished before the next begins.

    ```mlir
    sdq.parameter @w : !sdq.weight<256x768xf16, #sdq.dense<f16>> = {…}
    // --sdq-compress="recipe=SDQ-W7:8-1:8int8-6:8fp4"
    sdq.parameter @w attributes {sdq.activations = {bits = 0 : i64, granularity = "vector"}}
      : !sdq.weight<256x768xf16, #sdq.sum<#sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>,
                                          #sdq.nm<6:8, f4E2M1FN, vector = 16, scale = f8E4M3FN>>> = {…}
    ```

    `sdq.activations`, where the recipe quantizes activations, is for `sdq-quantize-activations`, which removes it.
  }];
  let options = [
    Option<"recipe", "recipe", "std::string", "\"W4-g32\"", "a recipe's name, or a .yaml file">,
    Option<"calibration", "calibration", "std::string", "", "safetensors file of statistics: <weight>.fisher [N,K], …">,
    Option<"metric", "metric", "std::string", "", "in place of the recipe's wherever a step knows the word">,
    Option<"unweighted", "unweighted", "bool", "false", "codebooks: go without Fisher, every error weighs the same">
  ];
}

def CheckRecipe : Pass<"sdq-check-recipe", "::mlir::ModuleOp"> {
  let summary = "warn of what a recipe says of weights that the module does not have";
  let description = [{
    Names in a recipe's `ignore` and `overrides` that match no `sdq.parameter` are more often misspelt than meant: each
    is warned of. Changes nothing.
  }];
  let options = [Option<"recipe", "recipe", "std::string", "\"W4-g32\"", "a recipe's name, or a .yaml file">];
}

#endif // SDQ_PIPELINES_PASSES
