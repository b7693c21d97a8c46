//===- NamedModels.cpp - Interfaces of operations known by name -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/NamedModels.h"

using namespace mlir;
using namespace sdq;

NamedModels &NamedModels::of(SDQDialect &dialect) {
  if (auto *known = dialect.getRegisteredInterface<NamedModels>())
    return *const_cast<NamedModels *>(known);
  dialect.addInterfaces<NamedModels>();
  return *const_cast<NamedModels *>(dialect.getRegisteredInterface<NamedModels>());
}

NamedModels::Key NamedModels::key(StringRef operation, TypeID interface) {
  return {StringAttr::get(getContext(), operation).getAsOpaquePointer(), interface.getAsOpaquePointer()};
}

void *NamedModels::find(Operation *op, TypeID interface) {
  auto *dialect = op->getContext()->getLoadedDialect<SDQDialect>();
  const auto *table = dialect ? dialect->getRegisteredInterface<NamedModels>() : nullptr;
  if (!table)
    return nullptr;
  auto found = table->models.find({op->getName().getIdentifier().getAsOpaquePointer(), interface.getAsOpaquePointer()});
  return found == table->models.end() ? nullptr : found->second.get();
}
