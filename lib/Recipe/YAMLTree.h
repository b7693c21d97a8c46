//===- YAMLTree.h - A YAML document as a tree -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// LLVM's parser streams: a node is gone once passed. Recipes are small, and keys are looked up in any order, so they
// are read into a tree whose nodes remember where they were.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_RECIPE_YAMLTREE_H
#define SDQ_LIB_RECIPE_YAMLTREE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"
#include "llvm/Support/SourceMgr.h"

#include <memory>
#include <vector>

namespace sdq {

/// A scalar, a sequence or a mapping.
struct YAMLNode {
  enum class Kind : uint8_t { Null, Scalar, Sequence, Mapping };
  /// A key of a mapping and its value.
  struct Entry;

  Kind kind = Kind::Null;
  const char *place = nullptr;
  /// A scalar's text, unquoted.
  std::string text;
  std::vector<YAMLNode> items;
  std::vector<Entry> entries;

  /// "a mapping", or a scalar's text in quotes: for what was found.
  std::string describe() const;
  /// The value of a key; null where there is none.
  const YAMLNode *find(llvm::StringRef key) const;
};
struct YAMLNode::Entry {
  std::string key;
  const char *place;
  YAMLNode value;
};

/// One document of a file, with the file's text.
class YAMLTree {
public:
  /// Errors, all "<file>:<line>:<column>: …": no YAML, more than one document, aliases, keys that are no scalars or
  /// come twice, more than 16 levels. `buffer` outlives the tree.
  static llvm::Expected<YAMLTree> parse(llvm::MemoryBufferRef buffer);
  const YAMLNode &root() const { return *node; }
  /// "<file>:<line>:<column>: <message>".
  llvm::Error error(const char *place, const llvm::Twine &message) const;

private:
  std::unique_ptr<llvm::SourceMgr> sources;
  std::unique_ptr<YAMLNode> node;
};

} // namespace sdq

#endif // SDQ_LIB_RECIPE_YAMLTREE_H
