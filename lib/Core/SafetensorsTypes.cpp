//===- SafetensorsTypes.cpp - Element types of safetensors ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SafetensorsTypes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace sdq;

namespace {

struct TypeRow {
  SafetensorsType type;
  llvm::StringLiteral name;
  unsigned bits;
};

using T = SafetensorsType;
constexpr TypeRow kTypes[] = {
    {T::Bool, "BOOL", 8},      {T::F4, "F4", 4},    {T::F6E2M3, "F6_E2M3", 6}, {T::F6E3M2, "F6_E3M2", 6},
    {T::U8, "U8", 8},          {T::I8, "I8", 8},    {T::F8E5M2, "F8_E5M2", 8}, {T::F8E4M3, "F8_E4M3", 8},
    {T::F8E8M0, "F8_E8M0", 8}, {T::I16, "I16", 16}, {T::U16, "U16", 16},       {T::F16, "F16", 16},
    {T::BF16, "BF16", 16},     {T::I32, "I32", 32}, {T::U32, "U32", 32},       {T::F32, "F32", 32},
    {T::C64, "C64", 64},       {T::F64, "F64", 64}, {T::I64, "I64", 64},       {T::U64, "U64", 64},
};

const TypeRow &rowOf(SafetensorsType type) {
  const TypeRow &row = kTypes[unsigned(type)];
  assert(row.type == type && "the table is in the order of the enumeration");
  return row;
}

} // namespace

unsigned sdq::bitWidth(SafetensorsType type) { return rowOf(type).bits; }

llvm::StringRef sdq::name(SafetensorsType type) { return rowOf(type).name; }

std::optional<SafetensorsType> sdq::safetensorsTypeNamed(llvm::StringRef name) {
  const TypeRow *row = llvm::find_if(kTypes, [&](const TypeRow &row) { return row.name == name; });
  return row == std::end(kTypes) ? std::nullopt : std::optional(row->type);
}

std::string sdq::safetensorsTypeNames() {
  return llvm::join(llvm::map_range(kTypes, [](const TypeRow &row) { return row.name.str(); }), ", ");
}
