//===- Simulate.cpp - A GPU kernel run, checked and counted ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Simulate.h"

#include "Access.h"
#include "Engine.h"

#include <atomic>
#include <thread>

using namespace mlir;
using namespace sdq::simulator;

llvm::StringRef sdq::simulator::nameOf(FindingKind kind) {
  static constexpr const char *names[] = {
      "out-of-bounds",     "misaligned",           "uninitialized-read", "race",
      "divergent-barrier", "divergent-collective", "inactive-lane",      "unwaited-copy",
      "illegal-metadata",  "undefined-selector",   "conflicting-write", "assertion"};
  return names[size_t(kind)];
}

void OpCounts::operator+=(const OpCounts &other) {
  warps += other.warps;
  lanes += other.lanes;
  transactions += other.transactions;
  sectors += other.sectors;
  sharedPasses += other.sharedPasses;
  bankConflicts += other.bankConflicts;
}

OpCounts SimulationReport::total() const {
  OpCounts sum;
  for (const auto &[op, count] : counts)
    sum += count;
  return sum;
}

static llvm::SmallVector<int64_t, 4> rowMajorStrides(llvm::ArrayRef<int64_t> shape) {
  llvm::SmallVector<int64_t, 4> strides(shape.size(), 1);
  for (size_t dimension = shape.size(); dimension-- > 1;)
    strides[dimension - 1] = strides[dimension] * shape[dimension];
  return strides;
}

/// A memref argument's memory and how it is seen; errors name the argument.
static FailureOr<std::pair<std::unique_ptr<MemoryObject>, MemrefState>> bind(gpu::GPUFuncOp kernel, unsigned index,
                                                                             const Buffer &buffer, uint64_t address) {
  auto type = cast<MemRefType>(kernel.getArgument(index).getType());
  unsigned bytes = bytesOf(type.getElementType());
  auto refuse = [&]() { return kernel.emitOpError() << "argument " << index << " of type " << type << ' '; };
  if (bytes == 0 || !type.getLayout().isIdentity())
    return refuse() << "cannot be passed: expected whole bytes an element and no layout";
  // A memref without extents is a bare pointer, as kernels reinterpret it: its buffer may have any.
  if (type.getRank() != 0 && failed(verifyCompatibleShape(type.getShape(), buffer.shape)))
    return refuse() << "got a buffer of other extents";
  int64_t elements = ShapedType::getNumElements(buffer.shape);
  if (int64_t(buffer.bytes.size()) != elements * bytes)
    return refuse() << "takes " << elements * bytes << " bytes, got " << buffer.bytes.size();
  auto object = std::make_unique<MemoryObject>(address, buffer.bytes, buffer.initialized);
  MemrefState state{object.get(), bytes, {}, {}};
  if (type.getRank() != 0) {
    state.strides = rowMajorStrides(buffer.shape);
    state.sizes.assign(buffer.shape.begin(), buffer.shape.end());
  }
  return std::make_pair(std::move(object), state);
}

namespace {
/// A value's memory or bits, the same in every block.
struct BoundArgument {
  Slot slot;
  std::optional<MemrefState> memref;
  uint64_t bits = 0;
};
struct Attribution {
  Slot slot;
  MemRefType type;
  bool isPrivate;
};
} // namespace

/// Runs blocks until none is left.
static void work(std::atomic<unsigned> &next, unsigned blocks, BlockState &state, const Sequence &sequence,
                 llvm::ArrayRef<BoundArgument> arguments, llvm::ArrayRef<Attribution> attributions) {
  for (unsigned block = next++; block < blocks; block = next++) {
    state.start(block);
    for (const BoundArgument &argument : arguments) {
      std::fill_n(state.lanes(argument.slot.first), state.padded, argument.bits);
      if (argument.memref)
        state.memrefs[argument.slot.first] = *argument.memref;
    }
    for (const Attribution &attribution : attributions) {
      if (attribution.isPrivate) {
        allocatePrivate(state, &attribution, attribution.slot, attribution.type);
        continue;
      }
      unsigned bytes = bytesOf(attribution.type.getElementType());
      MemoryObject &object = state.addShared(size_t(attribution.type.getNumElements()) * bytes);
      state.memrefs[attribution.slot.first] = denseState(object, attribution.type);
      std::fill_n(state.lanes(attribution.slot.first), state.padded, 0);
    }
    state.run(sequence);
  }
}

