//===- Kernel.cpp - A GPU kernel decoded once, run often ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Simulator/Kernel.h"

#include "Access.h"
#include "Engine.h"
#include "Structure.h"
#include "WrittenArguments.h"

#include "llvm/ADT/STLExtras.h"

#include <thread>

using namespace mlir;
using namespace sdq::simulator;

namespace {
/// Memory of the block or of each thread, as the function declares it.
struct Attribution {
  MemrefSlots memref;
  bool isPrivate;
};

/// Where an argument's value goes; the second if it is a memref.
struct Parameter {
  Slot slot;
  MemrefSlots memref;
};

/// A value's memory or bits, the same in every block.
struct BoundArgument {
  Parameter parameter;
  std::optional<MemrefState> memref;
  uint64_t bits = 0;
};

/// A launch's arguments, with the objects that shadow their memory.
struct BoundArguments {
  std::vector<BoundArgument> values;
  std::vector<std::unique_ptr<MemoryObject>> objects;
};
} // namespace

struct Kernel::Program {
  gpu::GPUFuncOp declared;
  /// The copy that was decoded instead, if it took one.
  OwningOpRef<gpu::GPUModuleOp> copy;
  Decoder decoder;
  std::vector<Parameter> parameters;
  std::vector<Attribution> attributions;
  Sequence sequence;
  llvm::BitVector written;
  /// Of each op, its place in the kernel.
  llvm::DenseMap<Operation *, size_t> order;

  LogicalResult decode(gpu::GPUFuncOp function);
  FailureOr<BoundArguments> bind(llvm::ArrayRef<Argument> given) const;
  /// Runs blocks until none is left.
  void work(std::atomic<uint64_t> &next, uint64_t blocks, BlockState &state, const BoundArguments &bound) const;
};

LogicalResult Kernel::Program::decode(gpu::GPUFuncOp function) {
  declared = function;
  FailureOr<OwningOpRef<gpu::GPUModuleOp>> rewritten = structured(function);
  if (failed(rewritten))
    return failure();
  copy = std::move(*rewritten);
  if (copy)
    function = copy->lookupSymbol<gpu::GPUFuncOp>(function.getName());

  for (BlockArgument argument : function.getArguments().take_front(function.getNumArguments())) {
    FailureOr<Slot> slot = decoder.slotOf(argument);
    if (failed(slot))
      return failure();
    Parameter parameter{*slot, {}};
    if (isa<MemRefType>(argument.getType()))
      parameter.memref = *memrefSlotsOf(argument, decoder);
    parameters.push_back(parameter);
  }
  auto attribute = [&](llvm::ArrayRef<BlockArgument> values, bool isPrivate) -> LogicalResult {
    for (BlockArgument value : values) {
      auto type = cast<MemRefType>(value.getType());
      FailureOr<MemrefSlots> memref = memrefSlotsOf(value, decoder);
      if (failed(memref))
        return failure();
      if (bytesOf(type.getElementType()) == 0 || !type.hasStaticShape() || !type.getLayout().isIdentity())
        return function.emitOpError() << "has workgroup or private memory of type " << type
                                      << "; expected static extents, whole bytes an element and no layout";
      attributions.push_back({*memref, isPrivate});
    }
    return success();
  };
  if (failed(attribute(function.getWorkgroupAttributions(), false)) ||
      failed(attribute(function.getPrivateAttributions(), true)))
    return failure();
  FailureOr<Sequence> body = decoder.decode(function.getBody().front());
  if (failed(body))
    return failure();
  sequence = std::move(*body);
  written = writtenArguments(function);
  for (auto [index, op] : llvm::enumerate(decoder.countedOps()))
    order[op] = index;
  return success();
}

FailureOr<BoundArguments> Kernel::Program::bind(llvm::ArrayRef<Argument> given) const {
  gpu::GPUFuncOp function = declared;
  if (function.getNumArguments() != given.size())
    return function.emitOpError() << "takes " << function.getNumArguments() << " arguments, got " << given.size();
  BoundArguments bound;
  // Arguments that are the same memory share a shadow.
  llvm::DenseMap<const uint8_t *, MemoryObject *> known;
  uint64_t address = 1 << 20;
  for (auto [index, argument] : llvm::enumerate(given)) {
    Type declaredType = function.getArgument(index).getType();
    auto refuse = [&] { return function.emitOpError() << "argument " << index << " of type " << declaredType << ' '; };
    auto type = dyn_cast<MemRefType>(declaredType);
    const Buffer *buffer = std::get_if<Buffer>(&argument);
    if (bool(type) != bool(buffer))
      return refuse() << (type ? "got a scalar" : "got a buffer");
    if (!type) {
      const Parameter &parameter = parameters[index];
      bound.values.push_back({parameter, std::nullopt, std::get<uint64_t>(argument) & parameter.slot.mask()});
      continue;
    }
    unsigned bytes = bytesOf(type.getElementType());
    if (bytes == 0 || !type.getLayout().isIdentity())
      return refuse() << "cannot be passed: expected whole bytes an element and no layout";
    // A memref without extents is a bare pointer, as kernels reinterpret it: its buffer may have any.
    if (type.getRank() != 0 && failed(verifyCompatibleShape(type.getShape(), buffer->shape)))
      return refuse() << "got a buffer of other extents";
    int64_t needed = ShapedType::getNumElements(buffer->shape) * bytes;
    if (int64_t(buffer->bytes.size()) != needed)
      return refuse() << "takes " << needed << " bytes, got " << buffer->bytes.size();
    MemoryObject *&object = known[buffer->bytes.data()];
    if (!object || object->bytes.size() != buffer->bytes.size()) {
      bound.objects.push_back(std::make_unique<MemoryObject>(address, buffer->bytes, buffer->initialized));
      object = bound.objects.back().get();
      address += (buffer->bytes.size() + 511) / 256 * 256;
    }
    object->tracksReads |= written.test(index);
    llvm::ArrayRef<int64_t> extents = buffer->shape;
    bound.values.push_back(
        {parameters[index], denseState(object, 0, type.getRank() == 0 ? llvm::ArrayRef<int64_t>() : extents), 0});
  }
  return bound;
}

