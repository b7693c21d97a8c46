//===- Hessian.cpp - What every Hessian must be ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Hessian.h"

#include "llvm/ADT/Twine.h"

#include <cmath>

using namespace sdq;
using llvm::Error;
using llvm::Twine;

Error sdq::checkHessian(llvm::ArrayRef<float> hessian, int64_t n, llvm::StringRef label) {
  auto error = [&](const Twine &what) {
    return llvm::createStringError("Hessian: expected " + what + " (" + label + ")");
  };
  auto show = [](float x) { return std::to_string(x); };
  for (int64_t i = 0; i < n; ++i) {
    if (!(hessian[i * n + i] >= 0))
      return error("a diagonal that is not negative, found " + show(hessian[i * n + i]) + " at " + Twine(i));
    for (int64_t j = 0; j < i; ++j) {
      float below = hessian[i * n + j], above = hessian[j * n + i];
      float scale = std::sqrt(hessian[i * n + i]) * std::sqrt(hessian[j * n + j]);
      if (!(std::fabs(below - above) <= 1e-3f * scale + 1e-6f * std::fabs(below)))
        return error("a symmetric matrix, found " + show(below) + " at row " + Twine(i) + ", column " + Twine(j) +
                     " and " + show(above) + " across the diagonal");
    }
  }
  return Error::success();
}
