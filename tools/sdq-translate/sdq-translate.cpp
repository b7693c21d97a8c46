//===- sdq-translate.cpp - Models of other formats to MLIR ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Import/ONNX/ONNXImport.h"
#include "sdq/Import/ONNX/StubDialect.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

namespace cl = llvm::cl;

static cl::OptionCategory category("sdq-translate options");
static cl::opt<bool> importONNX("import-onnx", cl::desc("Import an ONNX model (.onnx, external data beside it)"),
                                cl::cat(category));
static cl::opt<std::string> inputFile(cl::Positional, cl::Required, cl::desc("<model>"), cl::cat(category));
static cl::opt<std::string> outputFile("o", cl::init("-"), cl::value_desc("file"), cl::cat(category),
                                       cl::desc("Output; bytecode if the name ends in .mlirbc, text otherwise"));
static cl::opt<bool> emitText("emit-text", cl::desc("Write text whatever the output's name"), cl::cat(category));

/// Writes under a temporary name that is then renamed, so that a failure leaves no half-written file.
static llvm::Error write(mlir::ModuleOp module) {
  bool isBytecode = !emitText && llvm::StringRef(outputFile).ends_with(".mlirbc");
  return llvm::writeToOutput(outputFile, [&](llvm::raw_ostream &out) -> llvm::Error {
    if (!isBytecode) {
      module->print(out);
      out << '\n';
      return llvm::Error::success();
    }
    if (mlir::failed(mlir::writeBytecodeToFile(module, out)))
      return llvm::createStringError("cannot write bytecode");
    return llvm::Error::success();
  });
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Models of other formats to MLIR\n");
  if (!importONNX) {
    llvm::errs() << argv[0] << ": error: expected what to do: --import-onnx\n";
    return 1;
  }

  mlir::DialectRegistry registry;
  registry.insert<mlir::func::FuncDialect>();
  sdq::registerONNXStub(registry);
  mlir::MLIRContext context(registry);
  llvm::SourceMgr sourceMgr;
  mlir::SourceMgrDiagnosticHandler diagnostics(sourceMgr, &context);

  mlir::OwningOpRef<mlir::ModuleOp> module = sdq::importONNX(inputFile, context);
  if (!module || mlir::failed(mlir::verify(*module)))
    return 1;
  if (llvm::Error error = write(*module)) {
    llvm::errs() << outputFile << ": error: " << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
