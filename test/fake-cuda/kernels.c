/*===- kernels.c - Kernels that the fake CUDA driver knows ----------*- C -*-===*\
|*                                                                            *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "kernels.h"

#include <string.h>

/* (x, y): y[i] = x[i]^2 for each thread. */
static void square(void **parameters, uint64_t threads) {
  const float *x = fake_memory(*(uint64_t *)parameters[0]);
  float *y = fake_memory(*(uint64_t *)parameters[1]);
  for (uint64_t i = 0; i < threads; ++i)
    y[i] = x[i] * x[i];
}

/* linear_dense_f32_3x2_f32 (w, x, y, tokens): y = x wᵀ, on a grid of one block a four rows and eight tokens. */
static void linear3x2(void **parameters, uint64_t threads) {
  const float *w = fake_memory(*(uint64_t *)parameters[0]), *x = fake_memory(*(uint64_t *)parameters[1]);
  float *y = fake_memory(*(uint64_t *)parameters[2]);
  uint64_t tokens = *(uint64_t *)parameters[3];
  (void)threads;
  for (uint64_t t = 0; t < tokens; ++t)
    for (int n = 0; n < 3; ++n)
      y[t * 3 + n] = x[t * 2] * w[n * 2] + x[t * 2 + 1] * w[n * 2 + 1];
}

static void nothing(void **parameters, uint64_t threads) {
  (void)parameters;
  (void)threads;
}

fake_kernel fake_find_kernel(const char *name) {
  if (strcmp(name, "square") == 0)
    return square;
  if (strcmp(name, "linear_dense_f32_3x2_f32") == 0)
    return linear3x2;
  return nothing;
}
