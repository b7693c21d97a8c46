//===- Decompose.h - The pipeline from matmuls to compressed weights -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_PIPELINES_DECOMPOSE_H
#define SDQ_PIPELINES_DECOMPOSE_H

#include "sdq/Pipelines/Compress.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace sdq {

/// What is done to a model whose user asks for nothing in particular, with no calibration at hand: docs/Rationale.md
/// says why this one.
inline constexpr llvm::StringLiteral defaultRecipe = "W4-g32";

struct DecomposeOptions : mlir::PassPipelineOptions<DecomposeOptions> {
  Option<std::string> recipe{*this, "recipe",
                             llvm::cl::desc("what becomes of the weights: a recipe's name, or a .yaml file"),
                             llvm::cl::init(defaultRecipe.str())};
  Option<std::string> calibration{*this, "calibration",
                                  llvm::cl::desc("safetensors file of statistics: <weight>.fisher [N,K]")};
  Option<std::string> metric{*this, "metric",
                             llvm::cl::desc("what a value is worth (magnitude, wanda, product, fisher, …), in place of "
                                            "the recipe's wherever a step knows the word")};
  Option<bool> unweighted{*this, "unweighted",
                          llvm::cl::desc("codebooks: go without Fisher information, every error weighs the same")};
  Option<int64_t> minSize{*this, "min-size", llvm::cl::desc("elements below which a weight is left alone"),
                          llvm::cl::init(4096)};
  ListOption<std::string> ignore{*this, "ignore", llvm::cl::desc("regexes on names of weights to leave alone")};
  Option<bool> remarks{*this, "remarks", llvm::cl::desc("say of every product that is not raised why not"),
                       llvm::cl::init(false)};
};

/// Raise: every compressible matmul to `sdq.linear` on an `sdq.parameter`.
void buildRaise(mlir::OpPassManager &manager, const DecomposeOptions &options);
/// Compress each parameter as its own recipe says, and let activations meet it as that recipe says. `observer`, if any,
/// outlives the manager. `model` is what the options' recipe, metric and unweighted say.
void buildCompress(mlir::OpPassManager &manager, std::shared_ptr<const ModelRecipe> model,
                   const DecomposeOptions &options, CompressionObserver *observer = nullptr);

void registerDecompose();

} // namespace sdq

#endif // SDQ_PIPELINES_DECOMPOSE_H
