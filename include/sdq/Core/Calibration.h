//===- Calibration.h - What data says about weights -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A calibration file is a safetensors file (f16, bf16 or f32) with, for a weight W of N output channels by K inputs,
// any subset of
//
//   <weight>.fisher   [N, K]   sum over sequences of the squared gradient (arXiv 2306.07629 §4.1)
//   <weight>.act_sq   [K]      mean of the squared input
//   <weight>.hessian  [K, K]   mean of the inputs' outer products
//   <weight>.guided_hessian  [G, K, K]   the same with each input weighed by the mean, over the channels of a group, of
//                              the squared gradient of the channel (arXiv 2505.07004 §3); channel n is in group
//                              ⌊n·G/N⌋
//
// Exporters rename and transpose weights, so a weight is looked up by name and then by content: the metadata entry
// `sdq.content` is a JSON object from weight name to `contentKey` of its values.
//
// **Constraints**
// - (calibration_c1) every tensor's name ends in one of the above, its type is F16, BF16 or F32.
// - (calibration_c2) `sdq.content` is a JSON object of keys of 16 lower-case hex digits.
// - (calibration_c3) shapes are as above for the weight they are used with; G divides N.
// - (calibration_c4) values are finite, those of fisher and act_sq not negative.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_CALIBRATION_H
#define SDQ_CORE_CALIBRATION_H

#include "sdq/Core/Format.h"
#include "sdq/Core/Safetensors.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <array>
#include <memory>

namespace sdq {

enum class Statistic : uint8_t { Fisher, ActSq, Hessian, GuidedHessian };

/// How the names of a statistic's tensors end: .fisher, .act_sq, .hessian, .guided_hessian.
llvm::StringRef suffixOf(Statistic statistic);

/// XXH3-64, in 16 lower-case hex digits, of a weight's values as little-endian f32, row-major, out × in. Narrower
/// floats widen exactly, so the key does not depend on how the weight is stored.
std::string contentKey(llvm::ArrayRef<float> values);

/// What a file says about one weight. Valid as long as its `Calibration`.
class CalibrationEntry {
public:
  /// The weight's name in the calibration file.
  llvm::StringRef weight() const { return name; }
  bool has(Statistic statistic) const { return tensors[unsigned(statistic)]; }
  /// The extents of a statistic that is present.
  llvm::ArrayRef<int64_t> extents(Statistic statistic) const { return tensors[unsigned(statistic)]->shape; }
  /// Reads one row (of `act_sq`, row 0; of `guided_hessian`, g·K + k) straight from the mapped file, widened to f32; `to` has K elements. Errors name
  /// the value that breaks calibration_c4. The statistic must be present and the row within it.
  llvm::Error readRow(Statistic statistic, int64_t row, llvm::MutableArrayRef<float> to) const;
  /// `ContentHash` digits of all statistics: their kinds, types, extents and bytes.
  std::string contentHash() const;
  /// See `sdq::releasePages`: for when the weight is done with.
  void releasePages() const;

private:
  friend class Calibration;
  llvm::Error verifyShape(Shape shape) const;

  std::string name;
  const SafetensorsFile *file = nullptr;
  std::array<const SafetensorsTensor *, 4> tensors = {};
};

/// An opened calibration file. Reading is thread-safe.
class Calibration {
public:
  static llvm::Expected<Calibration> open(llvm::StringRef path);
  /// As `open`, but who asks for the same path while somebody holds it gets the same object. Thread-safe.
  static llvm::Expected<std::shared_ptr<const Calibration>> share(llvm::StringRef path);

  llvm::StringRef path() const { return file->path(); }
  /// The entry of a weight; null where the file says nothing of it. Looked up by name, then by content: `key` is asked
  /// for the weight's `contentKey` only where the name is unknown. A statistic of the wrong shape is an error.
  llvm::Expected<const CalibrationEntry *> find(llvm::StringRef weight, Shape shape,
                                                llvm::function_ref<std::string()> key) const;

private:
  llvm::Error readContentKeys();

  std::unique_ptr<SafetensorsFile> file;
  std::map<std::string, CalibrationEntry, std::less<>> entries;
  /// From content key to the first weight, in order of name, that has it.
  std::map<std::string, const CalibrationEntry *> byContent;
};

} // namespace sdq

#endif // SDQ_CORE_CALIBRATION_H