FailureOr<SimulationReport> sdq::simulator::simulate(gpu::GPUFuncOp kernel, const LaunchConfig &config,
                                                     llvm::ArrayRef<Argument> arguments) {
  if (!llvm::hasSingleElement(kernel.getBody()))
    return kernel.emitOpError() << "branches between blocks; the simulator follows structured control flow (scf)";
  if (kernel.getNumArguments() != arguments.size())
    return kernel.emitOpError() << "takes " << kernel.getNumArguments() << " arguments, got " << arguments.size();
  uint64_t threads = uint64_t(config.block[0]) * config.block[1] * config.block[2];
  uint64_t blocks = uint64_t(config.grid[0]) * config.grid[1] * config.grid[2];
  if (threads == 0 || threads > 1024 || blocks == 0 || blocks > UINT32_MAX)
    return kernel.emitOpError() << "is launched with " << blocks << " blocks of " << threads
                                << " threads; expected 1 to 1024 threads and at least a block";
  Decoder decoder;
  std::vector<BoundArgument> bound;
  std::vector<std::unique_ptr<MemoryObject>> objects(arguments.size());
  uint64_t address = 1 << 20;
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    FailureOr<Slot> slot = decoder.slotOf(kernel.getArgument(index));
    if (failed(slot))
      return failure();
    bool isMemref = isa<MemRefType>(kernel.getArgument(index).getType());
    if (isMemref != std::holds_alternative<Buffer>(argument))
      return kernel.emitOpError() << "argument " << index << " of type " << kernel.getArgument(index).getType()
                                  << (isMemref ? " got a scalar" : " got a buffer");
    if (!isMemref) {
      bound.push_back({*slot, std::nullopt, std::get<uint64_t>(argument) & slot->mask()});
      continue;
    }
    auto pair = bind(kernel, index, std::get<Buffer>(argument), address);
    if (failed(pair))
      return failure();
    objects[index] = std::move(pair->first);
    bound.push_back({*slot, pair->second, 0});
    address += (objects[index]->bytes.size() + 511) / 256 * 256;
  }
  std::vector<Attribution> attributions;
  unsigned shared = unsigned(kernel.getWorkgroupAttributions().size());
  llvm::SmallVector<BlockArgument> memories = llvm::to_vector(kernel.getWorkgroupAttributions());
  llvm::append_range(memories, kernel.getPrivateAttributions());
  for (auto [index, value] : llvm::enumerate(memories)) {
    auto type = cast<MemRefType>(value.getType());
    FailureOr<Slot> slot = decoder.slotOf(value);
    if (failed(slot))
      return failure();
    if (bytesOf(type.getElementType()) == 0 || !type.hasStaticShape() || !type.getLayout().isIdentity())
      return kernel.emitOpError() << "has workgroup or private memory of type " << type
                                  << "; expected static extents, whole bytes an element and no layout";
    attributions.push_back({*slot, type, index >= shared});
  }
  FailureOr<Sequence> sequence = decoder.decode(kernel.getBody().front());
  if (failed(sequence))
    return failure();

  LaunchState launch{config, {}, {}, {}};
  unsigned workers = config.workers != 0 ? config.workers : std::max(1u, std::thread::hardware_concurrency());
  workers = unsigned(std::min<uint64_t>(workers, blocks));
  std::vector<std::unique_ptr<BlockState>> states;
  std::vector<std::thread> others;
  std::atomic<unsigned> next = 0;
  for (unsigned worker = 0; worker < workers; ++worker)
    states.push_back(std::make_unique<BlockState>(launch, decoder.components(), decoder.countedOps().size()));
  auto run = [&](unsigned worker) { work(next, unsigned(blocks), *states[worker], *sequence, bound, attributions); };
  for (unsigned worker = 1; worker < workers; ++worker)
    others.emplace_back(run, worker);
  run(0);
  for (std::thread &thread : others)
    thread.join();

  SimulationReport report;
  report.findings = std::move(launch.findings);
  // In the order of the kernel, however the workers met them.
  llvm::DenseMap<Operation *, size_t> order;
  for (auto [index, op] : llvm::enumerate(decoder.countedOps()))
    order[op] = index;
  llvm::sort(report.findings, [&](const Finding &a, const Finding &b) {
    return std::pair(order[a.op], a.kind) < std::pair(order[b.op], b.kind);
  });
  for (auto [index, op] : llvm::enumerate(decoder.countedOps())) {
    OpCounts sum;
    for (const auto &state : states)
      sum += state->counts[index];
    report.counts.push_back({op, sum});
  }
  std::map<Operation *, TensorWork> tensor;
  for (const auto &state : states)
    for (const auto &[op, work] : state->tensor) {
      tensor[op].shape = work.shape;
      tensor[op].operations += work.operations;
    }
  OpCounts total = report.total();
  report.work.blocks = blocks;
  report.work.warpInstructions = total.warps;
  report.work.globalSectors = total.sectors;
  report.work.sharedPasses = total.sharedPasses;
  for (const auto &[op, work] : tensor)
    report.work.tensor.push_back(work);
  return report;
}
