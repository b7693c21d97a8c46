//===- Ptx.h - Text of PTX instructions on registers ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_PTX_H
#define SDQ_LIB_SIMULATOR_PTX_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sdq::simulator {

/// `@!guard mnemonic operands;`
struct PtxStatement {
  std::string mnemonic;
  /// As written: a name, a number, or a group in braces. The target is the first.
  llvm::SmallVector<std::string, 4> operands;
  std::string guard;
  bool negated = false;
};

struct PtxText {
  /// Declared by `.reg`, with their bits.
  std::vector<std::pair<std::string, unsigned>> registers;
  std::vector<PtxStatement> statements;
};

/// Splits straight-line PTX, perhaps in braces, into its statements. Fails, naming it, for what is neither a
/// declaration of registers nor an instruction.
llvm::Expected<PtxText> parsePtx(llvm::StringRef text);

/// What an instruction computes: the target's bits from those of the other operands.
struct PtxFunction {
  unsigned operands = 0;
  std::function<uint64_t(llvm::ArrayRef<uint64_t>)> evaluate;
};

/// By mnemonic: mov; and, or, xor, not, shl, shr, popc, clz, brev; add, sub, mul.lo, mad.lo, min, max of 32-bit
/// integers; prmt, lop3, bfe, bfi, shf; dp4a, dp2a; add, sub, mul, fma, min, max of f16x2 and bf16x2; add, mul, fma of
/// f32; cvt of packed pairs. Fails, naming it, for others.
llvm::Expected<PtxFunction> findPtxFunction(llvm::StringRef mnemonic);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_PTX_H
