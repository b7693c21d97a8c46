//===- ExternalData.cpp - Tensors stored beside the model -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExternalData.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"

namespace sdq {

using llvm::StringRef;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

ExternalData::ExternalData(StringRef modelPath) : folder(path::parent_path(modelPath).str()) {
  if (folder.empty())
    folder = ".";
}

/// True if `inner` (a real path) lies in the folder `outer` (a real path).
static bool isInside(StringRef inner, StringRef outer) {
  return inner.consume_front(outer) && (outer.ends_with("/") || inner.starts_with("/"));
}

mlir::FailureOr<std::shared_ptr<MappedFile>> ExternalData::open(StringRef tensor, StringRef location,
                                                                mlir::Location loc) {
  auto fail = [&]() {
    return mlir::emitError(loc) << "tensor '" << tensor << "': external data '" << location << "' ";
  };
  if (auto found = files.find(location); found != files.end())
    return found->second;
  if (location.empty())
    return fail() << "name no file";
  if (location.contains('\0'))
    return fail() << "have a zero byte in their path";
  if (path::is_absolute(location))
    return fail() << "must lie in the model's folder, found an absolute path";
  for (StringRef component : llvm::make_range(path::begin(location), path::end(location)))
    if (component == "..")
      return fail() << "must lie in the model's folder, found '..' in the path";

  llvm::SmallString<256> full(folder), real, realFolder;
  path::append(full, location);
  if (std::error_code error = fs::real_path(full, real))
    return fail() << "cannot be read: expected a file at " << StringRef(full) << ", found: " << error.message();
  if (std::error_code error = fs::real_path(folder, realFolder))
    return fail() << "cannot be read: " << folder << ": " << error.message();
  if (!isInside(real, realFolder))
    return fail() << "must lie in the model's folder " << StringRef(realFolder) << ", found a link to "
                  << StringRef(real);
  llvm::Expected<std::shared_ptr<MappedFile>> file = MappedFile::open(real);
  if (!file)
    return fail() << "cannot be read: expected a file at " << StringRef(full)
                  << ", found: " << llvm::toString(file.takeError());
  files[location] = *file;
  return *file;
}

mlir::FailureOr<OwnedBytes> ExternalData::read(const onnx::TensorProto &tensor, uint64_t size, mlir::Location loc) {
  StringRef location;
  std::optional<uint64_t> offset, length;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    if (key == "location") {
      location = value;
      continue;
    }
    if (key != "offset" && key != "length")
      continue;
    uint64_t number = 0;
    if (value.getAsInteger(10, number))
      return mlir::emitError(loc) << "tensor '" << tensor.name() << "': expected a number of bytes as " << key
                                  << " of its external data, found '" << value << "'";
    (key == "offset" ? offset : length) = number;
  }

  mlir::FailureOr<std::shared_ptr<MappedFile>> file = open(tensor.name(), location, loc);
  if (mlir::failed(file))
    return mlir::failure();
  auto fail = [&]() {
    return mlir::emitError(loc) << "tensor '" << tensor.name() << "': external data '" << location << "': ";
  };
  if (length && *length != size)
    return fail() << "expected " << size << " bytes for its shape and element type, found a length of " << *length;
  uint64_t start = offset.value_or(0), available = (*file)->getSize();
  if (start > available || size > available - start)
    return fail() << "expected " << size << " bytes at offset " << start << ", found a file of " << available
                  << " bytes";
  StringRef bytes = (*file)->text().substr(start, size);
  return OwnedBytes{{bytes.data(), bytes.size()}, *file};
}

} // namespace sdq
