//===- MapModule.cpp - A model file as a module ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Loader/MapModule.h"

#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace sdq;

FirstError::FirstError(StringRef path, MLIRContext *context)
    : path(path.str()), handler(context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() != DiagnosticSeverity::Error || !text.empty())
          return;
        llvm::raw_string_ostream os(text);
        if (auto place = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>();
            place && place.getFilename() == this->path && place.getLine() != 0)
          os << this->path << ':' << place.getLine() << ':' << place.getColumn() << ": ";
        else
          os << this->path << ": ";
        os << diagnostic;
        for (Diagnostic &note : diagnostic.getNotes())
          os << " (" << note << ')';
      }) {}

llvm::Error FirstError::take(StringRef otherwise) {
  return llvm::createStringError(text.empty() ? path + ": " + otherwise.str() : text);
}

/// A page's, which no section's exceeds.
static const llvm::Align kAlignment(4096);

/// The file, mapped or read so that a section of any alignment up to a page's can be used in place. MLIR's text parser
/// wants a zero behind the last byte, which a mapping cannot promise.
static llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> openModelFile(StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false,
                                          /*IsVolatile=*/false, kAlignment);
  if (!file || isBytecode(**file))
    return file;
  // Text holds no zeros: the parser's "unexpected character" would help nobody who passed an .onnx file.
  if ((*file)->getBuffer().contains('\0'))
    return std::make_error_code(std::errc::executable_format_error);
  return llvm::MemoryBuffer::getFile(path);
}

static OwningOpRef<ModuleOp> parseBuffer(std::unique_ptr<llvm::MemoryBuffer> buffer, MLIRContext *context) {
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  return parseSourceFile<ModuleOp>(sources, ParserConfig(context));
}

OwningOpRef<ModuleOp> sdq::mapModule(StringRef path, MLIRContext *context) {
  auto file = openModelFile(path);
  if (!file) {
    bool binary = file.getError() == std::errc::executable_format_error;
    emitError(UnknownLoc::get(context)) << (binary ? "expected MLIR bytecode (.sdq) or text, found other binary data"
                                                   : file.getError().message());
    return nullptr;
  }
  return parseBuffer(std::move(*file), context);
}

OwningOpRef<ModuleOp> sdq::mapModule(llvm::MemoryBufferRef bytes, MLIRContext *context) {
  bool inPlace = llvm::isAddrAligned(kAlignment, bytes.getBufferStart()) && isBytecode(bytes);
  if (inPlace)
    return parseBuffer(llvm::MemoryBuffer::getMemBuffer(bytes, /*RequiresNullTerminator=*/false), context);
  auto copy = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(bytes.getBufferSize(), bytes.getBufferIdentifier(),
                                                                kAlignment);
  llvm::copy(bytes.getBuffer(), copy->getBufferStart());
  return parseBuffer(std::move(copy), context);
}
