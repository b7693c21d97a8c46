//===- BufferBackend.cpp - The decoders, run over plain buffers -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/BufferBackend.h"

#include "SmallFloat.h"

using namespace sdq;

float BufferBackend::loadReal(const BufferPart &part, Index i) {
  if (part.type == StorageType::F16)
    return decodeF16(reinterpret_cast<const uint16_t *>(part.data)[i]);
  return reinterpret_cast<const float *>(part.data)[i];
}
