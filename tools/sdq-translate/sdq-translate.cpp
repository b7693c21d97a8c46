//===- sdq-translate.cpp - Models between formats -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/ExportDecoded.h"
#include "sdq/Compiler/ModelFile.h"
#include "sdq/Compiler/ToolDiagnostics.h"
#include "sdq/Import/ONNX/ONNXImport.h"
#include "sdq/Pipelines/DialectPluginOption.h"

#include "mlir/IR/Verifier.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

namespace cl = llvm::cl;

namespace {
enum class Action { ImportONNX, ExportDecoded };
} // namespace

static cl::OptionCategory category("sdq-translate options");
static sdq::DialectPluginOption dialectPlugins(category);
static cl::opt<Action> action(cl::Required, cl::cat(category), cl::desc("What to do:"),
                              cl::values(clEnumValN(Action::ImportONNX, "import-onnx",
                                                    "import an ONNX model (.onnx, external data beside it)"),
                                         clEnumValN(Action::ExportDecoded, "export-decoded",
                                                    "write a model's weights, decoded to f32, as safetensors")));
static cl::opt<std::string> inputFile(cl::Positional, cl::Required, cl::desc("<model>"), cl::cat(category));
static cl::opt<std::string> outputFile("o", cl::init("-"), cl::value_desc("file"), cl::cat(category),
                                       cl::desc("Output; bytecode if the name ends in .mlirbc or .sdq, else text"));
static cl::opt<bool> emitText("emit-text", cl::desc("Write text whatever the output's name"), cl::cat(category));

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Models between formats\n");

  if (llvm::Error error = dialectPlugins.load()) {
    llvm::errs() << "error: " << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  mlir::DialectRegistry registry;
  sdq::registerCompilerDialects(registry);
  mlir::MLIRContext context(registry);
  sdq::ToolDiagnostics diagnostics(context);

  if (action == Action::ExportDecoded) {
    if (outputFile == "-") {
      llvm::errs() << "error: expected a file to write to (-o), since safetensors are not written to a terminal\n";
      return 1;
    }
    mlir::OwningOpRef<mlir::ModuleOp> module = sdq::readModel(inputFile, context);
    return !module || mlir::failed(sdq::exportDecoded(*module, outputFile));
  }

  mlir::OwningOpRef<mlir::ModuleOp> module = sdq::importONNX(inputFile, context);
  return !module || mlir::failed(mlir::verify(*module)) ||
         mlir::failed(sdq::writeModule(*module, outputFile, emitText));
}
