//===- Compile.cpp - LLVM IR to an object file ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Runtime/Compile.h"
#include "EntryPoint.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/Internalize.h"

using namespace sdq;

static llvm::Error invalidModule(const llvm::Twine &message) { return llvm::createStringError(message); }

namespace {
/// Keeps errors of LLVM's passes for the caller; warnings and remarks of generated code are nobody's business.
struct CollectErrors : llvm::DiagnosticHandler {
  std::string &errors;
  explicit CollectErrors(std::string &errors) : errors(errors) {}
  bool handleDiagnostics(const llvm::DiagnosticInfo &info) override {
    if (info.getSeverity() != llvm::DS_Error)
      return true;
    llvm::raw_string_ostream os(errors);
    os << (errors.empty() ? "" : "; ");
    llvm::DiagnosticPrinterRawOStream printer(os);
    info.print(printer);
    return true;
  }
};
} // namespace

/// Defines `<entry>_packed`.
static llvm::Error definePackedEntry(llvm::Module &module, llvm::StringRef entry) {
  llvm::Function *function = module.getFunction(entry);
  if (!function || function->isDeclaration())
    return invalidModule("the module does not define the entry function '" + entry + "'");
  if (!function->getReturnType()->isVoidTy() || function->isVarArg() ||
      llvm::any_of(function->args(), [](const llvm::Argument &a) { return !a.getType()->isPointerTy(); }))
    return invalidModule("the entry function '" + entry + "' must take pointers and return nothing");

  llvm::IRBuilder<> builder(module.getContext());
  llvm::Type *pointer = builder.getPtrTy();
  auto *packed = llvm::Function::Create(llvm::FunctionType::get(builder.getVoidTy(), {pointer}, false),
                                        llvm::GlobalValue::ExternalLinkage, packedEntryName(entry), module);
  builder.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "", packed));
  llvm::SmallVector<llvm::Value *> parameters;
  for (unsigned i = 0; i < function->arg_size(); ++i)
    parameters.push_back(builder.CreateLoad(pointer, builder.CreateConstGEP1_64(pointer, packed->getArg(0), i)));
  builder.CreateCall(function, parameters);
  builder.CreateRetVoid();
  return llvm::Error::success();
}

static void hideAllBut(llvm::Module &module, const std::string &packedEntry) {
  llvm::internalizeModule(module, [&](const llvm::GlobalValue &value) {
    return value.getName() == packedEntry || value.getName() == kBuffersSymbol;
  });
  for (llvm::GlobalValue &value : module.global_values())
    if (!value.isDeclaration())
      value.setDSOLocal(true);
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine, unsigned optLevel) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.LoopInterleaving = tuning.SLPVectorization = optLevel >= 2;
  llvm::PassBuilder builder(&machine, tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  const llvm::OptimizationLevel levels[] = {llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
                                            llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  llvm::ModulePassManager passes = optLevel == 0 ? builder.buildO0DefaultPipeline(levels[0])
                                                 : builder.buildPerModuleDefaultPipeline(levels[optLevel]);
  passes.run(module, modules);
}

llvm::Expected<llvm::SmallVector<char, 0>> sdq::compileObject(std::unique_ptr<llvm::Module> module,
                                                              llvm::StringRef entry, const CPUTarget &target,
                                                              unsigned optLevel) {
  optLevel = std::min(optLevel, 3u);
  auto machine = createTargetMachine(target, optLevel);
  if (!machine)
    return machine.takeError();
  module->setTargetTriple((*machine)->getTargetTriple());
  module->setDataLayout((*machine)->createDataLayout());
  if (llvm::Error error = definePackedEntry(*module, entry))
    return error;
  std::string errors;
  llvm::raw_string_ostream os(errors);
  if (llvm::verifyModule(*module, &os))
    return invalidModule("ill-formed LLVM IR: " + llvm::StringRef(errors).trim());
  hideAllBut(*module, packedEntryName(entry));

  llvm::LLVMContext &context = module->getContext();
  auto previous = context.getDiagnosticHandler();
  context.setDiagnosticHandler(std::make_unique<CollectErrors>(errors));
  llvm::scope_exit restore([&] { context.setDiagnosticHandler(std::move(previous)); });

  optimize(*module, **machine, optLevel);
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream stream(object);
  llvm::legacy::PassManager codegen;
  if ((*machine)->addPassesToEmitFile(codegen, stream, nullptr, llvm::CodeGenFileType::ObjectFile))
    return invalidModule("LLVM writes no object files for '" + target.triple + "'");
  codegen.run(*module);
  if (!errors.empty())
    return invalidModule("code generation failed: " + llvm::StringRef(errors));
  return object;
}
