//===- ScaleCodec.h - One scale to its code and back ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_SCALECODEC_H
#define SDQ_LIB_CORE_SCALECODEC_H

#include "sdq/Core/Format.h"

namespace sdq {

/// Rounds the scales of one row, whose second level is fixed beforehand: see Scales.h.
class ScaleCodec {
public:
  /// `largest`: the largest scale of the row, which decides the second level.
  ScaleCodec(const Encoding &encoding, float largest);

  /// The code of a finite scale, not negative.
  uint32_t encode(float scale) const;
  /// What codes of values are multiplied by under this scale, in the decoders' order of multiplication.
  float decode(uint32_t code) const;

  /// `code`, or the nearest that is a finite scale above zero.
  uint32_t clamp(uint32_t code) const;

  float rowScale() const { return secondLevel; }

private:
  ScaleKind kind;
  float secondLevel = 1.0f;
  /// e8m0: mantissas below this round down, others up. Between 1 and 2.
  float roundUpFrom = 2.0f;
};

} // namespace sdq

#endif // SDQ_LIB_CORE_SCALECODEC_H
