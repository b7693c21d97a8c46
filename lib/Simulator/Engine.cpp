//===- Engine.cpp - A decoded kernel and the state of a block -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

#include "Memref.h"

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sdq::simulator;

std::optional<NumberKind> sdq::simulator::numberKindOf(Type type) {
  return llvm::TypeSwitch<Type, std::optional<NumberKind>>(type)
      .Case<Float16Type>([](auto) { return NumberKind::F16; })
      .Case<BFloat16Type>([](auto) { return NumberKind::BF16; })
      .Case<Float32Type>([](auto) { return NumberKind::F32; })
      .Case<Float8E4M3FNType>([](auto) { return NumberKind::E4M3; })
      .Case<Float8E5M2Type>([](auto) { return NumberKind::E5M2; })
      .Case<Float8E8M0FNUType>([](auto) { return NumberKind::UE8M0; })
      .Case<Float4E2M1FNType>([](auto) { return NumberKind::E2M1; })
      .Default([](Type) { return std::nullopt; });
}

/// Components and bits of a type; no components: none can hold it.
static Slot layoutOf(Type type) {
  if (auto vector = dyn_cast<VectorType>(type)) {
    Slot slot = layoutOf(vector.getElementType());
    slot.components = vector.isScalable() ? 0 : slot.components * vector.getNumElements();
    return slot;
  }
  if (auto structure = dyn_cast<LLVM::LLVMStructType>(type)) {
    Slot slot;
    for (Type member : structure.getBody()) {
      Slot part = layoutOf(member);
      if (part.components == 0)
        return {};
      slot.bits = slot.components == 0 ? part.bits : slot.bits;
      slot.components += part.components;
    }
    return slot;
  }
  if (type.isIntOrFloat() && type.getIntOrFloatBitWidth() <= 64)
    return {0, 1, type.getIntOrFloatBitWidth()};
  if (auto memref = dyn_cast<MemRefType>(type))
    return {0, componentsOf(memref), 64};
  if (isa<IndexType, LLVM::LLVMPointerType, nvgpu::DeviceAsyncTokenType>(type))
    return {0, 1, 64};
  return {};
}

Decoder::Decoder() {
  addArithOps(*this);
  addFloatOps(*this);
  addControlFlowOps(*this);
  addVectorOps(*this);
  addVectorMemoryOps(*this);
  addVectorArrangeOps(*this);
  addBitOps(*this);
  addInlineOps(*this);
  addMemoryOps(*this);
  addGPUOps(*this);
  addMatrixOps(*this);
  addLoadMatrixOps(*this);
  addPointerOps(*this);
  addAtomicOps(*this);
  addWarpOps(*this);
  addAsyncCopyOps(*this);
  addViewOps(*this);
  addAllocationOps(*this);
  addReductionOps(*this);
  addCallOps(*this);
  addBarrierOps(*this);
}

FailureOr<Slot> Decoder::slotOf(Value value) {
  auto known = slots.find(value);
  if (known != slots.end())
    return known->second;
  Slot slot = layoutOf(value.getType());
  if (slot.components == 0)
    return emitError(value.getLoc()) << "the simulator holds no values of type " << value.getType();
  slot.first = nextComponent;
  nextComponent += slot.components;
  return slots[value] = slot;
}

FailureOr<llvm::SmallVector<Slot, 4>> Decoder::slotsOf(ValueRange values) {
  llvm::SmallVector<Slot, 4> result;
  for (Value value : values) {
    FailureOr<Slot> slot = slotOf(value);
    if (failed(slot))
      return failure();
    result.push_back(*slot);
  }
  return result;
}

FailureOr<Sequence> Decoder::decode(Block &block) {
  Sequence sequence;
  for (Operation &op : block.without_terminator()) {
    auto decode = table.find(op.getName().getStringRef());
    if (decode == table.end())
      return op.emitOpError() << "is not known to the simulator";
    // A function that is called twice has its ops in the table already.
    if (counters.try_emplace(&op, unsigned(ops.size())).second)
      ops.push_back(&op);
    FailureOr<Execute> execute = decode->second(&op, *this);
    if (failed(execute))
      return failure();
    sequence.push_back({&op, counters.lookup(&op), std::move(*execute)});
  }
  return sequence;
}

