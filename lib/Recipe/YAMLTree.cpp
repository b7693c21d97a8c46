//===- YAMLTree.cpp - A YAML document as a tree ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "YAMLTree.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/YAMLParser.h"

using namespace sdq;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;
namespace yaml = llvm::yaml;

static constexpr unsigned kMostLevels = 16;

std::string YAMLNode::describe() const {
  switch (kind) {
  case Kind::Null:
    return "nothing";
  case Kind::Scalar:
    return "'" + text + "'";
  case Kind::Sequence:
    return "a list";
  case Kind::Mapping:
    return "a mapping";
  }
  llvm_unreachable("unknown kind of node");
}

const YAMLNode *YAMLNode::find(StringRef key) const {
  auto entry = llvm::find_if(entries, [&](const Entry &each) { return each.key == key; });
  return entry == entries.end() ? nullptr : &entry->value;
}

/// "<file>:<line>:<column>: <message>"; columns count from 1.
static std::string located(const llvm::SourceMgr &sources, llvm::SMLoc place, const Twine &message) {
  unsigned buffer = sources.getMainFileID();
  StringRef file = sources.getMemoryBuffer(buffer)->getBufferIdentifier();
  auto [line, column] = sources.getLineAndColumn(place, buffer);
  return (file + ":" + Twine(line) + ":" + Twine(column) + ": " + message).str();
}

namespace {

/// Copies nodes out of the stream. The stream's own errors go to the source manager's handler.
class Builder {
public:
  explicit Builder(const llvm::SourceMgr &sources) : sources(sources) {}

  Expected<YAMLNode> build(yaml::Node *from, unsigned level = 0) {
    YAMLNode node;
    if (!from) // the stream has failed and said so
      return node;
    node.place = startOf(*from);
    if (level > kMostLevels)
      return error(node.place, "expected at most " + Twine(kMostLevels) + " levels");
    llvm::SmallString<64> storage;
    if (auto *scalar = llvm::dyn_cast<yaml::ScalarNode>(from)) {
      node.kind = YAMLNode::Kind::Scalar;
      node.text = scalar->getValue(storage).str();
      return node;
    }
    if (auto *scalar = llvm::dyn_cast<yaml::BlockScalarNode>(from)) {
      node.kind = YAMLNode::Kind::Scalar;
      node.text = scalar->getValue().str();
      return node;
    }
    if (auto *sequence = llvm::dyn_cast<yaml::SequenceNode>(from)) {
      node.kind = YAMLNode::Kind::Sequence;
      for (yaml::Node &item : *sequence) {
        Expected<YAMLNode> built = build(&item, level + 1);
        if (!built)
          return built.takeError();
        node.items.push_back(std::move(*built));
      }
      return node;
    }
    if (auto *mapping = llvm::dyn_cast<yaml::MappingNode>(from)) {
      node.kind = YAMLNode::Kind::Mapping;
      for (yaml::KeyValueNode &entry : *mapping)
        if (Error failure = addEntry(node, entry, level))
          return failure;
      return node;
    }
    if (llvm::isa<yaml::AliasNode>(from))
      return error(node.place, "expected a value, found an alias");
    return node;
  }

private:
  /// Of a collection in flow style LLVM knows the first token within, of an alias the next one.
  const char *startOf(const yaml::Node &node) {
    const char *start = node.getSourceRange().Start.getPointer();
    if (auto *alias = llvm::dyn_cast<yaml::AliasNode>(&node))
      return alias->getName().data() - 1;
    if (!llvm::isa<yaml::MappingNode, yaml::SequenceNode>(node))
      return start;
    const char *begin = sources.getMemoryBuffer(sources.getMainFileID())->getBufferStart();
    char bracket = llvm::isa<yaml::MappingNode>(node) ? '{' : '[';
    StringRef before = StringRef(begin, start - begin).rtrim();
    return before.ends_with(StringRef(&bracket, 1)) ? before.end() - 1 : start;
  }

  Error error(const char *place, const Twine &message) {
    return llvm::createStringError(located(sources, llvm::SMLoc::getFromPointer(place), message));
  }

  Error addEntry(YAMLNode &node, yaml::KeyValueNode &entry, unsigned level) {
    llvm::SmallString<64> storage;
    auto *key = llvm::dyn_cast_or_null<yaml::ScalarNode>(entry.getKey());
    if (!key)
      return entry.getKey() ? error(node.place, "expected names as the keys of a mapping") : Error::success();
    std::string text = key->getValue(storage).str();
    const char *place = key->getSourceRange().Start.getPointer();
    if (node.find(text))
      return error(place, "the key '" + text + "' is given twice (recipe_c2)");
    Expected<YAMLNode> value = build(entry.getValue(), level + 1);
    if (!value)
      return value.takeError();
    if (!value->place)
      value->place = place;
    node.entries.push_back({std::move(text), place, std::move(*value)});
    return Error::success();
  }

  const llvm::SourceMgr &sources;
};

} // namespace

Expected<YAMLTree> YAMLTree::parse(llvm::MemoryBufferRef buffer) {
  YAMLTree tree;
  tree.sources = std::make_unique<llvm::SourceMgr>();
  // The stream reports what it finds first; what it says later follows from that.
  std::string problem;
  tree.sources->setDiagHandler(
      [](const llvm::SMDiagnostic &diagnostic, void *into) {
        auto &text = *static_cast<std::string *>(into);
        if (text.empty())
          text = (diagnostic.getFilename() + ":" + Twine(diagnostic.getLineNo()) + ":" +
                  Twine(diagnostic.getColumnNo() + 1) + ": expected YAML, found: " + diagnostic.getMessage())
                     .str();
      },
      &problem);
  yaml::Stream stream(buffer, *tree.sources, /*ShowColors=*/false);
  auto failed = [&] { return llvm::createStringError(problem); };

  yaml::document_iterator document = stream.begin();
  yaml::Node *root = document == stream.end() ? nullptr : document->getRoot();
  Expected<YAMLNode> node = Builder(*tree.sources).build(root);
  if (stream.failed()) {
    if (!node)
      llvm::consumeError(node.takeError());
    return failed();
  }
  if (!node)
    return node.takeError();
  if (!node->place)
    node->place = buffer.getBufferStart();
  tree.node = std::make_unique<YAMLNode>(std::move(*node));
  if (root && ++document != stream.end())
    return tree.error(buffer.getBufferEnd(), "expected one YAML document, found another");
  if (stream.failed())
    return failed();
  tree.sources->setDiagHandler(nullptr);
  return tree;
}

Error YAMLTree::error(const char *place, const Twine &message) const {
  return llvm::createStringError(located(*sources, llvm::SMLoc::getFromPointer(place), message));
}
