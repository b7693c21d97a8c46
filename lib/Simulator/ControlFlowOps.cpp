//===- ControlFlowOps.cpp - Loops, branches and barriers under masks ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Threads that leave a loop or do not take a branch are masked until it ends. What a loop carries is written for active
// threads alone.
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"

using namespace mlir;
using namespace sdq::simulator;

using Slots = llvm::SmallVector<Slot, 4>;

/// `to[i] = from[i]` for all i at once: a loop may yield its own arguments in another order.
static void assign(BlockState &state, const Slots &to, const Slots &from) {
  llvm::SmallVector<uint64_t> staged;
  for (const Slot &slot : from)
    staged.append(state.lanes(slot.first), state.lanes(slot.first + slot.components));
  const uint64_t *source = staged.data();
  for (const Slot &slot : to)
    for (unsigned component = 0; component < slot.components; ++component, source += state.padded) {
      uint64_t *target = state.lanes(slot.first + component);
      state.forEachActive([&](unsigned thread) { target[thread] = source[thread]; });
    }
}

/// Keeps the active threads for which `stays`.
template <typename Predicate>
static void narrow(BlockState &state, Predicate stays) {
  for (unsigned warp = 0; warp < state.warps; ++warp)
    for (uint32_t left = state.active[warp]; left != 0; left &= left - 1) {
      unsigned lane = unsigned(llvm::countr_zero(left));
      if (!stays(32 * warp + lane))
        state.active[warp] &= ~(1u << lane);
    }
}

namespace {
/// A region of one block: arguments, body and what its terminator passes on.
struct Body {
  Slots arguments, passed;
  std::shared_ptr<Sequence> sequence;
};
} // namespace

static FailureOr<Body> decodeBody(Region &region, Decoder &decoder) {
  if (!llvm::hasSingleElement(region))
    return region.getParentOp()->emitOpError() << "has branches between blocks in a region; expected one block";
  Block &block = region.front();
  FailureOr<Slots> arguments = decoder.slotsOf(block.getArguments());
  if (failed(arguments))
    return failure();
  FailureOr<Sequence> sequence = decoder.decode(block);
  if (failed(sequence))
    return failure();
  FailureOr<Slots> passed = decoder.slotsOf(block.getTerminator()->getOperands());
  if (failed(passed))
    return failure();
  return Body{*arguments, *passed, std::make_shared<Sequence>(std::move(*sequence))};
}

static FailureOr<Execute> decodeFor(Operation *op, Decoder &decoder) {
  auto loop = cast<scf::ForOp>(op);
  FailureOr<Slots> operands = decoder.slotsOf(op->getOperands()), results = decoder.slotsOf(op->getResults());
  if (failed(operands) || failed(results))
    return failure();
  FailureOr<Body> body = decodeBody(loop.getRegion(), decoder);
  if (failed(body))
    return failure();
  Slot lower = (*operands)[0], upper = (*operands)[1], step = (*operands)[2], counter = body->arguments[0];
  Slots init(operands->begin() + 3, operands->end()), carried(body->arguments.begin() + 1, body->arguments.end());
  bool isUnsigned = loop.getUnsignedCmp();
  auto widen = [bits = lower.bits, isUnsigned](uint64_t code) {
    return isUnsigned ? int64_t(code) : int64_t(code << (64 - bits)) >> (64 - bits);
  };
  return Execute([=, passed = body->passed, sequence = body->sequence, results = *results](BlockState &state) {
    std::vector<uint32_t> before = state.active;
    assign(state, carried, init);
    state.copyActive(counter, lower);
    while (true) {
      const uint64_t *at = state.lanes(counter.first), *end = state.lanes(upper.first);
      narrow(state, [&](unsigned thread) {
        return isUnsigned ? at[thread] < end[thread] : widen(at[thread]) < widen(end[thread]);
      });
      if (!state.anyActive())
        break;
      state.run(*sequence);
      assign(state, carried, passed);
      uint64_t *next = state.lanes(counter.first);
      const uint64_t *by = state.lanes(step.first);
      state.forEachActive([&](unsigned thread) { next[thread] = (next[thread] + by[thread]) & counter.mask(); });
    }
    state.active = before;
    assign(state, results, carried);
  });
}

static FailureOr<Execute> decodeIf(Operation *op, Decoder &decoder) {
  auto branch = cast<scf::IfOp>(op);
  FailureOr<Slot> condition = decoder.slotOf(branch.getCondition());
  FailureOr<Slots> results = decoder.slotsOf(op->getResults());
  if (failed(condition) || failed(results))
    return failure();
  std::vector<Body> bodies;
  for (Region &region : op->getRegions())
    if (!region.empty()) {
      FailureOr<Body> body = decodeBody(region, decoder);
      if (failed(body))
        return failure();
      bodies.push_back(*body);
    }
  return Execute([=, condition = *condition, results = *results](BlockState &state) {
    std::vector<uint32_t> before = state.active;
    for (unsigned side = 0; side < bodies.size(); ++side) {
      state.active = before;
      const uint64_t *flag = state.lanes(condition.first);
      narrow(state, [&](unsigned thread) { return (flag[thread] & 1) == (side == 0); });
      if (!state.anyActive())
        continue;
      state.run(*bodies[side].sequence);
      assign(state, results, bodies[side].passed);
    }
    state.active = before;
  });
}

