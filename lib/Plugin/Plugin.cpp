//===- Plugin.cpp - SDQ in somebody else's mlir-opt -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The entry points that `--load-dialect-plugin` and `--load-pass-plugin` look for. Everything is in libSDQ, which this
// library links: a tool that links it too has each dialect and pass once.
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/Register.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT mlir::DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "SDQ", SDQ_VERSION_STRING,
          [](mlir::DialectRegistry *registry) { sdq::registerPluginDialects(*registry); }};
}

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "SDQ", SDQ_VERSION_STRING, [] { sdq::registerPasses(); }};
}
