/*===- kernels.h - Kernels that the fake CUDA driver knows ----------*- C -*-===*\
|*                                                                            *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef SDQ_TEST_FAKE_CUDA_KERNELS_H
#define SDQ_TEST_FAKE_CUDA_KERNELS_H

#include <stdint.h>

/** What a device address stands for in this process. */
void *fake_memory(uint64_t address);

/** A kernel on the whole of its launch; `threads` is how many there are. */
typedef void (*fake_kernel)(void **parameters, uint64_t threads);

/** Of a name; where there is no other, one that does nothing. */
fake_kernel fake_find_kernel(const char *name);

#endif /* SDQ_TEST_FAKE_CUDA_KERNELS_H */
