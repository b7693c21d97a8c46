//===- GroupsOfFour.h - Sparser weights as 2:4 in registers -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A sparse mma takes two of every four inputs. A term that stores one of M inputs, or one pair, or two of eight or
// more, has at most two in a group of four as well, and a lane makes the group of what is stored: of the blocks'
// indices, each of ⌈log2 M⌉ bits, those whose upper bits say this group are in it.
//
//   stored in the group   weights handed over         code
//   --------------------  --------------------------  ------------------------------
//   none                  0, 0                        4: the inputs 0 and 1
//   one, at input i       at place i mod 2; 0 beside  4 for i < 2, else Eh: 2 and 3
//   two, at i < j         both                        i + 4j
//   a pair, at 2i         both                        4 for i = 0, else Eh
//
// So a 1:8 term is decoded once for eight inputs where its elements one by one would be decoded eight times, and it is
// stored as small as before; storing it as 2:4 (EmbedTerms.cpp) would take three times the bytes.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CONVERSION_SDQTONVGPU_GROUPSOFFOUR_H
#define SDQ_LIB_CONVERSION_SDQTONVGPU_GROUPSOFFOUR_H

#include "sdq/Core/Format.h"
#include "sdq/Dialect/SDQ/IR/IRBackend.h"

#include <array>

namespace sdq {

/// Whether every group of four inputs has at most two stored ones, which indices name. 2:4 itself, whose indices are
/// codes as they are stored, does not count.
bool hasSparseGroups(const NMFormat &format);

struct GroupOfFour {
  /// The lower input first, scaled.
  std::array<IRBackend::Real, 2> weights;
  /// Four bits of metadata.
  IRBackend::Bits code;
};

/// Emits group number `group` of a row; `parts` of `format`, in the order of `partsOf`. It must have an input within
/// the shape; those beyond are zeros.
GroupOfFour emitGroupOfFour(IRBackend &b, const NMFormat &format, Shape shape, mlir::ValueRange parts,
                            IRBackend::Index row, IRBackend::Index group);

} // namespace sdq

#endif // SDQ_LIB_CONVERSION_SDQTONVGPU_GROUPSOFFOUR_H
