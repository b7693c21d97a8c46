//===- ONNXImport.cpp - .onnx files to MLIR -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Import/ONNX/ONNXImport.h"

#include "GraphImporter.h"

namespace sdq {

mlir::OwningOpRef<mlir::ModuleOp> importONNX(llvm::StringRef path, mlir::MLIRContext &context) {
  mlir::Location loc = mlir::FileLineColLoc::get(&context, path, 0, 0);
  context.loadDialect<mlir::func::FuncDialect>();
  if (!context.getOrLoadDialect("onnx") && !context.allowsUnregisteredDialects()) {
    mlir::emitError(loc) << "cannot import: the context knows no `onnx` dialect";
    return nullptr;
  }
  mlir::FailureOr<std::unique_ptr<ModelFile>> file = ModelFile::open(path, loc);
  if (mlir::failed(file))
    return nullptr;
  ExternalData externalData(path);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(loc);
  if (mlir::failed(GraphImporter(**file, externalData, *module).run()))
    return nullptr;
  return module;
}

} // namespace sdq
