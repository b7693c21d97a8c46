//===- Encode.cpp - The values of a term in another format -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightPass.h"

#include "sdq/Dialect/SDQ/IR/NamedFormat.h"
#include "sdq/Dialect/SDQ/Transforms/Passes.h"

#include "mlir/IR/Threading.h"

using namespace mlir;
using namespace sdq;

namespace sdq {
#define GEN_PASS_DEF_ENCODE
#include "sdq/Dialect/SDQ/Transforms/Passes.h.inc"
} // namespace sdq

namespace {

/// Rows that are read before they are stored in parallel.
constexpr int64_t kRowsAtATime = 64;

struct Encode : sdq::impl::EncodeBase<Encode> {
  using EncodeBase::EncodeBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    EncodeBase::getDependentDialects(registry);
    dependOnFormat(registry, format);
  }

  LogicalResult initialize(MLIRContext *context) override {
    FailureOr<WeightFormat> parsed = parseFormat(context, format);
    if (failed(parsed))
      return failure();
    target = *parsed;
    if (target.storesValues())
      return success();
    return optionError(context) << "expected a format that says how values become codes, found " << Attribute(target)
                                << ": weights get into it by a pass of its own";
  }

  void runOnOperation() override {
    if (failed(encode(getOperation())))
      signalPassFailure();
  }

  LogicalResult encode(ParameterOp parameter) {
    FailureOr<WeightView> weight = viewLastTerm(parameter);
    if (failed(weight))
      return failure();
    Shape shape = weight->shape();
    if (failed(target.verifyShape(shape, [&] { return errorAt(parameter); })))
      return failure();
    std::vector<Part> parts;
    for (PartSpec &spec : target.getParts(shape)) {
      AlignedBytes bytes(byteSize(spec));
      parts.push_back({std::move(spec), std::move(bytes)});
    }

    std::vector<float> values(std::min(kRowsAtATime, shape.rows) * shape.columns);
    auto row = [&](int64_t i) { return MutableArrayRef(values).slice(i * shape.columns, shape.columns); };
    for (int64_t begin = 0; begin < shape.rows; begin += kRowsAtATime) {
      int64_t count = std::min(kRowsAtATime, shape.rows - begin);
      for (int64_t i = 0; i < count; ++i)
        if (failed(readFiniteRow(parameter, *weight, begin + i, row(i))))
          return failure();
      std::vector<std::string> errors(count);
      parallelFor(parameter.getContext(), 0, count, [&](size_t i) {
        if (llvm::Error error = target.storeRow(shape, parts, begin + i, row(i)))
          errors[i] = llvm::toString(std::move(error));
      });
      for (const std::string &error : errors)
        if (!error.empty())
          return errorAt(parameter) << error;
    }
    std::vector<StoredTerm> terms;
    terms.push_back({target, std::move(parts)});
    replaceLastTerm(parameter, std::move(terms), "encoded");
    return success();
  }

  WeightFormat target;
};

} // namespace
