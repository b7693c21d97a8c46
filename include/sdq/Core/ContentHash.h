//===- ContentHash.h - What stands for a lot of bytes -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_CORE_CONTENTHASH_H
#define SDQ_CORE_CONTENTHASH_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace sdq {

/// 64 bits in 16 lower-case hex digits.
std::string hexDigits(uint64_t hash);

/// A hash of a sequence of byte strings: XXH3-64 of each one's length and XXH3-64, little-endian. Where one string ends
/// and the next begins counts. Against accidents, not against people.
class ContentHash {
public:
  ContentHash &add(llvm::StringRef text);
  ContentHash &addBytes(llvm::ArrayRef<char> bytes) { return add(llvm::StringRef(bytes.data(), bytes.size())); }

  uint64_t value() const;
  std::string digits() const { return hexDigits(value()); }

private:
  std::vector<uint8_t> summary;
};

} // namespace sdq

#endif // SDQ_CORE_CONTENTHASH_H