void Kernel::Program::work(std::atomic<uint64_t> &next, uint64_t blocks, BlockState &state,
                           const BoundArguments &bound) const {
  for (uint64_t block = next++; block < blocks; block = next++) {
    state.start(unsigned(block));
    for (const BoundArgument &argument : bound.values) {
      if (argument.memref)
        setForAll(state, argument.parameter.memref, *argument.memref);
      else
        std::fill_n(state.lanes(argument.parameter.slot.first), state.padded, argument.bits);
    }
    for (const Attribution &attribution : attributions) {
      if (attribution.isPrivate) {
        allocatePrivate(state, &attribution, attribution.memref);
        continue;
      }
      MemRefType type = attribution.memref.type;
      MemoryObject &object =
          state.addObject(Space::Shared, size_t(type.getNumElements()) * attribution.memref.elementBytes);
      setForAll(state, attribution.memref, denseState(&object, 0, type.getShape()));
    }
    state.run(sequence);
  }
}

FailureOr<Kernel> Kernel::decode(gpu::GPUFuncOp function) {
  auto program = std::make_shared<Program>();
  if (failed(program->decode(function)))
    return failure();
  Kernel kernel;
  kernel.program = std::move(program);
  return kernel;
}

gpu::GPUFuncOp Kernel::function() const { return program->declared; }

FailureOr<SimulationReport> Kernel::run(const LaunchConfig &config, llvm::ArrayRef<Argument> arguments) const {
  gpu::GPUFuncOp function = program->declared;
  uint64_t threads = uint64_t(config.block[0]) * config.block[1] * config.block[2];
  uint64_t blocks = uint64_t(config.grid[0]) * config.grid[1] * config.grid[2];
  if (threads == 0 || threads > 1024 || blocks == 0 || blocks > UINT32_MAX)
    return function.emitOpError() << "is launched with " << blocks << " blocks of " << threads
                                  << " threads; expected 1 to 1024 threads and at least a block";
  FailureOr<BoundArguments> bound = program->bind(arguments);
  if (failed(bound))
    return failure();

  const Decoder &decoder = program->decoder;
  LaunchState launch{config, {}, {}, {}, {}};
  for (const auto &object : bound->objects)
    launch.objects.push_back(object.get());
  if (!launch.watchesReads())
    for (MemoryObject *object : launch.objects)
      object->tracksReads = false;
  uint64_t workers = config.workers != 0 ? config.workers : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<BlockState>> states(std::min(workers, blocks));
  for (auto &state : states)
    state = std::make_unique<BlockState>(launch, decoder.components(), decoder.countedOps().size());
  std::atomic<uint64_t> next = 0;
  auto run = [&](BlockState &state) { program->work(next, blocks, state, *bound); };
  std::vector<std::thread> others;
  for (auto &state : llvm::drop_begin(states))
    others.emplace_back(run, std::ref(*state));
  run(*states.front());
  for (std::thread &thread : others)
    thread.join();

  SimulationReport report;
  report.kernel = program;
  report.findings = std::move(launch.findings);
  // In the order of the kernel, however the workers met them.
  llvm::sort(report.findings, [&](const Finding &a, const Finding &b) {
    return std::pair(program->order.lookup(a.op), a.kind) < std::pair(program->order.lookup(b.op), b.kind);
  });
  std::map<Operation *, TensorWork> tensor;
  for (auto [index, op] : llvm::enumerate(decoder.countedOps())) {
    OpCounts sum;
    for (const auto &state : states)
      sum += state->counts[index];
    report.counts.push_back({op, sum});
  }
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
  report.tensor.assign(tensor.begin(), tensor.end());
  llvm::sort(report.tensor, [&](const auto &a, const auto &b) {
    return program->order.lookup(a.first) < program->order.lookup(b.first);
  });
  for (const auto &[op, work] : report.tensor) {
    auto *same = llvm::find_if(report.work.tensor, [&](const TensorWork &other) { return other.shape == work.shape; });
    if (same == report.work.tensor.end())
      report.work.tensor.push_back(work);
    else
      same->operations += work.operations;
  }
  return report;
}
