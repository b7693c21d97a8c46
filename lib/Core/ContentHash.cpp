//===- ContentHash.cpp - What stands for a lot of bytes -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/ContentHash.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/xxhash.h"

using namespace sdq;

std::string sdq::hexDigits(uint64_t hash) { return llvm::utohexstr(hash, /*LowerCase=*/true, /*Width=*/16); }

ContentHash &ContentHash::add(llvm::StringRef text) {
  size_t end = summary.size();
  summary.resize(end + 16);
  llvm::support::endian::write64le(&summary[end], text.size());
  llvm::support::endian::write64le(&summary[end + 8], llvm::xxh3_64bits(text));
  return *this;
}

uint64_t ContentHash::value() const { return llvm::xxh3_64bits(summary); }
