//===- Compile.h - LLVM IR to an object file --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a lowered model must look like is said in Executable.h, which runs it.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RUNTIME_COMPILE_H
#define SDQ_RUNTIME_COMPILE_H

#include "sdq/Runtime/CPUTarget.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

namespace llvm {
class Module;
} // namespace llvm

namespace sdq {

/// Optimises `module` for `target` with LLVM's own pipeline at `optLevel` (0 to 3) and returns an object file: position
/// independent, loops and straight-line code vectorised from level 2 on, no fast-math flag added.
///
/// `entry` (`_mlir_ciface_…`, every parameter a pointer) gets a twin `<entry>_packed(ptr parameters)`, which takes the
/// same pointers as one array: that is what `Executable` calls, since C++ cannot call a function of any number of
/// parameters. Nothing but the twin and `sdq_buffers` stays visible, so that LLVM is free with the rest.
///
/// Fails on an ill-formed module, an entry that is missing or takes something else than pointers, an unknown target,
/// and on errors of the code generator.
llvm::Expected<llvm::SmallVector<char, 0>> compileObject(std::unique_ptr<llvm::Module> module, llvm::StringRef entry,
                                                         const CPUTarget &target, unsigned optLevel = 3);

} // namespace sdq

#endif // SDQ_RUNTIME_COMPILE_H
