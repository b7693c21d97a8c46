//===- Module.cpp - Modules and passes in C -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq-c/module.h"

#include "Messages.h"
#include "Registration.h"

#include "sdq/Compiler/ModelFile.h"
#include "sdq/Pipelines/Register.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace sdq;

struct sdq_context {
  std::shared_ptr<MLIRContext> mlir;
};

struct sdq_module {
  std::shared_ptr<MLIRContext> mlir; // outlives the operation
  OwningOpRef<ModuleOp> op;
};

sdq_context *sdq_context_create(void) {
  registerAllPassesOnce();
  DialectRegistry registry;
  registerCompilerDialects(registry);
  auto context = std::make_shared<MLIRContext>(registry);
  context->printOpOnDiagnostic(false);
  return new sdq_context{std::move(context)};
}

void sdq_context_free(sdq_context *context) { delete context; }

sdq_module *sdq_module_parse(sdq_context *context, const char *source, size_t length, const char *name) {
  Diagnosed diagnosed(*context->mlir);
  auto op = parseSourceString<ModuleOp>(StringRef(source, length), ParserConfig(context->mlir.get()), name);
  if (op)
    return new sdq_module{context->mlir, std::move(op)};
  diagnosed.setLastError(std::string(name) + ": not a module");
  return nullptr;
}

sdq_module *sdq_module_read(sdq_context *context, const char *path) {
  Diagnosed diagnosed(*context->mlir, path);
  if (OwningOpRef<ModuleOp> op = readModel(path, *context->mlir))
    return new sdq_module{context->mlir, std::move(op)};
  diagnosed.setLastError(std::string(path) + ": not a readable model");
  return nullptr;
}

void sdq_module_free(sdq_module *module) { delete module; }

int sdq_module_run(sdq_module *module, const char *pipeline) {
  constexpr llvm::StringLiteral anchor = "builtin.module";
  std::string text = StringRef(pipeline).trim().str(), errors;
  if (!StringRef(text).starts_with((anchor + "(").str()))
    text = (anchor + "(" + text + ")").str();
  Diagnosed diagnosed(*module->mlir);
  llvm::raw_string_ostream os(errors);
  FailureOr<OpPassManager> passes = parsePassPipeline(text, os);
  if (failed(passes)) {
    // Of "<parser>:<line>:<column>: error: <message>" and the text with a caret, the message.
    StringRef message = StringRef(errors).split('\n').first;
    size_t start = message.find("error: ");
    message = start == StringRef::npos ? message : message.drop_front(start + StringRef("error: ").size());
    diagnosed.setLastError((Twine("pipeline '") + pipeline + "': " + message).str());
    return 1;
  }
  PassManager manager(module->mlir.get(), anchor);
  static_cast<OpPassManager &>(manager) = std::move(*passes);
  if (succeeded(manager.run(*module->op)))
    return 0;
  diagnosed.setLastError(std::string("a pass of '") + pipeline + "' failed without saying why");
  return 1;
}

char *sdq_module_print(const sdq_module *module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  const_cast<sdq_module *>(module)->op->print(os);
  os << '\n';
  return newString(text);
}

int sdq_module_write(const sdq_module *module, const char *path) {
  Diagnosed diagnosed(*module->mlir);
  if (succeeded(writeModule(*const_cast<sdq_module *>(module)->op, path)))
    return 0;
  diagnosed.setLastError(std::string(path) + ": cannot be written");
  return 1;
}
