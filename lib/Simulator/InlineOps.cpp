//===- InlineOps.cpp - PTX in the text of an op ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `nvvm.inline_ptx` and `llvm.inline_asm`: straight-line PTX over registers. Every operand is one register of up to 64
// bits, a vector's elements packed from the low bits up.
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "Ptx.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace sdq::simulator;

namespace {
/// An immediate, or a register, or several that an instruction takes as one (the first in the low bits).
using Operand = llvm::SmallVector<std::variant<uint64_t, Slot>, 2>;

struct Step {
  PtxFunction function;
  Operand target;
  llvm::SmallVector<Operand, 4> sources;
  /// The instruction is for threads where this is set, or clear.
  std::optional<Slot> guard;
  bool negated = false;
};

/// The registers of a piece of PTX.
struct Registers {
  /// $0, $1, …: results, then operands.
  llvm::SmallVector<Slot, 8> numbered;
  llvm::StringMap<Slot> named;
};
} // namespace

/// Packs a value's components into one register, or takes them apart.
static void pack(BlockState &state, const Slot &from, const Slot &to) {
  for (unsigned thread = 0; thread < state.padded; ++thread) {
    uint64_t code = 0;
    for (unsigned component = 0; component < from.components; ++component)
      code |= state.lanes(from.first + component)[thread] << (component * from.bits);
    state.lanes(to.first)[thread] = code;
  }
}
static void unpack(BlockState &state, const Slot &from, const Slot &to) {
  for (unsigned component = 0; component < to.components; ++component)
    for (unsigned thread = 0; thread < state.padded; ++thread)
      state.lanes(to.first + component)[thread] = state.lanes(from.first)[thread] >> (component * to.bits) & to.mask();
}

static FailureOr<Operand> readOperand(Operation *op, llvm::StringRef text, const Registers &registers) {
  Operand operand;
  bool group = text.consume_front("{") && text.consume_back("}");
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, ',');
  for (llvm::StringRef part : parts) {
    part = part.trim();
    unsigned number;
    uint64_t immediate;
    int64_t negative;
    if (part.starts_with("$") && !part.drop_front().getAsInteger(10, number) && number < registers.numbered.size())
      operand.push_back(registers.numbered[number]);
    else if (auto known = registers.named.find(part); known != registers.named.end())
      operand.push_back(known->second);
    else if ((part.starts_with("0f") || part.starts_with("0F")) && !part.drop_front(2).getAsInteger(16, immediate))
      operand.push_back(immediate);
    else if (!part.rtrim('U').getAsInteger(0, immediate))
      operand.push_back(immediate);
    else if (!part.getAsInteger(0, negative))
      operand.push_back(uint64_t(negative));
    else
      return op->emitOpError() << "has PTX operand '" << part << "', which the simulator does not know";
  }
  if (!group && operand.size() != 1)
    return op->emitOpError() << "has PTX operand '" << text << "', which the simulator does not know";
  return operand;
}

