//===- MatmulFrontend.cpp - The list of frontends -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/MatmulFrontend.h"

llvm::ArrayRef<const sdq::MatmulFrontend *> sdq::matmulFrontends() {
  static const MatmulFrontend *const frontends[] = {&onnxFrontend(), &linalgFrontend()};
  return frontends;
}
