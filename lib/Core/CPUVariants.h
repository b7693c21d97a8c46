//===- CPUVariants.h - Functions in several instruction sets ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// SDQ is built for the baseline of its architecture and runs everywhere. The few functions that are worth it exist once
// more for AVX2 and AVX-512, by attribute, and are chosen when called. Only what is inlined into such a function uses
// those instructions, so everything below it must be SDQ_INLINE; templates of the standard library called there stay
// baseline, which is harmless.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CORE_CPUVARIANTS_H
#define SDQ_LIB_CORE_CPUVARIANTS_H

#define SDQ_INLINE __attribute__((always_inline)) inline

#if defined(__x86_64__)
#define SDQ_CPU_VARIANTS 1
#define SDQ_FOR_AVX2 __attribute__((target("avx2,fma")))
#define SDQ_FOR_AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))

namespace sdq {
inline bool hasAVX2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
inline bool hasAVX512() {
  return hasAVX2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
} // namespace sdq
#else
#define SDQ_CPU_VARIANTS 0
#endif

#endif // SDQ_LIB_CORE_CPUVARIANTS_H
