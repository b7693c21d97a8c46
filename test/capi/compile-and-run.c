/*
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * compile-and-run MODEL.onnx RECIPE CALIBRATION MODEL.sdq IDS.npy OUTPUT.bin
 *
 * Compresses and compiles a model of int64 ids [batch, sequence], runs it on 2 x 5 ids, and writes the ids as an .npy
 * file and the first output's bytes as they are.
 */

#include "sdq-c/sdq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 2, SEQUENCE = 5, IDS = BATCH * SEQUENCE };

static void require(int condition, const char *what) {
  if (condition)
    return;
  fprintf(stderr, "%s: %s\n", what, sdq_last_error());
  exit(1);
}

static void on_message(sdq_severity severity, const char *text, void *user_data) {
  printf("%s %s: %s\n", (const char *)user_data, severity == SDQ_NOTE ? "note" : "warning", text);
}

static void write_file(const char *path, const void *header, size_t header_size, const void *data, size_t size) {
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(header, 1, header_size, file) != header_size || fwrite(data, 1, size, file) != size ||
      fclose(file) != 0) {
    perror(path);
    exit(1);
  }
}

static void write_ids(const char *path, const int64_t *ids) {
  char header[129];
  memset(header, ' ', 128);
  memcpy(header, "\x93NUMPY\x01\x00\x76\x00", 10);
  sprintf(header + 10, "{'descr': '<i8', 'fortran_order': False, 'shape': (%d, %d), }", BATCH, SEQUENCE);
  header[strlen(header + 10) + 10] = ' ';
  header[127] = '\n';
  write_file(path, header, 128, ids, IDS * sizeof(int64_t));
}

int main(int argc, char **argv) {
  if (argc != 7)
    return 2;
  const char *input = argv[1], *output = argv[4];
  char recipe[256], calibration[1024];
  sprintf(recipe, "recipe=%.200s", argv[2]);
  sprintf(calibration, "calibration=%.1000s", argv[3]);
  sdq_set_message_handler(on_message, "told:");

  char *table = NULL;
  const char *options[] = {recipe, calibration, "force=true", "ignore=lm_head"};
  require(sdq_compile(input, output, options, 4, &table) == 0, "sdq_compile");
  fputs(table, stdout);
  sdq_string_free(table);

  sdq_model *model = sdq_model_load(output);
  require(model != NULL, "sdq_model_load");
  const sdq_tensor_info *info = sdq_model_input(model, 0);
  printf("input %s, rank %d, %s by %s\n", info->name, (int)info->ndim, info->symbols[0], info->symbols[1]);

  int64_t ids[IDS], shape[2] = {BATCH, SEQUENCE};
  for (int i = 0; i < IDS; ++i)
    ids[i] = (7 * i + 13) % 256;
  sdq_tensor tensor = {ids, SDQ_CPU, 0, 2, SDQ_I64, shape, NULL, NULL};
  sdq_tensor *logits = NULL;
  require(sdq_invoke(model, &tensor, 1, &logits, 1) == 0, "sdq_invoke");
  sdq_model_free(model); /* the output is ours, and stays */

  size_t count = 1;
  for (int i = 0; i < logits->ndim; ++i)
    count *= (size_t)logits->shape[i];
  printf("%u logits\n", (unsigned)count);
  write_ids(argv[5], ids);
  write_file(argv[6], "", 0, logits->data, count * sizeof(float));
  sdq_tensor_free(logits);
  return 0;
}
