//===- SafetensorsReader.cpp - Opening safetensors files ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SafetensorsTypes.h"
#include "ShallowJSON.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <tuple>

using namespace sdq;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

/// What other readers of the format refuse to go beyond.
static constexpr uint64_t kLargestHeader = 100'000'000;

std::string sdq::printShape(llvm::ArrayRef<int64_t> shape) {
  return "[" + llvm::join(llvm::map_range(shape, [](int64_t extent) { return std::to_string(extent); }), ", ") + "]";
}

std::optional<uint64_t> sdq::byteSize(SafetensorsType type, llvm::ArrayRef<int64_t> shape) {
  int64_t bits = bitWidth(type);
  for (int64_t extent : shape)
    if (extent < 0 || llvm::MulOverflow(bits, extent, bits))
      return std::nullopt;
  return bits % 8 ? std::nullopt : std::optional<uint64_t>(bits / 8);
}

namespace {

/// Reads the header of one file; every error names the file.
class HeaderReader {
public:
  HeaderReader(StringRef path, llvm::ArrayRef<char> file) : path(path), file(file) {}

  Error read(std::vector<SafetensorsTensor> &tensors, SafetensorsMetadata &metadata) {
    Expected<StringRef> text = locateHeader();
    if (!text)
      return text.takeError();
    Expected<llvm::json::Value> header = parseShallowJSON(*text);
    if (!header)
      return error("safetensors_c2", "expected a JSON header, found " + llvm::toString(header.takeError()));
    const llvm::json::Object *object = header->getAsObject();
    if (!object)
      return error("safetensors_c2", "expected a JSON object as header");
    for (const auto &[key, value] : *object) {
      StringRef name = key;
      Error failure = name == kSafetensorsMetadata ? readMetadata(value, metadata) : readTensor(name, value, tensors);
      if (failure)
        return failure;
    }
    if (Error failure = verifyLayout(tensors))
      return failure;
    llvm::sort(tensors, [](const auto &a, const auto &b) { return a.name < b.name; });
    return Error::success();
  }

private:
  Error error(StringRef label, const Twine &what) {
    return llvm::createStringError("'" + path + "': " + what + " (" + label + ")");
  }
  Error error(StringRef label, StringRef tensor, const Twine &what) {
    return error(label, "tensor '" + tensor + "': " + what);
  }

  Expected<StringRef> locateHeader() {
    if (file.size() < 8)
      return error("safetensors_c1", "expected a safetensors file of at least 8 bytes, found " + Twine(file.size()));
    uint64_t length = llvm::support::endian::read64le(file.data());
    uint64_t rest = file.size() - 8;
    if (length > rest || length > kLargestHeader)
      return error("safetensors_c1", "expected a header of at most " + Twine(std::min(rest, kLargestHeader)) +
                                         " bytes, found its length to be " + Twine(length));
    data = file.drop_front(8 + length);
    return StringRef(file.data() + 8, length);
  }

  Error readMetadata(const llvm::json::Value &value, SafetensorsMetadata &metadata) {
    const llvm::json::Object *object = value.getAsObject();
    if (!object)
      return error("safetensors_c2", "expected __metadata__ to be an object of strings");
    for (const auto &[key, entry] : *object) {
      std::optional<StringRef> text = entry.getAsString();
      if (!text)
        return error("safetensors_c2", "expected __metadata__ entry '" + key.str() + "' to be a string");
      metadata[key.str()] = text->str();
    }
    return Error::success();
  }

