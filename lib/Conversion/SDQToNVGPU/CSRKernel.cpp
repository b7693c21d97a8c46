//===- CSRKernel.cpp - Rows of nonzeros, shared out evenly ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rows of a CSR are as long as they happen to be, so neither rows nor blocks of rows are shared out, but work (after
// Merrill and Garland, "Merge-based parallel sparse matrix-vector multiplication", SC 2016). A warp visits a row's
// entries 32 at a time, adds its lanes' sums by shuffles at the row's end, and stores; an entry is one unit of work, a
// row's end is W of them. With o = row_offsets, all of them lie on one line, here for W = 2:
//
//   entries of row r   units W r + o[r] … W r + o[r + 1] − 1      o = 0 3 3 5
//   end of row r       the W units after them                     unit  0 1 2 3 4 5 6 7 8 9 10
//                                                                 is    a b c [0] [1] d e [2]     a … e: entries 0 … 4
//
// Of these W R + o[R] units, every warp of every block of a tile of tokens takes the same number. A row is ended by the
// warp that has its last unit; where a warp begins takes a binary search for the first row that ends after:
//
//   units d …   row = |{r : W (r + 1) + o[r + 1] ≤ d}|    entry = min(d − W row, o[row + 1])
//
// Nine threads of a block look for the beginnings of its eight warps and of the next block. What is not a row within
// one warp is added in a fixed order, without atomics:
//
//   row                   its sum
//   --------------------  -------------------------------------------------------------------------------------------
//   within one warp       that warp's
//   within one block      what each warp had of it at its end, and what the warp that ends it had: that one adds them,
//   from
//                         shared memory
//   over several blocks   as above, but the entries before the last block are all read by that block's warps, every
//                         thread taking every 256th; the other blocks leave them out
//
// So a block's work is at most its share and one row more, K entries. To hand sums from block to block would take a
// second launch, which costs more than reading a row: even of K = 28672 entries every thread reads 112.
//
// Rounding: none but of f32 sums.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "KernelFamily.h"

#include "sdq/Core/Decode.h"
#include "sdq/Dialect/SDQ/IR/Activations.h"
#include "sdq/Dialect/SDQ/IR/IRBackend.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sdq;

static constexpr int64_t kThreads = kCSRWarps * kWarpSize;
/// What a row's end takes, in entries: some 60 instructions at one token and 190 at eight, six visits of 32 entries.
static constexpr int64_t kRowEnd = 192;

namespace {

class CSRBuilder : KernelEmitter {
public:
  CSRBuilder(OpBuilder &builder, Location location, const LinearKernelSpec &spec, const KernelOperands &operands,
             int64_t tileTokens)
      : KernelEmitter(builder, location), spec(spec), operands(operands), offsets(operands.parts[0]),
        x(operands.rounded.empty() ? operands.x : operands.rounded.front()), tileTokens(tileTokens) {}

  void build(gpu::GPUFuncOp kernel);

private:
  /// Where a warp begins, of type index.
  struct Start {
    Value row, entry;
  };
  Value load(Value buffer, ValueRange place) { return emit<memref::LoadOp>(buffer, place); }
  void store(Value value, Value buffer, ValueRange place) { memref::StoreOp::create(b, at, value, buffer, place); }
  /// The offset of a row, or, past the last, its end.
  Value offset(Value row) {
    Value known = min(row, index(spec.shape.rows));
    return emit<arith::IndexCastUIOp>(b.getIndexType(), load(offsets, known));
  }
  Value sub(Value a, Value c) { return emit<arith::SubIOp>(a, c); }
  Value both(Value a, Value c) { return emit<arith::AndIOp>(a, c); }
  Value equal(Value a, Value c) { return emit<arith::CmpIOp>(arith::CmpIPredicate::eq, a, c); }
  Value select(Value condition, Value a, Value c) { return emit<arith::SelectOp>(condition, a, c); }
  Value zero() { return emit<arith::ConstantOp>(b.getF32FloatAttr(0)); }

  Start findStart(Value unit);
  Start startOfWarp(Value warpInBlock) { return {load(startRows, warpInBlock), load(startEntries, warpInBlock)}; }
  /// This thread's products of the entries first, first + step, … below `stop`, a sum a token.
  SmallVector<Value> visit(Value first, Value stop, int64_t step);
  SmallVector<Value> addEntry(Value entry, ValueRange sums);
  /// The sums over the warp's lanes, stored by its first lane at [token, warp].
  void shareSums(SmallVector<Value> sums, Value buffer);
  void storeOutput(Value sum, Value token, Value row);

  void visitBeforeBlock();
  void endRows(const Start &start, const Start &end);
  void visitLastRow(const Start &start, const Start &end);
  void addWarps(const Start &start, const Start &end);

