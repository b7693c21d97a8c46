//===- LinearToGPU.cpp - The pass sdq-linear-to-gpu -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IntegerTerms.h"
#include "KernelFamily.h"
#include "QuantizeKernel.h"

#include "sdq/Conversion/SDQToNVGPU/Passes.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"
#include "sdq/Dialect/SDQ/IR/Tokens.h"
#include "sdq/Target/Chip.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/MapVector.h"

namespace sdq {
#define GEN_PASS_DEF_LINEARTOGPU
#include "sdq/Conversion/SDQToNVGPU/Passes.h.inc"
} // namespace sdq

using namespace mlir;
using namespace sdq;

namespace {

class LinearToGPUPass : public sdq::impl::LinearToGPUBase<LinearToGPUPass> {
public:
  using Base::Base;

  void runOnOperation() override;

private:
  /// What the sdq.linear multiplies by, or an error at it.
  FailureOr<LinearKernelSpec> specOf(LinearOp linear, ParameterOp parameter);
  /// The function that launches the kernel of `spec`, made when first asked for.
  FailureOr<func::FuncOp> launchOf(const LinearKernelSpec &spec, LinearOp first);
  /// The kernel that rounds the activations for `spec`, made when first asked for.
  gpu::GPUFuncOp quantizerOf(ActivationFormatAttr activation, const LinearKernelSpec &spec, Location location);
  gpu::GPUModuleOp kernelModule();
  void replace(LinearOp linear, ParameterOp parameter, func::FuncOp launch);

  const Chip *target = nullptr;
  gpu::GPUModuleOp kernels;
  llvm::MapVector<std::tuple<Attribute, int64_t, int64_t, Type, Attribute>, func::FuncOp> launches;
  llvm::MapVector<std::tuple<Attribute, int64_t, Type, unsigned>, gpu::GPUFuncOp> quantizers;
};

FailureOr<LinearKernelSpec> LinearToGPUPass::specOf(LinearOp linear, ParameterOp parameter) {
  WeightType weight = parameter.getWeightType();
  LinearKernelSpec spec{weight.getFormat(), weight.getShape(), cast<ShapedType>(linear.getType()).getElementType(),
                        linear.getActivationsAttr()};
  if (spec.rounded().empty())
    spec.activations = nullptr; // floats, as they come
  spec.packed = multipliesIntegers(spec, *target);
  return spec;
}

gpu::GPUModuleOp LinearToGPUPass::kernelModule() {
  if (kernels)
    return kernels;
  auto builder = OpBuilder::atBlockBegin(getOperation().getBody());
  auto nvvm =
      NVVM::NVVMTargetAttr::get(&getContext(), /*optLevel=*/3, "nvptx64-nvidia-cuda", target->name, target->ptxFeature);
  kernels = gpu::GPUModuleOp::create(builder, getOperation().getLoc(), "sdq_kernels", ArrayRef<Attribute>{nvvm});
  SymbolTable(getOperation()).insert(kernels); // renamed where the name is taken
  getOperation()->setAttr(gpu::GPUDialect::getContainerModuleAttrName(), builder.getUnitAttr());
  return kernels;
}

gpu::GPUFuncOp LinearToGPUPass::quantizerOf(ActivationFormatAttr activation, const LinearKernelSpec &spec,
                                            Location location) {
  gpu::GPUFuncOp &kernel =
      quantizers[{Attribute(activation), spec.shape.columns, spec.activation, unsigned(spec.packed)}];
  if (!kernel) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointToEnd(kernelModule().getBody());
    kernel = buildQuantizeKernel(builder, location, activation, spec.shape.columns, spec.activation, spec.packed);
    kernel->remove();
    SymbolTable(kernels).insert(kernel);
  }
  return kernel;
}

/// "decode from 1 token (why); lut_gemm_16 from 9, lut_gemm_32 from 17 (why)".
static std::string describe(ArrayRef<const KernelFamily *> families) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (auto [i, family] : llvm::enumerate(families)) {
    if (i != 0)
      stream << (families[i - 1]->reason == family->reason ? ", " : "; ");
    stream << (family->suffix.empty() ? "decode" : family->suffix) << " from " << family->fromTokens
           << (family->fromTokens == 1 ? " token" : i == 0 ? " tokens" : "");
    if (i + 1 == families.size() || families[i + 1]->reason != family->reason)
      stream << " (" << family->reason << ")";
  }
  return text;
}

