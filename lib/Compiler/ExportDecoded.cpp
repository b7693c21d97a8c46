//===- ExportDecoded.cpp - Decoded weights for other tools -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/ExportDecoded.h"

#include "sdq/Core/Safetensors.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sdq;

LogicalResult sdq::exportDecoded(ModuleOp module, StringRef path) {
  llvm::StringMap<ParameterOp> parameters;
  std::vector<SafetensorsTensor> tensors;
  for (ParameterOp parameter : module.getOps<ParameterOp>()) {
    auto origin = parameter->getAttrOfType<StringAttr>(kOriginAttr);
    std::string name = (origin ? origin.getValue() : parameter.getSymName()).str();
    Shape shape = parameter.getWeightType().getShape();
    std::vector<int64_t> extents = {shape.rows, shape.columns};
    if (parameter->hasAttr(kOriginTransposedAttr))
      std::swap(extents[0], extents[1]);
    // One initializer may have been raised in both orientations; it is written once, as the exporter had it.
    if (!parameters.try_emplace(name, parameter).second)
      continue;
    tensors.push_back({name, SafetensorsType::F32, extents, {}});
  }

  llvm::Error error = writeSafetensors(
      path, tensors, {}, [&](const SafetensorsTensor &tensor, llvm::raw_ostream &out) -> llvm::Error {
        ParameterOp parameter = parameters.lookup(tensor.name);
        FailureOr<WeightView> weight = viewWeight(parameter);
        if (failed(weight))
          return llvm::createStringError("cannot read the weight '" + tensor.name + "'");
        Shape shape = weight->shape();
        bool transposed = parameter->hasAttr(kOriginTransposedAttr);
        std::vector<float> row(shape.columns), whole(transposed ? shape.rows * shape.columns : 0);
        for (int64_t r = 0; r < shape.rows; ++r) {
          weight->readRow(r, row);
          if (!transposed)
            out.write(reinterpret_cast<const char *>(row.data()), row.size() * sizeof(float));
          else
            for (int64_t c = 0; c < shape.columns; ++c)
              whole[c * shape.rows + r] = row[c];
        }
        out.write(reinterpret_cast<const char *>(whole.data()), whole.size() * sizeof(float));
        return llvm::Error::success();
      });
  if (error)
    return emitError(module.getLoc()) << llvm::toString(std::move(error));
  return success();
}
