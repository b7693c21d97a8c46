//===- LinearPlan.h - How a product becomes an sdq.linear -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The loops of a product by who names them:
//
//            activations  weight  result
//     tokens      x          ·       x      the leading extents of the sdq.linear; a weight may be repeated along them
//     inputs      x          x       ·      K, read as one extent in the order in which the weight stores them
//     outputs     ·          x       x      N, likewise
//
// Any other loop must be of extent 1. So Y[b,q,h,d] = Σ_m X[m,b,q] · W[m,h,d] has tokens b and q, inputs m, and outputs
// h and d: X is transposed to b,q,m, multiplied by W as N×K = (h d)×m, stored transposed, and the last extent of the
// product is expanded to h,d.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_FRONTEND_LINEARPLAN_H
#define SDQ_LIB_FRONTEND_LINEARPLAN_H

#include "ConstantView.h"

namespace sdq {

struct LinearPlan {
  ConstantView weight;
  int64_t outputs = 0, inputs = 0; // N and K
  bool weightTransposed = false;   // stored inputs × outputs
  mlir::Value activations;
  /// What `activations` are transposed by, to tokens… × inputs….
  llvm::SmallVector<int64_t> inputPermutation;
  unsigned tokenExtents = 0;
  /// tokens… × N, as the sdq.linear gives it.
  mlir::RankedTensorType product;
  /// What N is expanded to, and what the expanded product is transposed by.
  llvm::SmallVector<int64_t> outputExtents, outputPermutation;
};

/// Decides which side is the weight and whether an sdq.linear can do the same; nullopt and a reason where not.
std::optional<LinearPlan> planLinear(ProductOpInterface op, std::string &reason);

} // namespace sdq

#endif // SDQ_LIB_FRONTEND_LINEARPLAN_H
