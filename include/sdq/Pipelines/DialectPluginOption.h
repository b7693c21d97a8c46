//===- DialectPluginOption.h - The flag of tools that take plugins -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_PIPELINES_DIALECTPLUGINOPTION_H
#define SDQ_PIPELINES_DIALECTPLUGINOPTION_H

#include "sdq/Pipelines/Register.h"

#include "llvm/Support/CommandLine.h"

namespace sdq {

/// `--load-dialect-plugin=<library>`, repeatable, as mlir-opt has it: declare one as a global of a tool, and `load()`
/// before the first registry is filled.
struct DialectPluginOption {
  explicit DialectPluginOption(llvm::cl::OptionCategory &category)
      : paths("load-dialect-plugin", llvm::cl::value_desc("library"),
              llvm::cl::desc("Load a dialect, such as one with a weight format (repeatable)"),
              llvm::cl::cat(category)) {}

  llvm::Error load() const {
    for (const std::string &path : paths)
      if (llvm::Error error = loadDialectPlugin(path))
        return error;
    return llvm::Error::success();
  }

  llvm::cl::list<std::string> paths;
};

} // namespace sdq

#endif // SDQ_PIPELINES_DIALECTPLUGINOPTION_H
