//===- FormatSyntax.cpp - Assembly of formats and of the weight type -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/SDQ.h"

using namespace mlir;
using namespace sdq;

namespace {

/// Parses the Q of `vector = Q`. Zero stands for no vector in the attribute, so it is refused here.
ParseResult parseVector(AsmParser &parser, StringRef label, int64_t &vector) {
  SMLoc place = parser.getCurrentLocation();
  if (parser.parseInteger(vector))
    return failure();
  if (vector == 0)
    return parser.emitError(place) << label << ": expected a vector of at least 1, found 0";
  return success();
}

/// Parses `, vector = Q, scale = S` in either order, both optional: the verifier says which formats want them.
ParseResult parseScaling(AsmParser &parser, int64_t &vector, Type &scale) {
  while (succeeded(parser.parseOptionalComma())) {
    SMLoc place = parser.getCurrentLocation();
    StringRef key;
    if (parser.parseKeyword(&key))
      return failure();
    bool isVector = key == "vector" && vector == 0;
    if (!isVector && (key != "scale" || scale))
      return parser.emitError(place, "expected 'vector' or 'scale', each at most once, found '") << key << "'";
    if (parser.parseEqual() || (isVector ? parseVector(parser, "dense_c3", vector) : parser.parseType(scale)))
      return failure();
  }
  return success();
}

void printScaling(AsmPrinter &printer, int64_t vector, Type scale) {
  if (vector)
    printer << ", vector = " << vector;
  if (scale)
    printer << ", scale = " << scale;
}

/// Parses a digit of a tile's order: `c4:2` or `r8:1`.
ParseResult parseDigit(AsmParser &parser, SmallVectorImpl<TileDigit> &digits) {
  SMLoc place = parser.getCurrentLocation();
  StringRef word;
  if (parser.parseKeyword(&word))
    return failure();
  TileDigit digit;
  digit.ofRows = word.starts_with("r");
  if ((!digit.ofRows && !word.starts_with("c")) || word.drop_front().getAsInteger(10, digit.extent))
    return parser.emitError(place, "expected a digit like 'c32' or 'r32', found '") << word << "'";
  if (digits.size() == TilePlane::kMaxDigits)
    return parser.emitError(place, "tiled_c3: expected at most ") << TilePlane::kMaxDigits << " digits";
  if (parser.parseColon() || parser.parseInteger(digit.stride))
    return failure();
  digits.push_back(digit);
  return success();
}

/// Parses `bits : [digits]`.
ParseResult parsePlane(AsmParser &parser, SmallVectorImpl<TilePlane> &planes) {
  unsigned bits;
  SmallVector<TileDigit> digits;
  if (parser.parseInteger(bits) || parser.parseColon() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] { return parseDigit(parser, digits); }))
    return failure();
  planes.push_back(TilePlane(bits, digits));
  return success();
}

} // namespace

