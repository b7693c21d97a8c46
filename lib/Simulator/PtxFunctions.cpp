//===- PtxFunctions.cpp - What PTX instructions compute -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ptx.h"

#include "sdq/Simulator/Bits.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace sdq::simulator;

using Values = llvm::ArrayRef<uint64_t>;
using Parts = llvm::SmallVector<llvm::StringRef, 8>;

static PtxFunction unary(std::function<uint64_t(uint64_t)> f) {
  return {1, [f](Values v) { return f(v[0]); }};
}
static PtxFunction on32(uint32_t (*f)(uint32_t, uint32_t)) {
  return {2, [f](Values v) { return uint64_t(f(uint32_t(v[0]), uint32_t(v[1]))); }};
}

/// `name.type` of 32-bit integers and bits. Shifts beyond the width give 0 or the sign (PTX "shr": clamped to 32).
static PtxFunction integerFunction(llvm::StringRef mnemonic) {
  return llvm::StringSwitch<PtxFunction>(mnemonic)
      .Cases({"mov.b16", "mov.b32", "mov.u32", "mov.s32", "mov.f32", "mov.b64", "mov.u64"},
             unary([](uint64_t a) { return a; }))
      .Case("not.b32", unary([](uint64_t a) { return ~a; }))
      .Case("popc.b32", unary([](uint64_t a) { return uint64_t(llvm::popcount(uint32_t(a))); }))
      .Case("clz.b32", unary([](uint64_t a) { return uint64_t(llvm::countl_zero(uint32_t(a))); }))
      .Case("brev.b32", unary([](uint64_t a) { return uint64_t(llvm::reverseBits(uint32_t(a))); }))
      .Case("and.b32", on32([](uint32_t a, uint32_t b) { return a & b; }))
      .Case("or.b32", on32([](uint32_t a, uint32_t b) { return a | b; }))
      .Case("xor.b32", on32([](uint32_t a, uint32_t b) { return a ^ b; }))
      .Case("shl.b32", on32([](uint32_t a, uint32_t b) { return b > 31 ? 0 : a << b; }))
      .Cases({"shr.u32", "shr.b32"}, on32([](uint32_t a, uint32_t b) { return b > 31 ? 0 : a >> b; }))
      .Case("shr.s32", on32([](uint32_t a, uint32_t b) { return uint32_t(int32_t(a) >> std::min(b, 31u)); }))
      .Cases({"add.u32", "add.s32"}, on32([](uint32_t a, uint32_t b) { return a + b; }))
      .Cases({"sub.u32", "sub.s32"}, on32([](uint32_t a, uint32_t b) { return a - b; }))
      .Cases({"mul.lo.u32", "mul.lo.s32"}, on32([](uint32_t a, uint32_t b) { return a * b; }))
      .Case("min.u32", on32([](uint32_t a, uint32_t b) { return std::min(a, b); }))
      .Case("max.u32", on32([](uint32_t a, uint32_t b) { return std::max(a, b); }))
      .Case("min.s32", on32([](uint32_t a, uint32_t b) { return uint32_t(std::min(int32_t(a), int32_t(b))); }))
      .Case("max.s32", on32([](uint32_t a, uint32_t b) { return uint32_t(std::max(int32_t(a), int32_t(b))); }))
      .Cases({"mad.lo.u32", "mad.lo.s32"}, PtxFunction{3, [](Values v) { return v[0] * v[1] + v[2]; }})
      .Case(
          "lop3.b32",
          PtxFunction{
              4, [](Values v) { return logicOfThree(uint32_t(v[0]), uint32_t(v[1]), uint32_t(v[2]), uint8_t(v[3])); }})
      .Case("bfe.u32",
            PtxFunction{3, [](Values v) { return extractBits(uint32_t(v[0]), uint32_t(v[1]), uint32_t(v[2]), false); }})
      .Case("bfe.s32",
            PtxFunction{3, [](Values v) { return extractBits(uint32_t(v[0]), uint32_t(v[1]), uint32_t(v[2]), true); }})
      .Case("bfi.b32",
            PtxFunction{
                4, [](Values v) { return insertBits(uint32_t(v[0]), uint32_t(v[1]), uint32_t(v[2]), uint32_t(v[3])); }})
      .Default({});
}