static FailureOr<std::vector<Step>> readSteps(Operation *op, llvm::StringRef text, Registers &registers,
                                              Decoder &decoder) {
  llvm::Expected<PtxText> parsed = parsePtx(text);
  if (!parsed)
    return op->emitOpError() << llvm::toString(parsed.takeError());
  for (const auto &[name, bits] : parsed->registers)
    registers.named[name] = decoder.temporary(bits);
  std::vector<Step> steps;
  for (const PtxStatement &statement : parsed->statements) {
    Step step;
    llvm::Expected<PtxFunction> function = findPtxFunction(statement.mnemonic);
    if (!function)
      return op->emitOpError() << llvm::toString(function.takeError());
    step.function = std::move(*function);
    if (statement.operands.size() != step.function.operands + 1)
      return op->emitOpError() << "gives PTX '" << statement.mnemonic << "' " << statement.operands.size()
                               << " operands; expected " << step.function.operands + 1;
    for (auto [number, operandText] : llvm::enumerate(statement.operands)) {
      FailureOr<Operand> operand = readOperand(op, operandText, registers);
      if (failed(operand))
        return failure();
      if (number == 0)
        step.target = *operand;
      else
        step.sources.push_back(*operand);
    }
    if (llvm::any_of(step.target, [](const auto &part) { return std::holds_alternative<uint64_t>(part); }))
      return op->emitOpError() << "writes to an immediate by PTX '" << statement.mnemonic << "'";
    if (!statement.guard.empty()) {
      FailureOr<Operand> guard = readOperand(op, statement.guard, registers);
      if (failed(guard))
        return failure();
      if (!std::holds_alternative<Slot>(guard->front()))
        return op->emitOpError() << "guards PTX by an immediate";
      step.guard = std::get<Slot>(guard->front());
      step.negated = statement.negated;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

static void run(BlockState &state, const Step &step) {
  auto valueFor = [&](const Operand &operand, unsigned thread) {
    uint64_t value = 0;
    unsigned at = 0;
    for (const auto &part : operand) {
      const Slot *slot = std::get_if<Slot>(&part);
      value |= (slot ? state.lanes(slot->first)[thread] : std::get<uint64_t>(part)) << at;
      at += slot ? slot->bits : 32;
    }
    return value;
  };
  llvm::SmallVector<uint64_t, 4> values(step.sources.size());
  for (unsigned thread = 0; thread < state.padded; ++thread) {
    if (step.guard && bool(state.lanes(step.guard->first)[thread] & 1) == step.negated)
      continue;
    for (auto [value, source] : llvm::zip_equal(values, step.sources))
      value = valueFor(source, thread);
    uint64_t result = step.function.evaluate(values);
    for (const auto &part : step.target) {
      const Slot &slot = std::get<Slot>(part);
      state.lanes(slot.first)[thread] = result & slot.mask();
      result = slot.bits == 64 ? 0 : result >> slot.bits;
    }
  }
}

/// `results` and `operands`: the values of $0, $1, …; several results may be the members of one struct.
static FailureOr<Execute> decodeText(Operation *op, llvm::StringRef text, Decoder &decoder, Value guard = Value()) {
  Registers registers;
  llvm::SmallVector<Slot, 4> results;
  for (Value value : op->getResults()) {
    FailureOr<Slot> slot = decoder.slotOf(value);
    if (failed(slot))
      return failure();
    auto structure = dyn_cast<LLVM::LLVMStructType>(value.getType());
    if (!structure) {
      results.push_back(*slot);
      continue;
    }
    unsigned first = slot->first;
    for (Type member : structure.getBody()) {
      auto vector = dyn_cast<VectorType>(member);
      unsigned components = vector ? unsigned(vector.getNumElements()) : 1;
      Type element = getElementTypeOrSelf(member);
      results.push_back({first, components, element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 64});
      first += components;
    }
  }
  llvm::SmallVector<Slot, 8> operands;
  for (Value value : op->getOperands()) {
    FailureOr<Slot> slot = decoder.slotOf(value);
    if (failed(slot))
      return failure();
    if (value != guard)
      operands.push_back(*slot);
  }
  for (const auto &slots : {llvm::ArrayRef<Slot>(results), llvm::ArrayRef<Slot>(operands)})
    for (const Slot &slot : slots) {
      if (slot.components * slot.bits > 64)
        return op->emitOpError() << "passes " << slot.components * slot.bits << " bits in one PTX register";
      registers.numbered.push_back(decoder.temporary(slot.components * slot.bits));
    }
  auto steps = readSteps(op, text, registers, decoder);
  if (failed(steps))
    return failure();
  if (guard) {
    FailureOr<Slot> slot = decoder.slotOf(guard);
    for (Step &step : *steps) {
      if (step.guard)
        return op->emitOpError() << "has a predicate and PTX with predicates, which the simulator does not know";
      step.guard = *slot;
    }
  }
  return Execute([=, numbered = registers.numbered, steps = *steps](BlockState &state) {
    for (auto [number, operand] : llvm::enumerate(operands))
      pack(state, operand, numbered[results.size() + number]);
    for (const Step &step : steps)
      run(state, step);
    for (auto [number, result] : llvm::enumerate(results))
      unpack(state, numbered[number], result);
  });
}

static FailureOr<Execute> decodeInlinePtx(Operation *op, Decoder &decoder) {
  auto inlined = cast<NVVM::InlinePtxOp>(op);
  if (!inlined.getReadWriteArgs().empty())
    return op->emitOpError() << "has operands that are read and written, which the simulator does not know";
  // {$w1} is result 1, {$r1} is operand 1; $1 counts results and then operands.
  std::string text;
  llvm::StringRef rest = inlined.getPtxCode();
  for (size_t at = rest.find("{$"); at != llvm::StringRef::npos; at = rest.find("{$")) {
    llvm::StringRef name = rest.substr(at + 2, rest.find('}', at) - at - 2), digits = name.drop_front(1);
    unsigned number;
    if (name.empty() || (name[0] != 'r' && name[0] != 'w') || digits.getAsInteger(10, number)) {
      // A group of registers: $0, $1, …
      text += rest.take_front(at + 2);
      rest = rest.drop_front(at + 2);
      continue;
    }
    text += rest.take_front(at);
    text += "$" + std::to_string(number + (name[0] == 'r' ? op->getNumResults() : 0));
    rest = rest.drop_front(at + name.size() + 3);
  }
  text += rest;
  return decodeText(op, text, decoder, inlined.getPredicate());
}

static FailureOr<Execute> decodeInlineAssembly(Operation *op, Decoder &decoder) {
  auto inlined = cast<LLVM::InlineAsmOp>(op);
  llvm::SmallVector<llvm::StringRef> constraints;
  inlined.getConstraints().split(constraints, ',', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef constraint : constraints)
    if (constraint.consume_front("="), constraint.size() != 1 || !llvm::isAlpha(constraint[0]))
      return op->emitOpError() << "has constraint '" << constraint << "', which the simulator does not know";
  return decodeText(op, inlined.getAsmString(), decoder);
}

void sdq::simulator::addInlineOps(Decoder &decoder) {
  decoder.add<NVVM::InlinePtxOp>(decodeInlinePtx);
  decoder.add<LLVM::InlineAsmOp>(decodeInlineAssembly);
}
