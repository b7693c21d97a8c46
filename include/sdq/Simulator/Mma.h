//===- Mma.h - What a warp's matrix multiply computes -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// mma.sync, mma.sp (plain and ordered metadata) and their block-scaled forms, for all 32 lanes at once, on the
// registers that Fragments.h lays out.
//
// Integers are exact: D = C + Σ a·b in s32, wrapping modulo 2^32 or, with `.satfinite`, clamped once at the end.
//
// Floats follow a model, since PTX leaves order and precision of the sum open ("the accumulation order is undefined").
// Every product is exact; they are summed with C in f64, in the order of k; the sum is rounded *once*, to nearest even,
// to f32 or f16. The f64 sum is exact while the addends spread over less than 2^24, else off by at most k·2^-53·S.
//
// Hardware sums blocks of L products (L = 4 on Volta, 8 on Ampere, 16 on Hopper for f16) at once: all addends of a
// block are aligned to the largest and cut off F bits below it, and the block's sum is cut off to f32 (Fasi, Higham,
// Mikaitis, Pranesh, "Numerical behavior of NVIDIA tensor cores", PeerJ CS 2021; Khattak and Mikaitis, 2025, for
// Hopper: F ≥ 23; for fp8 on Ada and Hopper F = 13, DeepSeek-V3 report, section 3.5.2). A cut of one addend loses less
// than 2^-F of the largest, each of the k/L blocks has L + 1 of them and one last cut, and k/L ≤ k/4; hence
//
//   |hardware − model| ≤ 1.5·k·2^-F·S + u·|D|,   S = |c| + Σ|a·b|,
//
// with u = 2^-24 for the model's own rounding to f32, and 2^-10 for f16 results: `hardwareBound`.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_SIMULATOR_MMA_H
#define SDQ_SIMULATOR_MMA_H

#include "sdq/Simulator/Fragments.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <array>
#include <optional>

namespace sdq::simulator {

/// One 32-bit register in each lane.
using WarpRegister = std::array<uint32_t, kLanes>;

enum class IntegerOverflow { Wrap, Saturate };

/// Registers of a block-scaled mma's scales.
struct BlockScales {
  ScaleVector vector;
  WarpRegister a, b;
  ScaleSelector selectA, selectB;
};

/// The sparse operand's metadata.
struct Metadata {
  WarpRegister codes;
  unsigned selector = 0;
  /// `::ordered_metadata`.
  bool ordered = true;
};

/// A metadata code that PTX gives no meaning.
struct IllegalCode {
  unsigned lane;
  /// Which of the register's eight codes, from the low bits.
  unsigned index;
  uint32_t code;
  /// The group of A it should describe: its row and first logical k.
  Cell group;
};

/// d = a·b + c for a shape that passed `verify`. As many registers as the shape says; `d` may be `c`.
void mma(const MmaShape &shape, llvm::ArrayRef<WarpRegister> a, llvm::ArrayRef<WarpRegister> b,
         llvm::ArrayRef<WarpRegister> c, llvm::MutableArrayRef<WarpRegister> d,
         IntegerOverflow overflow = IntegerOverflow::Wrap, const BlockScales *scales = nullptr);

/// The same with a sparse `a`. The selector must be defined for the shape. Illegal codes are returned, those of the
/// lanes that are read, in order of lane and index; `d` is then computed with the positions that the code's bits name,
/// which the hardware need not do.
llvm::SmallVector<IllegalCode, 0> mmaSparse(const MmaShape &shape, llvm::ArrayRef<WarpRegister> a,
                                            llvm::ArrayRef<WarpRegister> b, llvm::ArrayRef<WarpRegister> c,
                                            const Metadata &metadata, llvm::MutableArrayRef<WarpRegister> d,
                                            IntegerOverflow overflow = IntegerOverflow::Wrap,
                                            const BlockScales *scales = nullptr);

/// How far hardware may be from the model in one element whose result is `result` and whose addends' magnitudes sum to
/// `magnitude` (S above, scales included). 0 for integers.
double hardwareBound(const MmaShape &shape, double magnitude, double result);

} // namespace sdq::simulator

#endif // SDQ_SIMULATOR_MMA_H
