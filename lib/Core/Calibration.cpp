//===- Calibration.cpp - What data says about weights ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/Calibration.h"

#include "ShallowJSON.h"

#include "sdq/Core/Codec.h"
#include "sdq/Core/ContentHash.h"
#include "sdq/Core/MappedPages.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/xxhash.h"

#include <cmath>
#include <mutex>

using namespace sdq;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

static constexpr llvm::StringLiteral kSuffixes[] = {".fisher", ".act_sq", ".hessian", ".guided_hessian"};
static constexpr llvm::StringLiteral kContent = "sdq.content";

static std::optional<ElementKind> kindOf(SafetensorsType type) {
  switch (type) {
  case SafetensorsType::F16:
    return ElementKind::F16;
  case SafetensorsType::BF16:
    return ElementKind::BF16;
  case SafetensorsType::F32:
    return ElementKind::F32;
  default:
    return std::nullopt;
  }
}

StringRef sdq::suffixOf(Statistic statistic) { return kSuffixes[unsigned(statistic)]; }

std::string sdq::contentKey(llvm::ArrayRef<float> values) {
  llvm::ArrayRef<uint8_t> bytes(reinterpret_cast<const uint8_t *>(values.data()), values.size() * sizeof(float));
  return hexDigits(llvm::xxh3_64bits(bytes));
}

//===----------------------------------------------------------------------===//
// CalibrationEntry
//===----------------------------------------------------------------------===//

Error CalibrationEntry::verifyShape(Shape shape) const {
  // Any number of groups that divides the channels; one where it does not.
  const SafetensorsTensor *guided = tensors[unsigned(Statistic::GuidedHessian)];
  int64_t groups = guided && guided->shape.size() == 3 ? guided->shape.front() : 1;
  if (groups < 1 || shape.rows % groups)
    groups = 1;
  const std::vector<int64_t> expected[] = {{shape.rows, shape.columns},
                                           {shape.columns},
                                           {shape.columns, shape.columns},
                                           {groups, shape.columns, shape.columns}};
  for (auto [tensor, extents] : llvm::zip_equal(tensors, expected))
    if (tensor && tensor->shape != extents)
      return llvm::createStringError("'" + file->path() + "': tensor '" + tensor->name + "': expected shape " +
                                     printShape(extents) + " for a weight of " + Twine(shape.rows) + " x " +
                                     Twine(shape.columns) + ", found " + printShape(tensor->shape) +
                                     " (calibration_c3)");
  return Error::success();
}

Error CalibrationEntry::readRow(Statistic statistic, int64_t row, llvm::MutableArrayRef<float> to) const {
  const SafetensorsTensor &tensor = *tensors[unsigned(statistic)];
  ElementKind kind = *kindOf(tensor.type);
  size_t bytes = to.size() * bitWidth(tensor.type) / 8;
  llvm::ArrayRef<char> source = tensor.data.slice(size_t(row) * bytes, bytes);
  // Nothing in the format keeps a tensor aligned to its element.
  std::vector<char> aligned;
  if (reinterpret_cast<uintptr_t>(source.data()) % (bitWidth(tensor.type) / 8)) {
    aligned.assign(source.begin(), source.end());
    source = aligned;
  }
  widen(kind, source.data(), to);

  bool mayBeNegative = statistic == Statistic::Hessian || statistic == Statistic::GuidedHessian;
  for (auto [column, value] : llvm::enumerate(to))
    if (!std::isfinite(value) || (!mayBeNegative && value < 0))
      return llvm::createStringError("'" + file->path() + "': tensor '" + tensor.name + "': expected a finite value" +
                                     (mayBeNegative ? "" : " that is not negative") + " at row " + Twine(row) +
                                     ", column " + Twine(column) + ", found " + std::to_string(value) +
                                     " (calibration_c4)");
  return Error::success();
}

std::string CalibrationEntry::contentHash() const {
  ContentHash hash;
  for (auto [tensor, suffix] : llvm::zip_equal(tensors, kSuffixes))
    if (tensor)
      hash.add(suffix).add(sdq::name(tensor->type)).add(printShape(tensor->shape)).addBytes(tensor->data);
  return hash.digits();
}