static std::optional<PtxFunction> permute(const Parts &parts) {
  llvm::StringRef name = parts.size() == 3 ? parts[2] : "";
  auto mode = llvm::StringSwitch<std::optional<PermuteMode>>(name)
                  .Case("", PermuteMode::Index)
                  .Case("f4e", PermuteMode::Forward4)
                  .Case("b4e", PermuteMode::Backward4)
                  .Case("rc8", PermuteMode::Replicate8)
                  .Case("ecl", PermuteMode::EdgeLeft)
                  .Case("ecr", PermuteMode::EdgeRight)
                  .Case("rc16", PermuteMode::Replicate16)
                  .Default(std::nullopt);
  if (parts.size() < 2 || parts.size() > 3 || parts[1] != "b32" || !mode)
    return std::nullopt;
  return PtxFunction{
      3, [mode = *mode](Values v) { return permuteBytes(uint32_t(v[0]), uint32_t(v[1]), uint32_t(v[2]), mode); }};
}

/// `shf.l.wrap.b32` and its like.
static std::optional<PtxFunction> funnel(const Parts &parts) {
  if (parts.size() != 4 || parts[3] != "b32" || (parts[1] != "l" && parts[1] != "r") ||
      (parts[2] != "wrap" && parts[2] != "clamp"))
    return std::nullopt;
  auto shift = parts[1] == "l" ? funnelLeft : funnelRight;
  return PtxFunction{3, [shift, clamp = parts[2] == "clamp"](Values v) {
                       return shift(uint32_t(v[0]), uint32_t(v[1]), uint32_t(v[2]), clamp);
                     }};
}

/// `dp4a.s32.u32`, `dp2a.lo.s32.u32`.
static std::optional<PtxFunction> dot(Parts parts) {
  bool halves = parts[0] == "dp2a", high = halves && parts.size() > 1 && parts[1] == "hi";
  if (halves && parts.size() > 1 && (high || parts[1] == "lo"))
    parts.erase(parts.begin() + 1);
  else if (halves)
    return std::nullopt;
  auto known = [](llvm::StringRef type) { return type == "s32" || type == "u32"; };
  if (parts.size() != 3 || !known(parts[1]) || !known(parts[2]))
    return std::nullopt;
  return PtxFunction{3, [halves, high, a = parts[1] == "s32", b = parts[2] == "s32"](Values v) {
                       return halves ? dotOfHalves(uint32_t(v[0]), a, uint32_t(v[1]), b, uint32_t(v[2]), high)
                                     : dotOfBytes(uint32_t(v[0]), a, uint32_t(v[1]), b, uint32_t(v[2]));
                     }};
}