Attribute DenseFormatAttr::parse(AsmParser &parser, Type) {
  SMLoc place = parser.getCurrentLocation();
  Type element, scale;
  int64_t vector = 0;
  bool transposed = false;
  if (parser.parseLess() || parser.parseType(element))
    return {};
  if (succeeded(parser.parseOptionalComma())) {
    StringRef key;
    SMLoc keyPlace = parser.getCurrentLocation();
    if (parser.parseKeyword(&key))
      return {};
    if (key == "transposed") {
      transposed = true;
    } else if (key == "vector") {
      if (parser.parseEqual() || parseVector(parser, "dense_c3", vector))
        return {};
    } else if (key == "scale") {
      if (parser.parseEqual() || parser.parseType(scale))
        return {};
    } else {
      parser.emitError(keyPlace, "expected 'transposed', 'vector' or 'scale', found '") << key << "'";
      return {};
    }
    if (parseScaling(parser, vector, scale))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<DenseFormatAttr>(place, parser.getContext(), element, vector, scale, transposed);
}

void DenseFormatAttr::print(AsmPrinter &printer) const {
  printer << "<" << getElement();
  if (getTransposed())
    printer << ", transposed";
  printScaling(printer, getVector(), getScale());
  printer << ">";
}

Attribute NMFormatAttr::parse(AsmParser &parser, Type) {
  SMLoc place = parser.getCurrentLocation();
  int64_t n, m, vector = 0;
  Type element, scale;
  if (parser.parseLess() || parser.parseInteger(n) || parser.parseColon() || parser.parseInteger(m) ||
      parser.parseComma())
    return {};
  bool pairwise = succeeded(parser.parseOptionalKeyword("pairwise"));
  if ((pairwise && parser.parseComma()) || parser.parseType(element) || parseScaling(parser, vector, scale) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<NMFormatAttr>(place, parser.getContext(), n, m, pairwise, element, vector, scale);
}

void NMFormatAttr::print(AsmPrinter &printer) const {
  printer << "<" << getN() << ":" << getM();
  if (getPairwise())
    printer << ", pairwise";
  printer << ", " << getElement();
  printScaling(printer, getVector(), getScale());
  printer << ">";
}

Attribute LUTFormatAttr::parse(AsmParser &parser, Type) {
  SMLoc place = parser.getCurrentLocation();
  int64_t bits;
  Type element;
  if (parser.parseLess() || parser.parseInteger(bits) || parser.parseComma() || parser.parseType(element) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<LUTFormatAttr>(place, parser.getContext(), bits, element);
}

void LUTFormatAttr::print(AsmPrinter &printer) const { printer << "<" << getBits() << ", " << getElement() << ">"; }

Attribute TiledFormatAttr::parse(AsmParser &parser, Type) {
  SMLoc place = parser.getCurrentLocation();
  Attribute format;
  SmallVector<TilePlane> planes;
  if (parser.parseLess() || parser.parseAttribute(format) || parser.parseComma() ||
      parser.parseCommaSeparatedList([&] { return parsePlane(parser, planes); }) || parser.parseGreater())
    return {};
  return parser.getChecked<TiledFormatAttr>(place, parser.getContext(), format, ArrayRef<TilePlane>(planes));
}

void TiledFormatAttr::print(AsmPrinter &printer) const {
  printer << "<" << getFormat();
  for (const TilePlane &plane : getPlanes()) {
    printer << ", " << plane.bits << " : [";
    llvm::interleaveComma(plane.digits(), printer, [&](const TileDigit &digit) {
      printer << (digit.ofRows ? "r" : "c") << digit.extent << ":" << digit.stride;
    });
    printer << "]";
  }
  printer << ">";
}

Attribute CSRFormatAttr::parse(AsmParser &parser, Type) {
  SMLoc place = parser.getCurrentLocation();
  Type element;
  if (parser.parseLess() || parser.parseType(element) || parser.parseGreater())
    return {};
  return parser.getChecked<CSRFormatAttr>(place, parser.getContext(), element);
}

void CSRFormatAttr::print(AsmPrinter &printer) const { printer << "<" << getElement() << ">"; }

Attribute SumFormatAttr::parse(AsmParser &parser, Type) {
  SMLoc place = parser.getCurrentLocation();
  SmallVector<WeightFormat> terms;
  auto parseTerm = [&]() -> ParseResult {
    SMLoc termPlace = parser.getCurrentLocation();
    Attribute term;
    if (parser.parseAttribute(term))
      return failure();
    auto format = dyn_cast<WeightFormat>(term);
    if (!format)
      return parser.emitError(termPlace, "expected a weight format, found ") << term;
    terms.push_back(format);
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, parseTerm))
    return {};
  return parser.getChecked<SumFormatAttr>(place, parser.getContext(), ArrayRef<WeightFormat>(terms));
}

void SumFormatAttr::print(AsmPrinter &printer) const {
  printer << "<";
  llvm::interleaveComma(getTerms(), printer, [&](WeightFormat term) { printer << Attribute(term); });
  printer << ">";
}

Attribute ActivationFormatAttr::parse(AsmParser &parser, Type) {
  SMLoc place = parser.getCurrentLocation();
  Type element;
  int64_t vector = 0;
  if (parser.parseLess() || parser.parseType(element))
    return {};
  if (succeeded(parser.parseOptionalComma()) &&
      (parser.parseKeyword("vector") || parser.parseEqual() || parseVector(parser, "activation_c2", vector)))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<ActivationFormatAttr>(place, parser.getContext(), element, vector);
}

void ActivationFormatAttr::print(AsmPrinter &printer) const {
  printer << "<" << getElement();
  printScaling(printer, getVector(), Type());
  printer << ">";
}

Type WeightType::parse(AsmParser &parser) {
  SMLoc place = parser.getCurrentLocation();
  SmallVector<int64_t> dimensions;
  Type element;
  if (parser.parseLess() || parser.parseDimensionList(dimensions, /*allowDynamic=*/false) ||
      parser.parseType(element) || parser.parseComma())
    return {};
  if (dimensions.size() != 2) {
    parser.emitError(place, "weight_c1: expected two extents, outputs x inputs, found ") << dimensions.size();
    return {};
  }
  SMLoc formatPlace = parser.getCurrentLocation();
  Attribute attribute;
  if (parser.parseAttribute(attribute) || parser.parseGreater())
    return {};
  auto format = dyn_cast<WeightFormat>(attribute);
  if (!format) {
    parser.emitError(formatPlace, "expected a weight format, found ") << attribute;
    return {};
  }
  return parser.getChecked<WeightType>(place, parser.getContext(), dimensions[0], dimensions[1], element, format);
}

void WeightType::print(AsmPrinter &printer) const {
  printer << "<" << getRows() << "x" << getColumns() << "x" << getElementType() << ", " << Attribute(getFormat())
          << ">";
}
