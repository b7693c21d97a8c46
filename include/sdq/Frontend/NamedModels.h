//===- NamedModels.h - Interfaces of operations known by name ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// MLIR attaches an external model to a registered operation. The operations of other compilers are often not: they come
// in generic form, their dialect a stub or not loaded at all (`--allow-unregistered-dialect`). Their models are
// attached to their names, in a table that belongs to the context (an interface of its `sdq` dialect). An operation
// that its own compiler registers is found there too, so one model serves both; a model that its dialect attaches comes
// first.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_FRONTEND_NAMEDMODELS_H
#define SDQ_FRONTEND_NAMEDMODELS_H

#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/IR/DialectInterface.h"

#include "llvm/ADT/DenseMap.h"

#include <memory>

namespace sdq {

class NamedModels : public mlir::DialectInterface::Base<NamedModels> {
public:
  explicit NamedModels(mlir::Dialect *dialect) : Base(dialect) {}
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(NamedModels)

  /// The table of a dialect's context; only for extensions of the dialect, which run while no pass does.
  static NamedModels &of(SDQDialect &dialect);

  /// Attaches `Model`, an `Interface::ExternalModel`, to operations of this name; the first one attached stays.
  template <typename Model>
  void attach(llvm::StringRef operation) {
    using Interface = typename Model::Interface;
    std::shared_ptr<typename Interface::Concept> model = std::make_shared<Model>();
    models.try_emplace(key(operation, Interface::getInterfaceID()), std::move(model));
  }

  /// The model attached to an operation's name; null if there is none.
  static void *find(mlir::Operation *op, mlir::TypeID interface);

private:
  using Key = std::pair<const void *, const void *>; // the uniqued name, the interface
  Key key(llvm::StringRef operation, mlir::TypeID interface);

  llvm::DenseMap<Key, std::shared_ptr<void>> models;
};

} // namespace sdq

#endif // SDQ_FRONTEND_NAMEDMODELS_H