  const LinearKernelSpec &spec;
  const KernelOperands &operands;
  Value offsets, x;
  int64_t tileTokens;
  Value lane, warp, firstToken;
  SmallVector<Value> tokens; // those past the last are the last: their sums are not stored
  Start blockStart, blockEnd;
  // In shared memory: [warps + 1]; and [tokens, warps]: sums of the block's first row before the block, of the row that
  // a warp begins within, and of the row that it stops within.
  Value startRows, startEntries, before, heads, tails;
};

/// By halving: `ended` rows have ended, and of the next `step` rows it is asked whether they have too.
CSRBuilder::Start CSRBuilder::findStart(Value unit) {
  unsigned steps = llvm::Log2_64(spec.shape.rows) + 1;
  SmallVector<Value> initial{index(0), index(int64_t(1) << (steps - 1))};
  Value row = loop(index(0), index(steps), index(1), initial, [&](Value, ValueRange carried) -> SmallVector<Value> {
    Value ended = carried[0], step = carried[1], probe = add(ended, step);
    Value end = add(mul(probe, kRowEnd), offset(probe));
    Value passed =
        both(emit<arith::CmpIOp>(arith::CmpIPredicate::ule, end, unit), less(probe, index(spec.shape.rows + 1)));
    return {select(passed, probe, ended), emit<arith::ShRUIOp>(step, index(1))};
  })[0];
  return {row, min(sub(unit, mul(row, kRowEnd)), offset(add(row, 1)))};
}

SmallVector<Value> CSRBuilder::addEntry(Value entry, ValueRange sums) {
  IRBackend backend(b, at);
  ElementKind kind = cast<CSRFormatAttr>(Attribute(spec.format)).getLayout().values;
  IRBackend::Index place{entry};
  Value column = backend.toIndex(backend.loadBits(operands.parts[1], place)).value;
  Value weight = (kind == ElementKind::BF16 ? decodeElement(backend, kind, backend.loadBits(operands.parts[2], place))
                                            : backend.loadReal(operands.parts[2], place))
                     .value;
  SmallVector<Value> next;
  for (auto [token, sum] : llvm::zip_equal(tokens, sums)) {
    Value activation = load(x, {token, column});
    if (!activation.getType().isF32())
      activation = emit<arith::ExtFOp>(b.getF32Type(), activation);
    next.push_back(emit<math::FmaOp>(weight, activation, sum));
  }
  return next;
}

SmallVector<Value> CSRBuilder::visit(Value first, Value stop, int64_t step) {
  SmallVector<Value> sums(tileTokens, zero());
  // Gathers in flight: of several entries at one token, of the tokens where there are more.
  int64_t together = tileTokens < 2 ? 4 : 1;
  Value rest = first;
  if (together > 1) {
    Value ahead = index((together - 1) * step);
    Value safe = select(less(ahead, stop), sub(stop, ahead), index(0));
    SmallVector<Value> carried(sums);
    carried.push_back(first);
    carried = loop(first, safe, index(together * step), carried, [&](Value entry, ValueRange known) {
      SmallVector<Value> next(known.drop_back());
      for (int64_t i = 0; i < together; ++i)
        next = addEntry(add(entry, i * step), next);
      next.push_back(add(entry, together * step));
      return next;
    });
    rest = carried.pop_back_val();
    sums = carried;
  }
  return loop(rest, stop, index(step), sums, [&](Value entry, ValueRange known) { return addEntry(entry, known); });
}

void CSRBuilder::shareSums(SmallVector<Value> sums, Value buffer) {
  for (Value &sum : sums)
    sum = emitSumOfLanes(b, at, sum);
  guarded(equal(lane, index(0)), [&] {
    for (auto [t, sum] : llvm::enumerate(sums))
      store(sum, buffer, {index(t), warp});
  });
}

void CSRBuilder::storeOutput(Value sum, Value token, Value row) {
  guarded(less(token, operands.tokens), [&] {
    Value rounded = spec.activation.isF32() ? sum : emit<arith::TruncFOp>(spec.activation, sum);
    store(rounded, operands.y, {token, row});
  });
}

/// The block's first row, if it began before the block and ends within it: its entries that lie before.
void CSRBuilder::visitBeforeBlock() {
  Value begin = offset(blockStart.row);
  Value wanted = both(less(begin, blockStart.entry), less(blockStart.row, blockEnd.row));
  // The whole block takes one way here, as shuffles require.
  guarded(wanted, [&] {
    Value thread = add(mul(warp, kWarpSize), lane);
    shareSums(visit(add(begin, thread), blockStart.entry, kThreads), before);
  });
}

/// The rows that this warp ends. Only the first can have begun elsewhere.
void CSRBuilder::endRows(const Start &start, const Start &end) {
  loop(start.row, end.row, index(1), {}, [&](Value row, ValueRange) -> SmallVector<Value> {
    Value begin = offset(row), first = equal(row, start.row);
    Value own = select(first, start.entry, begin);
    SmallVector<Value> sums = visit(add(own, lane), offset(add(row, 1)), kWarpSize);
    for (Value &sum : sums)
      sum = emitSumOfLanes(b, at, sum);
    guarded(equal(lane, index(0)), [&] {
      auto whole = scf::IfOp::create(b, at, equal(own, begin), /*withElseRegion=*/true);
      OpBuilder::InsertionGuard restore(b);
      b.setInsertionPointToStart(whole.thenBlock());
      for (auto [t, sum] : llvm::enumerate(sums))
        storeOutput(sum, add(firstToken, t), row);
      b.setInsertionPointToStart(whole.elseBlock());
      for (auto [t, sum] : llvm::enumerate(sums))
        store(sum, heads, {index(t), warp});
    });
    return {};
  });
}

/// The row that another warp ends: if that one is of this block, what lies here of it.
void CSRBuilder::visitLastRow(const Start &start, const Start &end) {
  guarded(less(end.row, blockEnd.row), [&] {
    Value begin = select(equal(end.row, start.row), start.entry, offset(end.row));
    shareSums(visit(add(begin, lane), end.entry, kWarpSize), tails);
  });
}

/// For a warp that ended a row which began elsewhere, a lane a token: adds what the others had.
void CSRBuilder::addWarps(const Start &start, const Start &end) {
  Value begin = offset(start.row), begun = less(begin, start.entry), ended = less(start.row, end.row);
  guarded(both(both(begun, ended), less(lane, index(tileTokens))), [&] {
    Value sooner = both(less(begin, blockStart.entry), equal(start.row, blockStart.row));
    SmallVector<Value> sums{zero()};
    auto addFrom = [&](Value buffer, Value count, llvm::function_ref<Value(Value)> condition) {
      sums = loop(index(0), count, index(1), sums, [&](Value w, ValueRange known) -> SmallVector<Value> {
        auto added = scf::IfOp::create(b, at, b.getF32Type(), condition(w), /*withElseRegion=*/true);
        OpBuilder::InsertionGuard restore(b);
        b.setInsertionPointToStart(added.thenBlock());
        scf::YieldOp::create(b, at, emit<arith::AddFOp>(known[0], load(buffer, {lane, w})));
        b.setInsertionPointToStart(added.elseBlock());
        scf::YieldOp::create(b, at, known);
        return {added.getResult(0)};
      });
    };
    addFrom(before, index(kCSRWarps), [&](Value) { return sooner; });
    addFrom(tails, warp, [&](Value w) { return equal(load(startRows, add(w, 1)), start.row); });
    Value sum = emit<arith::AddFOp>(sums[0], load(heads, {lane, warp}));
    storeOutput(sum, add(firstToken, lane), start.row);
  });
}

void CSRBuilder::build(gpu::GPUFuncOp kernel) {
  lane = emit<gpu::ThreadIdOp>(gpu::Dimension::x);
  warp = emit<gpu::ThreadIdOp>(gpu::Dimension::y);
  Value block = emit<gpu::BlockIdOp>(gpu::Dimension::x);
  int64_t blocks = llvm::divideCeil(spec.shape.rows, kCSRRows);
  firstToken = mul(emit<arith::DivUIOp>(block, index(blocks)), tileTokens);
  startRows = sharedMemory(kernel, {kCSRWarps + 1}, b.getIndexType());
  startEntries = sharedMemory(kernel, {kCSRWarps + 1}, b.getIndexType());
  for (Value *sums : {&before, &heads, &tails})
    *sums = sharedMemory(kernel, {tileTokens, kCSRWarps}, b.getF32Type());

  // The whole block takes one way here, as its barriers require.
  guarded(less(firstToken, operands.tokens), [&] {
    Value lastToken = sub(operands.tokens, index(1));
    for (int64_t t = 0; t < tileTokens; ++t)
      tokens.push_back(min(add(firstToken, t), lastToken));
    guarded(both(equal(warp, index(0)), less(lane, index(kCSRWarps + 1))), [&] {
      Value units = add(offset(index(spec.shape.rows)), kRowEnd * spec.shape.rows);
      Value share = emit<arith::CeilDivUIOp>(units, index(blocks * kCSRWarps));
      Value which = add(mul(emit<arith::RemUIOp>(block, index(blocks)), kCSRWarps), lane);
      Start start = findStart(min(emit<arith::MulIOp>(which, share), units));
      store(start.row, startRows, lane);
      store(start.entry, startEntries, lane);
    });
    gpu::BarrierOp::create(b, at);
    blockStart = startOfWarp(index(0));
    blockEnd = startOfWarp(index(kCSRWarps));
    Start start = startOfWarp(warp), end = startOfWarp(add(warp, 1));
    visitBeforeBlock();
    endRows(start, end);
    visitLastRow(start, end);
    gpu::BarrierOp::create(b, at);
    addWarps(start, end);
  });
  gpu::ReturnOp::create(b, at);
}

} // namespace

bool sdq::csrServes(const LinearKernelSpec &spec, const Chip &) {
  return !spec.packed && isa<CSRFormatAttr>(Attribute(spec.format));
}

void sdq::buildCSRBody(OpBuilder &builder, Location location, gpu::GPUFuncOp kernel, const LinearKernelSpec &spec,
                       const KernelSignature &signature, int64_t tokens) {
  // Up to 64 registers a thread, or 128: left alone, ptxas aims at fewer and spills.
  kernel->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(), builder.getI32IntegerAttr(tokens < 2 ? 4 : 2));
  builder.setInsertionPointToStart(&kernel.getBody().front());
  KernelOperands operands = openArguments(builder, location, kernel, signature);
  CSRBuilder(builder, location, spec, operands, tokens).build(kernel);
}
