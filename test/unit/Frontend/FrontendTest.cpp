//===- FrontendTest.cpp - Frontends in other people's compilers -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Frontend/Interfaces.h"
#include "sdq/Frontend/Passes.h"
#include "sdq/Import/ONNX/StubDialect.h"
#include "sdq/Pipelines/Register.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace sdq;

namespace {

/// A compiler's own `onnx.MatMul`, registered and verified.
class OwnMatMulOp : public Op<OwnMatMulOp, OpTrait::NOperands<2>::Impl, OpTrait::OneResult, OpTrait::ZeroRegions> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(OwnMatMulOp)
  using Op::Op;
  static StringRef getOperationName() { return "onnx.MatMul"; }
  static ArrayRef<StringRef> getAttributeNames() { return {}; }
};

/// A dialect `onnx` that is not the stub: what it does not register is refused.
class OwnONNXDialect : public Dialect {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(OwnONNXDialect)
  explicit OwnONNXDialect(MLIRContext *context) : Dialect("onnx", context, TypeID::get<OwnONNXDialect>()) {
    addOperations<OwnMatMulOp>();
  }
  static StringRef getDialectNamespace() { return "onnx"; }
};

/// `"acme.project"(%w, %x)`: y = W·x with W out × in, and `"acme.weight"() {data = …}`.
struct ProjectModel : ProductOpInterface::ExternalModel<ProjectModel, Operation> {
  FailureOr<Product> getProduct(Operation *op, std::string &) const {
    auto map = [&](ArrayRef<unsigned> results) {
      return AffineMap::getMultiDimMapWithTargets(3, results, op->getContext());
    };
    return Product{op->getOperand(0), op->getOperand(1), map({1, 2}), map({0, 2}), map({0, 1})};
  }
};

struct AcmeWeightModel : WeightSourceOpInterface::ExternalModel<AcmeWeightModel, Operation> {
  std::optional<WeightStep> getStep(Operation *op) const {
    auto data = op->getAttrOfType<ElementsAttr>("data");
    return WeightConstant{op, cast<RankedTensorType>(data.getType()), data};
  }
  bool isErasable(Operation *) const { return true; }
};

/// Parses a module, raises it and says how many sdq.linear there are; -1 where it does not come through.
int raise(MLIRContext &context, StringRef text, OwningOpRef<ModuleOp> &module) {
  module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return -1;
  PassManager manager(&context);
  RaiseOptions options;
  options.minSize = 1;
  manager.addPass(createRaise(options));
  if (failed(manager.run(*module)))
    return -1;
  int linears = 0;
  module->walk([&](LinearOp) { ++linears; });
  return linears;
}

constexpr StringLiteral kMatMul = R"mlir(
func.func @f(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %y = "onnx.MatMul"(%x, %w) : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
})mlir";

TEST(FrontendTest, StubLeavesRoomForAnotherOnnxDialect) {
  DialectRegistry registry;
  registry.insert<OwnONNXDialect, func::FuncDialect>();
  registerCompilerDialects(registry);
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module;
  EXPECT_EQ(raise(context, kMatMul, module), 1);
  EXPECT_TRUE(isa<OwnONNXDialect>(context.getLoadedDialect("onnx")));
  // Nothing of the stub's generosity: operations that its owner does not know are an error.
  ScopedDiagnosticHandler silent(&context, [](Diagnostic &) { return success(); });
  EXPECT_FALSE(parseSourceString<ModuleOp>("\"onnx.Relu\"() : () -> ()", &context));
}

TEST(FrontendTest, DialectsAreNotLoadedForTheirOperations) {
  DialectRegistry registry;
  registerCompilerDialects(registry);
  MLIRContext context(registry);
  context.allowUnregisteredDialects();
  OwningOpRef<ModuleOp> module;
  EXPECT_EQ(raise(context, R"mlir(
    func.func @f(%x: !torch.vtensor<[?,2],f32>) -> !torch.vtensor<[?,3],f32> {
      %w = "torch.vtensor.literal"() <{value = dense<1.0> : tensor<2x3xf32>}> : () -> !torch.vtensor<[2,3],f32>
      %y = "torch.aten.mm"(%x, %w) : (!torch.vtensor<[?,2],f32>, !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[?,3],f32>
      return %y : !torch.vtensor<[?,3],f32>
    })mlir",
                  module),
            1);
  EXPECT_EQ(context.getLoadedDialect("torch"), nullptr);
  EXPECT_EQ(context.getLoadedDialect("onnx"), nullptr);
  EXPECT_EQ(context.getLoadedDialect("tosa"), nullptr);
}

TEST(FrontendTest, FrontendFromOutside) {
  DialectRegistry registry;
  registerCompilerDialects(registry);
  registry.addExtension(+[](MLIRContext *, SDQDialect *dialect) {
    NamedModels &models = NamedModels::of(*dialect);
    models.attach<ProjectModel>("acme.project");
    models.attach<AcmeWeightModel>("acme.weight");
  });
  MLIRContext context(registry);
  context.allowUnregisteredDialects();
  OwningOpRef<ModuleOp> module;
  EXPECT_EQ(raise(context, R"mlir(
    func.func @f(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
      %w = "acme.weight"() {data = dense<1.0> : tensor<3x2xf32>, sym_name = "blob"} : () -> tensor<3x2xf32>
      %y = "acme.project"(%w, %x) : (tensor<3x2xf32>, tensor<?x2xf32>) -> tensor<?x3xf32>
      return %y : tensor<?x3xf32>
    })mlir",
                  module),
            1);
  ASSERT_TRUE(module);
  auto parameter = *module->getOps<ParameterOp>().begin();
  EXPECT_EQ(parameter.getWeightType().getRows(), 3);
  EXPECT_EQ(parameter.getWeightType().getColumns(), 2);
  module->walk([](Operation *op) { EXPECT_NE(op->getName().getDialectNamespace(), "acme"); });
}

} // namespace
