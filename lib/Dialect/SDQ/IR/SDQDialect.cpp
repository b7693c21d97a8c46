//===- SDQDialect.cpp - The sdq dialect -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/LayoutFormat.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sdq;

#include "sdq/Dialect/SDQ/IR/SDQDialect.cpp.inc"
#include "sdq/Dialect/SDQ/IR/SDQInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "sdq/Dialect/SDQ/IR/SDQFormats.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "sdq/Dialect/SDQ/IR/SDQTypes.cpp.inc"

// Here once, for those who call the methods of a built-in format that they know.
template class sdq::LayoutMethods<DenseFormatAttr>;
template class sdq::LayoutMethods<NMFormatAttr>;
template class sdq::LayoutMethods<LUTFormatAttr>;
template class sdq::LayoutMethods<TiledFormatAttr>;
template class sdq::LayoutMethods<CSRFormatAttr>;

/// Visibility as a bare word, as functions have it; public is the absence of one.
static OptionalParseResult parseVisibility(OpAsmParser &parser, StringAttr &visibility) {
  StringRef word;
  if (failed(parser.parseOptionalKeyword(&word, {"public", "private", "nested"})))
    return std::nullopt;
  visibility = parser.getBuilder().getStringAttr(word);
  return success();
}
static void printVisibility(OpAsmPrinter &printer, Operation *, StringAttr visibility) {
  printer << visibility.getValue();
}

#define GET_OP_CLASSES
#include "sdq/Dialect/SDQ/IR/SDQOps.cpp.inc"

void SDQDialect::initialize() {
  addFileVersion();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "sdq/Dialect/SDQ/IR/SDQFormats.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "sdq/Dialect/SDQ/IR/SDQTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "sdq/Dialect/SDQ/IR/SDQOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// !sdq.weight
//===----------------------------------------------------------------------===//

/// So that no size in bits overflows, whatever the format.
static constexpr int64_t kMaxElements = int64_t(1) << 56;

LogicalResult WeightType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t rows, int64_t columns,
                                 Type elementType, WeightFormat format) {
  if (rows < 1 || columns < 1)
    return emitError() << "weight_c1: expected extents of at least 1, found " << rows << "x" << columns;
  if (!isa<Float16Type, BFloat16Type, Float32Type>(elementType))
    return emitError() << "weight_c2: expected f16, bf16 or f32, found " << elementType;
  if (rows > kMaxElements / columns)
    return emitError() << "weight_c3: expected at most " << kMaxElements << " elements, found " << rows << "x"
                       << columns;
  return format.verifyShape({rows, columns}, emitError); // weight_c3
}

SmallVector<RankedTensorType> WeightType::getPartTypes() const {
  SmallVector<RankedTensorType> types;
  for (const PartSpec &part : getFormat().getParts(getShape())) {
    auto extents = llvm::map_to_vector(part.shape, [](int64_t extent) {
      return extent == kDynamicExtent ? ShapedType::kDynamic : extent;
    });
    types.push_back(RankedTensorType::get(extents, typeOf(getContext(), part.type)));
  }
  return types;
}
