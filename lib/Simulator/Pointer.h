//===- Pointer.h - Addresses of LLVM pointers -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A pointer is a number: the address of a byte. Global memory starts at 2^20; shared and private memory start at 0 in
// address spaces of their own, which a generic pointer sees through windows, as PTX has it. Objects lie at least a byte
// apart, so a pointer past the end of one is not one into the next.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_SIMULATOR_POINTER_H
#define SDQ_LIB_SIMULATOR_POINTER_H

#include "Access.h"

namespace sdq::simulator {

enum class AddressSpace : uint8_t { Generic, Global, Shared, Private };

inline constexpr uint64_t kSharedWindow = uint64_t(1) << 48, kPrivateWindow = uint64_t(2) << 48;

/// Of an `!llvm.ptr` or a memref; none for what is not one, or spaces that the simulator does not know.
std::optional<AddressSpace> addressSpaceOf(mlir::Type pointer);
std::optional<AddressSpace> addressSpaceOf(mlir::MemRefType memref);

uint64_t toGeneric(AddressSpace from, uint64_t address);
uint64_t fromGeneric(AddressSpace to, uint64_t address);
/// What a pointer into `space` to this byte holds.
uint64_t addressOf(AddressSpace space, const Position &at);

} // namespace sdq::simulator

#endif // SDQ_LIB_SIMULATOR_POINTER_H
