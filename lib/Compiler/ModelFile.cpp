//===- ModelFile.cpp - Models in and out of files -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/ModelFile.h"

#include "sdq/Core/AtomicFile.h"
#include "sdq/Core/MappedPages.h"
#include "sdq/Core/StoredWeight.h"
#include "sdq/Import/ONNX/ONNXImport.h"
#include "sdq/Loader/MapModule.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

OwningOpRef<ModuleOp> sdq::readModel(StringRef path, MLIRContext &context) {
  if (path.ends_with(".onnx"))
    return importONNX(path, context);
  return mapModule(path, &context);
}

/// Makes every resource that the module refers to claim the alignment that the writer is to give it.
static void alignResources(ModuleOp module, size_t alignment) {
  AttrTypeWalker walker;
  walker.addWalk([&](DenseResourceElementsAttr attribute) {
    AsmResourceBlob *blob = attribute.getRawHandle().getBlob();
    if (!blob || blob->getDataAlignment() == alignment)
      return;
    AsmResourceBlob former = std::move(*blob);
    *blob = AsmResourceBlob(former.getData(), alignment, std::move(former.getDeleter()), former.isMutable());
  });
  module.walk([&](Operation *op) { walker.walk(op->getAttrDictionary()); });
}

namespace {
/// Hands everything on at once, and lets go of the pages of large pieces: those are parts in mapped files, which
/// writing would otherwise gather in memory.
class ReleasingStream : public llvm::raw_ostream {
public:
  explicit ReleasingStream(llvm::raw_ostream &out) : raw_ostream(/*unbuffered=*/true), out(out), start(out.tell()) {}

private:
  static constexpr size_t kLarge = 1 << 20;
  void write_impl(const char *data, size_t size) override {
    out.write(data, size);
    written += size;
    if (size >= kLarge)
      sdq::releasePages({data, size});
  }
  uint64_t current_pos() const override { return start + written; }

  llvm::raw_ostream &out;
  uint64_t start, written = 0;
};
} // namespace

LogicalResult sdq::writeModel(ModuleOp module, StringRef path) {
  alignResources(module, kPartAlignment);
  llvm::Error error = writeFileAtomically(path, [&](llvm::raw_ostream &out) -> llvm::Error {
    ReleasingStream stream(out);
    if (failed(writeBytecodeToFile(module, stream)))
      return llvm::createStringError("cannot write '%s' as bytecode", path.str().c_str());
    return llvm::Error::success();
  });
  if (error)
    return emitError(UnknownLoc::get(module.getContext())) << llvm::toString(std::move(error));
  return success();
}

LogicalResult sdq::writeModule(ModuleOp module, StringRef path, bool asText) {
  if (path.ends_with(".sdq") && !asText)
    return writeModel(module, path);
  llvm::Error error = llvm::writeToOutput(path, [&](llvm::raw_ostream &out) -> llvm::Error {
    if (asText || !path.ends_with(".mlirbc")) {
      module->print(out);
      out << '\n';
    } else if (failed(writeBytecodeToFile(module, out))) {
      return llvm::createStringError("cannot write '%s' as bytecode", path.str().c_str());
    }
    return llvm::Error::success();
  });
  if (error)
    return emitError(UnknownLoc::get(module.getContext())) << llvm::toString(std::move(error));
  return success();
}
