//===- PtxParser.cpp - Statements of a piece of PTX -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ptx.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace sdq::simulator;

static llvm::Error unknown(llvm::StringRef what) {
  return llvm::createStringError("has PTX '" + what + "', which the simulator does not know");
}

/// The text up to the first comma outside braces; it is taken off `text`.
static llvm::StringRef takeOperand(llvm::StringRef &text) {
  unsigned depth = 0;
  size_t end = 0;
  for (; end < text.size() && (depth != 0 || text[end] != ','); ++end)
    depth += unsigned(text[end] == '{') - unsigned(text[end] == '}');
  llvm::StringRef operand = text.take_front(end).trim();
  text = text.drop_front(std::min(end + 1, text.size())).ltrim();
  return operand;
}

/// `.reg .b32 a, b`, the first word taken off already.
static llvm::Error parseRegisters(llvm::StringRef text, PtxText &result) {
  auto [type, names] = text.split(' ');
  unsigned bits = llvm::StringSwitch<unsigned>(type)
                      .Case(".pred", 1)
                      .Cases({".b8", ".u8", ".s8"}, 8)
                      .Cases({".b16", ".u16", ".s16", ".f16"}, 16)
                      .Cases({".b32", ".u32", ".s32", ".f32", ".f16x2"}, 32)
                      .Cases({".b64", ".u64", ".s64", ".f64"}, 64)
                      .Default(0);
  if (bits == 0 || names.contains('<'))
    return unknown((".reg " + text).str());
  while (!names.empty())
    result.registers.push_back({takeOperand(names).str(), bits});
  return llvm::Error::success();
}

llvm::Expected<PtxText> sdq::simulator::parsePtx(llvm::StringRef text) {
  PtxText result;
  while (true) {
    text = text.trim();
    // Braces around statements; those of operands lie inside one.
    if (text.consume_front("{") || text.consume_front("}") || text.consume_front(";"))
      continue;
    if (text.empty())
      return result;
    size_t end = text.find(';');
    if (end == llvm::StringRef::npos)
      return unknown(text);
    llvm::StringRef statement = text.take_front(end).trim(), whole = statement;
    text = text.drop_front(end + 1);
    if (statement.consume_front(".reg ")) {
      if (llvm::Error error = parseRegisters(statement.trim(), result))
        return std::move(error);
      continue;
    }
    PtxStatement parsed;
    if (statement.consume_front("@")) {
      parsed.negated = statement.consume_front("!");
      auto [guard, rest] = statement.split(' ');
      parsed.guard = guard.str();
      statement = rest.ltrim();
    }
    size_t space = statement.find_first_of(" \t\n");
    parsed.mnemonic = statement.take_front(space).str();
    llvm::StringRef operands = space == llvm::StringRef::npos ? "" : statement.drop_front(space).trim();
    while (!operands.empty())
      parsed.operands.push_back(takeOperand(operands).str());
    if (parsed.mnemonic.empty() || parsed.operands.empty())
      return unknown(whole);
    result.statements.push_back(std::move(parsed));
  }
}
