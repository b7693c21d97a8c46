//===- EmitObject.cpp - A model as an object file and its header ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The assembler copies the model into the object file (`.incbin`): it is never in memory as a constant of LLVM's.
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/Emit.h"
#include "sdq/Core/AtomicFile.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"
#include "sdq/Loader/ProgramSignature.h"
#include "sdq/Pipelines/CompileCPU.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace sdq;

/// Code reaches data within 2 GiB; the rest is left to the program.
static constexpr uint64_t kMostBytes = uint64_t(2000) << 20;

std::string sdq::symbolOf(StringRef output) {
  std::string symbol;
  for (char c : llvm::sys::path::stem(output))
    symbol += llvm::isAlnum(c) ? c : '_';
  if (symbol.empty() || llvm::isDigit(symbol.front()))
    symbol.insert(0, "_");
  return symbol;
}

llvm::Error sdq::emitObject(StringRef modelPath, StringRef symbol, StringRef path) {
  uint64_t size;
  if (std::error_code code = llvm::sys::fs::file_size(modelPath, size))
    return llvm::createFileError(modelPath, code);
  if (size > kMostBytes)
    return llvm::createStringError("the model takes " + llvm::Twine(size) + " bytes: expected at most " +
                                   llvm::Twine(kMostBytes) + " in an object file");
  llvm::InitializeNativeTargetAsmParser();
  CPUTarget host = CPUTarget::host();
  auto machine = createTargetMachine(host, /*optLevel=*/2);
  if (!machine)
    return machine.takeError();

  llvm::LLVMContext context;
  llvm::Module module("sdq", context);
  module.setTargetTriple((*machine)->getTargetTriple());
  module.setDataLayout((*machine)->createDataLayout());
  std::string data = (symbol + "_model_bytes").str(), quoted;
  llvm::raw_string_ostream(quoted) << llvm::formatv("\"{0}\"", llvm::join(llvm::split(modelPath, '"'), "\\\""));
  module.appendModuleInlineAsm(llvm::formatv(".pushsection .rodata.sdq,\"a\",@progbits\n.p2align 12\n.hidden {0}\n"
                                             ".globl {0}\n{0}:\n.incbin {1}\n.popsection\n",
                                             data, quoted)
                                   .str());
  llvm::IRBuilder<> b(context);
  llvm::Type *pointer = b.getPtrTy(), *sizeType = b.getInt64Ty();
  auto *bytes = new llvm::GlobalVariable(module, b.getInt8Ty(), /*isConstant=*/true, llvm::GlobalValue::ExternalLinkage,
                                         nullptr, data);
  bytes->setVisibility(llvm::GlobalValue::HiddenVisibility);
  llvm::FunctionCallee load = module.getOrInsertFunction(
      "sdq_model_load_memory",
      llvm::FunctionType::get(pointer, {pointer, sizeType, pointer, pointer, sizeType}, /*isVarArg=*/false));
  auto *function =
      llvm::Function::Create(llvm::FunctionType::get(pointer, {pointer, sizeType}, false),
                             llvm::GlobalValue::ExternalLinkage, symbol + "_load", module);
  b.SetInsertPoint(llvm::BasicBlock::Create(context, "", function));
  b.CreateRet(b.CreateCall(load, {bytes, b.getInt64(size), b.CreateGlobalString(symbol), function->getArg(0),
                                  function->getArg(1)}));

  return writeFileAtomically(path, [&](llvm::raw_ostream &out) -> llvm::Error {
    llvm::SmallVector<char, 0> object;
    llvm::raw_svector_ostream stream(object);
    llvm::legacy::PassManager passes;
    if ((*machine)->addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::ObjectFile))
      return llvm::createStringError("no object files can be written for " + host.triple);
    passes.run(module);
    out.write(object.data(), object.size());
    return llvm::Error::success();
  });
}

/// "  tokens[1, 4]" in an enum, and what it is.
static void declare(llvm::raw_ostream &out, StringRef symbol, StringRef role, ArrayRef<TensorSpec> specs) {
  out << "\n/** The " << role << "s, in the order of sdq_invoke. */\nenum {\n";
  for (auto [i, spec] : llvm::enumerate(specs)) {
    std::string name = symbolOf(spec.name + ".x");
    out << llvm::formatv("  {0}_{1}_{2} = {3}, /**< {4} */\n", symbol, role, name, i,
                         llvm::join(llvm::split(spec.format(), "*/"), "* /"));
  }
  out << llvm::formatv("  {0}_num_{1}s = {2}\n};\n", symbol, role, specs.size());
}

LogicalResult sdq::emitHeader(ModuleOp module, StringRef symbol, StringRef path) {
  auto function = module.lookupSymbol<func::FuncOp>(programEntry);
  if (!function)
    return module.emitError("expected a function @") << programEntry;
  FailureOr<Signature> signature = signatureOf(function);
  if (failed(signature))
    return failure();
  llvm::Error error = writeFileAtomically(path, [&](llvm::raw_ostream &out) -> llvm::Error {
    std::string guard = StringRef(symbol).upper() + "_SDQ_H";
    out << "/* Written by sdq-compile --emit=header. Link the object file of --emit=object and libSDQ-C. */\n"
        << "#ifndef " << guard << "\n#define " << guard << "\n\n#include \"sdq-c/model.h\"\n\n#ifdef __cplusplus\n"
        << "extern \"C\" {\n#endif\n\n"
        << "/** Loads the model that is linked in; options as of sdq_model_load_with. NULL on failure. */\n"
        << "sdq_model *" << symbol << "_load(const char *const *options, size_t num_options);\n";
    declare(out, symbol, "input", signature->inputs);
    declare(out, symbol, "output", signature->outputs);
    out << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
    return llvm::Error::success();
  });
  if (error)
    return emitError(UnknownLoc::get(module.getContext())) << llvm::toString(std::move(error));
  return success();
}
