//===- GlobalWeights.cpp - Weights in module-level globals ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ml_program's globals, and by name those of IREE in generic form. A global whose values are elsewhere (a parameter of
// an archive, an external definition) or may change is no weight.
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/Interfaces.h"
#include "sdq/Frontend/Register.h"

#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/IR/SymbolTable.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sdq;

namespace {

std::string print(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return text;
}

/// A constant, or what is known of it: `initial` may be missing or of another dialect.
WeightStep constantOf(Operation *owner, Attribute initial, Type type, StringRef what) {
  auto values = dyn_cast_if_present<ElementsAttr>(initial);
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (values && tensor && tensor.hasStaticShape())
    return WeightConstant{owner, tensor, values};
  return NoWeight{(what + " has no values in the module: " + (initial ? print(initial) : "no initial value")).str()};
}

WeightStep globalOf(Operation *load, StringRef attribute, StringRef initial, ArrayRef<StringRef> mutability) {
  auto symbol = load->getAttrOfType<SymbolRefAttr>(attribute);
  Operation *global = symbol ? SymbolTable::lookupNearestSymbolFrom(load, symbol) : nullptr;
  if (!global)
    return NoWeight{"it loads no global of this module"};
  std::string what = "global " + print(symbol);
  for (StringRef word : mutability)
    if (global->hasAttr(word))
      return NoWeight{what + " is mutable"};
  return constantOf(global, global->getAttr(initial), load->getResult(0).getType(), what);
}

template <typename OpTy>
struct MLProgramModel : WeightSourceOpInterface::ExternalModel<MLProgramModel<OpTy>, OpTy> {
  std::optional<WeightStep> getStep(Operation *op) const { return globalOf(op, "global", "value", {"is_mutable"}); }
  bool isErasable(Operation *op) const { return true; }
};

/// `"util.global.load"() <{global = @w}>`: of `"util.global"() <{sym_name, type, initial_value, is_mutable}>`.
struct IREELoadModel : WeightSourceOpInterface::ExternalModel<IREELoadModel, Operation> {
  std::optional<WeightStep> getStep(Operation *op) const {
    if (op->getNumResults() != 1)
      return std::nullopt;
    return globalOf(op, "global", "initial_value", {"is_mutable"});
  }
  bool isErasable(Operation *op) const { return true; }
};

/// `"flow.tensor.constant"() <{value = …}>`, often a parameter of an archive.
struct IREEConstantModel : WeightSourceOpInterface::ExternalModel<IREEConstantModel, Operation> {
  std::optional<WeightStep> getStep(Operation *op) const {
    if (op->getNumResults() != 1)
      return std::nullopt;
    return constantOf(op, op->getAttr("value"), op->getResult(0).getType(), "the constant");
  }
  bool isErasable(Operation *op) const { return true; }
};

} // namespace

void sdq::registerGlobalWeights(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, SDQDialect *, ml_program::MLProgramDialect *) {
    ml_program::GlobalLoadOp::attachInterface<MLProgramModel<ml_program::GlobalLoadOp>>(*context);
    ml_program::GlobalLoadConstOp::attachInterface<MLProgramModel<ml_program::GlobalLoadConstOp>>(*context);
  });
  registry.addExtension(+[](MLIRContext *, SDQDialect *dialect) {
    NamedModels &models = NamedModels::of(*dialect);
    models.attach<IREELoadModel>("util.global.load");
    models.attach<IREEConstantModel>("flow.tensor.constant");
  });
}
