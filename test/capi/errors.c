/*
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * errors MODEL.onnx FOLDER: everything that can be got wrong, and what it says.
 */

#include "sdq-c/sdq.h"

#include <stdio.h>
#include <string.h>

static void show(const char *what, int failed) {
  printf("%s: %s: %s\n", what, failed ? "failed" : "SUCCEEDED", sdq_last_error());
}

static void compile_with(const char *input, const char *output, const char *option) {
  char *table = NULL;
  int failed = sdq_compile(input, output, &option, 1, &table);
  show(option, failed && !table);
}

static void on_message(sdq_severity severity, const char *text, void *user_data) {
  printf("%s: %s\n", severity == SDQ_WARNING ? "warning" : "note", text);
  ++*(int *)user_data;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  char output[1024], program[1024];
  sprintf(output, "%.1000s/model.sdq", argv[2]);
  sprintf(program, "%.1000s/program.mlir", argv[2]);
  printf("abi %d, version %s, at first: '%s'\n", sdq_abi_version(), sdq_version(), sdq_last_error());
  char version[32];
  sprintf(version, "%d.%d.%d", SDQ_VERSION_MAJOR, SDQ_VERSION_MINOR, SDQ_VERSION_PATCH);
  if (sdq_abi_version() != SDQ_ABI_VERSION || strcmp(version, sdq_version()) != 0)
    return 1;

  compile_with(argv[1], output, "recipe=W5");
  compile_with(argv[1], output, "recipe");
  compile_with(argv[1], output, "recipes=W4");
  compile_with(argv[1], output, "min-size=some");
  compile_with(argv[1], output, "force=yes");
  compile_with(argv[1], output, "target=z80");
  compile_with("nowhere.onnx", output, "recipe=W4");
  compile_with(argv[1], output, "calibration=nowhere.safetensors");

  int messages = 0;
  sdq_set_message_handler(on_message, &messages);
  sdq_context *context = sdq_context_create();
  const char *text = "func.func @f() {";
  show("parse", sdq_module_parse(context, text, strlen(text), "given.mlir") == NULL);
  show("read", sdq_module_read(context, "nowhere.mlir") == NULL);
  sdq_module *module = sdq_module_read(context, program);
  show("unknown pass", sdq_module_run(module, "sdq-nothing"));
  show("wrong option", sdq_module_run(module, "sdq-decompose{recipe=W5}"));
  show("write", sdq_module_write(module, "nowhere/at/all.mlir"));
  show("pass", sdq_module_run(module, "sdq-decompose{recipe=LNQ-w2 min-size=0}"));
  sdq_module_free(module);
  sdq_context_free(context);

  show("load", sdq_model_load("nowhere.sdq") == NULL);
  sdq_model *model = sdq_model_load(program);
  printf("%d message\n", messages);
  float x[3] = {1, 2, 3};
  int64_t shape[2] = {1, 3};
  sdq_tensor tensor = {x, SDQ_CPU, 0, 2, SDQ_F32, shape, NULL, NULL}, *result = NULL;
  show("shape", sdq_invoke(model, &tensor, 1, &result, 1));
  show("count", sdq_invoke(model, &tensor, 0, &result, 1));
  sdq_model_free(model);
  sdq_model_free(NULL);
  sdq_string_free(NULL);
  return 0;
}
