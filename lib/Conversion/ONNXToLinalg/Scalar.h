//===- Scalar.h - Arithmetic on one element of any type ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_ONNXTOLINALG_SCALAR_H
#define SDQ_LIB_CONVERSION_ONNXTOLINALG_SCALAR_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace sdq::onnx {

using mlir::ImplicitLocOpBuilder;
using mlir::Type;
using mlir::Value;

/// The type arithmetic on `type` is done in: f32 for narrower floats, else the type itself.
Type wideType(Type type);
Value widen(ImplicitLocOpBuilder &b, Value value);
/// A float rounded to the narrower float `type`; anything else as it is.
Value narrow(ImplicitLocOpBuilder &b, Value value, Type type);

/// A scalar constant; `value` is truncated for integers.
Value constant(ImplicitLocOpBuilder &b, Type type, double value);
Value constantInteger(ImplicitLocOpBuilder &b, Type type, int64_t value);
/// The neutral elements of maximum and minimum: ∓infinity, or the extreme integers.
Value lowest(ImplicitLocOpBuilder &b, Type type, bool isUnsigned);
Value highest(ImplicitLocOpBuilder &b, Type type, bool isUnsigned);

/// `flags` applies to floats only.
Value addScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs,
                 mlir::arith::FastMathFlags flags = mlir::arith::FastMathFlags::none);
Value subtractScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs);
Value multiplyScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs,
                      mlir::arith::FastMathFlags flags = mlir::arith::FastMathFlags::none);
/// Integers truncate toward zero.
Value divideScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs, bool isUnsigned);
/// A NaN on either side gives NaN.
Value maxScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs, bool isUnsigned);
Value minScalars(ImplicitLocOpBuilder &b, Value lhs, Value rhs, bool isUnsigned);
/// An ordered comparison; floats compare false against NaN, but `ne` true.
Value compareScalars(ImplicitLocOpBuilder &b, mlir::arith::CmpIPredicate predicate, Value lhs, Value rhs,
                     bool isUnsigned);
/// ONNX Cast: floats to integers truncate, anything to i1 is `!= 0`.
Value castScalar(ImplicitLocOpBuilder &b, Value value, Type to, bool fromUnsigned, bool toUnsigned);

} // namespace sdq::onnx

#endif // SDQ_LIB_CONVERSION_ONNXTOLINALG_SCALAR_H