static FailureOr<Execute> decodeWhile(Operation *op, Decoder &decoder) {
  auto loop = cast<scf::WhileOp>(op);
  FailureOr<Slots> init = decoder.slotsOf(op->getOperands()), results = decoder.slotsOf(op->getResults());
  if (failed(init) || failed(results))
    return failure();
  FailureOr<Body> before = decodeBody(loop.getBefore(), decoder), after = decodeBody(loop.getAfter(), decoder);
  if (failed(before) || failed(after))
    return failure();
  Slot condition = before->passed.front();
  Slots forwarded(before->passed.begin() + 1, before->passed.end());
  return Execute([=, init = *init, results = *results, before = *before, after = *after](BlockState &state) {
    std::vector<uint32_t> entered = state.active;
    assign(state, before.arguments, init);
    while (state.anyActive()) {
      state.run(*before.sequence);
      // A thread that leaves takes along what the condition forwarded this time.
      assign(state, results, forwarded);
      const uint64_t *flag = state.lanes(condition.first);
      narrow(state, [&](unsigned thread) { return flag[thread] & 1; });
      if (!state.anyActive())
        break;
      assign(state, after.arguments, forwarded);
      state.run(*after.sequence);
      assign(state, before.arguments, after.passed);
    }
    state.active = entered;
  });
}

static FailureOr<Execute> decodeSwitch(Operation *op, Decoder &decoder) {
  auto branch = cast<scf::IndexSwitchOp>(op);
  FailureOr<Slot> selector = decoder.slotOf(branch.getArg());
  FailureOr<Slots> results = decoder.slotsOf(op->getResults());
  if (failed(selector) || failed(results))
    return failure();
  // The default comes first among the regions.
  std::vector<Body> bodies;
  for (Region &region : op->getRegions()) {
    FailureOr<Body> body = decodeBody(region, decoder);
    if (failed(body))
      return failure();
    bodies.push_back(*body);
  }
  llvm::SmallVector<uint64_t> cases(branch.getCases().begin(), branch.getCases().end());
  return Execute([=, selector = *selector, results = *results](BlockState &state) {
    std::vector<uint32_t> before = state.active;
    for (size_t side = 0; side < bodies.size(); ++side) {
      state.active = before;
      const uint64_t *at = state.lanes(selector.first);
      narrow(state, [&](unsigned thread) {
        auto chosen = llvm::find(cases, at[thread]);
        return side == (chosen == cases.end() ? 0 : size_t(chosen - cases.begin()) + 1);
      });
      if (!state.anyActive())
        continue;
      state.run(*bodies[side].sequence);
      assign(state, results, bodies[side].passed);
    }
    state.active = before;
  });
}

static FailureOr<Execute> decodeExecuteRegion(Operation *op, Decoder &decoder) {
  FailureOr<Slots> results = decoder.slotsOf(op->getResults());
  if (failed(results))
    return failure();
  FailureOr<Body> body = decodeBody(op->getRegion(0), decoder);
  if (failed(body))
    return failure();
  return Execute([=, body = *body, results = *results](BlockState &state) {
    state.run(*body.sequence);
    assign(state, results, body.passed);
  });
}

static FailureOr<Execute> decodeAssert(Operation *op, Decoder &decoder) {
  auto assertion = cast<cf::AssertOp>(op);
  FailureOr<Slot> holds = decoder.slotOf(assertion.getArg());
  if (failed(holds))
    return failure();
  return Execute([holds = *holds, message = assertion.getMsg().str()](BlockState &state) {
    const uint64_t *flag = state.lanes(holds.first);
    state.forEachActive([&](unsigned thread) {
      if ((flag[thread] & 1) == 0)
        state.report(FindingKind::Assertion, thread, "asserts \"" + message + "\", which does not hold");
    });
  });
}

/// A value nobody may depend on: zeros.
static FailureOr<Execute> decodePoison(Operation *op, Decoder &decoder) {
  FailureOr<Slot> result = decoder.slotOf(op->getResult(0));
  if (failed(result))
    return failure();
  return Execute([result = *result](BlockState &state) {
    std::fill(state.lanes(result.first), state.lanes(result.first + result.components), 0);
  });
}

void sdq::simulator::addControlFlowOps(Decoder &decoder) {
  decoder.add<scf::ForOp>(decodeFor);
  decoder.add<scf::IfOp>(decodeIf);
  decoder.add<scf::WhileOp>(decodeWhile);
  decoder.add<scf::IndexSwitchOp>(decodeSwitch);
  decoder.add<scf::ExecuteRegionOp>(decodeExecuteRegion);
  decoder.add<cf::AssertOp>(decodeAssert);
  decoder.add<ub::PoisonOp>(decodePoison);
}