  Error readTensor(StringRef name, const llvm::json::Value &value, std::vector<SafetensorsTensor> &tensors) {
    const llvm::json::Object *object = value.getAsObject();
    std::optional<StringRef> typeName = object ? object->getString("dtype") : std::nullopt;
    const llvm::json::Array *shape = object ? object->getArray("shape") : nullptr;
    const llvm::json::Array *offsets = object ? object->getArray("data_offsets") : nullptr;
    if (!typeName || !shape || !offsets || offsets->size() != 2)
      return error("safetensors_c2", name, "expected an object with dtype, shape and two data_offsets");

    SafetensorsTensor tensor{name.str(), SafetensorsType::U8, {}, {}};
    std::optional<SafetensorsType> type = safetensorsTypeNamed(*typeName);
    if (!type)
      return error("safetensors_c3", name,
                   "expected one of the dtypes " + safetensorsTypeNames() + ", found '" + *typeName + "'");
    tensor.type = *type;

    for (const llvm::json::Value &extent : *shape) {
      std::optional<int64_t> number = extent.getAsInteger();
      if (!number)
        return error("safetensors_c4", name, "expected integer extents");
      tensor.shape.push_back(*number);
    }
    std::optional<uint64_t> needed = byteSize(tensor.type, tensor.shape);
    if (!needed)
      return error("safetensors_c4", name,
                   "expected extents that are not negative and a size in whole bytes below "
                   "2^63 bits, found shape " +
                       printShape(tensor.shape) + " of " + *typeName);

    std::optional<int64_t> begin = (*offsets)[0].getAsInteger(), end = (*offsets)[1].getAsInteger();
    if (!begin || !end || *begin < 0 || *begin > *end || uint64_t(*end) > data.size()) {
      auto print = [](std::optional<int64_t> offset) { return offset ? std::to_string(*offset) : "no integer"; };
      return error("safetensors_c5", name,
                   "expected ascending data offsets within the " + Twine(data.size()) + " bytes of data, found [" +
                       print(begin) + ", " + print(end) + "]");
    }
    if (uint64_t(*end - *begin) != *needed)
      return error("safetensors_c6", name,
                   "expected " + Twine(*needed) + " bytes for shape " + printShape(tensor.shape) + " of " + *typeName +
                       ", found " + Twine(*end - *begin));
    tensor.data = data.slice(*begin, *end - *begin);
    tensors.push_back(std::move(tensor));
    return Error::success();
  }

  /// c7; leaves the tensors in the order of their data.
  Error verifyLayout(std::vector<SafetensorsTensor> &tensors) {
    auto offset = [&](const SafetensorsTensor &tensor) { return uint64_t(tensor.data.data() - data.data()); };
    // An empty tensor stands before the one that begins where it does; names make the order certain.
    llvm::sort(tensors, [&](const auto &a, const auto &b) {
      return std::tuple(offset(a), a.data.size(), StringRef(a.name)) <
             std::tuple(offset(b), b.data.size(), StringRef(b.name));
    });
    uint64_t next = 0;
    for (const SafetensorsTensor &tensor : tensors) {
      if (offset(tensor) != next)
        return error("safetensors_c7", tensor.name,
                     "expected its data to begin at byte " + Twine(next) + ", where the tensor before it ends, found " +
                         Twine(offset(tensor)));
      next += tensor.data.size();
    }
    if (next != data.size())
      return error("safetensors_c7",
                   "expected " + Twine(next) + " bytes of data, the sum of its tensors, found " + Twine(data.size()));
    return Error::success();
  }

  StringRef path;
  llvm::ArrayRef<char> file, data;
};

} // namespace

Expected<SafetensorsFile> SafetensorsFile::open(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::createStringError("cannot read '" + path + "': " + buffer.getError().message());
  SafetensorsFile file;
  file.filePath = path.str();
  file.buffer = std::move(*buffer);
  llvm::ArrayRef<char> bytes(file.buffer->getBufferStart(), file.buffer->getBufferSize());
  if (Error failure = HeaderReader(path, bytes).read(file.entries, file.strings))
    return failure;
  return file;
}

const SafetensorsTensor *SafetensorsFile::find(StringRef name) const {
  auto at = llvm::lower_bound(entries, name, [](const auto &tensor, StringRef name) { return tensor.name < name; });
  return at != entries.end() && at->name == name ? &*at : nullptr;
}
