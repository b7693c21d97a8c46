//===- ElementTypes.cpp - MLIR types of our number formats -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/WeightFormat.h"

using namespace mlir;

std::optional<sdq::ElementKind> sdq::elementKindOf(Type type) {
  if (type.isSignlessInteger(2))
    return ElementKind::Int2;
  if (type.isSignlessInteger(3))
    return ElementKind::Int3;
  if (type.isSignlessInteger(4))
    return ElementKind::Int4;
  if (type.isSignlessInteger(8))
    return ElementKind::Int8;
  if (isa<Float4E2M1FNType>(type))
    return ElementKind::E2M1;
  if (isa<Float8E4M3FNType>(type))
    return ElementKind::E4M3;
  if (isa<Float8E5M2Type>(type))
    return ElementKind::E5M2;
  if (type.isF16())
    return ElementKind::F16;
  if (type.isBF16())
    return ElementKind::BF16;
  if (type.isF32())
    return ElementKind::F32;
  return std::nullopt;
}

std::optional<sdq::ElementKind> sdq::elementKindNamed(StringRef spelling) {
  for (ElementKind kind :
       {ElementKind::Int2, ElementKind::Int3, ElementKind::Int4, ElementKind::Int8, ElementKind::E2M1,
        ElementKind::E4M3, ElementKind::E5M2, ElementKind::F16, ElementKind::BF16, ElementKind::F32})
    if (name(kind) == spelling)
      return kind;
  return std::nullopt;
}

Type sdq::typeOf(MLIRContext *context, ElementKind kind) {
  switch (kind) {
  case ElementKind::Int2:
    return IntegerType::get(context, 2);
  case ElementKind::Int3:
    return IntegerType::get(context, 3);
  case ElementKind::Int4:
    return IntegerType::get(context, 4);
  case ElementKind::Int8:
    return IntegerType::get(context, 8);
  case ElementKind::E2M1:
    return Float4E2M1FNType::get(context);
  case ElementKind::E4M3:
    return Float8E4M3FNType::get(context);
  case ElementKind::E5M2:
    return Float8E5M2Type::get(context);
  case ElementKind::F16:
    return Float16Type::get(context);
  case ElementKind::BF16:
    return BFloat16Type::get(context);
  case ElementKind::F32:
    return Float32Type::get(context);
  }
  llvm_unreachable("every kind is listed");
}

std::optional<sdq::ScaleKind> sdq::scaleKindOf(Type type) {
  for (ScaleKind kind : {ScaleKind::E4M3, ScaleKind::U8, ScaleKind::E8M0, ScaleKind::F16, ScaleKind::F32})
    if (typeOf(type.getContext(), kind) == type)
      return kind;
  return std::nullopt;
}

Type sdq::typeOf(MLIRContext *context, StorageType type) {
  switch (type) {
  case StorageType::I8:
    return IntegerType::get(context, 8);
  case StorageType::I16:
    return IntegerType::get(context, 16);
  case StorageType::I32:
    return IntegerType::get(context, 32);
  case StorageType::F16:
    return Float16Type::get(context);
  case StorageType::F32:
    return Float32Type::get(context);
  }
  llvm_unreachable("every storage type is listed");
}

Type sdq::typeOf(MLIRContext *context, ScaleKind kind) {
  switch (kind) {
  case ScaleKind::None:
    return Type();
  case ScaleKind::E4M3:
    return Float8E4M3FNType::get(context);
  case ScaleKind::U8:
    return IntegerType::get(context, 8, IntegerType::Unsigned);
  case ScaleKind::E8M0:
    return Float8E8M0FNUType::get(context);
  case ScaleKind::F16:
    return Float16Type::get(context);
  case ScaleKind::F32:
    return Float32Type::get(context);
  }
  llvm_unreachable("every scale kind is listed");
}
