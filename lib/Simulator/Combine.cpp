//===- Combine.cpp - Functions of two values that reductions repeat -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Combine.h"

#include "Elementwise.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace mlir;
using namespace sdq::simulator;

FailureOr<Combine> sdq::simulator::combinerOf(Operation *op, llvm::StringRef name, Type type) {
  type = getElementTypeOrSelf(type);
  auto unknown = [&] {
    return op->emitOpError() << "combines " << type << " by " << name << ", which the simulator does not know";
  };
  if (name == "xchg")
    return Combine([](uint64_t, uint64_t b) { return b; });
  if (isa<FloatType>(type)) {
    std::optional<NumberKind> kind = numberKindOf(type);
    if (!kind && !type.isF64())
      return unknown();
    auto onFloats = [kind](auto f) -> Combine {
      return [=](uint64_t a, uint64_t b) -> uint64_t {
        if (!kind)
          return llvm::bit_cast<uint64_t>(double(f(llvm::bit_cast<double>(a), llvm::bit_cast<double>(b))));
        return encode(*kind, double(f(double(decode(*kind, uint32_t(a))), double(decode(*kind, uint32_t(b))))));
      };
    };
    if (name == "add")
      return onFloats([](double a, double b) { return a + b; });
    if (name == "sub")
      return onFloats([](double a, double b) { return a - b; });
    if (name == "mul")
      return onFloats([](double a, double b) { return a * b; });
    if (name == "minnumf")
      return onFloats([](double a, double b) { return std::fmin(a, b); });
    if (name == "maxnumf")
      return onFloats([](double a, double b) { return std::fmax(a, b); });
    if (name == "minimumf")
      return onFloats([](double a, double b) { return a != a || b != b ? a + b : std::fmin(a, b); });
    if (name == "maximumf")
      return onFloats([](double a, double b) { return a != a || b != b ? a + b : std::fmax(a, b); });
    return unknown();
  }
  unsigned bits = type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
  auto smaller = [bits](uint64_t a, uint64_t b) { return signExtend(a, bits) < signExtend(b, bits); };
  auto combine = llvm::StringSwitch<Combine>(name)
                     .Case("add", Combine([](uint64_t a, uint64_t b) { return a + b; }))
                     .Case("sub", Combine([](uint64_t a, uint64_t b) { return a - b; }))
                     .Case("nand", Combine([](uint64_t a, uint64_t b) { return ~(a & b); }))
                     .Case("uinc_wrap", Combine([](uint64_t a, uint64_t b) { return a >= b ? 0 : a + 1; }))
                     .Case("udec_wrap", Combine([](uint64_t a, uint64_t b) { return a == 0 || a > b ? b : a - 1; }))
                     .Case("mul", Combine([](uint64_t a, uint64_t b) { return a * b; }))
                     .Case("and", Combine([](uint64_t a, uint64_t b) { return a & b; }))
                     .Case("or", Combine([](uint64_t a, uint64_t b) { return a | b; }))
                     .Case("xor", Combine([](uint64_t a, uint64_t b) { return a ^ b; }))
                     .Case("minui", Combine([](uint64_t a, uint64_t b) { return std::min(a, b); }))
                     .Case("maxui", Combine([](uint64_t a, uint64_t b) { return std::max(a, b); }))
                     .Case("minsi", Combine([=](uint64_t a, uint64_t b) { return smaller(b, a) ? b : a; }))
                     .Case("maxsi", Combine([=](uint64_t a, uint64_t b) { return smaller(a, b) ? b : a; }))
                     .Default(nullptr);
  if (!combine)
    return unknown();
  return combine;
}
