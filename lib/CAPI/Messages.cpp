//===- Messages.cpp - Errors and messages of the C interface --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Messages.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

using namespace mlir;
using namespace sdq;

static thread_local std::string lastError;

namespace {
struct Handler {
  sdq_message_handler function = nullptr;
  void *userData = nullptr;

  void tell(sdq_severity severity, const std::string &text) const {
    if (function)
      function(severity, text.c_str(), userData);
    else
      llvm::errs() << "sdq: " << (severity == SDQ_WARNING ? "warning: " : "note: ") << text << '\n';
  }
};
} // namespace
static thread_local Handler messageHandler;

int sdq_abi_version(void) { return SDQ_ABI_VERSION; }
const char *sdq_version(void) { return SDQ_VERSION; }
const char *sdq_last_error(void) { return lastError.c_str(); }
void sdq_set_message_handler(sdq_message_handler handler, void *user_data) { messageHandler = {handler, user_data}; }
void sdq_string_free(char *string) { delete[] string; }

void sdq::setLastError(std::string text) { lastError = std::move(text); }
void sdq::tell(sdq_severity severity, const std::string &text) { messageHandler.tell(severity, text); }

char *sdq::newString(llvm::StringRef text) {
  char *string = new char[text.size() + 1];
  std::memcpy(string, text.data(), text.size());
  string[text.size()] = 0;
  return string;
}

/// "file:line:column: message (note)".
static std::string textOf(Diagnostic &diagnostic, llvm::StringRef file) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (auto place = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>()) {
    os << place.getFilename().getValue() << ':';
    if (place.getLine())
      os << place.getLine() << ':' << place.getColumn() << ':';
    os << ' ';
  } else if (!file.empty()) {
    os << file << ": ";
  }
  os << diagnostic;
  for (Diagnostic &note : diagnostic.getNotes())
    os << " (" << note << ')';
  return text;
}

Diagnosed::Diagnosed(MLIRContext &context, llvm::StringRef file)
    : handler(&context, [this, told = messageHandler, file = file.str()](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
          told.tell(diagnostic.getSeverity() == DiagnosticSeverity::Warning ? SDQ_WARNING : SDQ_NOTE,
                    textOf(diagnostic, file));
        else if (error.empty())
          error = textOf(diagnostic, file);
      }) {}

void Diagnosed::setLastError(llvm::StringRef otherwise) const {
  sdq::setLastError(error.empty() ? otherwise.str() : error);
}