void CalibrationEntry::releasePages() const {
  for (const SafetensorsTensor *tensor : tensors)
    if (tensor)
      sdq::releasePages(tensor->data);
}

//===----------------------------------------------------------------------===//
// Calibration
//===----------------------------------------------------------------------===//

Expected<Calibration> Calibration::open(StringRef path) {
  Expected<SafetensorsFile> file = SafetensorsFile::open(path);
  if (!file)
    return file.takeError();
  Calibration calibration;
  calibration.file = std::make_unique<SafetensorsFile>(std::move(*file));
  for (const SafetensorsTensor &tensor : calibration.file->tensors()) {
    const auto *suffix = llvm::find_if(kSuffixes, [&](StringRef suffix) {
      return StringRef(tensor.name).ends_with(suffix) && tensor.name.size() > suffix.size();
    });
    auto error = [&](const Twine &what) {
      return llvm::createStringError("'" + path + "': tensor '" + tensor.name + "': " + what + " (calibration_c1)");
    };
    if (suffix == std::end(kSuffixes))
      return error("expected a name that ends in " + llvm::join(std::begin(kSuffixes), std::end(kSuffixes), ", "));
    if (!kindOf(tensor.type))
      return error("expected F16, BF16 or F32, found " + name(tensor.type));
    std::string weight = StringRef(tensor.name).drop_back(suffix->size()).str();
    CalibrationEntry &entry = calibration.entries[weight];
    entry.name = weight;
    entry.file = calibration.file.get();
    entry.tensors[suffix - std::begin(kSuffixes)] = &tensor;
  }
  if (Error failure = calibration.readContentKeys())
    return failure;
  return calibration;
}

Expected<std::shared_ptr<const Calibration>> Calibration::share(StringRef path) {
  static std::mutex mutex;
  static llvm::StringMap<std::weak_ptr<const Calibration>> held;
  std::lock_guard lock(mutex);
  std::weak_ptr<const Calibration> &known = held[path];
  if (std::shared_ptr<const Calibration> shared = known.lock())
    return shared;
  Expected<Calibration> opened = open(path);
  if (!opened)
    return opened.takeError();
  auto shared = std::make_shared<const Calibration>(std::move(*opened));
  known = shared;
  return shared;
}

Error Calibration::readContentKeys() {
  auto metadata = file->metadata().find(kContent.str());
  if (metadata == file->metadata().end())
    return Error::success();
  auto error = [&](const Twine &what) {
    return llvm::createStringError("'" + path() + "': __metadata__ entry '" + kContent + "': " + what +
                                   " (calibration_c2)");
  };
  Expected<llvm::json::Value> value = parseShallowJSON(metadata->second);
  if (!value)
    return error("expected JSON, found " + llvm::toString(value.takeError()));
  const llvm::json::Object *object = value->getAsObject();
  if (!object)
    return error("expected a JSON object");
  std::map<std::string, std::string> keyOf;
  for (const auto &[weight, key] : *object) {
    StringRef digits = key.getAsString().value_or("");
    if (digits.size() != 16 || digits.find_first_not_of("0123456789abcdef") != StringRef::npos)
      return error("expected 16 lower-case hex digits for '" + weight.str() + "', found '" + digits + "'");
    keyOf[weight.str()] = digits.str();
  }
  for (const auto &[weight, key] : keyOf)
    if (auto entry = entries.find(weight); entry != entries.end())
      byContent.try_emplace(key, &entry->second);
  return Error::success();
}

Expected<const CalibrationEntry *> Calibration::find(StringRef weight, Shape shape,
                                                     llvm::function_ref<std::string()> key) const {
  const CalibrationEntry *found = nullptr;
  if (auto entry = entries.find(weight); entry != entries.end())
    found = &entry->second;
  else if (!byContent.empty())
    if (auto content = byContent.find(key()); content != byContent.end())
      found = content->second;
  if (found)
    if (Error failure = found->verifyShape(shape))
      return failure;
  return found;
}
