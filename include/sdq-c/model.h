/*===- model.h - Compiled models in C -------------------------------*- C -*-===*\
|*                                                                            *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* Load a compiled model, describe it, run it on the caller's buffers:        *|
|*                                                                            *|
|*   sdq_model *model = sdq_model_load("model.sdq");                          *|
|*   if (!model) { fputs(sdq_last_error(), stderr); return 1; }               *|
|*   int64_t ids[1][3] = {{1, 2, 3}}, shape[2] = {1, 3};                      *|
|*   sdq_tensor input = {.data = ids, .device_type = SDQ_CPU, .ndim = 2,      *|
|*                       .dtype = SDQ_I64, .shape = shape};                   *|
|*   sdq_tensor *output;          // sdq_model_num_outputs(model) pointers    *|
|*   if (sdq_invoke(model, &input, 1, &output, 1) != 0) { … }                 *|
|*   …                                                                        *|
|*   sdq_tensor_free(output);                                                 *|
|*   sdq_model_free(model);                                                   *|
|*                                                                            *|
|* A loaded model may be called by many threads at once.                      *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef SDQ_C_MODEL_H
#define SDQ_C_MODEL_H

#include "sdq-c/common.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Element types. SDQ_BOOL is one byte, 0 or 1. */
typedef enum {
  SDQ_F32,
  SDQ_F16,
  SDQ_BF16,
  SDQ_F64,
  SDQ_I64,
  SDQ_I32,
  SDQ_I16,
  SDQ_I8,
  SDQ_U8,
  SDQ_U16,
  SDQ_U32,
  SDQ_U64,
  SDQ_BOOL
} sdq_dtype;

/** DLPack's device codes. */
typedef enum { SDQ_CPU = 1, SDQ_CUDA = 2 } sdq_device_type;

/** A tensor, as DLPack's DLTensor describes it. */
typedef struct {
  void *data;          /**< the element with all indices zero */
  int32_t device_type; /**< sdq_device_type */
  int32_t device_id;
  int32_t ndim;
  int32_t dtype;          /**< sdq_dtype */
  const int64_t *shape;   /**< ndim sizes */
  const int64_t *strides; /**< ndim strides in elements, or NULL: dense row-major */
  void *stream;           /**< of the device; NULL on a CPU */
} sdq_tensor;

/** What a model takes or returns. Lives as long as the model. */
typedef struct {
  const char *name;
  int32_t dtype;
  int32_t ndim;
  const int64_t *shape;       /**< -1: chosen by each call */
  const char *const *symbols; /**< a name a dimension, "" where it has none; equal names are equal sizes */
} sdq_tensor_info;

typedef struct sdq_model sdq_model;

/**
 * Loads a model file: a .sdq file, or other MLIR (text or bytecode) of a program that lowers to a CPU. A note tells if
 * it has no code for this machine, which is then compiled. NULL on failure. The file must not change while the model
 * lives.
 */
SDQ_C_EXPORT sdq_model *sdq_model_load(const char *path);
/**
 * The same with options, "<name>=<value>" each:
 *
 *   device=cpu|sim|cuda  where products by compressed weights run: a CPU (default), the simulator of a GPU, a GPU
 *   gpu=<n>              with cuda: the number of the GPU (default 0)
 *   chip=<name>          what kernels are made for where the file has none for the device, such as sm_90
 *   tensors=host|device  with cuda: where inputs and outputs are (default host); device wants a program of products by
 *                        compressed weights, and reshapes to at most one unknown extent, only; sdq_invoke then
 *                        works on the stream of its first input
 *   verify=true|false    compare weights with their checksums first (default false)
 */
SDQ_C_EXPORT sdq_model *sdq_model_load_with(const char *path, const char *const *options, size_t num_options);
/**
 * Loads a model from the `size` bytes of a model file, which stay the caller's and must not change while the model
 * lives; bytes that begin at no multiple of 4096 are copied. `name` stands for a file's in messages.
 */
SDQ_C_EXPORT sdq_model *sdq_model_load_memory(const void *data, size_t size, const char *name,
                                              const char *const *options, size_t num_options);
/** Releases a model (NULL is allowed). Tensors it returned stay valid. */
SDQ_C_EXPORT void sdq_model_free(sdq_model *model);

SDQ_C_EXPORT size_t sdq_model_num_inputs(const sdq_model *model);
SDQ_C_EXPORT size_t sdq_model_num_outputs(const sdq_model *model);
/** Description number `index`; NULL if there is no such input or output. */
SDQ_C_EXPORT const sdq_tensor_info *sdq_model_input(const sdq_model *model, size_t index);
SDQ_C_EXPORT const sdq_tensor_info *sdq_model_output(const sdq_model *model, size_t index);

/**
 * Runs the model. `inputs`: as many as the model has, only read. `outputs` receives as many pointers as the model has
 * outputs; each tensor is dense, in CPU memory, and the caller's, to be given to sdq_tensor_free.
 *
 * With tensors=device inputs and outputs are in the GPU's memory (SDQ_CUDA), all inputs name one `stream` (a CUstream or
 * cudaStream_t, NULL the default stream), and everything is done on it: the call does not wait, outputs are ready when
 * the stream is, they name it too, and are freed in its order.
 *
 * Returns 0, or nonzero on failure: then `outputs` is untouched.
 */
SDQ_C_EXPORT int sdq_invoke(const sdq_model *model, const sdq_tensor *inputs, size_t num_inputs, sdq_tensor **outputs,
                            size_t num_outputs);

/** Releases a tensor that sdq_invoke returned (NULL is allowed). */
SDQ_C_EXPORT void sdq_tensor_free(sdq_tensor *tensor);

#ifdef __cplusplus
}
#endif

#endif /* SDQ_C_MODEL_H */
