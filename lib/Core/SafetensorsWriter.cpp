//===- SafetensorsWriter.cpp - Writing safetensors files ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SafetensorsTypes.h"

#include "sdq/Core/AtomicFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"

using namespace sdq;
using llvm::Error;
using llvm::StringRef;
using llvm::Twine;

/// The first reason why the tensors, sorted by name, cannot be written.
static Error verifyTensors(StringRef path, llvm::ArrayRef<const SafetensorsTensor *> tensors) {
  StringRef previous;
  for (const SafetensorsTensor *tensor : tensors) {
    auto error = [&](const Twine &what) {
      return llvm::createStringError("cannot write '" + path + "': tensor '" + tensor->name + "': " + what);
    };
    if (tensor->name == kSafetensorsMetadata)
      return error("the name is reserved");
    if (!llvm::json::isUTF8(tensor->name))
      return error("expected a name in UTF-8");
    if (tensor != tensors.front() && tensor->name == previous)
      return error("expected names to be distinct, found it twice");
    previous = tensor->name;
    if (!byteSize(tensor->type, tensor->shape))
      return error("expected a whole number of bytes for shape " + printShape(tensor->shape) + " of " +
                   name(tensor->type));
  }
  return Error::success();
}

static Error verifyLength(StringRef path, const SafetensorsTensor &tensor, uint64_t found) {
  uint64_t needed = *byteSize(tensor.type, tensor.shape);
  if (found == needed)
    return Error::success();
  return llvm::createStringError("cannot write '" + path + "': tensor '" + tensor.name + "': expected " +
                                 Twine(needed) + " bytes for shape " + printShape(tensor.shape) + " of " +
                                 name(tensor.type) + ", found " + Twine(found));
}

/// The header, padded so that the data begins on a multiple of eight bytes.
static std::string makeHeader(llvm::ArrayRef<const SafetensorsTensor *> tensors, const SafetensorsMetadata &metadata) {
  std::string header;
  llvm::raw_string_ostream out(header);
  llvm::json::OStream json(out);
  json.object([&] {
    if (!metadata.empty())
      json.attributeObject(kSafetensorsMetadata, [&] {
        for (const auto &[key, value] : metadata)
          json.attribute(key, value);
      });
    int64_t offset = 0;
    for (const SafetensorsTensor *tensor : tensors)
      json.attributeObject(tensor->name, [&] {
        json.attribute("dtype", name(tensor->type));
        json.attributeArray("shape", [&] {
          for (int64_t extent : tensor->shape)
            json.value(extent);
        });
        json.attributeArray("data_offsets", [&] {
          json.value(offset);
          json.value(offset += int64_t(*byteSize(tensor->type, tensor->shape)));
        });
      });
  });
  header.append(llvm::offsetToAlignment(header.size(), llvm::Align(8)), ' ');
  return header;
}

Error sdq::writeSafetensors(StringRef path, llvm::ArrayRef<SafetensorsTensor> tensors,
                            const SafetensorsMetadata &metadata) {
  return writeSafetensors(path, tensors, metadata, [](const SafetensorsTensor &tensor, llvm::raw_ostream &out) {
    out.write(tensor.data.data(), tensor.data.size());
    return Error::success();
  });
}

Error sdq::writeSafetensors(StringRef path, llvm::ArrayRef<SafetensorsTensor> tensors,
                            const SafetensorsMetadata &metadata,
                            llvm::function_ref<Error(const SafetensorsTensor &, llvm::raw_ostream &)> write) {
  std::vector<const SafetensorsTensor *> order;
  for (const SafetensorsTensor &tensor : tensors)
    order.push_back(&tensor);
  llvm::sort(order, [](const auto *a, const auto *b) { return a->name < b->name; });
  if (Error failure = verifyTensors(path, order))
    return failure;
  for (const auto &[key, value] : metadata)
    if (!llvm::json::isUTF8(key) || !llvm::json::isUTF8(value))
      return llvm::createStringError("cannot write '" + path + "': expected metadata in UTF-8, found '" + key +
                                     "' to be otherwise");
  llvm::sort(order, [](const auto *a, const auto *b) {
    unsigned widthOfA = bitWidth(a->type), widthOfB = bitWidth(b->type);
    return widthOfA != widthOfB ? widthOfA > widthOfB : a->name < b->name;
  });

  return writeFileAtomically(path, [&](llvm::raw_ostream &out) -> Error {
    std::string header = makeHeader(order, metadata);
    char length[8];
    llvm::support::endian::write64le(length, header.size());
    out << StringRef(length, 8) << header;
    for (const SafetensorsTensor *tensor : order) {
      uint64_t begin = out.tell();
      if (Error failure = write(*tensor, out))
        return failure;
      if (Error failure = verifyLength(path, *tensor, out.tell() - begin))
        return failure;
    }
    return Error::success();
  });
}
