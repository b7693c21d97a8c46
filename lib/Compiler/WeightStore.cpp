//===- WeightStore.cpp - Finished weights on disk -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/WeightStore.h"

#include "sdq/Core/ContentHash.h"
#include "sdq/Core/MappedPages.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <dlfcn.h>

using namespace sdq;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
namespace fs = llvm::sys::fs;

static constexpr llvm::StringLiteral kEntry = "weight-", kStaged = "staged-", kPlacement = "placed", kLock = "lock";
/// What `writeFileAtomically` puts into the names of its temporary files.
static constexpr llvm::StringLiteral kTemporary = ".tmp-";

/// Names of the files in a folder, in ascending order.
static std::vector<std::string> filesIn(StringRef folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    names.push_back(llvm::sys::path::filename(at->path()).str());
  llvm::sort(names);
  return names;
}

/// The metadata of an entry by name, and where it goes.
template <typename Weight, typename Visit>
static void visitStrings(Weight &weight, Visit visit) {
  visit("sdq.weight", weight.name);
  visit("sdq.type", weight.type);
  visit("sdq.attributes", weight.attributes);
  visit("sdq.measured", weight.measured);
  visit("sdq.compressor", weight.key.compressor);
  visit("sdq.model", weight.key.model);
  visit("sdq.recipe", weight.key.recipe);
  visit("sdq.calibration", weight.key.calibration);
}

std::string FinishedWeight::checksum() const {
  ContentHash hash;
  visitStrings(*this, [&](StringRef, const std::string &text) { hash.add(text); });
  std::vector<const SafetensorsTensor *> order;
  for (const SafetensorsTensor &part : parts)
    order.push_back(&part);
  llvm::sort(order, [](const auto *a, const auto *b) { return a->name < b->name; });
  for (const SafetensorsTensor *part : order)
    hash.add(part->name).add(sdq::name(part->type)).add(printShape(part->shape)).addBytes(part->data);
  return hash.digits();
}

const SafetensorsTensor *FinishedWeight::find(StringRef part) const {
  auto found = llvm::find_if(parts, [&](const SafetensorsTensor &tensor) { return tensor.name == part; });
  return found == parts.end() ? nullptr : &*found;
}

/// Maps an entry. Errors say what is wrong with it.
static Expected<FinishedWeight> readEntry(StringRef path) {
  Expected<SafetensorsFile> opened = SafetensorsFile::open(path);
  if (!opened)
    return opened.takeError();
  auto file = std::make_shared<const SafetensorsFile>(std::move(*opened));
  FinishedWeight weight;
  std::string missing;
  visitStrings(weight, [&](const char *key, std::string &text) {
    auto found = file->metadata().find(key);
    if (found == file->metadata().end())
      missing = key;
    else
      text = found->second;
  });
  if (!missing.empty())
    return llvm::createStringError("'" + path + "': expected __metadata__ entry '" + missing + "'");
  weight.parts.assign(file->tensors().begin(), file->tensors().end());
  weight.file = file;
  return weight;
}

Expected<WeightStore> WeightStore::open(StringRef folder) {
  Expected<FolderLock> lock = FolderLock::acquire(folder);
  if (!lock)
    return lock.takeError();
  WeightStore store(std::move(*lock));
  for (StringRef name : filesIn(folder))
    if (name != kLock && !llvm::any_of(ArrayRef<StringRef>{kPlacement, kEntry, kStaged},
                                       [&](StringRef prefix) { return name.starts_with(prefix); }))
      return llvm::createStringError("expected nothing but finished weights in '" + folder + "', found '" + name + "'");
  if (Error error = store.sweep())
    return error;
  return std::move(store);
}

Error WeightStore::sweep() const {
  for (StringRef name : filesIn(folder()))
    if (name.contains(kTemporary) || name.starts_with(kStaged))
      if (std::error_code error = fs::remove(folder() + "/" + name))
        return llvm::createStringError("cannot remove '" + folder() + "/" + name + "': " + error.message());
  return Error::success();
}

bool WeightStore::empty() const {
  return llvm::none_of(filesIn(folder()), [](StringRef name) { return name.starts_with(kEntry); });
}

std::string WeightStore::pathOf(StringRef weight) const {
  return (folder() + "/" + kEntry + ContentHash().add(weight).digits()).str();
}

std::vector<FinishedWeight> WeightStore::read(llvm::function_ref<void(const std::string &)> damaged) const {
  std::vector<FinishedWeight> weights;
  for (StringRef name : filesIn(folder())) {
    if (!name.starts_with(kEntry))
      continue;
    std::string path = (folder() + "/" + name).str();
    auto discard = [&](const std::string &reason) {
      damaged(reason);
      fs::remove(path);
    };
    Expected<FinishedWeight> weight = readEntry(path);
    if (!weight) {
      discard(llvm::toString(weight.takeError()));
      continue;
    }
    const auto &file = *static_cast<const SafetensorsFile *>(weight->file.get());
    auto expected = file.metadata().find("sdq.checksum");
    std::string found = weight->checksum();
    for (const SafetensorsTensor &part : weight->parts)
      releasePages(part.data);
    if (expected == file.metadata().end() || expected->second != found)
      discard("'" + path + "': expected the checksum " +
              (expected == file.metadata().end() ? "of its content" : expected->second) + ", found " + found);
    else
      weights.push_back(std::move(*weight));
  }
  llvm::sort(weights, [](const auto &a, const auto &b) { return a.name < b.name; });
  return weights;
}

Expected<FinishedWeight> WeightStore::write(const FinishedWeight &weight) const {
  SafetensorsMetadata metadata{{"sdq.checksum", weight.checksum()}};
  visitStrings(weight, [&](const char *key, const std::string &text) { metadata[key] = text; });
  std::string path = pathOf(weight.name);
  if (Error error = writeSafetensors(path, weight.parts, metadata))
    return error;
  return readEntry(path);
}

void WeightStore::clear() const {
  for (StringRef name : filesIn(folder()))
    if (name.starts_with(kEntry))
      fs::remove(folder() + "/" + name);
}

Error WeightStore::remove() {
  clear();
  if (Error error = sweep())
    return error;
  // Whoever finds the placement may put the output into its place once more: it goes last.
  fs::remove(placementPath());
  return lock.removeFolder();
}

std::string sdq::compressorVersion() {
  static const std::string version = [] {
    Dl_info library;
    std::string build = "unknown";
    if (dladdr(reinterpret_cast<const void *>(&compressorVersion), &library))
      if (auto file = llvm::MemoryBuffer::getFile(library.dli_fname, /*IsText=*/false, /*RequiresNullTerminator=*/false))
        build = ContentHash().add((*file)->getBuffer()).digits();
    return "SDQ " SDQ_VERSION " (build " + build + ")";
  }();
  return version;
}
