//===- Checksums.cpp - Weights against what is written of them ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Loader/Checksums.h"

#include "sdq/Core/MappedPages.h"
#include "sdq/Dialect/SDQ/IR/Parts.h"

using namespace mlir;
using namespace sdq;

llvm::Expected<ChecksumCount> sdq::verifyChecksums(ModuleOp module) {
  ChecksumCount count;
  for (ParameterOp parameter : module.getOps<ParameterOp>()) {
    auto expected = parameter->getAttrOfType<StringAttr>(kChecksumAttr);
    if (!expected) {
      ++count.without;
      continue;
    }
    FailureOr<WeightView> weight = viewWeight(parameter);
    if (failed(weight))
      return llvm::createStringError("the weight '" + parameter.getSymName() + "' cannot be read");
    std::string found = checksumOf(*weight);
    for (const PartView &part : weight->parts)
      releasePages(part.data);
    if (expected.getValue() != found)
      return llvm::createStringError("the weight '" + parameter.getSymName() + "' is damaged: expected the checksum " +
                                     expected.getValue() + ", found " + found);
    ++count.verified;
  }
  return count;
}
