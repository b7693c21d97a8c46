//===- ElementTypes.cpp - ONNX's element types ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementTypes.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"

namespace sdq {

using Field = ElementType::Field;

template <typename T>
static mlir::Type floating(mlir::MLIRContext *context) {
  return T::get(context);
}

template <unsigned Width>
static mlir::Type signless(mlir::MLIRContext *context) {
  return mlir::IntegerType::get(context, Width);
}

template <unsigned Width>
static mlir::Type unsignedInteger(mlir::MLIRContext *context) {
  return mlir::IntegerType::get(context, Width, mlir::IntegerType::Unsigned);
}

// Signed integers become signless ones, as in onnx-mlir. Four-bit integers are unpacked to bytes.
static const ElementType table[] = {
    {1, "float32", 32, Field::Float, floating<mlir::Float32Type>},
    {2, "uint8", 8, Field::Int32, unsignedInteger<8>},
    {3, "int8", 8, Field::Int32, signless<8>},
    {4, "uint16", 16, Field::Int32, unsignedInteger<16>},
    {5, "int16", 16, Field::Int32, signless<16>},
    {6, "int32", 32, Field::Int32, signless<32>},
    {7, "int64", 64, Field::Int64, signless<64>},
    {9, "bool", 8, Field::Int32, signless<1>},
    {10, "float16", 16, Field::Int32, floating<mlir::Float16Type>},
    {11, "float64", 64, Field::Double, floating<mlir::Float64Type>},
    {12, "uint32", 32, Field::UInt64, unsignedInteger<32>},
    {13, "uint64", 64, Field::UInt64, unsignedInteger<64>},
    {16, "bfloat16", 16, Field::Int32, floating<mlir::BFloat16Type>},
    {17, "float8e4m3fn", 8, Field::Int32, floating<mlir::Float8E4M3FNType>},
    {19, "float8e5m2", 8, Field::Int32, floating<mlir::Float8E5M2Type>},
    {21, "uint4", 4, Field::Int32, unsignedInteger<8>},
    {22, "int4", 4, Field::Int32, signless<8>},
};

bool ElementType::isSignedNibble() const { return number == 22; }

const ElementType *findElementType(int32_t number) {
  for (const ElementType &type : table)
    if (type.number == number)
      return &type;
  return nullptr;
}

std::string elementTypeName(int32_t number) {
  if (const ElementType *type = findElementType(number))
    return type->name.str();
  switch (number) {
  case 0:
    return "undefined";
  case 8:
    return "string";
  case 14:
    return "complex64";
  case 15:
    return "complex128";
  case 18:
    return "float8e4m3fnuz";
  case 20:
    return "float8e5m2fnuz";
  case 23:
    return "float4e2m1";
  case 24:
    return "float8e8m0";
  default:
    return "number " + std::to_string(number);
  }
}

mlir::FailureOr<mlir::Type> importElementType(int32_t number, const llvm::Twine &what, mlir::Location loc) {
  if (const ElementType *type = findElementType(number))
    return type->type(loc.getContext());
  mlir::InFlightDiagnostic error = mlir::emitError(loc) << what << " has the unsupported element type "
                                                        << elementTypeName(number) << "; supported are";
  for (const ElementType &type : table)
    error << (&type == table ? " " : ", ") << type.name;
  return error;
}

} // namespace sdq
