//===- DecomposeTo.cpp - The pipeline that gives a compressed model back --===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Pipelines/DecomposeTo.h"

#include "sdq/Conversion/ONNXToLinalg/Passes.h"
#include "sdq/Conversion/SDQToLinalg/Passes.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace sdq;

void sdq::buildDecomposeToLinalg(OpPassManager &manager) {
  manager.addPass(createLowerONNXPass());
  manager.addPass(createLinearToLinalg());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

void sdq::registerDecomposeTo() {
  registerPassPipeline(
      "sdq-decompose-to", "Write a compressed model in the words of a compiler that does not know sdq",
      [](OpPassManager &manager, StringRef text, function_ref<LogicalResult(const Twine &)> emitError) {
        DecomposeToOptions options;
        // The target alone may stand for the option: --sdq-decompose-to=linalg.
        std::string spelled = (text.contains('=') || text.trim().empty() ? Twine(text) : "target=" + text).str();
        if (failed(options.parseFromString(spelled)))
          return failure();
        if (options.target != "linalg")
          return emitError("sdq-decompose-to: expected the target linalg, found '" + options.target + "'");
        buildDecomposeToLinalg(manager);
        return success();
      },
      [](function_ref<void(const mlir::detail::PassOptions &)> show) {
        DecomposeToOptions options;
        show(options);
      });
}
