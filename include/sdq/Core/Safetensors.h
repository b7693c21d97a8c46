//===- Safetensors.h - Reading and writing safetensors ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A safetensors file (https://github.com/huggingface/safetensors) is
//
//   u64 length (little-endian) | JSON header, `length` bytes | tensor data
//
// where the header maps tensor names to {"dtype", "shape", "data_offsets": [begin, end]}, offsets counting from the
// start of the data, and `__metadata__` to an object of strings. Tensors are row-major and little-endian.
//
// **Constraints**, all checked on opening
// - (safetensors_c1) the file has 8 bytes and the header they announce, at most 100 MB of it.
// - (safetensors_c2) the header is a JSON object of the above form.
// - (safetensors_c3) the dtype is a known one.
// - (safetensors_c4) extents are not negative, and the size in bytes is whole and fits 63 bits.
// - (safetensors_c5) data offsets ascend and lie within the file.
// - (safetensors_c6) they enclose as many bytes as shape and dtype need.
// - (safetensors_c7) tensors follow one another without overlap or gap and fill the file.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_SAFETENSORS_H
#define SDQ_CORE_SAFETENSORS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace sdq {

/// Element types of safetensors.
enum class SafetensorsType : uint8_t {
  Bool,
  F4,
  F6E2M3,
  F6E3M2,
  U8,
  I8,
  F8E5M2,
  F8E4M3,
  F8E8M0,
  I16,
  U16,
  F16,
  BF16,
  I32,
  U32,
  F32,
  C64,
  F64,
  I64,
  U64
};
unsigned bitWidth(SafetensorsType type);
/// The header's spelling: "BF16", "F8_E4M3", …
llvm::StringRef name(SafetensorsType type);

/// One tensor; the bytes are somebody else's and need not be aligned to the element.
struct SafetensorsTensor {
  std::string name;
  SafetensorsType type;
  std::vector<int64_t> shape;
  llvm::ArrayRef<char> data;
};

/// The strings under `__metadata__`.
using SafetensorsMetadata = std::map<std::string, std::string>;

/// A file mapped into memory. Tensors point into it.
class SafetensorsFile {
public:
  /// Maps and verifies `path`. Errors name the file, the tensor, what was expected and what was found.
  static llvm::Expected<SafetensorsFile> open(llvm::StringRef path);

  llvm::StringRef path() const { return filePath; }
  /// In ascending order of name.
  llvm::ArrayRef<SafetensorsTensor> tensors() const { return entries; }
  /// Null where there is none.
  const SafetensorsTensor *find(llvm::StringRef name) const;
  const SafetensorsMetadata &metadata() const { return strings; }

private:
  std::string filePath;
  std::unique_ptr<llvm::MemoryBuffer> buffer;
  std::vector<SafetensorsTensor> entries;
  SafetensorsMetadata strings;
};

/// Writes `path` atomically; tensors are laid out by descending element width, then by name, so that each is aligned.
llvm::Error writeSafetensors(llvm::StringRef path, llvm::ArrayRef<SafetensorsTensor> tensors,
                             const SafetensorsMetadata &metadata = {});

/// The same, where `write` supplies the bytes of each tensor in its turn (its `data` is not read), so that no more than
/// one need exist at a time.
llvm::Error writeSafetensors(llvm::StringRef path, llvm::ArrayRef<SafetensorsTensor> tensors,
                             const SafetensorsMetadata &metadata,
                             llvm::function_ref<llvm::Error(const SafetensorsTensor &, llvm::raw_ostream &)> write);

/// "[2, 3]".
std::string printShape(llvm::ArrayRef<int64_t> shape);

/// Bytes of a tensor, or nullopt where constraint c4 is broken.
std::optional<uint64_t> byteSize(SafetensorsType type, llvm::ArrayRef<int64_t> shape);

} // namespace sdq

#endif // SDQ_CORE_SAFETENSORS_H