FailureOr<Decoder::Called> Decoder::decodeCallee(Operation *call, FunctionOpInterface callee) {
  if (llvm::is_contained(callers, callee.getOperation()))
    return call->emitOpError() << "calls '" << callee.getName() << "' from within itself, which needs a stack";
  auto caller = std::move(slots);
  slots.clear();
  callers.push_back(callee);
  Block &body = callee.getFunctionBody().front();
  auto arguments = slotsOf(callee.getArguments());
  FailureOr<Sequence> sequence = decode(body);
  auto returned = slotsOf(body.getTerminator()->getOperands());
  callers.pop_back();
  slots = std::move(caller);
  if (failed(arguments) || failed(sequence) || failed(returned))
    return failure();
  return Called{*arguments, *returned, std::move(*sequence)};
}

bool LaunchState::watchesReads() const {
  return detects(FindingKind::Race) || detects(FindingKind::CrossBlockRace) || detects(FindingKind::UnwaitedCopy);
}

bool LaunchState::watchesMemory() const {
  return watchesReads() || detects(FindingKind::UninitializedRead) || detects(FindingKind::ConflictingWrite);
}

void LaunchState::report(FindingKind kind, Operation *op, unsigned block, llvm::function_ref<std::string()> message) {
  if (!detects(kind))
    return;
  std::lock_guard<std::mutex> lock(mutex);
  for (auto [finding, known] : llvm::zip_equal(findings, blocks))
    if (finding.kind == kind && finding.op == op) {
      ++finding.occurrences;
      if (block < known) {
        finding.message = message();
        known = block;
      }
      return;
    }
  findings.push_back({kind, op, message()});
  blocks.push_back(block);
}

BlockState::BlockState(LaunchState &launch, unsigned components, size_t counters) : launch(launch) {
  const auto &[x, y, z] = launch.config.block;
  threads = x * y * z;
  warps = (threads + 31) / 32;
  padded = 32 * warps;
  all.assign(warps, ~0u);
  if (threads % 32 != 0)
    all.back() = (1u << threads % 32) - 1;
  counts.resize(counters);
  values.assign(size_t(components) * padded, 0);
}

void BlockState::start(unsigned blockIndex) {
  const auto &[x, y, z] = launch.config.grid;
  block = blockIndex;
  blockId = {blockIndex % x, blockIndex / x % y, blockIndex / x / y};
  active = all;
  sharedObjects.clear();
  dynamicShared = nullptr;
  privateObjects.clear();
  declared.clear();
  blockTime = 0;
  warpTime.assign(warps, 0);
  copies.assign(threads, {});
  groups.assign(threads, 0);
}

bool BlockState::anyActive() const {
  return llvm::any_of(active, [](uint32_t lanes) { return lanes != 0; });
}

void BlockState::run(const Sequence &sequence) {
  for (const Instruction &instruction : sequence) {
    current = &instruction;
    OpCounts &count = counts[instruction.counter];
    for (uint32_t lanes : active) {
      count.warps += lanes != 0;
      count.lanes += llvm::popcount(lanes);
    }
    instruction.execute(*this);
  }
}

void BlockState::copyActive(const Slot &to, const Slot &from) {
  for (unsigned component = 0; component < to.components; ++component) {
    uint64_t *target = lanes(to.first + component);
    const uint64_t *source = lanes(from.first + component);
    if (active == all)
      std::copy_n(source, padded, target);
    else
      forEachActive([&](unsigned thread) { target[thread] = source[thread]; });
  }
}

MemoryObject &BlockState::addObject(Space space, size_t bytes) {
  auto &objects = space == Space::Shared ? sharedObjects : privateObjects;
  uint64_t address = 0;
  if (!objects.empty())
    address = llvm::alignTo(objects.back()->address + objects.back()->bytes.size() + 1, 256);
  objects.push_back(std::make_unique<MemoryObject>(space, address, bytes));
  return *objects.back();
}

std::string BlockState::nameOf(unsigned thread, unsigned ofBlock) const {
  const auto &[x, y, z] = launch.config.block;
  const auto &[columns, rows, layers] = launch.config.grid;
  return llvm::formatv("thread ({0},{1},{2}) of block ({3},{4},{5})", thread % x, thread / x % y, thread / x / y,
                       ofBlock % columns, ofBlock / columns % rows, ofBlock / columns / rows);
}

void BlockState::report(FindingKind kind, unsigned thread, const std::string &what) {
  launch.report(kind, current->op, block, [&] { return nameOf(thread) + " " + what; });
}
