//===- NpyHeader.cpp - The header of NumPy's array files ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NpyHeader.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace sdq;

static constexpr llvm::StringLiteral kMagic = "\x93NUMPY";

static llvm::Error invalidHeader(const llvm::Twine &message) {
  return llvm::createStringError("not a readable .npy file: " + message);
}

static llvm::StringRef descriptorOf(DType dtype) {
  static constexpr llvm::StringLiteral descriptors[] = {"<f4", "<f2", "<V2", "<f8", "<i8", "<i4", "<i2",
                                                        "|i1", "|u1", "<u2", "<u4", "<u8", "|b1"};
  return descriptors[size_t(dtype)];
}

static std::optional<DType> parseDescriptor(llvm::StringRef text) {
  for (unsigned i = 0; i <= unsigned(DType::Bool); ++i) {
    llvm::StringRef known = descriptorOf(DType(i));
    // Byte order says nothing about single bytes and opaque ones.
    bool anyOrder = known.ends_with("1") || known.ends_with("V2");
    if (text == known || (anyOrder && text.size() == 3 && text.drop_front() == known.drop_front()))
      return DType(i);
  }
  return std::nullopt;
}

namespace {
/// Reads the Python dictionary. `text` is what is left of it.
struct DictionaryParser {
  llvm::StringRef header, text;

  llvm::Error unexpected(const llvm::Twine &expected) {
    llvm::StringRef found = text.take_front(16);
    return invalidHeader("expected " + expected + " at byte " + llvm::Twine(header.size() - text.size()) +
                         " of the header, got '" + found + "'");
  }

  bool consume(llvm::StringRef token) {
    text = text.ltrim(" \t\n");
    return text.consume_front(token);
  }

  llvm::Expected<llvm::StringRef> parseString() {
    text = text.ltrim(" \t\n");
    char quote = text.empty() ? 0 : text.front();
    size_t end = quote == '\'' || quote == '"' ? text.find(quote, 1) : llvm::StringRef::npos;
    if (end == llvm::StringRef::npos)
      return unexpected("a quoted string");
    llvm::StringRef value = text.slice(1, end);
    text = text.drop_front(end + 1);
    return value;
  }

  llvm::Error parseShape(Extents &shape) {
    if (!consume("("))
      return unexpected("'('");
    while (!consume(")")) {
      text = text.ltrim(" \t\n");
      uint64_t size;
      if (text.consumeInteger(10, size) || size > uint64_t(INT64_MAX))
        return unexpected("a size");
      text.consume_front("L"); // Python 2 wrote long integers so
      shape.push_back(int64_t(size));
      if (!consume(",") && !text.ltrim(" \t\n").starts_with(")"))
        return unexpected("',' or ')'");
    }
    return llvm::Error::success();
  }

  llvm::Error parseEntry(NpyHeader &result, unsigned &seen) {
    llvm::Expected<llvm::StringRef> key = parseString();
    if (!key)
      return key.takeError();
    if (!consume(":"))
      return unexpected("':'");
    unsigned bit =
        llvm::StringSwitch<unsigned>(*key).Case("descr", 1).Case("fortran_order", 2).Case("shape", 4).Default(0);
    if (bit == 0 || (seen & bit))
      return invalidHeader((bit ? "key '" : "unknown key '") + *key + (bit ? "' appears twice" : "'"));
    seen |= bit;
    if (bit == 4)
      return parseShape(result.shape);
    if (bit == 2) {
      result.fortranOrder = consume("True");
      return result.fortranOrder || consume("False") ? llvm::Error::success() : unexpected("True or False");
    }
    if (text.ltrim(" \t\n").starts_with("["))
      return invalidHeader("structured arrays are not supported");
    llvm::Expected<llvm::StringRef> descriptor = parseString();
    if (!descriptor)
      return descriptor.takeError();
    if (descriptor->starts_with(">"))
      return invalidHeader("big-endian elements ('" + *descriptor + "') are not supported");
    std::optional<DType> dtype = parseDescriptor(*descriptor);
    if (!dtype)
      return invalidHeader("unsupported element type '" + *descriptor + "'");
    result.dtype = *dtype;
    return llvm::Error::success();
  }

  llvm::Expected<NpyHeader> parse() {
    NpyHeader result;
    unsigned seen = 0;
    if (!consume("{"))
      return unexpected("'{'");
    while (!consume("}")) {
      if (llvm::Error error = parseEntry(result, seen))
        return error;
      if (!consume(",") && !text.ltrim(" \t\n").starts_with("}"))
        return unexpected("',' or '}'");
    }
    if (seen != 7)
      return invalidHeader("the header lacks 'descr', 'fortran_order' or 'shape'");
    return result;
  }
};
} // namespace

int64_t NpyHeader::dataBytes() const { return TensorView::dense(nullptr, dtype, shape).numBytes(); }

llvm::Expected<NpyHeader> sdq::parseNpyHeader(llvm::StringRef file) {
  if (!file.starts_with(kMagic))
    return invalidHeader("expected the magic number \\x93NUMPY at its start");
  if (file.size() < 10)
    return invalidHeader("truncated in the header");
  unsigned major = uint8_t(file[6]);
  if (major < 1 || major > 3)
    return invalidHeader("expected format version 1, 2 or 3, got " + llvm::Twine(major));
  size_t start = major == 1 ? 10 : 12;
  if (file.size() < start)
    return invalidHeader("truncated in the header");
  uint64_t length =
      major == 1 ? llvm::support::endian::read16le(file.data() + 8) : llvm::support::endian::read32le(file.data() + 8);
  if (file.size() - start < length)
    return invalidHeader("expected a header of " + llvm::Twine(length) + " bytes, got " +
                         llvm::Twine(file.size() - start));
  llvm::StringRef text = file.substr(start, length);
  llvm::Expected<NpyHeader> header = DictionaryParser{text, text}.parse();
  if (!header)
    return header;
  header->dataOffset = start + length;
  // An empty dimension makes the product zero; the others must not overflow all the same, they become strides.
  int64_t bytes = byteWidth(header->dtype);
  for (int64_t size : header->shape)
    if (llvm::MulOverflow(bytes, std::max<int64_t>(size, 1), bytes))
      return invalidHeader("the shape " + formatExtents(header->shape) + " overflows");
  return header;
}

std::string sdq::formatNpyHeader(DType dtype, llvm::ArrayRef<int64_t> shape) {
  std::string sizes = llvm::join(llvm::map_range(shape, [](int64_t size) { return std::to_string(size); }), ", ");
  std::string dictionary = "{'descr': '" + descriptorOf(dtype).str() + "', 'fortran_order': False, 'shape': (" + sizes +
                           (shape.size() == 1 ? ",), }" : "), }");
  // Spaces up to a newline at a multiple of 64, as NumPy pads; 65535 bytes are enough for any rank that occurs.
  size_t total = llvm::alignTo<64>(10 + dictionary.size() + 1);
  dictionary.append(total - 10 - dictionary.size() - 1, ' ');
  dictionary += '\n';
  std::string header = (kMagic + llvm::StringRef("\x01\x00", 2)).str();
  header += char(dictionary.size() & 0xff);
  header += char(dictionary.size() >> 8);
  return header + dictionary;
}