FailureOr<func::FuncOp> LinearToGPUPass::launchOf(const LinearKernelSpec &spec, LinearOp first) {
  func::FuncOp &launch =
      launches[{Attribute(spec.format), spec.shape.rows, spec.shape.columns, spec.activation, spec.activations}];
  if (launch)
    return launch;
  std::optional<KernelSignature> signature = kernelSignature(spec);
  if (!signature) {
    first.emitOpError("nvgpu_e4: a part of ")
        << Attribute(spec.format) << " has a dynamic extent that is not its first";
    return failure();
  }
  OpBuilder builder(&getContext());
  SmallVector<const KernelFamily *> families;
  for (const KernelFamily &family : kernelFamilies()) {
    if (!family.serves(spec, *target))
      continue;
    if (!families.empty() && families.back()->fromTokens == family.fromTokens)
      families.pop_back();
    families.push_back(&family);
  }
  SmallVector<FamilyKernel> built;
  for (const KernelFamily *family : families) {
    builder.setInsertionPointToEnd(kernelModule().getBody());
    gpu::GPUFuncOp kernel = buildLinearKernel(builder, first.getLoc(), spec, *signature, *family, *target);
    kernel->remove();
    SymbolTable(kernels).insert(kernel); // two formats may be spelled alike
    built.push_back({family, kernel});
  }
  first.emitRemark() << "@" << kernelName(spec) << " on " << target->name << ": " << describe(families);
  SmallVector<gpu::GPUFuncOp> rounding;
  for (ActivationFormatAttr activation : spec.rounded())
    rounding.push_back(quantizerOf(activation, spec, first.getLoc()));
  builder.setInsertionPointAfter(kernels);
  launch = buildLaunchFunction(builder, first.getLoc(), kernelName(spec), built, rounding, spec, *signature);
  launch->remove();
  SymbolTable(getOperation()).insert(launch, std::next(Block::iterator(kernels)));
  return launch;
}

void LinearToGPUPass::replace(LinearOp linear, ParameterOp parameter, func::FuncOp launch) {
  writeOutSplats(parameter);
  OpBuilder builder(linear);
  Location location = linear.getLoc();
  SmallVector<Value> operands{inputAsTokens(builder, linear, parameter.getWeightType().getColumns())};
  for (auto [part, type] : llvm::zip_equal(parameter.getPartsInOrder(), launch.getArgumentTypes().drop_front()))
    operands.push_back(BufferOp::create(builder, location, type, part, /*device=*/true));
  Value y = func::CallOp::create(builder, location, launch, operands).getResult(0);
  linear.replaceAllUsesWith(resultFromTokens(builder, linear, y));
  linear.erase();
}

void LinearToGPUPass::runOnOperation() {
  ModuleOp module = getOperation();
  kernels = {};
  launches.clear();
  quantizers.clear();
  llvm::Expected<const Chip *> found = findChip(chip);
  if (!found) {
    emitError(module.getLoc(), "nvgpu_e1: ") << llvm::toString(found.takeError());
    return signalPassFailure();
  }
  target = *found;

  SmallVector<LinearOp> linears;
  module.walk([&](LinearOp linear) { linears.push_back(linear); });
  // Everything is checked before anything changes.
  SymbolTable symbols(module);
  SmallVector<std::pair<ParameterOp, LinearKernelSpec>> jobs;
  for (LinearOp linear : linears) {
    if (SymbolTable::getNearestSymbolTable(linear) != module) {
      linear.emitOpError(
          "nvgpu_e3: expected an sdq.linear of the outermost module, found one in a nested symbol table");
      return signalPassFailure();
    }
    auto parameter = symbols.lookup<ParameterOp>(linear.getWeight());
    FailureOr<LinearKernelSpec> spec = specOf(linear, parameter);
    if (failed(spec))
      return signalPassFailure();
    jobs.push_back({parameter, *spec});
  }
  llvm::SetVector<ParameterOp> lowered;
  for (auto [linear, job] : llvm::zip_equal(linears, jobs)) {
    FailureOr<func::FuncOp> launch = launchOf(job.second, linear);
    if (failed(launch))
      return signalPassFailure();
    replace(linear, job.first, *launch);
    lowered.insert(job.first);
  }
  for (ParameterOp parameter : lowered)
    if (SymbolTable::symbolKnownUseEmpty(parameter, module))
      parameter.erase();
}

} // namespace