/// `fma.rn.f16x2`, `add.bf16x2`, `mul.rn.f32`: no modifier but rounding to nearest.
static std::optional<PtxFunction> arithmetic(Parts parts) {
  if (parts.size() == 3 && parts[1] == "rn")
    parts.erase(parts.begin() + 1);
  if (parts.size() != 2)
    return std::nullopt;
  auto operation = llvm::StringSwitch<std::optional<PackedOperation>>(parts[0])
                       .Case("add", PackedOperation::Add)
                       .Case("sub", PackedOperation::Sub)
                       .Case("mul", PackedOperation::Mul)
                       .Case("fma", PackedOperation::Fma)
                       .Case("min", PackedOperation::Min)
                       .Case("max", PackedOperation::Max)
                       .Default(std::nullopt);
  if (!operation)
    return std::nullopt;
  unsigned operands = operation == PackedOperation::Fma ? 3 : 2;
  if (parts[1] == "f16x2" || parts[1] == "bf16x2")
    return PtxFunction{
        operands, [operation = *operation, kind = parts[1] == "f16x2" ? NumberKind::F16 : NumberKind::BF16](Values v) {
          return packed(operation, kind, uint32_t(v[0]), uint32_t(v[1]), v.size() > 2 ? uint32_t(v[2]) : 0);
        }};
  if (parts[1] != "f32" || operation == PackedOperation::Min || operation == PackedOperation::Max)
    return std::nullopt;
  return PtxFunction{operands, [operation = *operation](Values v) {
                       auto value = [&](size_t i) { return llvm::bit_cast<float>(uint32_t(v[i])); };
                       float result = operation == PackedOperation::Add   ? value(0) + value(1)
                                      : operation == PackedOperation::Sub ? value(0) - value(1)
                                      : operation == PackedOperation::Mul ? value(0) * value(1)
                                                                          : std::fma(value(0), value(1), value(2));
                       return uint64_t(encode(NumberKind::F32, result));
                     }};
}

/// `cvt.rn{.satfinite}{.relu}.e4m3x2.f32 d, high, low` and `cvt.rn{.relu}.f16x2.e4m3x2 d, a`.
static std::optional<PtxFunction> conversion(const Parts &parts) {
  bool relu = false, saturate = false, nearest = false;
  for (llvm::StringRef part : llvm::ArrayRef(parts).drop_front().drop_back(2)) {
    bool *flag = part == "rn" ? &nearest : part == "satfinite" ? &saturate : part == "relu" ? &relu : nullptr;
    if (!flag || *flag)
      return std::nullopt;
    *flag = true;
  }
  auto pairOf = [](llvm::StringRef name) {
    std::optional<NumberKind> kind;
    if (name.consume_back("x2"))
      kind = findNumberKind(name);
    return kind && !isInteger(*kind) && bitsOf(*kind) <= 16 && *kind != NumberKind::UE8M0 && *kind != NumberKind::UE4M3
               ? kind
               : std::nullopt;
  };
  std::optional<NumberKind> to = pairOf(parts[parts.size() - 2]);
  if (!to || !nearest)
    return std::nullopt;
  Overflow overflow = saturate ? Overflow::Saturate : Overflow::NonFinite;
  // PTX requires .satfinite of the narrow formats.
  if (bitsOf(*to) < 16 && !saturate)
    return std::nullopt;
  if (parts.back() == "f32")
    return PtxFunction{2, [=, to = *to](Values v) {
                         return packPair(to, llvm::bit_cast<float>(uint32_t(v[1])),
                                         llvm::bit_cast<float>(uint32_t(v[0])), overflow, relu);
                       }};
  std::optional<NumberKind> from = pairOf(parts.back());
  if (!from || (bitsOf(*from) == 16) == (bitsOf(*to) == 16))
    return std::nullopt;
  return PtxFunction{1, [=, from = *from, to = *to](Values v) {
                       auto [low, high] = unpackPair(from, uint32_t(v[0]));
                       return packPair(to, low, high, overflow, relu);
                     }};
}

llvm::Expected<PtxFunction> sdq::simulator::findPtxFunction(llvm::StringRef mnemonic) {
  if (PtxFunction function = integerFunction(mnemonic); function.evaluate)
    return function;
  Parts parts;
  mnemonic.split(parts, '.');
  std::optional<PtxFunction> function;
  if (parts[0] == "prmt")
    function = permute(parts);
  else if (parts[0] == "shf")
    function = funnel(parts);
  else if (parts[0] == "dp4a" || parts[0] == "dp2a")
    function = dot(parts);
  else if (parts[0] == "cvt" && parts.size() >= 3)
    function = conversion(parts);
  else
    function = arithmetic(parts);
  if (function)
    return *function;
  return llvm::createStringError("has PTX '" + mnemonic + "', which the simulator does not know");
}
