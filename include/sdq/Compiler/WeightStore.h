//===- WeightStore.h - Finished weights on disk -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// While a model is compressed, every finished weight lies in a folder beside the output, `<output>.partial`, which is
// removed once the output is in its place:
//
//   lock                      held while a process works here (flock)
//   weight-<hash>             one finished weight; <hash> is the ContentHash of its name
//   staged-<name>             the output and the report, complete but not yet in their places
//   placed                    what goes into its place: see Placement.h
//
// A finished weight is a safetensors file of its parts, under their names: F16, F32, I8, I16 or I32. Its metadata:
//
//   sdq.weight                the name of the parameter
//   sdq.type, sdq.attributes  its type and its other attributes, as MLIR prints them
//   sdq.measured              JSON: what was measured of it
//   sdq.compressor, sdq.model, sdq.recipe, sdq.calibration       the key: what it was made by and from
//   sdq.checksum              ContentHash of all of the above and of the parts
//
// Files are written under temporary names and renamed, so that a run that is killed leaves whole entries. They are not
// flushed to the disk one by one: what a failure of the machine leaves of them, the checksum finds out.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_WEIGHTSTORE_H
#define SDQ_COMPILER_WEIGHTSTORE_H

#include "sdq/Core/FolderLock.h"
#include "sdq/Core/Safetensors.h"

namespace sdq {

/// What a finished weight depends on; it is of no use once any of these differs.
struct WeightKey {
  /// The library that compressed it (`compressorVersion`).
  std::string compressor;
  /// ContentHash of the weight as it was imported: type and bytes.
  std::string model;
  /// Everything it was asked for, in words.
  std::string recipe;
  /// ContentHash of its statistics, or "none".
  std::string calibration;

  bool operator==(const WeightKey &) const = default;
};

/// A finished weight. The bytes of its parts are `file`'s, or where that is null, somebody else's.
struct FinishedWeight {
  std::string name, type, attributes, measured;
  WeightKey key;
  std::vector<SafetensorsTensor> parts;
  std::shared_ptr<const void> file;

  std::string checksum() const;
  const SafetensorsTensor *find(llvm::StringRef part) const;
};

/// The folder of finished weights. Different weights may be written on different threads at once.
class WeightStore {
public:
  /// Takes the folder, creating it where there is none, and removes what interrupted writes left in it. Errors: the
  /// folder cannot be made, another process holds it, it holds what no store puts there.
  static llvm::Expected<WeightStore> open(llvm::StringRef folder);

  llvm::StringRef folder() const { return lock.folder(); }
  /// Where to complete a file that is then renamed to its place.
  std::string stagedPath(llvm::StringRef name) const { return (folder() + "/staged-" + name).str(); }
  std::string placementPath() const { return (folder() + "/placed").str(); }

  /// The finished weights found, mapped, in ascending order of name. A damaged one is removed, and why it was taken for
  /// damaged told to `damaged`.
  std::vector<FinishedWeight> read(llvm::function_ref<void(const std::string &)> damaged) const;
  /// Writes a weight and returns it as `read` would: its parts lie in the mapped file.
  llvm::Expected<FinishedWeight> write(const FinishedWeight &weight) const;

  bool empty() const;
  /// Removes every finished weight.
  void clear() const;
  /// Removes what was staged, or half written.
  llvm::Error sweep() const;
  /// Removes the folder; parts that were mapped stay readable.
  llvm::Error remove();

private:
  explicit WeightStore(FolderLock lock) : lock(std::move(lock)) {}
  std::string pathOf(llvm::StringRef weight) const;

  FolderLock lock;
};

/// The library's version and a hash of its file: another build may compress otherwise.
std::string compressorVersion();

} // namespace sdq

#endif // SDQ_COMPILER_WEIGHTSTORE_H
